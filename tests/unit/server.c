/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs the tests of src/server.
 */
#include "unit.h"

DECLARE_TESTS(connections);
DECLARE_TESTS(fcgi);
DECLARE_TESTS(listener);
DECLARE_TESTS(metrics);
DECLARE_TESTS(process);
DECLARE_TESTS(signals);

UNIT_MAIN("server",
	TEST_LIST(connections),
	TEST_LIST(fcgi),
	TEST_LIST(listener),
	TEST_LIST(metrics),
	TEST_LIST(process),
	TEST_LIST(signals)
)
