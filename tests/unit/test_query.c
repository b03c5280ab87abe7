/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of query strings and forms.
 */
#include "unit.h"

#include "http/query.h"

static const struct query *
parse(const char *text)
{
	fault_clear(fault);
	return query_parse(arena, fault, span_of(text), 100, 5);
}

static void
check(const char *text, const char *name, const char *value)
{
	struct span found = query_find(parse(text), name);

	assert_true(found.at != NULL);
	assert_true(span_is(found, value));
}

static void
names_and_values_are_decoded(void **state)
{
	(void)state;
	check("q=a+b", "q", "a b");
	check("q=a%2Bb%26%3D", "q", "a+b&=");
	check("a%5B%5D=1", "a[]", "1");
	check("q=%c3%a9", "q", "\xc3\xa9");
	check("a=b=c", "a", "b=c");
}

static void
the_first_value_is_found(void **state)
{
	(void)state;
	check("a=1&a=2&b=3", "a", "1");
	check("a=1&a=2&b=3", "b", "3");
}

static void
a_parameter_without_value_is_empty_and_an_absent_one_absent(void **state)
{
	(void)state;
	check("a&b=", "a", "");
	check("a&b=", "b", "");
	assert_null(query_find(parse("a&b="), "c").at);
	assert_null(query_find(NULL, "a").at);
	assert_null(parse("a")->fields[0].value.at);
	assert_non_null(parse("a=")->fields[0].value.at);
}

static void
all_parameters_are_kept_in_order(void **state)
{
	const struct query *q = parse("b=1&&a=2&b=3&");

	(void)state;
	assert_int_equal(q->count, 3);
	assert_true(span_is(q->fields[0].name, "b"));
	assert_true(span_is(q->fields[1].name, "a"));
	assert_true(span_is(q->fields[2].value, "3"));
}

static void
no_query_has_no_parameters(void **state)
{
	(void)state;
	assert_int_equal(parse(NULL)->count, 0);
	assert_int_equal(parse("")->count, 0);
	assert_int_equal(parse("&&&")->count, 0);
}

static void
a_malformed_escape_stays_as_written(void **state)
{
	(void)state;
	check("q=100%&r=%4", "q", "100%");
	check("q=100%&r=%4", "r", "%4");
	check("q=%zz", "q", "%zz");
}

static void
invalid_utf8_becomes_replacement_characters(void **state)
{
	(void)state;
	check("q=%ff", "q", "\xef\xbf\xbd");
	check("%c3=x", "\xef\xbf\xbd", "x");
}

static void
a_nul_stays_in_its_value(void **state)
{
	(void)state;
	assert_true(span_equal(query_find(parse("q=a%00b"), "q"), span_make("a\0b", 3)));
}

static void
size_and_number_are_limited(void **state)
{
	(void)state;
	assert_non_null(parse("a&b&c&d&e&&&"));
	assert_null(parse("a&b&c&d&e&f"));
	assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
	assert_non_null(parse(arena_printf(arena, "%0100d", 0)));
	assert_null(parse(arena_printf(arena, "%0101d", 0)));
	assert_int_equal(fault->kind, FAULT_URI_TOO_LONG);
}

TESTS(query,
	TEST(names_and_values_are_decoded),
	TEST(the_first_value_is_found),
	TEST(a_parameter_without_value_is_empty_and_an_absent_one_absent),
	TEST(all_parameters_are_kept_in_order),
	TEST(no_query_has_no_parameters),
	TEST(a_malformed_escape_stays_as_written),
	TEST(invalid_utf8_becomes_replacement_characters),
	TEST(a_nul_stays_in_its_value),
	TEST(size_and_number_are_limited)
);
