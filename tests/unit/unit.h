/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every unit test needs: cmocka, and an arena and a fault per program.
 * A module's file exports `const struct CMUnitTest MODULE_tests[]` and its
 * length through TESTS(); the program of its directory runs them all.
 */
#ifndef ENTREPOT_TESTS_UNIT_H
#define ENTREPOT_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/fault.h"

/* Fresh for each test (setup and teardown of the group below). */
extern struct arena *arena;
extern struct fault *fault;
int unit_setup(void **state);
int unit_teardown(void **state);

/* An empty file of a name of its own, which becomes PATH; whether that worked. */
bool unit_make_file(char path[64]);

#define TEST(function) cmocka_unit_test_setup_teardown(function, unit_setup, unit_teardown)
#define TESTS(module, ...) \
	const struct CMUnitTest module##_tests[] = { __VA_ARGS__ }; \
	const size_t module##_test_count = sizeof(module##_tests) / sizeof(module##_tests[0])
#define DECLARE_TESTS(module) \
	extern const struct CMUnitTest module##_tests[]; \
	extern const size_t module##_test_count

struct test_list {
	const struct CMUnitTest *tests;
	const size_t *count;
};
#define TEST_LIST(module) { module##_tests, &module##_test_count }

/* Run the lists as one group (one TAP plan); the result is main's. */
int unit_run(const char *name, const struct test_list *lists, size_t count);
#define UNIT_MAIN(name, ...) \
	int \
	main(void) \
	{ \
		static const struct test_list lists[] = { __VA_ARGS__ }; \
		return unit_run(name, lists, sizeof(lists) / sizeof(lists[0])); \
	}

#endif
