/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the tests of src/http.
 */
#include "unit.h"

DECLARE_TESTS(accept);
DECLARE_TESTS(conditional);
DECLARE_TESTS(credentials);
DECLARE_TESTS(multipart);
DECLARE_TESTS(query);
DECLARE_TESTS(request);
DECLARE_TESTS(response);
DECLARE_TESTS(router);

UNIT_MAIN("http",
	TEST_LIST(accept),
	TEST_LIST(conditional),
	TEST_LIST(credentials),
	TEST_LIST(multipart),
	TEST_LIST(query),
	TEST_LIST(request),
	TEST_LIST(response),
	TEST_LIST(router)
)
