/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python's way of quoting; every row is what an interpreter printed.
 */
#include "unit.h"

#include "base/compiler.h"
#include "formats/python_repr.h"

static const struct {
	struct span text;
	const char *repr;
} quoted[] = {
	{ SPAN(""), "''" },
	{ SPAN("foo-"), "'foo-'" },
	{ SPAN("it's"), "\"it's\"" },
	{ SPAN("a \"b\""), "'a \"b\"'" },
	{ SPAN("'\""), "'\\'\"'" },
	{ SPAN("\\"), "'\\\\'" },
	{ SPAN("a\tb\nc\rd"), "'a\\tb\\nc\\rd'" },
	{ SPAN("\0\x01\x7f"), "'\\x00\\x01\\x7f'" },
	{ SPAN("d\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8d"), "'d\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x8d'" },
	{ SPAN("\xc2\x85\xc2\xa0\xc2\xad"), "'\\x85\\xa0\\xad'" },
	{ SPAN("\xe2\x80\xae\xe2\x80\xa8\xef\xbb\xbf"), "'\\u202e\\u2028\\ufeff'" },
	{ SPAN("\xf3\xa0\x80\x81"), "'\\U000e0001'" },
	{ SPAN("\xe2\x80\xa7\xe2\x80\xb0\xc2\xa1"), "'\xe2\x80\xa7\xe2\x80\xb0\xc2\xa1'" },
};

static void
texts_are_quoted_as_python_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(quoted); i++)
		assert_string_equal(python_repr(arena, quoted[i].text), quoted[i].repr);
}

static void
bytes_that_are_no_text_are_escaped(void **state)
{
	(void)state;
	assert_string_equal(python_repr(arena, SPAN("a\xff\xc3")), "'a\\xff\\xc3'");
}

TESTS(python_repr,
	TEST(texts_are_quoted_as_python_does),
	TEST(bytes_that_are_no_text_are_escaped),
);
