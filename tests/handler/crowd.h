/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests that really commit: a database of their own, and several processes
 * that ask at once.
 */
#ifndef ENTREPOT_TESTS_CROWD_H
#define ENTREPOT_TESTS_CROWD_H

#include <stdbool.h>
#include <stddef.h>

#include "request.h"
#include "support.h"

/* How many ask at once. */
#define CROWD_SIZE 8

/* The application and W on a fresh copy of the template of that name, until the end of the test. */
void use_own_database(const char *name);

/* A test that may call use_own_database(). */
int teardown_own_database(void **state);
#define TEST_ALONE(function) cmocka_unit_test_setup_teardown(function, test_setup_committing, teardown_own_database)

/* What came of one request. */
enum crowd_outcome { CROWD_DONE, CROWD_REFUSED, CROWD_BROKEN, CROWD__MAX };

struct crowd {
	const char *dbname;
	const struct test_request *request;
	const struct span *bodies;	/* each takes BODIES[i % COUNT] */
	size_t count;
	enum crowd_outcome (*judge)(const struct test_answer *);
};

/*
 * Let ACT change the database DBNAME over a connection of its own, in a
 * transaction that is committed as soon as somebody waits for it. Returns when
 * it has been done; assert_was_waited_for() when it has been committed, too.
 */
void hold(const char *dbname, bool (*act)(void));
void assert_was_waited_for(void);

/* Let the crowd ask, each over a connection of its own; how many came out how. */
void ask_at_once(const struct crowd *crowd, int outcomes[CROWD__MAX]);

#endif
