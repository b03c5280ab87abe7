/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transactions, savepoints, and what becomes of them.
 */
#include "db_queries.h"
#include "support.h"

#include "db/session.h"

static void
a_savepoint_rolls_back_alone(void **state)
{
	struct tx *outer, *inner;

	(void)state;
	create_notes();
	outer = tx_begin(w);
	assert_true(db_exec(w, Q(NOTE), ARGS(num(1), ref(0)), NULL));
	inner = tx_begin(w);
	assert_true(db_exec(w, Q(NOTE), ARGS(num(2), ref(0)), NULL));
	tx_rollback(inner);
	assert_int_equal(count_notes(), 1);
	assert_true(tx_commit(w, outer));
	assert_int_equal(count_notes(), 1);
}

static void
what_is_committed_inside_goes_with_the_outer_transaction(void **state)
{
	struct tx *outer, *inner;

	(void)state;
	create_notes();
	outer = tx_begin(w);
	inner = tx_begin(w);
	assert_true(db_exec(w, Q(NOTE), ARGS(num(1), ref(0)), NULL));
	assert_true(tx_commit(w, inner));
	assert_int_equal(count_notes(), 1);
	tx_rollback(outer);
	assert_int_equal(count_notes(), 0);
}

static void
clearing_the_arena_rolls_back(void **state)
{
	struct arena request;
	struct work inside = *w;

	(void)state;
	create_notes();
	arena_init(&request);
	inside.arena = &request;
	assert_non_null(tx_begin(&inside));
	assert_non_null(tx_begin(&inside));
	assert_true(db_exec(&inside, Q(NOTE), ARGS(num(1), ref(0)), NULL));
	arena_free(&request);
	assert_int_equal(count_notes(), 0);
	assert_ptr_equal(w->db->tx, w->db->floor);
}

static void
a_commit_refuses_when_a_fault_is_set(void **state)
{
	struct tx *tx;

	(void)state;
	create_notes();
	tx = tx_begin(w);
	assert_true(db_exec(w, Q(NOTE), ARGS(num(1), ref(0)), NULL));
	fault_raise(w->fault, FAULT_INVALID, "no");
	assert_false(tx_commit(w, tx));
	assert_string_equal(w->fault->message, "no");
	assert_int_equal(count_notes(), 0);
}

static void
the_first_fault_wins_in_a_failed_transaction(void **state)
{
	struct tx *tx;
	int64_t n;

	(void)state;
	create_notes();
	tx = tx_begin(w);
	assert_true(db_exec(w, Q(NOTE), ARGS(num(1), ref(0)), NULL));
	assert_false(db_exec(w, Q(NOTE), ARGS(num(1), ref(0)), NULL));
	assert_false(db_int(w, Q(COUNT), NO_ARGS, &n));
	assert_false(tx_commit(w, tx));
	assert_fault(w->fault, FAULT_CONFLICT);
	fault_clear(w->fault);
	assert_true(db_int(w, Q(COUNT), NO_ARGS, &n));
	assert_int_equal(n, 0);
}

static void
a_failed_transaction_does_not_commit_when_its_fault_is_forgotten(void **state)
{
	struct tx *tx;
	int64_t n;

	(void)state;
	create_notes();
	tx = tx_begin(w);
	assert_false(db_exec(w, Q(NOTE), ARGS(num(-1), ref(0)), NULL));
	fault_clear(w->fault);
	assert_false(db_int(w, Q(COUNT), NO_ARGS, &n));
	assert_fault(w->fault, FAULT_INTERNAL);
	fault_clear(w->fault);
	assert_false(tx_commit(w, tx));
	assert_fault(w->fault, FAULT_INTERNAL);
	assert_int_equal(count_notes(), 0);
}

static void
committing_the_outer_transaction_closes_the_inner(void **state)
{
	struct tx *outer, *inner;

	(void)state;
	create_notes();
	outer = tx_begin(w);
	inner = tx_begin(w);
	assert_true(db_exec(w, Q(NOTE), ARGS(num(1), ref(0)), NULL));
	assert_true(tx_commit(w, outer));
	tx_rollback(inner);
	assert_int_equal(count_notes(), 1);
	assert_false(tx_commit(w, inner));
	assert_fault(w->fault, FAULT_INTERNAL);
}

static void
an_abort_rolls_everything_back(void **state)
{
	struct work *other = test_work_on(test_connection(NULL));
	int64_t n = 7;

	(void)state;
	db_abort(other->db);
	assert_non_null(tx_begin(other));
	assert_non_null(tx_begin(other));
	assert_true(db_exec(other, Q(NOTE), ARGS(num(1), ref(0)), NULL) == false);
	db_abort(other->db);
	fault_clear(other->fault);
	assert_true(db_int(other, Q(NULL), ARGS(flag(true)), &n));
	assert_int_equal(PQtransactionStatus(other->db->conn), PQTRANS_IDLE);
}

static void
a_real_commit_is_seen_by_others(void **state)
{
	struct db *db = test_connection(test_database("commits", true));
	struct work *one = test_work_on(db), *two = test_work_on(test_connection(test_conninfo("commits")));
	struct tx *tx;
	int64_t n;

	(void)state;
	PQclear(db_sql(db, one->fault, "CREATE TABLE note (id bigint, parent bigint, word text)"));
	tx = tx_begin(one);
	assert_true(db_exec(one, Q(NOTE), ARGS(num(1), ref(0)), NULL));
	assert_true(db_int(two, Q(COUNT), NO_ARGS, &n));
	assert_int_equal(n, 0);
	assert_true(tx_commit(one, tx));
	assert_true(db_int(two, Q(COUNT), NO_ARGS, &n));
	assert_int_equal(n, 1);
}

TESTS(db_tx,
	TEST(a_savepoint_rolls_back_alone),
	TEST(what_is_committed_inside_goes_with_the_outer_transaction),
	TEST(clearing_the_arena_rolls_back),
	TEST(a_commit_refuses_when_a_fault_is_set),
	TEST(the_first_fault_wins_in_a_failed_transaction),
	TEST(a_failed_transaction_does_not_commit_when_its_fault_is_forgotten),
	TEST(committing_the_outer_transaction_closes_the_inner),
	TEST(an_abort_rolls_everything_back),
	TEST(a_real_commit_is_seen_by_others),
);
