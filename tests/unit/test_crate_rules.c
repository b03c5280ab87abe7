/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names, features, keywords, requirements and links of crates.
 */
#include "unit.h"

#include "formats/crate_rules.h"
#include "table.h"

static bool
check(const char *rule, struct span value)
{
	if (strcmp(rule, "name") == 0)
		return crate_check_name(fault, value);
	if (strcmp(rule, "dependency") == 0)
		return crate_check_dependency_name(fault, value);
	if (strcmp(rule, "rename") == 0)
		return crate_check_rename(fault, value);
	if (strcmp(rule, "feature") == 0)
		return crate_check_feature(fault, value);
	if (strcmp(rule, "value") == 0)
		return crate_check_feature_value(fault, value);
	if (strcmp(rule, "keyword") == 0)
		return crate_check_keyword(fault, value);
	if (strcmp(rule, "requirement") == 0)
		return crate_check_requirement(fault, "registry.example", SPAN("dep"), value);
	if (strcmp(rule, "url") == 0)
		return crate_check_url(fault, "homepage", value);
	if (strcmp(rule, "rust") == 0)
		return crate_check_rust_version(fault, value);
	assert_string_equal(rule, "scope");
	return crate_check_scope(fault, value);
}

/* The message with "|" for its empty line. */
static const char *
flat(const char *message)
{
	char *text = arena_strdup(arena, message);
	char *gap = strstr(text, "\n\n");

	if (gap) {
		*gap = '|';
		memmove(gap + 1, gap + 2, strlen(gap + 2) + 1);
	}
	return text;
}

static void
texts_are_refused_in_the_words_of_the_public_registry(void **state)
{
	struct table t;
	struct span line;
	size_t cases = 0;

	(void)state;
	table_open(&t, "crate.rules");
	for (; table_line(&t, &line); cases++) {
		const char *rule = table_field(&line);
		const char *value = table_field(&line);
		const char *said = "ok";

		fault_clear(fault);
		if (!check(rule, span_of(value))) {
			assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
			said = flat(fault->message);
		}
		if (!span_is(line, said))
			fail_msg("%s %s: %s", rule, value, said);
	}
	assert_true(cases > 90);
}

static void
a_nul_is_never_valid(void **state)
{
	static const char *const rules[] = { "name", "dependency", "rename", "feature", "value", "keyword", "rust", "scope" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		fault_clear(fault);
		assert_false(check(rules[i], SPAN("a\0b")));
	}
	fault_clear(fault);
	assert_false(check("url", SPAN("https://a\0b/")));
	fault_clear(fault);
	assert_false(check("url", SPAN("https://a/\0b")));
}

static void
a_long_value_is_quoted_in_part_and_between_characters(void **state)
{
	char long_name[4000];

	(void)state;
	for (size_t i = 0; i < sizeof(long_name); i += 2)
		memcpy(long_name + i, "\xc3\xa9", 2);
	assert_false(crate_check_name(fault, span_make(long_name + 1, sizeof(long_name) - 1)));
	assert_true(strlen(fault->message) < 400);
	fault_clear(fault);
	assert_false(crate_check_name(fault, span_make(long_name, sizeof(long_name))));
	assert_true(strstr(fault->message, "\xc3\xa9` is too long") != NULL);
}

static void
reserved_names_are_reserved_in_every_spelling(void **state)
{
	static const char *const reserved[] = { "std", "STD", "compiler_rt", "Compiler-RT", "nul", "com0", "LPT9", "proc-macro" };
	static const char *const free_names[] = { "st", "stdx", "com10", "compilerrt", "serde" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		assert_true(crate_name_is_reserved(span_of(reserved[i])));
	for (size_t i = 0; i < ARRAY_LEN(free_names); i++)
		assert_false(crate_name_is_reserved(span_of(free_names[i])));
}

static void
the_canonical_name_ignores_case_and_separators(void **state)
{
	(void)state;
	assert_string_equal(crate_name_canonical(arena, SPAN("Foo-Bar_2")), "foo_bar_2");
}

static void
names_in_links_are_judged_without_a_fault(void **state)
{
	(void)state;
	assert_true(crate_name_is_valid(SPAN("foo-bar")));
	assert_false(crate_name_is_valid(SPAN("")));
	assert_false(crate_name_is_valid(SPAN("a\0")));
	assert_false(crate_name_is_valid(SPAN("../x")));
}

TESTS(crate_rules,
	TEST(texts_are_refused_in_the_words_of_the_public_registry),
	TEST(a_nul_is_never_valid),
	TEST(a_long_value_is_quoted_in_part_and_between_characters),
	TEST(reserved_names_are_reserved_in_every_spelling),
	TEST(the_canonical_name_ignores_case_and_separators),
	TEST(names_in_links_are_judged_without_a_fault)
);
