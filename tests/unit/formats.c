/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the tests of src/formats.
 */
#include "unit.h"

DECLARE_TESTS(attestation);
DECLARE_TESTS(core_reader);
DECLARE_TESTS(crate);
DECLARE_TESTS(crate_rules);
DECLARE_TESTS(distribution);
DECLARE_TESTS(erlang_terms);
DECLARE_TESTS(hex_contents);
DECLARE_TESTS(hex_docs);
DECLARE_TESTS(hex_metadata);
DECLARE_TESTS(hex_snippet);
DECLARE_TESTS(hex_tarball);
DECLARE_TESTS(jwt);
DECLARE_TESTS(license);
DECLARE_TESTS(manifest);
DECLARE_TESTS(markdown);
	TEST_LIST(pypi_name),
