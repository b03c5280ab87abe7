/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Specifiers of Python versions: tests/data/pep440.specifiers says how they are
 * read, tests/data/pep440.matches what they match.
 */
#include "unit.h"

#include "table.h"
#include "version/pep440_spec.h"

static const char *
stored(struct span text)
{
	struct pep440_spec spec;

	return pep440_spec_parse(arena, text, &spec) ? pep440_spec_text(arena, &spec) : "invalid";
}

static void
sets_are_stored_sorted_without_blanks_and_repetitions(void **state)
{
	(void)state;
	assert_true(table_check("pep440.specifiers", stored) > 70);
}

static struct pep440_spec
given_spec(const char *text)
{
	struct pep440_spec spec;

	if (!pep440_spec_parse(arena, span_of(text), &spec))
		fail_msg("%s is no set of specifiers", text);
	return spec;
}

static struct pep440
given_version(const char *text)
{
	struct pep440 v;

	if (!pep440_parse(arena, span_of(text), &v))
		fail_msg("%s is no version", text);
	return v;
}

static void
versions_match_as_the_table_says(void **state)
{
	struct span line;
	struct table t;
	size_t cases = 0;

	(void)state;
	table_open(&t, "pep440.matches");
	while (table_line(&t, &line)) {
		const char *text = table_field(&line), *expected = table_field(&line);
		struct pep440_spec spec = given_spec(text);

		for (; line.at; cases++) {
			const char *version = table_field(&line);
			struct pep440 v = given_version(version);

			if (pep440_spec_matches(arena, &spec, &v) != (strcmp(expected, "yes") == 0))
				fail_msg("%s and %s: not %s", text, version, expected);
		}
	}
	assert_true(cases > 150);
}

static void
prereleases_are_wanted_when_a_clause_names_one(void **state)
{
	static const char *const wanting[] = { ">=1.0a1", "<=1.0.dev1", "==1.0rc1", "~=1.0b1", ">1.0a1", "<1.0a1",
		"===1.0a1", ">=1.0,<2.0.dev0", "==1.0.post1.dev1" };
	static const char *const others[] = { "", ">=1.0", "!=1.0a1", "==1.0.*", "===alpha", ">=1.0.post1", "==1.0+a1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wanting); i++) {
		struct pep440_spec spec = given_spec(wanting[i]);

		if (!pep440_spec_wants_prereleases(&spec))
			fail_msg("%s does not", wanting[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct pep440_spec spec = given_spec(others[i]);

		if (pep440_spec_wants_prereleases(&spec))
			fail_msg("%s does", others[i]);
	}
}

/* Those of the versions, separated by blanks, that are chosen. */
static const char *
chosen(const char *text, const char *versions)
{
	struct span rest = span_of(versions);
	struct pep440_spec spec = given_spec(text);
	struct pep440 list[8];
	bool keep[8];
	size_t count = 0, kept, shown = 0;
	const char *out = "";

	while (rest.at) {
		struct span version = span_cut(&rest, ' ');

		list[count++] = given_version(arena_dup(arena, version.at, version.len));
	}
	kept = pep440_spec_filter(arena, &spec, list, count, keep);
	for (size_t i = 0; i < count; i++)
		if (keep[i])
			out = arena_printf(arena, "%s%s%s", out, shown++ > 0 ? " " : "", pep440_normal(arena, &list[i]));
	assert_int_equal(kept, shown);
	return out;
}

static void
prereleases_are_chosen_when_wanted_or_when_nothing_else_matches(void **state)
{
	(void)state;
	assert_string_equal(chosen(">=1.2.3", "1.2 1.3 1.5a1"), "1.3");
	assert_string_equal(chosen(">=1.2.3", "1.2 1.5a1"), "1.5a1");
	assert_string_equal(chosen(">=1.2.3.dev0", "1.3 1.5a1"), "1.3 1.5a1");
	assert_string_equal(chosen("", "1.3 1.5a1"), "1.3");
	assert_string_equal(chosen("", "1.5a1 1.6.dev2"), "1.5a1 1.6.dev2");
	assert_string_equal(chosen(">2", "1.3 1.5a1"), "");
}

static void
what_follows_three_signs_is_printable_ascii(void **state)
{
	static const char *const cases[] = { "===a\x01", "===\x7f", "===1\xc3\xa9", "===a\tb", "===a\nb" };
	struct pep440_spec spec;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_false(pep440_spec_parse(arena, span_of(cases[i]), &spec));
	assert_false(pep440_spec_parse(arena, SPAN("===a\0b"), &spec));
	assert_false(pep440_spec_parse(arena, SPAN(">=1\0"), &spec));
	assert_string_equal(stored(SPAN("===\t1.0\n")), "===1.0");
	assert_string_equal(stored(SPAN("\n>=\f1.0\r,\v<2\t")), "<2,>=1.0");
}

/* COUNT times ONE between commas, and LAST. */
static struct span
repeated(const char *one, size_t count, const char *last)
{
	size_t len = strlen(one);
	char *text = arena_alloc(arena, (len + 1) * count + strlen(last) + 1), *at = text;

	for (size_t i = 0; i < count; i++) {
		memcpy(at, one, len);
		at[len] = ',';
		at += len + 1;
	}
	memcpy(at, last, strlen(last) + 1);
	return span_of(text);
}

static void
length_and_clauses_are_bounded(void **state)
{
	struct pep440_spec spec;
	char *blanks = arena_alloc(arena, PEP440_SPEC_MAX + 1);

	(void)state;
	assert_true(pep440_spec_parse(arena, repeated(">=1", PEP440_SPEC_CLAUSES - 1, "<2"), &spec));
	assert_int_equal(spec.count, 2);
	assert_false(pep440_spec_parse(arena, repeated(">=1", PEP440_SPEC_CLAUSES, "<2"), &spec));
	memset(blanks, ' ', PEP440_SPEC_MAX + 1);
	assert_true(pep440_spec_parse(arena, span_make(blanks, PEP440_SPEC_MAX), &spec));
	assert_int_equal(spec.count, 0);
	assert_false(pep440_spec_parse(arena, span_make(blanks, PEP440_SPEC_MAX + 1), &spec));
	assert_true(pep440_spec_parse(arena, span_make(NULL, 0), &spec));
	assert_string_equal(pep440_spec_text(arena, &spec), "");
}

TESTS(pep440_spec,
	TEST(sets_are_stored_sorted_without_blanks_and_repetitions),
	TEST(versions_match_as_the_table_says),
	TEST(prereleases_are_wanted_when_a_clause_names_one),
	TEST(prereleases_are_chosen_when_wanted_or_when_nothing_else_matches),
	TEST(what_follows_three_signs_is_printable_ascii),
	TEST(length_and_clauses_are_bounded)
);
