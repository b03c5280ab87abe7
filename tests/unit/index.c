/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the tests of src/index.
 */
#include "unit.h"

DECLARE_TESTS(hexregistry);
DECLARE_TESTS(pypi_json);
DECLARE_TESTS(pypi_list);
DECLARE_TESTS(pypi_simple);
DECLARE_TESTS(rss);
DECLARE_TESTS(sparse);

UNIT_MAIN("index",
	TEST_LIST(hexregistry),
	TEST_LIST(pypi_json),
	TEST_LIST(pypi_list),
	TEST_LIST(pypi_simple),
	TEST_LIST(rss),
	TEST_LIST(sparse)
)
