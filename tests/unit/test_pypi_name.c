/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of Python projects in their forms.
 */
#include "unit.h"

#include "formats/pypi_name.h"

static void
names_are_ascii_letters_digits_and_separators_between_them(void **state)
{
	static const char *const valid[] = { "a", "7", "A.b", "Foo_Bar-baz", "a..b", "zope.interface" };
	static const char *const invalid[] = { "", "-a", "a-", ".", "_a", "a b", "a\n", "acm\xc3\xa9", "a/b", "a+b" };
	char *long_name = arena_alloc(arena, PYPI_NAME_MAX + 2);

	(void)state;
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++)
		assert_true(pypi_name_is_valid(span_of(valid[i])));
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++)
		if (pypi_name_is_valid(span_of(invalid[i])))
			fail_msg("%s passes", invalid[i]);
	assert_false(pypi_name_is_valid(SPAN("a\0b")));
	memset(long_name, 'a', PYPI_NAME_MAX + 1);
	assert_true(pypi_name_is_valid(span_make(long_name, PYPI_NAME_MAX)));
	assert_false(pypi_name_is_valid(span_make(long_name, PYPI_NAME_MAX + 1)));
}

static void
runs_of_separators_are_one_hyphen_or_underscore(void **state)
{
	static const char *const cases[][3] = {
		{ "Foo", "foo", "foo" },
		{ "Foo_Bar", "foo-bar", "foo_bar" },
		{ "a-_.b", "a-b", "a_b" },
		{ "zope.interface", "zope-interface", "zope_interface" },
		{ "A--B..C", "a-b-c", "a_b_c" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(pypi_name_normal(arena, span_of(cases[i][0])), cases[i][1]);
		assert_string_equal(pypi_name_in_file(arena, span_of(cases[i][0])), cases[i][2]);
		assert_true(pypi_name_is_normal(span_of(cases[i][1])));
		assert_false(pypi_name_is_normal(span_of(cases[i][0])));
	}
	assert_false(pypi_name_is_normal(SPAN("a--b")));
	assert_false(pypi_name_is_normal(span_make("a\0b", 3)));
}

static void
names_that_look_alike_have_one_form_in_common(void **state)
{
	(void)state;
	assert_string_equal(pypi_name_similar(arena, SPAN("t0asting")), pypi_name_similar(arena, SPAN("TOASTlNG")));
	assert_string_equal(pypi_name_similar(arena, SPAN("flo.o_l-I")), "f100" "11");
	assert_string_not_equal(pypi_name_similar(arena, SPAN("abc")), pypi_name_similar(arena, SPAN("abd")));
}

TESTS(pypi_name,
	TEST(names_are_ascii_letters_digits_and_separators_between_them),
	TEST(runs_of_separators_are_one_hyphen_or_underscore),
	TEST(names_that_look_alike_have_one_form_in_common)
);
