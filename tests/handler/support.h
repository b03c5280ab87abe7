/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every handler test needs: a migrated database of its own program, and
 * per test an arena, a fault, a piece of work and an outer transaction that is
 * rolled back at the end, so that tests do not see each other.
 *
 * The connection string of an empty database comes in ENTREPOT_TEST_DATABASE
 * (tests/support/run-program). It is migrated once and never used itself: it
 * is the template of all others.
 *
 * With ENTREPOT_TEST_WITHOUT_EXTENSIONS set, the databases have none.
 * With ENTREPOT_TEST_URL set, requests go over HTTP to a registry that runs
 * there on the database of ENTREPOT_TEST_DATABASE; each test then begins with
 * that database emptied, and what it writes is committed.
 */
#ifndef ENTREPOT_TESTS_SUPPORT_H
#define ENTREPOT_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/fault.h"
#include "base/work.h"
#include "db/db.h"

/* Of the running test. */
extern struct work *w;
/* The directory of this program, with an empty blob store; removed at the end. */
extern const char *test_directory;

/* Of request.c, when a program has it: the application on the connection of the test, and its end. */
void test_app_setup(void) __attribute__((weak));
void test_program_end(void) __attribute__((weak));

int test_setup(void **state);
int test_teardown(void **state);
/* The same without the outer transaction: what is written stays for the tests that follow. */
int test_setup_committing(void **state);

#define TEST(function) cmocka_unit_test_setup_teardown(function, test_setup, test_teardown)
#define TEST_COMMITTING(function) \
	cmocka_unit_test_setup_teardown(function, test_setup_committing, test_teardown)
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

/* The address of the running registry; NULL when requests are made in process. */
const char *test_url(void);

/* Run the lists as one group (one TAP plan); the result is main's. */
int test_run(const char *name, const struct test_list *lists, size_t count);
#define TEST_MAIN(name, ...) \
	int \
	main(void) \
	{ \
		static const struct test_list lists[] = { __VA_ARGS__ }; \
		return test_run(name, lists, sizeof(lists) / sizeof(lists[0])); \
	}

/* ---- other databases ---- */

/* The connection string with another database name, on the arena. */
const char *test_conninfo(const char *dbname);
/* A database of that name, replacing an older one: empty, or a copy of the migrated template. */
const char *test_database(const char *dbname, bool migrated);
/* From now on the database of the running test is one without pg_trgm and the index of names. */
void test_drop_name_index(void);
/* A second connection to CONNINFO (NULL: the database of this program), closed after the test. */
struct db *test_connection(const char *conninfo);
/* W with another connection and a fault of its own. */
struct work *test_work_on(struct db *db);

/* ---- looking and arranging, on the connection of the test ---- */

/* Run statements; a failure fails the test. */
void sql_do(const char *format, ...) PRINTF(1, 2);
/* The first value as text, NULL when there is none or it is NULL. */
const char *sql_text(const char *format, ...) PRINTF(1, 2);
int64_t sql_int(const char *format, ...) PRINTF(1, 2);

/* The fault is of this kind. Fails with the fault's texts. */
void assert_fault(const struct fault *f, enum fault_kind kind);
void assert_no_fault(const struct fault *f);

#endif
