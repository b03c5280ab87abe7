/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requirements of Python packages: tests/data/pypi.requirements.
 */
#include "unit.h"

#include "base/buf.h"
#include "formats/pypi_marker.h"
#include "formats/pypi_requirement.h"
#include "table.h"

static const char *
stored(struct span text)
{
	struct pypi_requirement r;

	return pypi_requirement_parse(arena, text, &r, NULL) ? pypi_requirement_text(arena, &r) : "invalid";
}

static void
requirements_are_stored_in_one_spelling(void **state)
{
	(void)state;
	assert_true(table_check("pypi.requirements", stored) > 140);
}

static void
the_stored_form_is_its_own_stored_form(void **state)
{
	struct span line;
	struct table t;

	(void)state;
	table_open(&t, "pypi.requirements");
	while (table_line(&t, &line)) {
		const char *text;

		(void)table_field(&line);
		text = table_field(&line);
		assert_string_equal(stored(span_of(text)), text);
	}
}

static void
the_parts_of_a_requirement_are_told_apart(void **state)
{
	struct pypi_requirement r;

	(void)state;
	assert_true(pypi_requirement_parse(arena, SPAN("Foo_Bar[b,A,b] (>=1,<2); extra == 'X'"), &r, NULL));
	assert_true(span_is(r.name, "Foo_Bar"));
	assert_int_equal(r.extra_count, 2);
	assert_true(span_is(r.extras[0], "A") && span_is(r.extras[1], "b"));
	assert_string_equal(pep440_spec_text(arena, &r.versions), "<2,>=1");
	assert_int_equal(r.url.len, 0);
	assert_string_equal(r.marker, "extra == \"x\"");

	assert_true(pypi_requirement_parse(arena, SPAN("foo @ git+https://registry.example/foo@v1"), &r, NULL));
	assert_true(span_is(r.url, "git+https://registry.example/foo@v1"));
	assert_int_equal(r.versions.count, 0);
	assert_null(r.marker);
}

static void
a_refusal_says_what_was_expected(void **state)
{
	static const char *const cases[][2] = {
		{ "", "Expected package name at the start of dependency specifier" },
		{ "-foo", "Expected package name at the start of dependency specifier" },
		{ "foo >= dog", "Invalid specifier: '>= dog'" },
		{ "foo bar", "Invalid specifier: 'bar'" },
		{ "foo>=1,,<2", "Invalid specifier: '>=1,,<2'" },
		{ "foo (>=1", "Expected matching RIGHT_PARENTHESIS for LEFT_PARENTHESIS, after version specifier" },
		{ "foo >=1)", "Expected semicolon or end" },
		{ "foo[a b]", "Expected comma between extra names" },
		{ "foo[a,]", "Expected extra name after comma" },
		{ "foo[,a]", "Expected extra name" },
		{ "foo[a", "Expected matching RIGHT_BRACKET for LEFT_BRACKET, after extras" },
		{ "foo @", "Expected URL after @" },
		{ "foo @ a b", "Expected semicolon or end" },
		{ "foo;", "Expected a marker variable or quoted string" },
		{ "foo; os_name 'a'",
		  "Expected marker operator, one of <=, <, !=, ==, >=, >, ~=, ===, in, not in" },
		{ "foo; 'a' not os_name", "Expected 'in' after 'not'" },
		{ "foo; 'a' not'b'", "Expected whitespace after 'not'" },
		{ "foo; os_name == 'a\\'", "Invalid quoted string" },
		{ "foo; (os_name == 'a'",
		  "Expected matching RIGHT_PARENTHESIS for LEFT_PARENTHESIS, after marker expression" },
		{ "foo; os_name == 'a')", "Expected end of dependency specifier" },
		{ "foo\n", "Expected printable ASCII characters" },
	};
	struct pypi_requirement r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *why = NULL;

		assert_false(pypi_requirement_parse(arena, span_of(cases[i][0]), &r, &why));
		assert_string_equal(why, cases[i][1]);
	}
}

static void
a_requirement_is_one_line_of_printable_ascii(void **state)
{
	static const char *const parts[] = { "foo", "[a", ",b]", " >=", "1", ";", " extra", " ==", " 'x", "y'", " " };
	static const char bad[] = { '\0', '\n', '\r', '\v', '\f', '\x1f', '\x7f', '\x80', '\xff' };
	struct pypi_requirement r;

	(void)state;
	for (size_t i = 0; i < sizeof(bad); i++)
		for (size_t at = 0; at < ARRAY_LEN(parts); at++) {
			struct buf b = buf_on(arena);

			for (size_t part = 0; part < ARRAY_LEN(parts); part++) {
				if (part == at)
					buf_putc(&b, bad[i]);
				buf_puts(&b, parts[part]);
			}
			assert_false(pypi_requirement_parse(arena, buf_span(&b), &r, NULL));
		}
	assert_string_equal(stored(SPAN("\tfoo\t[\ta\t,\tb]\t>=\t1\t;\textra\t==\t'x\ty'\t")), "invalid");
	assert_string_equal(stored(SPAN("\tfoo\t[\ta\t,\tb]\t>=\t1\t;\textra\t==\t'xy'\t")),
			    "foo[a,b]>=1; extra == \"xy\"");
}

/* A marker in DEPTH parentheses, with BEFORE behind each of them. */
static const char *
nested(size_t depth, const char *before)
{
	struct buf b = buf_on(arena);

	buf_puts(&b, "foo; ");
	for (size_t i = 0; i < depth; i++)
		buf_printf(&b, "(%s", before);
	buf_puts(&b, "os_name == \"a\"");
	for (size_t i = 0; i < depth; i++)
		buf_putc(&b, ')');
	return buf_text(&b);
}

static void
parentheses_nest_to_a_limit(void **state)
{
	struct pypi_requirement r;
	const char *text;

	(void)state;
	assert_string_equal(stored(span_of(nested(PYPI_MARKER_DEPTH, ""))), "foo; os_name == \"a\"");
	assert_false(pypi_requirement_parse(arena, span_of(nested(PYPI_MARKER_DEPTH + 1, "")), &r, NULL));
	text = nested(PYPI_MARKER_DEPTH, "os_name != \"b\" or ");
	assert_int_equal(strlen(stored(span_of(text))), strlen(text) - 2);
}

static void
length_and_extras_are_bounded(void **state)
{
	struct pypi_requirement r;
	struct buf b = buf_on(arena);
	char *blanks = arena_alloc(arena, PYPI_REQUIREMENT_MAX + 1);

	(void)state;
	memset(blanks, ' ', PYPI_REQUIREMENT_MAX + 1);
	blanks[0] = 'a';
	assert_true(pypi_requirement_parse(arena, span_make(blanks, PYPI_REQUIREMENT_MAX), &r, NULL));
	assert_false(pypi_requirement_parse(arena, span_make(blanks, PYPI_REQUIREMENT_MAX + 1), &r, NULL));
	for (size_t i = 0; i < PYPI_REQUIREMENT_EXTRAS; i++)
		buf_printf(&b, "%s%zu", i == 0 ? "foo[" : ",", i);
	assert_true(pypi_requirement_parse(arena, span_of(arena_printf(arena, "%s]", buf_text(&b))), &r, NULL));
	assert_int_equal(r.extra_count, PYPI_REQUIREMENT_EXTRAS);
	assert_false(pypi_requirement_parse(arena, span_of(arena_printf(arena, "%s,a]", buf_text(&b))), &r, NULL));
}

TESTS(pypi_requirement,
	TEST(requirements_are_stored_in_one_spelling),
	TEST(the_stored_form_is_its_own_stored_form),
	TEST(the_parts_of_a_requirement_are_told_apart),
	TEST(a_refusal_says_what_was_expected),
	TEST(a_requirement_is_one_line_of_printable_ascii),
	TEST(parentheses_nest_to_a_limit),
	TEST(length_and_extras_are_bounded)
);
