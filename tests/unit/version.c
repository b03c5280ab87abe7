/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the tests of src/version.
 */
#include "unit.h"

DECLARE_TESTS(hex_req);
DECLARE_TESTS(pep440);
DECLARE_TESTS(pep440_spec);
DECLARE_TESTS(semver);
DECLARE_TESTS(semver_req);

UNIT_MAIN("version",
	TEST_LIST(hex_req),
	TEST_LIST(pep440),
	TEST_LIST(pep440_spec),
	TEST_LIST(semver),
	TEST_LIST(semver_req)
)
