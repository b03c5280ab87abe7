/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values on their way to PostgreSQL and back, and rows.
 */
#include "db_queries.h"
#include "support.h"

#include "base/clock.h"
#include "db/compose.h"
#include "db/session.h"

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
compose_lines(struct compose *c, struct work *on, int64_t most)
{
	compose_begin(c, on);
	compose_set(c, "unused", text("x"));
	compose_set(c, "not", num(2));
	compose_set(c, "most", num(most));
	compose_add(c, Q(SELECT_LINES));
	compose_add(c, Q(UP_TO));
	compose_add(c, Q(BUT_NOT));
	compose_add(c, Q(FALLING));
}

static void
parts_compose_a_statement_whose_names_are_parameters(void **state)
{
	const struct words *lines;
	struct compose c;
	struct rows rows;

	(void)state;
	compose_lines(&c, w, 4);
	assert_true(compose_many(&c, &line_row, &rows));
	assert_int_equal(c.arg_count, 2);
	assert_int_equal(rows.count, 2);
	lines = rows.at;
	assert_string_equal(lines[0].t, "row 3");
	assert_string_equal(lines[1].t, "row 1");
}

static void
a_composed_statement_is_prepared_once_per_connection(void **state)
{
	struct work *other = test_work_on(test_connection(NULL));
	struct compose c;
	struct rows rows;
	int64_t statements;

	(void)state;
	assert_true(db_connect(other->db, other->fault));
	db_take_time(other->db, &statements);
	for (int64_t most = 4; most < 7; most++) {
		compose_lines(&c, other, most);
		assert_true(compose_many(&c, &line_row, &rows));
		assert_int_equal(rows.count, most - 2);
	}
	db_take_time(other->db, &statements);
	assert_int_equal(statements, 4);
	db_lose(other->db);
	compose_lines(&c, other, 4);
	assert_true(compose_many(&c, &line_row, &rows));
	assert_int_equal(rows.count, 2);
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

TESTS(db_values,
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
	TEST(parts_compose_a_statement_whose_names_are_parameters),
	TEST(a_composed_statement_is_prepared_once_per_connection),
	TEST(nothing_is_sent_after_a_fault),
);
