/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the tests of src/base.
 */
#include "unit.h"

DECLARE_TESTS(arena);

UNIT_MAIN("base",
	TEST_LIST(arena)
)
