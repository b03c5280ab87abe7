/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TOML 1.0 as documents.
 */
#include "unit.h"

#include "base/buf.h"
#include "table.h"
#include "wire/dialect.h"
#include "wire/json.h"
#include "wire/toml.h"

static const char *
refusal(struct span text)
{
	fault_clear(fault);
	if (toml_read(arena, fault, text))
		return "accepted";
	assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
	return fault->message;
}

static void
documents_are_read(void **state)
{
	static const struct dialect plain = { .zone = "Z" };
	struct span expected, text;
	struct table t;
	size_t cases = 0;

	(void)state;
	table_open(&t, "toml.valid");
	for (; table_block(&t, &expected, &text); cases++) {
		const struct doc *d = toml_read(arena, fault, text);
		struct buf json = buf_on(arena);

		if (!d)
			fail_msg("%s: %s", arena_dup(arena, expected.at, expected.len), fault->message);
		json_write(&json, d, &plain);
		assert_string_equal(buf_text(&json), arena_dup(arena, expected.at, expected.len));
	}
	assert_true(cases > 20);
}

static void
what_is_not_toml_is_refused_with_the_line(void **state)
{
	struct span expected, text;
	struct table t;
	size_t cases = 0;

	(void)state;
	table_open(&t, "toml.invalid");
	for (; table_block(&t, &expected, &text); cases++)
		if (!span_is(expected, refusal(text)))
			fail_msg("%s: %s", arena_dup(arena, text.at, text.len), refusal(text));
	assert_true(cases > 60);
}

static void
lines_may_end_as_on_windows(void **state)
{
	const struct doc *d = toml_read(arena, fault, SPAN("a = \"\"\"x\r\ny\"\"\" # c\r\n\r\nb = 1\r\n"));

	(void)state;
	assert_non_null(d);
	assert_string_equal(doc_find_text(d, "a"), "x\ny");
	assert_string_equal(refusal(SPAN("a = 1\rb = 2")), "expected the end of the line at line 1");
}

static void
control_characters_are_refused_everywhere(void **state)
{
	(void)state;
	assert_string_equal(refusal(SPAN("a = 1\0")), "expected the end of the line at line 1");
	assert_string_equal(refusal(SPAN("\0")), "expected a key at line 1");
	assert_string_equal(refusal(SPAN("# \x01")), "control character in a comment at line 1");
	assert_string_equal(refusal(SPAN("# \r")), "control character in a comment at line 1");
	assert_string_equal(refusal(SPAN("a = \"\x7f\"")), "control character in a string at line 1");
	assert_string_equal(refusal(SPAN("a = '\0'")), "control character in a string at line 1");
	assert_string_equal(refusal(SPAN("a = '''\r'''")), "control character in a string at line 1");
}

static void
only_utf8_is_read_and_a_byte_order_mark_is_skipped(void **state)
{
	(void)state;
	assert_string_equal(refusal(SPAN("a = \"\xff\"")), "file is not valid UTF-8");
	assert_string_equal(refusal(SPAN("# \xed\xa0\x80")), "file is not valid UTF-8");
	assert_string_equal(refusal(SPAN("\xef\xbb\xbf" "a = 1")), "accepted");
}

static void
a_text_may_have_a_nul_by_escape(void **state)
{
	const struct doc *d = toml_read(arena, fault, SPAN("a = \"x\\u0000y\""));

	(void)state;
	assert_non_null(d);
	assert_true(span_equal(doc_find(d, "a")->is.text, SPAN("x\0y")));
}

/* N times OPEN, MIDDLE, N times CLOSE. */
static struct span
nest(const char *open, const char *middle, const char *close, int n)
{
	struct buf b = buf_on(arena);

	for (int i = 0; i < n; i++)
		buf_puts(&b, open);
	buf_puts(&b, middle);
	for (int i = 0; i < n; i++)
		buf_puts(&b, close);
	return buf_span(&b);
}

static void
nesting_is_limited_in_all_its_forms(void **state)
{
	(void)state;
	assert_string_equal(refusal(nest("", "a = [[[[[[1]]]]]]", "", 0)), "accepted");
	assert_string_equal(refusal(SPAN("[a.b.c.d]\ne.f = [[{g = 1}]]")), "accepted");
	assert_string_equal(refusal(span_of(arena_printf(arena, "a = %s", nest("[", "1", "]", 32).at))), "accepted");
	assert_string_equal(refusal(span_of(arena_printf(arena, "a = %s", nest("[", "1", "]", 33).at))),
		"nested too deep at line 1");
	assert_string_equal(refusal(span_of(arena_printf(arena, "a = %s", nest("[", "", "", 100000).at))),
		"nested too deep at line 1");
	assert_string_equal(refusal(span_of(arena_printf(arena, "x = %s", nest("{a = ", "1", "}", 33).at))),
		"nested too deep at line 1");
	assert_string_equal(refusal(nest("a.", "a = 1", "", 40)), "nested too deep at line 1");
	assert_string_equal(refusal(nest("a.", "a = [[[[]]]]", "", 30)), "nested too deep at line 1");
	assert_string_equal(refusal(nest("[[a]]\n[a.", "", "", 1)), "expected a key at line 2");
}

static void
a_file_of_one_mebibyte_is_read_quickly_and_a_larger_one_not_at_all(void **state)
{
	struct buf b = buf_on(arena);
	const struct doc *d;

	(void)state;
	for (unsigned i = 0; b.len < TOML_SIZE - 16; i++)
		buf_printf(&b, "k%x=1\n", i);
	d = toml_read(arena, fault, buf_span(&b));
	assert_non_null(d);
	assert_true(d->count > 90000);
	buf_printf(&b, "%017d", 0);
	assert_string_equal(refusal(buf_span(&b)), "file larger than 1048576 bytes");
}

TESTS(toml,
	TEST(documents_are_read),
	TEST(what_is_not_toml_is_refused_with_the_line),
	TEST(lines_may_end_as_on_windows),
	TEST(control_characters_are_refused_everywhere),
	TEST(only_utf8_is_read_and_a_byte_order_mark_is_skipped),
	TEST(a_text_may_have_a_nul_by_escape),
	TEST(nesting_is_limited_in_all_its_forms),
	TEST(a_file_of_one_mebibyte_is_read_quickly_and_a_larger_one_not_at_all)
);
