/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the tests of src/wire.
 */
#include "unit.h"

DECLARE_TESTS(dialect);
DECLARE_TESTS(doc);
DECLARE_TESTS(etf);
DECLARE_TESTS(form);
DECLARE_TESTS(json_read);
DECLARE_TESTS(json_write);
DECLARE_TESTS(toml);
DECLARE_TESTS(xmlrpc);

UNIT_MAIN("wire",
	TEST_LIST(dialect),
	TEST_LIST(doc),
	TEST_LIST(etf),
	TEST_LIST(form),
	TEST_LIST(json_read),
	TEST_LIST(json_write),
	TEST_LIST(toml),
	TEST_LIST(xmlrpc)
)
