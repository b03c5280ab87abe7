/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON text into documents, and what is refused.
 */
#include "unit.h"

#include "base/buf.h"
#include "base/text.h"
#include "wire/json.h"

static const struct doc *
read_span(struct span text)
{
	fault_clear(fault);
	return json_read(arena, fault, text);
}

/* The text as it is written again. */
static const char *
normal(const char *text)
{
	const struct doc *d = read_span(span_of(text));
	struct buf b = buf_on(arena);

	if (!d)
		return fault->message;
	json_write(&b, d, NULL);
	return buf_text(&b);
}

static void
check_refused(const char *text, const char *message)
{
	assert_null(read_span(span_of(text)));
	assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
	assert_string_equal(fault->message, message);
}

static void
every_kind_of_value_is_read(void **state)
{
	(void)state;
	assert_string_equal(normal(" {\"a\": [1, -2, true, false, null, \"x\"], \"b\": {}} \r\n\t"),
		"{\"a\":[1,-2,true,false,null,\"x\"],\"b\":{}}");
	assert_string_equal(normal("null"), "null");
	assert_string_equal(normal("12"), "12");
	assert_string_equal(normal("\"\""), "\"\"");
	assert_string_equal(normal("1.5e3"), "1500.0");
	assert_string_equal(normal("-0.0"), "-0.0");
}

static void
integers_of_64_bits_are_kept_exactly(void **state)
{
	(void)state;
	assert_string_equal(normal("[9223372036854775807,-9223372036854775808,18446744073709551615]"),
		"[9223372036854775807,-9223372036854775808,18446744073709551615]");
	check_refused("18446744073709551616", "number out of range at line 1 column 20");
	check_refused("-9223372036854775809", "number out of range at line 1 column 20");
	check_refused("[100000000000000000000000]", "number out of range at line 1 column 26");
}

static void
numbers_beyond_a_double_are_refused(void **state)
{
	(void)state;
	check_refused("1e999", "number out of range at line 1 column 5");
	check_refused("[-1.5E+400]", "number out of range at line 1 column 11");
	check_refused(arena_printf(arena, "1%0400d.0", 0), "number out of range at line 1 column 403");
	assert_string_equal(normal("1e-999"), "0.0");
}

static void
malformed_numbers_are_refused(void **state)
{
	(void)state;
	check_refused("01", "invalid number at line 1 column 2");
	check_refused("-01", "invalid number at line 1 column 3");
	check_refused("[1.]", "invalid number at line 1 column 4");
	check_refused("[1.x]", "invalid number at line 1 column 4");
	check_refused("-Infinity", "invalid number at line 1 column 2");
	check_refused("--1", "invalid number at line 1 column 2");
	check_refused("+1", "expected value at line 1 column 1");
	check_refused(".5", "expected value at line 1 column 1");
	check_refused("-", "EOF while parsing a value at line 1 column 1");
	check_refused("1e", "EOF while parsing a value at line 1 column 2");
	check_refused("0x10", "trailing characters at line 1 column 2");
}

static void
what_only_json_with_extensions_allows_is_refused(void **state)
{
	(void)state;
	check_refused("NaN", "expected value at line 1 column 1");
	check_refused("Infinity", "expected value at line 1 column 1");
	check_refused("[NaN]", "expected value at line 1 column 2");
	check_refused("'a'", "expected value at line 1 column 1");
	check_refused("/*c*/1", "expected value at line 1 column 1");
	check_refused("[1,]", "trailing comma at line 1 column 4");
	check_refused("{\"a\":1,}", "trailing comma at line 1 column 8");
	check_refused("{a:1}", "key must be a string at line 1 column 2");
	check_refused("True", "expected value at line 1 column 1");
	check_refused("nulL", "expected ident at line 1 column 4");
	check_refused("\f1", "expected value at line 1 column 1");
	check_refused("\xef\xbb\xbf{}", "expected value at line 1 column 1");
}

static void
structure_is_checked(void **state)
{
	(void)state;
	check_refused("x", "expected value at line 1 column 1");
	check_refused("[1 2]", "expected `,` or `]` at line 1 column 4");
	check_refused("[1}", "expected `,` or `]` at line 1 column 3");
	check_refused("{\"a\" 1}", "expected `:` at line 1 column 6");
	check_refused("{\"a\":1 \"b\":2}", "expected `,` or `}` at line 1 column 8");
	check_refused("}", "expected value at line 1 column 1");
	check_refused("[,1]", "expected value at line 1 column 2");
}

static void
the_end_of_the_text_is_told_with_what_it_cut(void **state)
{
	(void)state;
	check_refused("", "EOF while parsing a value at line 1 column 0");
	check_refused(" \n ", "EOF while parsing a value at line 2 column 1");
	check_refused("{", "EOF while parsing an object at line 1 column 1");
	check_refused("{\"a\"", "EOF while parsing an object at line 1 column 4");
	check_refused("{\"a\":", "EOF while parsing a value at line 1 column 5");
	check_refused("{\"a\":1,", "EOF while parsing an object at line 1 column 7");
	check_refused("[", "EOF while parsing a list at line 1 column 1");
	check_refused("[1", "EOF while parsing a list at line 1 column 2");
	check_refused("[1,", "EOF while parsing a value at line 1 column 3");
	check_refused("\"abc", "EOF while parsing a string at line 1 column 4");
	check_refused("\"abc\\", "EOF while parsing a string at line 1 column 5");
	check_refused("\"\\u12", "EOF while parsing a string at line 1 column 5");
	check_refused("tru", "EOF while parsing a value at line 1 column 3");
}

static void
anything_behind_the_value_is_refused(void **state)
{
	(void)state;
	check_refused("{}x", "trailing characters at line 1 column 3");
	check_refused("1 2", "trailing characters at line 1 column 3");
	check_refused("nullx", "trailing characters at line 1 column 5");
	check_refused("{}\n{}", "trailing characters at line 2 column 1");
	check_refused("[]]", "trailing characters at line 1 column 3");
	check_refused("1 NaN", "trailing characters at line 1 column 3");
	assert_null(read_span(span_make("{}\0", 3)));
	assert_string_equal(fault->message, "trailing characters at line 1 column 3");
}

static void
the_first_thing_wrong_is_told(void **state)
{
	(void)state;
	check_refused("{a:NaN}", "key must be a string at line 1 column 2");
	check_refused("[NaN x]", "expected value at line 1 column 2");
}

static void
lines_and_columns_are_counted(void **state)
{
	(void)state;
	check_refused("{\n  \"a\": 1,\n  b: 2\n}", "key must be a string at line 3 column 3");
}

static void
strings_are_unescaped(void **state)
{
	const struct doc *d = read_span(SPAN("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\ud83d\\ude00 \xc3\xa9\""));

	(void)state;
	assert_true(doc_is(d, DOC_TEXT));
	assert_true(span_is(d->is.text, "\"\\/\b\f\n\r\tA\xc3\xa9\xf0\x9f\x98\x80 \xc3\xa9"));
}

static void
a_nul_in_text_is_kept(void **state)
{
	const struct doc *d = read_span(SPAN("[\"a\\u0000b\"]"));

	(void)state;
	assert_non_null(d);
	assert_true(span_equal(doc_first(d)->is.text, span_make("a\0b", 3)));
}

static void
a_nul_in_a_key_is_refused(void **state)
{
	(void)state;
	check_refused("{\"a\\u0000b\":1}", "NUL character in a key at line 1 column 12");
	check_refused("{\"a\\u0000b\" : 1}", "NUL character in a key at line 1 column 13");
	assert_string_equal(normal("{\"a\\\\u0000b\":1}"), "{\"a\\\\u0000b\":1}");
}

static void
control_characters_in_strings_are_refused(void **state)
{
	(void)state;
	check_refused("\"a\nb\"",
		"control character (\\u0000-\\u001F) found while parsing a string at line 1 column 3");
	check_refused("\"\\\n\"",
		"control character (\\u0000-\\u001F) found while parsing a string at line 1 column 3");
}

static void
unknown_escapes_are_refused(void **state)
{
	(void)state;
	check_refused("\"\\x\"", "invalid escape at line 1 column 3");
	check_refused("\"\\u12g4\"", "invalid escape at line 1 column 6");
}

static void
text_that_is_not_utf8_is_refused(void **state)
{
	(void)state;
	check_refused("\"\xff\"", "invalid unicode code point at line 1 column 2");
	check_refused("\"\xed\xa0\x80\"", "invalid unicode code point at line 1 column 2");
	check_refused("[\"ok\",\n\"\xc0\x80\"]", "invalid unicode code point at line 2 column 2");
}

static void
a_lone_surrogate_escape_becomes_a_replacement_character(void **state)
{
	static const char *const texts[] = {
		"\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\ud800\\ud800\"", "\"\\ud800x\"", "\"\\ud83d\\\\\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct doc *d = read_span(span_of(texts[i]));

		assert_non_null(d);
		assert_true(text_is_utf8(d->is.text));
		assert_true(span_starts(d->is.text, "\xef\xbf\xbd"));
	}
}

/* COUNT times OPEN, then as often CLOSE. */
static const char *
nested(int count, const char *open, const char *close)
{
	struct buf b = buf_on(arena);

	for (int i = 0; i < count; i++)
		buf_puts(&b, open);
	for (int i = 0; i < count; i++)
		buf_puts(&b, close);
	return buf_text(&b);
}

static void
nesting_is_limited(void **state)
{
	(void)state;
	assert_non_null(read_span(span_of(nested(DOC_READ_DEPTH, "[", "]"))));
	check_refused(nested(DOC_READ_DEPTH + 1, "[", "]"), "recursion limit exceeded at line 1 column 33");
	check_refused(nested(DOC_READ_DEPTH + 1, "{\"a\":", "}"), "recursion limit exceeded at line 1 column 161");
	check_refused(nested(100000, "[", ""), "recursion limit exceeded at line 1 column 33");
}

static void
the_number_of_values_is_limited(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	buf_putc(&b, '[');
	for (int i = 0; i < 10000; i++)
		buf_puts(&b, "{},");
	buf_puts(&b, "1]");
	check_refused(buf_text(&b), "too many values at line 1 column 29999");

	b = buf_on(arena);
	buf_putc(&b, '[');
	for (int i = 0; i < 250001; i++)
		buf_puts(&b, "1,");
	buf_puts(&b, "1]");
	check_refused(buf_text(&b), "too many values at line 1 column 500003");
}

static void
of_members_with_the_same_name_the_last_one_stays(void **state)
{
	(void)state;
	assert_string_equal(normal("{\"a\":1,\"b\":2,\"a\":3}"), "{\"a\":3,\"b\":2}");
}

TESTS(json_read,
	TEST(every_kind_of_value_is_read),
	TEST(integers_of_64_bits_are_kept_exactly),
	TEST(numbers_beyond_a_double_are_refused),
	TEST(malformed_numbers_are_refused),
	TEST(what_only_json_with_extensions_allows_is_refused),
	TEST(structure_is_checked),
	TEST(the_end_of_the_text_is_told_with_what_it_cut),
	TEST(anything_behind_the_value_is_refused),
	TEST(the_first_thing_wrong_is_told),
	TEST(lines_and_columns_are_counted),
	TEST(strings_are_unescaped),
	TEST(a_nul_in_text_is_kept),
	TEST(a_nul_in_a_key_is_refused),
	TEST(control_characters_in_strings_are_refused),
	TEST(unknown_escapes_are_refused),
	TEST(text_that_is_not_utf8_is_refused),
	TEST(a_lone_surrogate_escape_becomes_a_replacement_character),
	TEST(nesting_is_limited),
	TEST(the_number_of_values_is_limited),
	TEST(of_members_with_the_same_name_the_last_one_stays)
);
