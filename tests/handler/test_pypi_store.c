/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program that tests what is stored of Python projects.
 */
#include "support.h"

DECLARE_TESTS(pypi_index);
DECLARE_TESTS(pypi_limits);
DECLARE_TESTS(pypi_manage);
DECLARE_TESTS(pypi_read);
DECLARE_TESTS(pypi_verify);

/* Those that commit come last: what they write stays. */
TEST_MAIN("pypi_store", TEST_LIST(pypi_index), TEST_LIST(pypi_limits), TEST_LIST(pypi_manage), TEST_LIST(pypi_read),
	TEST_LIST(pypi_verify))
