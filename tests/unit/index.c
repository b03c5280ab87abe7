/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the tests of src/index.
 */
#include "unit.h"

DECLARE_TESTS(hexregistry);
DECLARE_TESTS(sparse);

UNIT_MAIN("index",
	TEST_LIST(hexregistry),
	TEST_LIST(sparse)
)
