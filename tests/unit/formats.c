/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the tests of src/formats.
 */
#include "unit.h"

DECLARE_TESTS(attestation);
DECLARE_TESTS(classifier);
DECLARE_TESTS(core_reader);
DECLARE_TESTS(core_rules);
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
DECLARE_TESTS(mailbox);
DECLARE_TESTS(manifest);
DECLARE_TESTS(markdown);
DECLARE_TESTS(pypi_name);
DECLARE_TESTS(pypi_requirement);
DECLARE_TESTS(python_repr);
DECLARE_TESTS(sdist);
DECLARE_TESTS(wheel);
DECLARE_TESTS(zip);

UNIT_MAIN("formats",
	TEST_LIST(attestation),
	TEST_LIST(classifier),
	TEST_LIST(core_reader),
	TEST_LIST(core_rules),
	TEST_LIST(crate),
	TEST_LIST(crate_rules),
	TEST_LIST(distribution),
	TEST_LIST(erlang_terms),
	TEST_LIST(hex_contents),
	TEST_LIST(hex_docs),
	TEST_LIST(hex_metadata),
	TEST_LIST(hex_snippet),
	TEST_LIST(hex_tarball),
	TEST_LIST(jwt),
	TEST_LIST(license),
	TEST_LIST(mailbox),
	TEST_LIST(manifest),
	TEST_LIST(markdown),
	TEST_LIST(pypi_name),
	TEST_LIST(pypi_requirement),
	TEST_LIST(python_repr),
	TEST_LIST(sdist),
	TEST_LIST(wheel),
	TEST_LIST(zip)
)
