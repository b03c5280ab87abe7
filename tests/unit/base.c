/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the tests of src/base.
 */
#include "unit.h"

DECLARE_TESTS(address);
DECLARE_TESTS(arena);
DECLARE_TESTS(buf);
DECLARE_TESTS(clock);
DECLARE_TESTS(command);
DECLARE_TESTS(digest);
DECLARE_TESTS(encode);
DECLARE_TESTS(fault);
DECLARE_TESTS(filecopy);
DECLARE_TESTS(gzip);
DECLARE_TESTS(log);
DECLARE_TESTS(number);
DECLARE_TESTS(password);
DECLARE_TESTS(random);
DECLARE_TESTS(settings);
DECLARE_TESTS(sha512);
DECLARE_TESTS(signature);
DECLARE_TESTS(span);
DECLARE_TESTS(tempfile);
DECLARE_TESTS(text);

UNIT_MAIN("base",
	TEST_LIST(address),
	TEST_LIST(arena),
	TEST_LIST(buf),
	TEST_LIST(clock),
	TEST_LIST(command),
	TEST_LIST(digest),
	TEST_LIST(encode),
	TEST_LIST(fault),
	TEST_LIST(filecopy),
	TEST_LIST(gzip),
	TEST_LIST(log),
	TEST_LIST(number),
	TEST_LIST(password),
	TEST_LIST(random),
	TEST_LIST(settings),
	TEST_LIST(sha512),
	TEST_LIST(signature),
	TEST_LIST(span),
	TEST_LIST(tempfile),
	TEST_LIST(text)
)
