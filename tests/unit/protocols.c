/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the tests of what in src/protocols needs no database.
 */
#include "unit.h"

DECLARE_TESTS(pypi_form);
DECLARE_TESTS(pypi_form_check);

UNIT_MAIN("protocols",
	TEST_LIST(pypi_form),
	TEST_LIST(pypi_form_check)
)
