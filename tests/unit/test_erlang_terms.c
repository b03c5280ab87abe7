/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erlang terms as text: tests/data/erlang.valid and erlang.invalid, and what a
 * line cannot say.
 */
#include "unit.h"

#include "base/buf.h"
#include "formats/erlang_terms.h"
#include "table.h"
#include "wire/json.h"

/* The map as JSON, or why it is refused. */
static const char *
outcome(struct span text)
{
	struct buf b = buf_on(arena);
	const struct doc *d;

	fault_clear(fault);
	d = erlang_terms_read(arena, fault, text);
	assert_true((d != NULL) != fault_is_set(fault));
	if (!d) {
		assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
		return fault->message;
	}
	json_write(&b, d, NULL);
	return buf_text(&b);
}

static void
every_shape_of_the_grammar_is_read(void **state)
{
	(void)state;
	assert_true(table_check("erlang.valid", outcome) > 45);
}

static void
everything_else_is_refused(void **state)
{
	(void)state;
	assert_true(table_check("erlang.invalid", outcome) > 100);
}

static void
a_whole_file_is_read(void **state)
{
	(void)state;
	assert_string_equal(outcome(SPAN(
		"{<<\"app\">>,<<\"lemon\">>}.\n"
		"{<<\"build_tools\">>,[<<\"mix\">>]}.\n"
		"{<<\"description\">>,\n <<\"A lemon\">>}.\r\n"
		"{<<\"files\">>,\n [<<\"lib\">>,<<\"lib/lemon.ex\">>,\n\t<<\"mix.exs\">>]}.\n"
		"{<<\"links\">>,[{<<\"Home\">>,<<\"https://example.com\">>}]}.\n"
		"{<<\"requirements\">>,[]}.\n"
		"{<<\"version\">>,<<\"0.1.0\">>}.\n")),
		"{\"app\":\"lemon\",\"build_tools\":[\"mix\"],\"description\":\"A lemon\","
		"\"files\":[\"lib\",\"lib/lemon.ex\",\"mix.exs\"],\"links\":{\"Home\":\"https://example.com\"},"
		"\"requirements\":[],\"version\":\"0.1.0\"}");
}

static void
a_file_that_is_not_utf_8_is_latin_1(void **state)
{
	(void)state;
	assert_string_equal(outcome(SPAN("{<<\"a\">>,<<\"Gr\xf6\xdf" "e\">>}.")), "{\"a\":\"Gr\xc3\xb6\xc3\x9f" "e\"}");
	assert_string_equal(outcome(SPAN("{<<\"a\">>,<<\"\xf6\"/utf8>>}.")), "{\"a\":\"\xc3\xb6\"}");
	/* One byte is enough: then all are characters. */
	assert_string_equal(outcome(SPAN("{<<\"a\">>,<<\"\xc3\xb6\"/utf8>>}. {<<\"b\">>,<<\"\xff\">>}.")),
		"{\"a\":\"\xc3\x83\xc2\xb6\",\"b\":\"\xc3\xbf\"}");
	assert_string_equal(outcome(SPAN("{<<\"a\">>,\"\xf6\"}.")), "{\"a\":[246]}");
}

static void
a_nul_byte_is_refused_wherever_it_stands(void **state)
{
	const struct span whole = SPAN("{<<\"a\">>, [<<\"b\">>, 'c', 65]}. ");
	char text[64];

	(void)state;
	assert_string_equal(outcome(whole), "{\"a\":[\"b\",\"c\",65]}");
	for (size_t at = 0; at <= whole.len; at++) {
		memcpy(text, whole.at, at);
		text[at] = '\0';
		memcpy(text + at + 1, whole.at + at, whole.len - at);
		assert_string_equal(outcome(span_make(text, whole.len + 1)), "invalid terms");
	}
}

static void
a_file_cut_short_anywhere_is_refused(void **state)
{
	const struct span whole = SPAN("{<<\"\\x{e4}\"/utf8>>,[#{<<98>> => 'c\\n'},{\"d\",-1,[]}]}.");

	(void)state;
	assert_string_equal(outcome(whole), "{\"\xc3\xa4\":[{\"b\":\"c\\n\"},[[100],-1,[]]]}");
	for (size_t len = 0; len < whole.len; len++)
		assert_string_equal(outcome(span_make(whole.at, len)), "invalid terms");
}

static void
of_keys_that_occur_twice_the_last_counts(void **state)
{
	const struct doc *d = erlang_terms_read(arena, fault, SPAN(
		"{<<\"a\">>,<<\"1\">>}. {<<\"b\">>,[{<<\"k\">>,<<\"1\">>},{k,<<\"2\">>}]}. "
		"{<<\"c\">>,#{k => <<\"1\">>,<<\"k\">> => <<\"2\">>}}. {<<\"a\">>,<<\"2\">>}."));

	(void)state;
	assert_non_null(d);
	assert_string_equal(doc_find_text(d, "a"), "2");
	assert_string_equal(doc_find_text(doc_find(d, "b"), "k"), "2");
	assert_string_equal(doc_find_text(doc_find(d, "c"), "k"), "2");
}

/* A term in COUNT pairs of brackets, as the value of a key. */
static struct span
nested(int count, const char *open, const char *innermost, const char *close)
{
	struct buf b = buf_on(arena);

	buf_puts(&b, "{<<\"a\">>,");
	for (int i = 0; i < count; i++)
		buf_puts(&b, open);
	buf_puts(&b, innermost);
	for (int i = 0; i < count; i++)
		buf_puts(&b, close);
	buf_puts(&b, "}.");
	return buf_span(&b);
}

static void
nesting_is_bounded(void **state)
{
	static const char *const brackets[][2] = { { "[", "]" }, { "{", "}" }, { "#{a=>", "}" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(brackets); i++) {
		const char *open = brackets[i][0], *close = brackets[i][1];

		fault_clear(fault);
		/* The outermost tuple counts too. */
		assert_non_null(erlang_terms_read(arena, fault, nested(ERLANG_TERMS_DEPTH - 1, open, "1", close)));
		assert_string_equal(outcome(nested(ERLANG_TERMS_DEPTH, open, "1", close)), "invalid terms");
		assert_string_equal(outcome(nested(ERLANG_TERMS_DEPTH, open, "[]", close)), "invalid terms");
		assert_string_equal(outcome(nested(200000, open, "1", close)), "invalid terms");
	}
}

static void
the_number_of_terms_is_bounded(void **state)
{
	struct buf list = buf_on(arena), string = buf_on(arena);

	(void)state;
	/* Beside these there are the tuple, its key, the outer list, and a last element. */
	for (int i = 0; i < ERLANG_TERMS_MAX - 4; i++) {
		buf_puts(&list, "1,");
		buf_puts(&string, "x");
	}
	assert_non_null(erlang_terms_read(arena, fault, nested(1, "[", arena_printf(arena, "%s1", buf_text(&list)), "]")));
	assert_string_equal(outcome(nested(1, "[", arena_printf(arena, "%s1,1", buf_text(&list)), "]")), "invalid terms");
	fault_clear(fault);
	assert_non_null(erlang_terms_read(arena, fault, nested(1, "[\"", buf_text(&string), "\"]")));
	assert_string_equal(outcome(nested(1, "[\"", arena_printf(arena, "%sx", buf_text(&string)), "\"]")),
		"invalid terms");
}

TESTS(erlang_terms,
	TEST(every_shape_of_the_grammar_is_read),
	TEST(everything_else_is_refused),
	TEST(a_whole_file_is_read),
	TEST(a_file_that_is_not_utf_8_is_latin_1),
	TEST(a_nul_byte_is_refused_wherever_it_stands),
	TEST(a_file_cut_short_anywhere_is_refused),
	TEST(of_keys_that_occur_twice_the_last_counts),
	TEST(nesting_is_bounded),
	TEST(the_number_of_terms_is_bounded)
);
