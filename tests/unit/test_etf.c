/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erlang terms to and from documents: tests/data/etf.valid, etf.invalid and
 * documents, and what a table cannot say.
 */
#include "unit.h"

#include <math.h>

#include "base/buf.h"
#include "base/encode.h"
#include "table.h"
#include "wire/etf.h"
#include "wire/json.h"
#include "wire/serializer.h"

#define NOON INT64_C(1767700800000000)	/* 2026-01-06T12:00:00Z */

static struct span
from_hex(const char *hex)
{
	size_t len = strlen(hex) / 2;
	char *bytes = arena_alloc(arena, len + 1);

	assert_true(decode_hex(span_of(hex), bytes, len));
	return span_make(bytes, len);
}

static struct span
term(const struct doc *d, const struct dialect *dialect)
{
	struct buf b = buf_on(arena);

	etf_write(&b, d, dialect);
	return buf_span(&b);
}

static const char *
term_hex(const struct doc *d, const struct dialect *dialect)
{
	struct span bytes = term(d, dialect);

	return encode_hex(arena, bytes.at, bytes.len);
}

static const struct doc *
read_json(struct span text)
{
	const struct doc *d = json_read(arena, fault, text);

	if (!d)
		fail_msg("%s", fault->message);
	return d;
}

static const char *
json(const struct doc *d)
{
	struct buf b = buf_on(arena);

	json_write(&b, d, NULL);
	return buf_text(&b);
}

/* The term as JSON, or why it is refused. */
static const char *
outcome(struct span bytes)
{
	const struct doc *d;

	fault_clear(fault);
	d = etf_read(arena, fault, bytes);
	assert_true((d != NULL) != fault_is_set(fault));
	assert_true(d || fault->kind == FAULT_BAD_REQUEST);
	return d ? json(d) : fault->message;
}

static void
check_term(const char *text, const char *hex)
{
	assert_string_equal(term_hex(read_json(span_of(text)), NULL), hex);
}

static const char *
outcome_of_hex(struct span hex)
{
	return outcome(from_hex(hex.at));
}

static void
every_kind_of_data_is_read(void **state)
{
	(void)state;
	assert_true(table_check("etf.valid", outcome_of_hex) > 60);
}

static void
everything_else_is_refused_with_the_place(void **state)
{
	(void)state;
	assert_true(table_check("etf.invalid", outcome_of_hex) > 80);
}

static void
no_tag_is_read_that_the_subset_lacks(void **state)
{
	static const char subset[] = "abdFchijklmnstvw";
	/* Enough zero bytes for the longest scalar; zero elements for whatever counts. */
	char bytes[64] = { (char)ETF_VERSION };

	(void)state;
	for (int tag = 1; tag < 256; tag++) {
		bool known = strchr(subset, tag) != NULL;

		bytes[1] = (char)tag;
		outcome(span_make(bytes, sizeof(bytes)));
		if (known)
			assert_null(strstr(fault->message, "at byte 2"));
		else
			assert_non_null(strstr(fault->message, "at byte 2"));
	}
}

static void
a_document_comes_back_as_it_was(void **state)
{
	struct span line;
	struct table t;
	size_t cases = 0;

	(void)state;
	table_open(&t, "documents");
	for (; table_line(&t, &line); cases++) {
		const struct doc *d = read_json(line);
		struct span bytes = term(d, NULL);

		assert_string_equal(outcome(bytes), json(d));
		assert_true(span_equal(term(etf_read(arena, fault, bytes), NULL), bytes));
	}
	assert_true(cases > 50);
}

static void
a_term_cut_short_anywhere_is_refused(void **state)
{
	struct span line;
	struct table t;

	(void)state;
	table_open(&t, "documents");
	while (table_line(&t, &line)) {
		struct span bytes = term(read_json(line), NULL);

		for (size_t len = 0; len < bytes.len && len < 1000; len++) {
			fault_clear(fault);
			assert_null(etf_read(arena, fault, span_make(bytes.at, len)));
			assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
		}
	}
}

static void
values_are_written_in_the_forms_that_clients_expect(void **state)
{
	(void)state;
	check_term("{\"message\":\"Page not found\",\"status\":404}", "8374000000026d000000076d657373616765"
		"6d0000000e50616765206e6f7420666f756e646d000000067374617475736200000194");
	check_term("[]", "836a");
	check_term("{}", "837400000000");
	check_term("null", "8377036e696c");
	check_term("true", "83770474727565");
	check_term("false", "83770566616c7365");
	check_term("0", "836100");
	check_term("255", "8361ff");
	check_term("256", "836200000100");
	check_term("-1", "8362ffffffff");
	check_term("2147483647", "83627fffffff");
	check_term("2147483648", "836e040000000080");
	check_term("-2147483648", "836280000000");
	check_term("-2147483649", "836e040101000080");
	check_term("4294967296", "836e05000000000001");
	check_term("-9223372036854775808", "836e08010000000000000080");
	check_term("18446744073709551615", "836e0800ffffffffffffffff");
	check_term("7.5", "8346401e000000000000");
	check_term("-0.0", "83468000000000000000");
	check_term("[\"a\",\"b\"]", "836c000000026d00000001616d00000001626a");
	check_term("\"\"", "836d00000000");
}

static void
a_list_of_small_integers_is_no_string(void **state)
{
	(void)state;
	check_term("[1,2,3]", "836c00000003610161026103" "6a");
}

static void
a_text_that_reads_like_an_atom_stays_a_text(void **state)
{
	(void)state;
	check_term("[\"nil\",\"true\"]", "836c000000026d000000036e696c6d00000004747275656a");
}

static void
a_number_that_is_not_finite_becomes_nil(void **state)
{
	struct doc *list = doc_list(arena);

	(void)state;
	doc_real(list, NULL, (double)NAN);
	doc_real(list, NULL, (double)INFINITY);
	doc_real(list, NULL, -(double)INFINITY);
	assert_string_equal(outcome(term(list, NULL)), "[null,null,null]");
}

static void
bytes_are_a_binary_as_they_are(void **state)
{
	struct doc *list = doc_list(arena);

	(void)state;
	doc_bytes(list, NULL, SPAN("\xff\0\x01"));
	assert_string_equal(term_hex(list, NULL), "836c000000016d00000003ff00016a");
	assert_string_equal(outcome(term(list, NULL)), "[\"/wAB\"]");
}

static void
a_text_is_utf_8_whatever_it_was(void **state)
{
	struct doc *map = doc_map(arena);

	(void)state;
	doc_text(map, "a\xff", "b\xfe");
	assert_string_equal(outcome(term(map, NULL)), "{\"a\xef\xbf\xbd\":\"b\xef\xbf\xbd\"}");
}

static void
times_are_spelled_as_the_dialect_says(void **state)
{
	static const struct dialect seconds = { .zone = "Z" };
	static const struct dialect micros = { .fraction_digits = 6, .fraction_always = true, .zone = "Z" };
	struct doc *list = doc_list(arena);
	struct buf b = buf_on(arena);

	(void)state;
	doc_time(list, NULL, NOON + 725910);
	doc_time(list, NULL, NOON);
	doc_date(list, NULL, NOON);
	assert_string_equal(outcome(term(list, &seconds)),
		"[\"2026-01-06T12:00:00Z\",\"2026-01-06T12:00:00Z\",\"2026-01-06\"]");
	assert_string_equal(outcome(term(list, NULL)), outcome(term(list, &seconds)));
	assert_string_equal(outcome(term(list, &micros)),
		"[\"2026-01-06T12:00:00.725910Z\",\"2026-01-06T12:00:00.000000Z\",\"2026-01-06\"]");
	json_write(&b, list, &micros);
	assert_string_equal(buf_text(&b), outcome(term(list, &micros)));
}

static void
stored_json_is_written_as_terms(void **state)
{
	struct doc *map = doc_map(arena);

	(void)state;
	doc_raw(map, "raw", SPAN(" {\"a\": [1, null], \"b\": \"\\u00e9\"} "));
	assert_string_equal(outcome(term(map, NULL)), "{\"raw\":{\"a\":[1,null],\"b\":\"\xc3\xa9\"}}");
}

static void
stored_json_that_is_none_becomes_nil(void **state)
{
	struct doc *list = doc_list(arena);

	(void)state;
	doc_raw(list, NULL, SPAN("{"));
	doc_raw(list, NULL, SPAN(""));
	doc_raw(list, NULL, span_make(NULL, 0));
	doc_int(list, NULL, 1);
	assert_string_equal(outcome(term(list, NULL)), "[null,null,null,1]");
}

/* COUNT lists in each other. */
static struct span
nested(int count, const char *innermost)
{
	struct buf b = buf_on(arena);

	buf_putc(&b, (char)ETF_VERSION);
	for (int i = 1; i < count; i++)
		buf_put(&b, "l\0\0\0\1", 5);
	buf_put_span(&b, span_of(innermost));
	for (int i = 1; i < count; i++)
		buf_putc(&b, 'j');
	return buf_span(&b);
}

static void
nesting_is_bounded(void **state)
{
	struct buf tuples = buf_on(arena);

	(void)state;
	assert_non_null(etf_read(arena, fault, nested(DOC_READ_DEPTH, "j")));
	assert_string_equal(outcome(nested(DOC_READ_DEPTH + 1, "j")), "nested too deeply at byte 162");
	assert_string_equal(outcome(nested(DOC_READ_DEPTH + 1, "k")), "nested too deeply at byte 162");
	assert_string_equal(outcome(nested(DOC_READ_DEPTH + 1, "t")), "nested too deeply at byte 162");
	buf_putc(&tuples, (char)ETF_VERSION);
	for (int i = 0; i < 1000000; i++)
		buf_put(&tuples, "h\1", 2);
	assert_string_equal(outcome(buf_span(&tuples)), "nested too deeply at byte 66");
}

/* A list of COUNT elements that all read ELEMENT. */
static struct span
list_of(uint32_t count, struct span element)
{
	struct buf b = buf_on(arena);

	buf_putc(&b, (char)ETF_VERSION);
	buf_putc(&b, (char)ETF_LIST);
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_putc(&b, (char)(count >> shift & 0xff));
	for (uint32_t i = 0; i < count; i++)
		buf_put_span(&b, element);
	buf_putc(&b, (char)ETF_NIL);
	return buf_span(&b);
}

static void
the_number_of_values_is_bounded(void **state)
{
	(void)state;
	assert_non_null(etf_read(arena, fault, list_of(DOC_READ_VALUES - 1, SPAN("a\1"))));
	assert_non_null(strstr(outcome(list_of(DOC_READ_VALUES, SPAN("a\1"))), "too many values at byte "));
	fault_clear(fault);
	assert_non_null(etf_read(arena, fault, list_of(DOC_READ_CONTAINERS - 1, SPAN("j"))));
	assert_non_null(strstr(outcome(list_of(DOC_READ_CONTAINERS, SPAN("j"))), "too many values at byte "));
}

static void
the_bytes_of_strings_count_as_values(void **state)
{
	char *string = arena_zalloc(arena, 3 + UINT16_MAX, 1);

	(void)state;
	memcpy(string, "k\xff\xff", 3);
	assert_non_null(etf_read(arena, fault, list_of(3, span_make(string, 3 + UINT16_MAX))));
	assert_non_null(strstr(outcome(list_of(4, span_make(string, 3 + UINT16_MAX))), "too many values at byte "));
}

static void
many_members_of_one_name_are_one(void **state)
{
	struct doc *map = doc_map(arena);
	const struct doc *d;

	(void)state;
	for (int i = 0; i < 100000; i++)
		doc_int(map, "a", i);
	doc_int(map, "b", 1);
	d = etf_read(arena, fault, term(map, NULL));
	assert_non_null(d);
	assert_string_equal(json(d), "{\"a\":99999,\"b\":1}");
	assert_int_equal(d->count, 2);
}

static void
what_is_read_does_not_point_into_the_body(void **state)
{
	char body[] = "\x83t\0\0\0\1m\0\0\0\4name" "m\0\0\0\5value";
	const struct doc *d = etf_read(arena, fault, span_make(body, sizeof(body) - 1));

	(void)state;
	memset(body, 'x', sizeof(body));
	assert_string_equal(doc_find_text(d, "name"), "value");
}

static void
the_codec_has_both_directions(void **state)
{
	struct buf b = buf_on(arena);
	const struct doc *d;

	(void)state;
	codec_erlang.write(&b, read_json(SPAN("{\"a\":[true]}")), NULL);
	d = codec_erlang.read(arena, fault, buf_span(&b));
	assert_non_null(d);
	assert_string_equal(json(d), "{\"a\":[true]}");
	assert_string_equal(codec_erlang.name, "erlang");
}

TESTS(etf,
	TEST(every_kind_of_data_is_read),
	TEST(everything_else_is_refused_with_the_place),
	TEST(no_tag_is_read_that_the_subset_lacks),
	TEST(a_document_comes_back_as_it_was),
	TEST(a_term_cut_short_anywhere_is_refused),
	TEST(values_are_written_in_the_forms_that_clients_expect),
	TEST(a_list_of_small_integers_is_no_string),
	TEST(a_text_that_reads_like_an_atom_stays_a_text),
	TEST(a_number_that_is_not_finite_becomes_nil),
	TEST(bytes_are_a_binary_as_they_are),
	TEST(a_text_is_utf_8_whatever_it_was),
	TEST(times_are_spelled_as_the_dialect_says),
	TEST(stored_json_is_written_as_terms),
	TEST(stored_json_that_is_none_becomes_nil),
	TEST(nesting_is_bounded),
	TEST(the_number_of_values_is_bounded),
	TEST(the_bytes_of_strings_count_as_values),
	TEST(many_members_of_one_name_are_one),
	TEST(what_is_read_does_not_point_into_the_body),
	TEST(the_codec_has_both_directions));
