/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Databases of a test's own, and many who ask at once.
 */
#include "crowd.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

static struct db *programs_db;

void
use_own_database(const char *name)
{
	programs_db = w->db;
	w->db = test_connection(test_database(name, true));
	test_app_use(w->db);
}

int
teardown_own_database(void **state)
{
	if (programs_db) {
		w->db = programs_db;
		test_app_use(w->db);
	}
	programs_db = NULL;
	return test_teardown(state);
}

/* ---- one who holds what others want ---- */

static pid_t holder;

/* In the child: 0 when it was waited for. */
static int
hold_in_child(const char *dbname, bool (*act)(void), int done)
{
	struct tx *tx;

	w->db = db_new(test_conninfo(dbname), 30 * CLOCK_SECOND);
	tx = tx_begin(w);
	if (!tx || !act() || write(done, "x", 1) != 1)
		return 1;
	for (int i = 0; i < 6000; i++) {
		if (sql_int("SELECT count(*) FROM pg_stat_activity"
			    " WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0)
			return tx_commit(w, tx) ? 0 : 1;
		usleep(10000);
	}
	return 2;
}

void
hold(const char *dbname, bool (*act)(void))
{
	int done[2];
	char byte;

	assert_int_equal(pipe(done), 0);
	holder = fork();
	if (holder == 0)
		_exit(hold_in_child(dbname, act, done[1]));
	close(done[1]);
	assert_int_equal(read(done[0], &byte, 1), 1);
	close(done[0]);
}

void
assert_was_waited_for(void)
{
	int status;

	assert_int_equal(waitpid(holder, &status, 0), holder);
	assert_int_equal(status, 0);
}

/* ---- many who ask at once ---- */

static int
ask_in_child(const struct crowd *crowd, size_t number)
{
	struct test_request request = *crowd->request;
	const struct test_answer *answer;
	enum crowd_outcome outcome;

	w->db = db_new(test_conninfo(crowd->dbname), 30 * CLOCK_SECOND);
	test_app_use(w->db);
	request.body = crowd->bodies[number % crowd->count];
	answer = test_send(&request);
	outcome = crowd->judge(answer);
	if (outcome == CROWD_BROKEN)
		print_error("%d %s\n", answer->status, answer->body.at);
	return (int)outcome;
}

void
ask_at_once(const struct crowd *crowd, int outcomes[CROWD__MAX])
{
	pid_t children[CROWD_SIZE];
	int status;

	for (size_t i = 0; i < CROWD_SIZE; i++) {
		children[i] = fork();
		if (children[i] == 0)
			_exit(ask_in_child(crowd, i));
	}
	memset(outcomes, 0, CROWD__MAX * sizeof(*outcomes));
	for (size_t i = 0; i < CROWD_SIZE; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < CROWD__MAX);
		outcomes[WEXITSTATUS(status)]++;
	}
}
