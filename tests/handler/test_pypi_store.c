/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program that tests what is stored of Python projects.
 */
#include "support.h"

DECLARE_TESTS(pypi_index);

TEST_MAIN("pypi_store", TEST_LIST(pypi_index))
