/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failures, the connection and the schema, against a real server.
 */
#include "db_queries.h"
#include "support.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/session.h"

/* ---- failures ---- */

static void
a_violated_constraint_is_named(void **state)
{
	static const struct {
		int64_t id, parent;
		enum fault_kind kind;
		const char *constraint;
	} cases[] = {
		{ 1, 0, FAULT_CONFLICT, "note_pkey" },
		{ 2, 99, FAULT_INVALID, "note_parent_fkey" },
		{ -1, 0, FAULT_INVALID, "note_id_check" },
	};

	(void)state;
	create_notes();
	assert_true(db_exec(w, Q(NOTE), ARGS(num(1), ref(0)), NULL));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct tx *tx = tx_begin(w);

		assert_false(db_exec(w, Q(NOTE), ARGS(num(cases[i].id), ref(cases[i].parent)), NULL));
		assert_fault(w->fault, cases[i].kind);
		assert_string_equal(w->fault->constraint, cases[i].constraint);
		assert_non_null(strstr(w->fault->detail, "note: 23"));
		assert_string_equal(w->fault->message, fault_kind_text(cases[i].kind));
		tx_rollback(tx);
		fault_clear(w->fault);
	}
}

static void
failures_are_told_apart_by_their_code(void **state)
{
	static const struct {
		const char *code;
		enum fault_kind kind;
	} cases[] = {
		{ "23505", FAULT_CONFLICT }, { "23503", FAULT_INVALID }, { "23514", FAULT_INVALID },
		{ "23502", FAULT_INVALID }, { "40001", FAULT_UNAVAILABLE }, { "40P01", FAULT_UNAVAILABLE },
		{ "55P03", FAULT_UNAVAILABLE }, { "57014", FAULT_UNAVAILABLE }, { "53100", FAULT_UNAVAILABLE },
		{ "22021", FAULT_BAD_REQUEST }, { "22003", FAULT_INVALID }, { "P0001", FAULT_INTERNAL },
		{ "42P01", FAULT_INTERNAL }, { "XX000", FAULT_INTERNAL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct tx *tx = tx_begin(w);

		assert_null(db_sql(w->db, w->fault, arena_printf(w->arena,
			"DO 'BEGIN RAISE EXCEPTION USING ERRCODE = ''%s'', MESSAGE = ''secret''; END'", cases[i].code)));
		assert_fault(w->fault, cases[i].kind);
		assert_null(strstr(w->fault->message, "secret"));
		assert_non_null(strstr(w->fault->detail, cases[i].code));
		tx_rollback(tx);
		fault_clear(w->fault);
	}
}

static void
a_statement_that_cannot_be_prepared_is_an_internal_error(void **state)
{
	(void)state;
	assert_false(db_exec(w, Q(BROKEN), NO_ARGS, NULL));
	assert_fault(w->fault, FAULT_INTERNAL);
	assert_non_null(strstr(w->fault->detail, "broken"));
}

static void
a_statement_that_takes_too_long_is_cancelled(void **state)
{
	struct db *db = db_new(test_conninfo("program"), 50000);
	struct work *other = test_work_on(db);

	(void)state;
	assert_false(db_exec(other, Q(SLEEP), NO_ARGS, NULL));
	assert_fault(other->fault, FAULT_UNAVAILABLE);
	assert_true(db_is_connected(db));
	db_close(db);
}

/* ---- the connection ---- */

static void
a_session_is_set_up(void **state)
{
	static const struct {
		const char *name;
		const char *value;
	} cases[] = {
		{ "statement_timeout", "30s" }, { "lock_timeout", "10s" },
		{ "idle_in_transaction_session_timeout", "30s" }, { "application_name", "entrepot" },
		{ "TimeZone", "UTC" }, { "client_min_messages", "warning" }, { "client_encoding", "UTF8" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(sql_text("SHOW %s", cases[i].name), cases[i].value);
}

/* One value of another connection's session. */
static const char *
told_by(struct work *other, const char *sql)
{
	PGresult *result = PQexec(other->db->conn, sql);
	const char *value = arena_strdup(other->arena, PQgetvalue(result, 0, 0));

	PQclear(result);
	return value;
}

static void
without_a_session_of_its_own_nothing_is_left_in_it(void **state)
{
	struct db *db = db_new(test_conninfo("program"), 50000);
	struct work *other = test_work_on(db);
	struct tx *tx;
	int64_t n;

	(void)state;
	db_forgo_session(db);
	assert_true(db_int(other, Q(NULL), ARGS(flag(true)), &n));
	assert_string_equal(told_by(other, "SELECT count(*) FROM pg_prepared_statements"), "0");
	assert_string_equal(told_by(other, "SHOW lock_timeout"), "0");
	assert_string_equal(told_by(other, "SHOW TimeZone"), "UTC");
	tx = tx_begin(other);
	assert_non_null(tx);
	assert_string_equal(told_by(other, "SHOW lock_timeout"), "10s");
	assert_string_equal(told_by(other, "SHOW idle_in_transaction_session_timeout"), "30s");
	assert_false(db_exec(other, Q(SLEEP), NO_ARGS, NULL));
	assert_fault(other->fault, FAULT_UNAVAILABLE);
	tx_rollback(tx);
	assert_string_equal(told_by(other, "SHOW statement_timeout"), "0");
	db_close(db);
}

static void
a_frozen_transaction_sees_one_state_and_writes_nothing(void **state)
{
	struct db *db = db_new(test_conninfo("program"), 5000000);
	struct work *other = test_work_on(db);
	struct tx *tx = tx_begin_frozen(other);

	(void)state;
	assert_non_null(tx);
	assert_string_equal(told_by(other, "SHOW transaction_isolation"), "repeatable read");
	assert_string_equal(told_by(other, "SHOW transaction_read_only"), "on");
	assert_null(tx_begin_frozen(other));
	assert_fault(other->fault, FAULT_INTERNAL);
	tx_rollback(tx);
	db_close(db);
}

static void
a_connection_of_ones_own_is_direct(void **state)
{
	struct db *db = db_new(test_conninfo("program"), 5000000);
	struct work *other = test_work_on(db);
	bool direct = false;

	(void)state;
	assert_true(db_is_direct(other, &direct));
	assert_true(direct);
	db_close(db);
}

static void
end_session_of(struct work *other)
{
	PGconn *conn = other->db->conn;

	assert_string_equal(sql_text("SELECT pg_terminate_backend(%d, 5000)", PQbackendPID(conn)), "t");
}

static void
a_session_that_ended_while_idle_is_replaced_unnoticed(void **state)
{
	struct work *other = test_work_on(test_connection(NULL));

	(void)state;
	assert_non_null(db_one(other, Q(REALS), &reals_row, NO_ARGS));
	end_session_of(other);
	assert_non_null(db_one(other, Q(REALS), &reals_row, NO_ARGS));
	assert_no_fault(other->fault);
}

static void
a_session_that_ends_under_a_statement_is_unavailable_once(void **state)
{
	struct work *other = test_work_on(test_connection(NULL));

	(void)state;
	assert_null(db_sql(other->db, other->fault, "SELECT pg_terminate_backend(pg_backend_pid())"));
	assert_fault(other->fault, FAULT_UNAVAILABLE);
	assert_false(db_is_connected(other->db));
	fault_clear(other->fault);
	assert_non_null(db_one(other, Q(REALS), &reals_row, NO_ARGS));
}

static void
a_session_lost_inside_a_transaction_stays_lost_until_its_end(void **state)
{
	struct work *other = test_work_on(test_connection(NULL));
	struct tx *tx = tx_begin(other), *inner = tx_begin(other);

	(void)state;
	end_session_of(other);
	assert_null(db_one(other, Q(REALS), &reals_row, NO_ARGS));
	assert_fault(other->fault, FAULT_UNAVAILABLE);
	fault_clear(other->fault);
	tx_rollback(inner);
	assert_null(db_one(other, Q(REALS), &reals_row, NO_ARGS));
	assert_fault(other->fault, FAULT_UNAVAILABLE);
	fault_clear(other->fault);
	assert_false(tx_commit(other, tx));
	assert_fault(other->fault, FAULT_UNAVAILABLE);
	fault_clear(other->fault);
	assert_non_null(db_one(other, Q(REALS), &reals_row, NO_ARGS));
	assert_no_fault(other->fault);
}

static void
a_server_that_is_away_is_not_asked_all_the_time(void **state)
{
	struct work *other = test_work_on(test_connection("host=/nonexistent dbname=x"));
	const char *first;

	(void)state;
	assert_false(db_connect(other->db, other->fault));
	assert_fault(other->fault, FAULT_UNAVAILABLE);
	assert_string_equal(other->fault->message, "Service unavailable");
	first = other->fault->detail;
	assert_non_null(strstr(first, "/nonexistent"));
	assert_null(strchr(first, '\n'));
	for (int i = 0; i < 10; i++) {
		fault_clear(other->fault);
		assert_null(db_one(other, Q(REALS), &reals_row, NO_ARGS));
		assert_fault(other->fault, FAULT_UNAVAILABLE);
	}
	assert_true(other->db->retry_at - clock_ticks() <= CLOCK_SECOND);
	assert_false(db_is_connected(other->db));
	assert_int_equal(db_socket(other->db), -1);
}

/* How many lines of a log have the words. */
static int
count_in_log(const char *path, const char *words)
{
	char line[1024];
	FILE *file = fopen(path, "r");
	int count = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		count += strstr(line, words) != NULL;
	fclose(file);
	return count;
}

static void
an_outage_is_told_once_and_again_after_a_while(void **state)
{
	struct work *other = test_work_on(test_connection("host=/nonexistent dbname=x"));
	const char *path = arena_printf(w->arena, "%s/outage.log", test_directory);

	(void)state;
	assert_true(log_open(path, false, LOG_INFO_LEVEL));
	for (int i = 0; i < 5; i++) {
		other->db->retry_at = 0;
		assert_false(db_connect(other->db, other->fault));
		fault_clear(other->fault);
	}
	assert_int_equal(count_in_log(path, "no connection to the database"), 1);
	assert_true(other->db->tell_at - clock_ticks() > CLOCK_SECOND);
	other->db->tell_at = 0;
	other->db->retry_at = 0;
	assert_false(db_connect(other->db, other->fault));
	assert_int_equal(count_in_log(path, "no connection to the database"), 2);
	assert_true(log_open(NULL, false, LOG_INFO_LEVEL));
}

static void
a_notification_is_noticed(void **state)
{
	struct db *db = test_connection(NULL), *sender = test_connection(NULL);
	struct fault *f = test_work_on(db)->fault;
	bool noticed = false;

	(void)state;
	PQclear(db_sql(db, f, "LISTEN job"));
	assert_true(db_socket(db) >= 0);
	assert_false(db_take_notification(db));
	PQclear(db_sql(sender, f, "NOTIFY job"));
	for (int i = 0; i < 500 && !noticed; i++) {
		noticed = db_take_notification(db);
		usleep(10000);
	}
	assert_true(noticed);
	assert_false(db_take_notification(db));
}

/* ---- the schema ---- */

static void
migrations_apply_once(void **state)
{
	struct work *other = test_work_on(test_connection(test_database("fresh", false)));
	int applied = -1;

	(void)state;
	assert_true(db_migrate(other, &applied));
	assert_int_equal(applied, migration_count);
	assert_true(db_migrate(other, &applied));
	assert_int_equal(applied, 0);
	assert_true(db_check_schema(other));
	assert_no_fault(other->fault);
}

static void
two_migrations_at_once_do_not_meet(void **state)
{
	const char *conninfo = test_database("contested", false);
	struct work *other;
	pid_t children[2];
	int status;

	(void)state;
	for (int i = 0; i < 2; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			int applied;

			other = test_work_on(db_new(conninfo, 60 * CLOCK_SECOND));
			_exit(db_migrate(other, &applied) ? 0 : 1);
		}
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_int_equal(status, 0);
	}
	assert_true(db_check_schema(test_work_on(test_connection(conninfo))));
}

static void
an_empty_database_asks_for_migration(void **state)
{
	struct work *other = test_work_on(test_connection(test_database("empty", false)));

	(void)state;
	assert_false(db_check_schema(other));
	assert_fault(other->fault, FAULT_UNAVAILABLE);
	assert_non_null(strstr(other->fault->message, "run entrepot-admin migrate"));
}

static void
a_newer_schema_is_refused(void **state)
{
	struct work *other = test_work_on(test_connection(test_database("newer", true)));
	int applied;

	(void)state;
	PQclear(db_sql(other->db, other->fault, arena_printf(w->arena,
		"INSERT INTO schema_migration (number, name) VALUES (%d, 'future')", migration_count + 1)));
	assert_false(db_check_schema(other));
	assert_fault(other->fault, FAULT_UNAVAILABLE);
	assert_non_null(strstr(other->fault->message, "newer than this program"));
	fault_clear(other->fault);
	assert_false(db_migrate(other, &applied));
	assert_fault(other->fault, FAULT_UNAVAILABLE);
	assert_int_equal(applied, 0);
}

static void
a_schema_of_somebody_else_is_refused(void **state)
{
	struct work *other = test_work_on(test_connection(test_database("foreign_one", true)));

	(void)state;
	PQclear(db_sql(other->db, other->fault, arena_printf(w->arena,
		"UPDATE schema_migration SET name = 'other' WHERE number = %d", migration_count)));
	assert_false(db_check_schema(other));
	assert_fault(other->fault, FAULT_UNAVAILABLE);
	fault_clear(other->fault);
	PQclear(db_sql(other->db, other->fault, "DELETE FROM schema_migration WHERE number = 2"));
	assert_false(db_check_schema(other));
	assert_fault(other->fault, FAULT_UNAVAILABLE);
}

TESTS(db,
	TEST(a_violated_constraint_is_named),
	TEST(failures_are_told_apart_by_their_code),
	TEST(a_statement_that_cannot_be_prepared_is_an_internal_error),
	TEST(a_statement_that_takes_too_long_is_cancelled),
	TEST(a_session_is_set_up),
	TEST(without_a_session_of_its_own_nothing_is_left_in_it),
	TEST(a_frozen_transaction_sees_one_state_and_writes_nothing),
	TEST(a_connection_of_ones_own_is_direct),
	TEST(a_session_that_ended_while_idle_is_replaced_unnoticed),
	TEST(a_session_that_ends_under_a_statement_is_unavailable_once),
	TEST(a_session_lost_inside_a_transaction_stays_lost_until_its_end),
	TEST(a_server_that_is_away_is_not_asked_all_the_time),
	TEST(an_outage_is_told_once_and_again_after_a_while),
	TEST(a_notification_is_noticed),
	TEST(migrations_apply_once),
	TEST(two_migrations_at_once_do_not_meet),
	TEST(an_empty_database_asks_for_migration),
	TEST(a_newer_schema_is_refused),
	TEST(a_schema_of_somebody_else_is_refused),
);

DECLARE_TESTS(db_values);
DECLARE_TESTS(db_tx);

TEST_MAIN("db",
	TEST_LIST(db_values),
	TEST_LIST(db_tx),
	TEST_LIST(db)
)
