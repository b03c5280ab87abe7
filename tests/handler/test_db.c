/* SPDX-License-Identifier: Apache-2.0 */
/*
 * src/db against a real server. This program brings a query table of its own,
 * which the linker takes in place of the generated one, so that every type and
 * every failure can be had at will.
 */
#include "support.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/session.h"

enum {
	T_NUMBERS, T_TIMES, T_TEXTS, T_BYTES, T_ARRAY, T_INTS, T_JSON, T_REALS, T_SERIES, T_NOTE, T_COUNT,
	T_NULL, T_SLEEP, T_BROKEN, TEST_QUERY_COUNT
};
_Static_assert((int)TEST_QUERY_COUNT <= (int)QUERY_COUNT, "ids of test queries must be ids of queries");

/* In the place of a query of the program. */
#define Q(name) ((enum query_name)T_##name)

const struct query_text query_table[QUERY_COUNT] = {
	[T_NUMBERS] = { "numbers", 3, QUERY_ONE,
		"SELECT $1::bigint AS a, $2::integer AS b, ($2::integer)::smallint AS c, 4000000000::oid AS d,"
		" $3::boolean AS yes, NULL::bigint AS nothing" },
	[T_TIMES] = { "times", 1, QUERY_ONE,
		"SELECT ($1::timestamptz)::date AS day, $1::timestamptz AS at, ($1::timestamptz)::text AS spelled" },
	[T_TEXTS] = { "texts", 1, QUERY_ONE,
		"SELECT $1::text AS t, $1::text AS s, octet_length($1::text) AS n, $1::varchar AS v, $1::text::name AS other" },
	[T_BYTES] = { "bytes", 1, QUERY_ONE, "SELECT $1::bytea AS s, octet_length($1::bytea) AS n" },
	[T_ARRAY] = { "array", 1, QUERY_ONE,
		"SELECT $1::text[] AS items, array_to_string($1::text[], '|', '<null>') AS joined,"
		" cardinality($1::text[]) AS n" },
	[T_INTS] = { "ints", 1, QUERY_MANY, "SELECT unnest($1::bigint[]) AS n" },
	[T_JSON] = { "json", 1, QUERY_ONE, "SELECT $1::jsonb AS t, $1::jsonb AS s, ($1::jsonb)::json AS j" },
	[T_REALS] = { "reals", 0, QUERY_ONE, "SELECT 0.5::float4 AS f, -1.25e300::float8 AS d" },
	[T_SERIES] = { "series", 1, QUERY_MANY,
		"SELECT 'row ' || n AS t, n::bigint AS n FROM generate_series(1, $1::int) AS n ORDER BY n" },
	[T_NOTE] = { "note", 2, QUERY_EXEC, "INSERT INTO note (id, parent, word) VALUES ($1, $2, 'w')" },
	[T_COUNT] = { "count", 0, QUERY_ONE, "SELECT count(*) FROM note" },
	[T_NULL] = { "null", 1, QUERY_ONE, "SELECT NULL::bigint WHERE $1::bool" },
	[T_SLEEP] = { "sleep", 0, QUERY_EXEC, "SELECT pg_sleep(30)" },
	[T_BROKEN] = { "broken", 0, QUERY_EXEC, "SELECT * FROM there_is_no_such_table" },
};

struct numbers {
	int64_t a, b, c, d, nothing;
	bool yes;
};
static const struct column number_columns[] = {
	COLUMN(numbers, a), COLUMN(numbers, b), COLUMN(numbers, c), COLUMN(numbers, d),
	COLUMN(numbers, nothing), COLUMN(numbers, yes), COLUMNS_END
};
static const struct row_type numbers_row = ROW_TYPE(numbers, number_columns);

struct times {
	int64_t at, day;
	const char *spelled;
};
static const struct column time_columns[] = {
	COLUMN(times, at), COLUMN(times, day), COLUMN(times, spelled), COLUMNS_END
};
static const struct row_type times_row = ROW_TYPE(times, time_columns);

struct words {
	const char *t;
	struct span s;
	int64_t n;
	const char *v;
	const char *other;
};
static const struct column word_columns[] = {
	COLUMN(words, t), COLUMN(words, s), COLUMN(words, n), COLUMN(words, v), COLUMN(words, other), COLUMNS_END
};
static const struct row_type words_row = ROW_TYPE(words, word_columns);
static const struct column blob_columns[] = { COLUMN(words, s), COLUMN(words, n), COLUMNS_END };
static const struct row_type blob_row = ROW_TYPE(words, blob_columns);
static const struct column line_columns[] = { COLUMN(words, n), COLUMN(words, t), COLUMNS_END };
static const struct row_type line_row = ROW_TYPE(words, line_columns);
static const struct column only_n_columns[] = { COLUMN(words, n), COLUMNS_END };
static const struct row_type only_n_row = ROW_TYPE(words, only_n_columns);

struct listing {
	struct texts items;
	const char *joined;
	int64_t n;
};
static const struct column listing_columns[] = {
	COLUMN(listing, items), COLUMN(listing, joined), COLUMN(listing, n), COLUMNS_END
};
static const struct row_type listing_row = ROW_TYPE(listing, listing_columns);

struct document {
	const char *t;
	struct span s;
	const char *j;
};
static const struct column document_columns[] = {
	COLUMN(document, t), COLUMN(document, s), COLUMN(document, j), COLUMNS_END
};
static const struct row_type document_row = ROW_TYPE(document, document_columns);

struct reals {
	double f, d;
};
static const struct column real_columns[] = { COLUMN(reals, f), COLUMN(reals, d), COLUMNS_END };
static const struct row_type reals_row = ROW_TYPE(reals, real_columns);

static void
create_notes(void)
{
	sql_do("CREATE TABLE note (id bigint CONSTRAINT note_pkey PRIMARY KEY,"
		" parent bigint CONSTRAINT note_parent_fkey REFERENCES note,"
		" word text NOT NULL, CONSTRAINT note_id_check CHECK (id > 0))");
}

/* ---- values ---- */

static void
integers_and_booleans_come_back(void **state)
{
	const struct numbers *n = db_one(w, Q(NUMBERS), &numbers_row, ARGS(num(INT64_MIN), num(-32768), flag(true)));

	(void)state;
	assert_no_fault(w->fault);
	assert_non_null(n);
	assert_true(n->a == INT64_MIN);
	assert_int_equal(n->b, -32768);
	assert_int_equal(n->c, -32768);
	assert_int_equal(n->d, 4000000000);
	assert_int_equal(n->nothing, 0);
	assert_true(n->yes);
	n = db_one(w, Q(NUMBERS), &numbers_row, ARGS(num(INT64_MAX), num(0), flag(false)));
	assert_true(n->a == INT64_MAX);
	assert_false(n->yes);
}

static void
nothing_becomes_null_and_null_becomes_nothing(void **state)
{
	const struct words *t = db_one(w, Q(TEXTS), &words_row, ARGS(text(NULL)));
	const struct numbers *n = db_one(w, Q(NUMBERS), &numbers_row, ARGS(ref(0), num(0), flag(false)));
	const struct times *at = db_one(w, Q(TIMES), &times_row, ARGS(timestamp(0)));
	const struct listing *l = db_one(w, Q(ARRAY), &listing_row, ARGS((struct arg){ .kind = ARG_NULL }));

	(void)state;
	assert_no_fault(w->fault);
	assert_null(t->t);
	assert_null(t->s.at);
	assert_int_equal(n->a, 0);
	assert_int_equal(at->at, 0);
	assert_null(at->spelled);
	assert_null(l->items.items);
}

static void
times_come_back_to_the_microsecond(void **state)
{
	static const struct {
		int64_t t;
		const char *spelled;
	} cases[] = {
		{ 1, "1970-01-01 00:00:00.000001+00" },
		{ INT64_C(946684800000000), "2000-01-01 00:00:00+00" },
		{ INT64_C(946684799999999), "1999-12-31 23:59:59.999999+00" },
		{ INT64_C(-62135596800000000), "0001-01-01 00:00:00+00" },
		{ INT64_C(253402300799999999), "9999-12-31 23:59:59.999999+00" },
		{ INT64_MAX, "infinity" },
		{ INT64_MIN, "-infinity" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct times *at = db_one(w, Q(TIMES), &times_row, ARGS(timestamp(cases[i].t)));

		assert_no_fault(w->fault);
		assert_string_equal(at->spelled, cases[i].spelled);
		assert_true(at->at == cases[i].t);
	}
}

static void
dates_are_midnights(void **state)
{
	const struct times *at = db_one(w, Q(TIMES), &times_row, ARGS(timestamp(3 * CLOCK_DAY + 5)));

	(void)state;
	assert_int_equal(at->day, 3 * CLOCK_DAY);
	at = db_one(w, Q(TIMES), &times_row, ARGS(timestamp(-CLOCK_DAY)));
	assert_int_equal(at->day, -CLOCK_DAY);
	at = db_one(w, Q(TIMES), &times_row, ARGS(timestamp(INT64_MAX)));
	assert_true(at->day == INT64_MAX);
}

static void
texts_come_back_byte_for_byte(void **state)
{
	static const char *const cases[] = {
		"", "plain", "quo'te \"double\" \\back\\", "line\nbreak\ttab", "f\xc3\xbcr \xf0\x9f\xa6\x80", "$1; DROP TABLE note",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct words *t = db_one(w, Q(TEXTS), &words_row, ARGS(text(cases[i])));

		assert_no_fault(w->fault);
		assert_string_equal(t->t, cases[i]);
		assert_string_equal(t->v, cases[i]);
		assert_string_equal(t->other, cases[i]);
		assert_true(span_is(t->s, cases[i]));
		assert_int_equal(t->n, strlen(cases[i]));
	}
}

static void
a_span_need_not_end_with_nul(void **state)
{
	static const char letters[] = "abcdef";
	const struct words *t = db_one(w, Q(TEXTS), &words_row, ARGS(text_span(span_make(letters + 1, 3))));

	(void)state;
	assert_string_equal(t->t, "bcd");
}

static void
bytes_may_be_anything(void **state)
{
	char all[256];
	const struct words *b;

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	b = db_one(w, Q(BYTES), &blob_row, ARGS(bytes(all, sizeof(all))));
	assert_no_fault(w->fault);
	assert_int_equal(b->n, 256);
	assert_int_equal(b->s.len, 256);
	assert_memory_equal(b->s.at, all, 256);
	b = db_one(w, Q(BYTES), &blob_row, ARGS(bytes("", 0)));
	assert_non_null(b->s.at);
	assert_int_equal(b->s.len, 0);
	b = db_one(w, Q(BYTES), &blob_row, ARGS(bytes(NULL, 0)));
	assert_null(b->s.at);
}

static void
elements_of_a_text_array_may_be_anything(void **state)
{
	const struct span items[] = {
		SPAN("plain"), SPAN(""), SPAN("NULL"), SPAN("a,b"), SPAN("{x}"), SPAN("quo\"te'"), SPAN("back\\slash\\"),
		SPAN(" space "), SPAN("f\xc3\xbcr"),
	};
	const struct listing *l = db_one(w, Q(ARRAY), &listing_row, ARGS(text_array(items, ARRAY_LEN(items))));

	(void)state;
	assert_no_fault(w->fault);
	assert_int_equal(l->n, ARRAY_LEN(items));
	assert_int_equal(l->items.count, ARRAY_LEN(items));
	for (size_t i = 0; i < ARRAY_LEN(items); i++)
		assert_string_equal(l->items.items[i], items[i].at);
	assert_null(l->items.items[ARRAY_LEN(items)]);
}

static void
an_element_of_a_text_array_may_be_null(void **state)
{
	const struct span items[] = { SPAN("a"), { NULL, 0 }, SPAN("b") };
	const struct listing *l = db_one(w, Q(ARRAY), &listing_row, ARGS(text_array(items, 3)));

	(void)state;
	assert_string_equal(l->joined, "a|<null>|b");
	assert_int_equal(l->items.count, 3);
	assert_string_equal(l->items.items[1], "");
	assert_string_equal(l->items.items[2], "b");
}

static void
an_empty_array_is_not_null(void **state)
{
	const struct listing *l = db_one(w, Q(ARRAY), &listing_row, ARGS(text_array(NULL, 0)));

	(void)state;
	assert_int_equal(l->n, 0);
	assert_int_equal(l->items.count, 0);
	assert_non_null(l->items.items);
	assert_null(l->items.items[0]);
}

static void
arrays_of_numbers_arrive(void **state)
{
	const int64_t items[] = { INT64_MIN, -1, 0, INT64_MAX };
	const struct words *n;
	struct rows rows;

	(void)state;
	assert_true(db_many(w, Q(INTS), &only_n_row, ARGS(int_array(items, 4)), &rows));
	assert_int_equal(rows.count, 4);
	n = rows.at;
	for (size_t i = 0; i < 4; i++)
		assert_true(n[i].n == items[i]);
	assert_true(db_many(w, Q(INTS), &only_n_row, ARGS(int_array(NULL, 0)), &rows));
	assert_int_equal(rows.count, 0);
}

static void
json_is_read_as_text(void **state)
{
	const struct document *d = db_one(w, Q(JSON), &document_row, ARGS(text("{\"a\": [1, \"\xc3\xbc\"]}")));

	(void)state;
	assert_no_fault(w->fault);
	assert_string_equal(d->t, "{\"a\": [1, \"\xc3\xbc\"]}");
	assert_string_equal(d->j, d->t);
	assert_true(span_is(d->s, d->t));
}

static void
reals_are_read(void **state)
{
	const struct reals *r = db_one(w, Q(REALS), &reals_row, NO_ARGS);

	(void)state;
	assert_true(r->f == 0.5);
	assert_true(r->d == -1.25e300);
}

static void
a_text_with_nul_is_refused_before_it_is_sent(void **state)
{
	const struct span items[] = { SPAN("ok"), SPAN("no\0pe") };
	int64_t statements;

	(void)state;
	db_take_time(w->db, &statements);
	assert_null(db_one(w, Q(TEXTS), &words_row, ARGS(text_span(SPAN("a\0b")))));
	assert_fault(w->fault, FAULT_BAD_REQUEST);
	fault_clear(w->fault);
	assert_null(db_one(w, Q(ARRAY), &listing_row, ARGS(text_array(items, 2))));
	assert_fault(w->fault, FAULT_BAD_REQUEST);
	db_take_time(w->db, &statements);
	assert_int_equal(statements, 0);
}

static void
a_text_that_is_not_utf8_is_a_bad_request(void **state)
{
	(void)state;
	assert_null(db_one(w, Q(TEXTS), &words_row, ARGS(text("\xff\xfe"))));
	assert_fault(w->fault, FAULT_BAD_REQUEST);
}

static void
json_with_a_nul_escape_is_a_bad_request(void **state)
{
	(void)state;
	assert_null(db_one(w, Q(JSON), &document_row, ARGS(text("{\"a\": \"\\u0000\"}"))));
	assert_fault(w->fault, FAULT_BAD_REQUEST);
}

/* ---- rows ---- */

static void
no_row_is_no_failure(void **state)
{
	int64_t n = 7;
	struct rows rows;

	(void)state;
	assert_null(db_one(w, Q(SERIES), &line_row, ARGS(num(0))));
	assert_no_fault(w->fault);
	assert_true(db_many(w, Q(SERIES), &line_row, ARGS(num(0)), &rows));
	assert_int_equal(rows.count, 0);
	assert_true(db_int(w, Q(NULL), ARGS(flag(false)), &n));
	assert_int_equal(n, 0);
}

static void
two_rows_where_one_was_expected_are_a_failure(void **state)
{
	(void)state;
	assert_null(db_one(w, Q(SERIES), &line_row, ARGS(num(2))));
	assert_fault(w->fault, FAULT_INTERNAL);
	assert_non_null(strstr(w->fault->detail, "series"));
}

static void
many_rows_come_in_order(void **state)
{
	const struct words *lines;
	struct rows rows;

	(void)state;
	assert_true(db_many(w, Q(SERIES), &line_row, ARGS(num(1000)), &rows));
	assert_int_equal(rows.count, 1000);
	lines = rows.at;
	assert_int_equal(lines[0].n, 1);
	assert_string_equal(lines[0].t, "row 1");
	assert_int_equal(lines[999].n, 1000);
	assert_string_equal(lines[999].t, "row 1000");
}

static void
columns_are_matched_by_name_for_each_struct(void **state)
{
	const struct words *line;

	(void)state;
	line = db_one(w, Q(SERIES), &line_row, ARGS(num(1)));
	assert_string_equal(line->t, "row 1");
	line = db_one(w, Q(SERIES), &only_n_row, ARGS(num(1)));
	assert_null(line->t);
	assert_int_equal(line->n, 1);
	line = db_one(w, Q(SERIES), &line_row, ARGS(num(1)));
	assert_string_equal(line->t, "row 1");
}

static void
an_integer_that_is_null_is_zero(void **state)
{
	int64_t n = 7;

	(void)state;
	assert_true(db_int(w, Q(NULL), ARGS(flag(true)), &n));
	assert_int_equal(n, 0);
}

static void
affected_rows_are_counted(void **state)
{
	int64_t affected = 7;

	(void)state;
	create_notes();
	assert_true(db_exec(w, Q(NOTE), ARGS(num(1), ref(0)), &affected));
	assert_int_equal(affected, 1);
	assert_true(db_exec(w, Q(NOTE), ARGS(num(2), ref(1)), NULL));
	assert_true(db_int(w, Q(COUNT), NO_ARGS, &affected));
	assert_int_equal(affected, 2);
}

static void
a_statement_is_prepared_once_per_connection(void **state)
{
	struct work *other = test_work_on(test_connection(NULL));
	int64_t statements;

	(void)state;
	assert_true(db_connect(other->db, other->fault));
	db_take_time(other->db, &statements);
	assert_non_null(db_one(other, Q(REALS), &reals_row, NO_ARGS));
	assert_true(db_take_time(other->db, &statements) > 0);
	assert_int_equal(statements, 2);
	assert_non_null(db_one(other, Q(REALS), &reals_row, NO_ARGS));
	db_take_time(other->db, &statements);
	assert_int_equal(statements, 1);
}

static void
nothing_is_sent_after_a_fault(void **state)
{
	int64_t statements, n = 7;
	struct rows rows;

	(void)state;
	db_take_time(w->db, &statements);
	fault_raise(w->fault, FAULT_INVALID, "first");
	assert_null(db_one(w, Q(REALS), &reals_row, NO_ARGS));
	assert_false(db_many(w, Q(SERIES), &line_row, ARGS(num(1)), &rows));
	assert_false(db_exec(w, Q(SLEEP), NO_ARGS, NULL));
	assert_false(db_int(w, Q(NULL), ARGS(flag(true)), &n));
	assert_null(tx_begin(w));
	assert_string_equal(w->fault->message, "first");
	db_take_time(w->db, &statements);
	assert_int_equal(statements, 0);
}

/* ---- transactions ---- */

static int64_t
count_notes(void)
{
	return sql_int("SELECT count(*) FROM note");
}

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
	TEST(integers_and_booleans_come_back),
	TEST(nothing_becomes_null_and_null_becomes_nothing),
	TEST(times_come_back_to_the_microsecond),
	TEST(dates_are_midnights),
	TEST(texts_come_back_byte_for_byte),
	TEST(a_span_need_not_end_with_nul),
	TEST(bytes_may_be_anything),
	TEST(elements_of_a_text_array_may_be_anything),
	TEST(an_element_of_a_text_array_may_be_null),
	TEST(an_empty_array_is_not_null),
	TEST(arrays_of_numbers_arrive),
	TEST(json_is_read_as_text),
	TEST(reals_are_read),
	TEST(a_text_with_nul_is_refused_before_it_is_sent),
	TEST(a_text_that_is_not_utf8_is_a_bad_request),
	TEST(json_with_a_nul_escape_is_a_bad_request),
	TEST(no_row_is_no_failure),
	TEST(two_rows_where_one_was_expected_are_a_failure),
	TEST(many_rows_come_in_order),
	TEST(columns_are_matched_by_name_for_each_struct),
	TEST(an_integer_that_is_null_is_zero),
	TEST(affected_rows_are_counted),
	TEST(a_statement_is_prepared_once_per_connection),
	TEST(nothing_is_sent_after_a_fault),
	TEST(a_savepoint_rolls_back_alone),
	TEST(what_is_committed_inside_goes_with_the_outer_transaction),
	TEST(clearing_the_arena_rolls_back),
	TEST(a_commit_refuses_when_a_fault_is_set),
	TEST(the_first_fault_wins_in_a_failed_transaction),
	TEST(a_failed_transaction_does_not_commit_when_its_fault_is_forgotten),
	TEST(committing_the_outer_transaction_closes_the_inner),
	TEST(an_abort_rolls_everything_back),
	TEST(a_real_commit_is_seen_by_others),
	TEST(a_violated_constraint_is_named),
	TEST(failures_are_told_apart_by_their_code),
	TEST(a_statement_that_cannot_be_prepared_is_an_internal_error),
	TEST(a_statement_that_takes_too_long_is_cancelled),
	TEST(a_session_is_set_up),
	TEST(a_session_that_ended_while_idle_is_replaced_unnoticed),
	TEST(a_session_that_ends_under_a_statement_is_unavailable_once),
	TEST(a_session_lost_inside_a_transaction_stays_lost_until_its_end),
	TEST(a_server_that_is_away_is_not_asked_all_the_time),
	TEST(a_notification_is_noticed),
	TEST(migrations_apply_once),
	TEST(two_migrations_at_once_do_not_meet),
	TEST(an_empty_database_asks_for_migration),
	TEST(a_newer_schema_is_refused),
	TEST(a_schema_of_somebody_else_is_refused),
);

TEST_MAIN("db", TEST_LIST(db))
