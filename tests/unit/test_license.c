/* SPDX-License-Identifier: Apache-2.0 */
/*
 * License expressions.
 */
#include "unit.h"

#include "formats/license.h"
#include "table.h"

/* The part of the report that points, with "|" where its text begins. */
static const char *
report(struct span expression)
{
	const char *message = fault->message;
	const char *start = strstr(message, "for more information.\n");
	char *text;

	assert_non_null(start);
	start += strlen("for more information.\n");
	assert_true(span_starts(span_of(start), arena_dup(arena, expression.at, expression.len)));
	text = arena_strdup(arena, start + expression.len + 1);
	text[strcspn(text, "abcdefghijklmnopqrstuvwxyz`") - 1] = '|';
	return text;
}

static void
expressions_are_valid_or_pointed_at(void **state)
{
	struct table t;
	struct span line;
	size_t cases = 0;

	(void)state;
	table_open(&t, "licenses");
	for (; table_line(&t, &line); cases++) {
		struct span expression = span_of(table_field(&line));
		const char *said = "ok";

		fault_clear(fault);
		if (!license_check(fault, expression))
			said = report(expression);
		if (!span_is(line, said))
			fail_msg("%s: '%s'", expression.at, said);
	}
	assert_true(cases > 25);
}

static void
a_refusal_says_where_identifiers_are_listed(void **state)
{
	(void)state;
	assert_false(license_check(fault, SPAN("foo")));
	assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
	assert_true(span_starts(span_of(fault->message), "unknown or invalid license expression; see "
		"http://opensource.org/licenses for options, and http://spdx.org/licenses/ for their identifiers\nNote: "));
}

static void
long_and_deep_expressions_are_refused(void **state)
{
	char text[LICENSE_MAX + 1];

	(void)state;
	memset(text, '(', sizeof(text));
	assert_false(license_check(fault, span_make(text, sizeof(text))));
	assert_non_null(strstr(fault->message, "too long"));
	fault_clear(fault);
	assert_false(license_check(fault, span_make(text, sizeof(text) - 1)));
	assert_non_null(strstr(fault->message, "nested too deep"));
}

static const char *
normal(struct span expression)
{
	const char *form = license_normal(arena, expression);

	/* What is normal stays as it is. */
	if (form)
		assert_string_equal(license_normal(arena, span_of(form)), form);
	return form ? form : "-";
}

static void
expressions_of_python_packages_have_a_normal_form(void **state)
{
	(void)state;
	assert_true(table_check("licenses.normal", normal) > 40);
	assert_null(license_normal(arena, SPAN("")));
}

TESTS(license,
	TEST(expressions_are_valid_or_pointed_at),
	TEST(a_refusal_says_where_identifiers_are_listed),
	TEST(long_and_deep_expressions_are_refused),
	TEST(expressions_of_python_packages_have_a_normal_form),
);
