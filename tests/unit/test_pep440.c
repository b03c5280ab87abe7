/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions of Python packages: spellings, forms, order.
 */
#include "unit.h"

#include "version/pep440.h"

static struct pep440
parsed(const char *text)
{
	struct pep440 v;

	if (!pep440_parse(arena, span_of(text), &v))
		fail_msg("%s is no version", text);
	return v;
}

static void
every_spelling_has_one_normal_form(void **state)
{
	static const char *const cases[][2] = {
		{ "1.0", "1.0" }, { "v1.0", "1.0" }, { " 1.0\n", "1.0" }, { "1.0.0", "1.0.0" }, { "01.002", "1.2" },
		{ "0!1", "1" }, { "1!2.0", "1!2.0" }, { "1.0alpha", "1.0a0" }, { "1.0-ALPHA-1", "1.0a1" },
		{ "1.0a-1", "1.0a1" }, { "1.0a-", "1.0a0" }, { "1.0.beta.2", "1.0b2" }, { "1.0c1", "1.0rc1" },
		{ "1.0pre1", "1.0rc1" }, { "1.0_preview_1", "1.0rc1" }, { "1.0-1", "1.0.post1" },
		{ "1.0r3", "1.0.post3" }, { "1.0-rev4", "1.0.post4" }, { "1.0post", "1.0.post0" },
		{ "1.0a-1-2", "1.0a1.post2" }, { "1.0dev", "1.0.dev0" }, { "1.0-dev_3", "1.0.dev3" },
		{ "1.0a1.post2.dev3", "1.0a1.post2.dev3" }, { "1.0+ABC-7_x", "1.0+abc.7.x" }, { "1.0+001", "1.0+1" },
		{ "1.0+0a1", "1.0+0a1" }, { "1.0a.dev1", "1.0a0.dev1" }, { "1.0a--1", "1.0a0.post1" },
		{ "99999999999999999999.0", "99999999999999999999.0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pep440 v = parsed(cases[i][0]);

		assert_string_equal(pep440_normal(arena, &v), cases[i][1]);
	}
}

static void
what_is_no_version_is_refused(void **state)
{
	static const char *const cases[] = {
		"", " ", "v", "1.", "1.0-", "1.0-1-2", "1.0..dev1", "1!v1", "!1", "1!", "1.0+", "1.0+a..b", "1.0+a.",
		"1.0+\xc3\xa9", "dog", "1.0 a1", "v 1", "1.0x", "1.0a1b2", "1.0.dev1.post1", "vv1", "latest",
		"latest-stable", "1.0,2", "\xd9\xa1.0",
	};
	char *long_text = arena_alloc(arena, PEP440_MAX + 2);
	struct pep440 v;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (pep440_parse(arena, span_of(cases[i]), &v))
			fail_msg("%s passes", cases[i]);
	assert_false(pep440_parse(arena, SPAN("1.0\0"), &v));
	memset(long_text, '7', PEP440_MAX + 1);
	assert_true(pep440_parse(arena, span_make(long_text, PEP440_MAX), &v));
	assert_false(pep440_parse(arena, span_make(long_text, PEP440_MAX + 1), &v));
}

static void
the_canonical_form_has_no_zeros_at_the_end(void **state)
{
	static const char *const cases[][2] = {
		{ "1.0.0", "1" }, { "1.4.0.0", "1.4" }, { "1.0.post1", "1.post1" }, { "0.0", "0" }, { "1.0.1", "1.0.1" },
		{ "2!1.0a1", "2!1a1" }, { "1.0+x.0", "1+x.0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pep440 v = parsed(cases[i][0]);

		assert_string_equal(pep440_canonical(arena, &v), cases[i][1]);
	}
}

static void
the_public_form_has_no_local_label(void **state)
{
	struct pep440 v = parsed("1.0rc1+abc");

	(void)state;
	assert_string_equal(pep440_public(arena, &v), "1.0rc1");
}

static void
pre_and_development_releases_are_prereleases_whatever_the_label(void **state)
{
	static const char *const pre[] = { "1.0a1", "1.0.dev0", "1.0.post1.dev2", "1.0rc1+x" };
	static const char *const final[] = { "1.0", "1.0.post1", "1.0+abc", "1.0+rc1.dev2" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct pep440 a = parsed(pre[i]), b = parsed(final[i]);

		assert_true(pep440_is_prerelease(&a));
		assert_false(pep440_is_prerelease(&b));
	}
}

static int
sign(int n)
{
	return (n > 0) - (n < 0);
}

static int
compare_keys(struct span a, struct span b)
{
	int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static void
versions_and_their_keys_are_ordered_as_specified(void **state)
{
	static const char *const ascending[] = {
		"0", "0.0.1", "1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12", "1.0b1.dev456", "1.0b2",
		"1.0b2.post345.dev456", "1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0", "1.0+abc.5", "1.0+abc.7",
		"1.0+abcd", "1.0+5", "1.0+5.a", "1.0+5.1", "1.0.post456.dev34", "1.0.post456", "1.0.0.1", "1.0.15", "1.1.dev1",
		"1.9", "1.10", "99999999999999999999999", "1!0.1",
	};
	size_t count = sizeof(ascending) / sizeof(ascending[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			struct pep440 a = parsed(ascending[i]), b = parsed(ascending[j]);
			int expected = (i > j) - (i < j);

			if (sign(pep440_compare(&a, &b)) != expected ||
			    sign(compare_keys(pep440_key(arena, &a), pep440_key(arena, &b))) != expected)
				fail_msg("%s and %s", ascending[i], ascending[j]);
		}
}

static void
equal_versions_have_equal_keys(void **state)
{
	struct pep440 a = parsed("1.0.0-a-1+X_07"), b = parsed("v1alpha1+x.7");

	(void)state;
	assert_int_equal(pep440_compare(&a, &b), 0);
	assert_int_equal(compare_keys(pep440_key(arena, &a), pep440_key(arena, &b)), 0);
	assert_string_equal(pep440_canonical(arena, &a), pep440_canonical(arena, &b));
}

/* As many of PART behind "1" as may be read, and LAST. */
static struct pep440
longest(const char *part, const char *last)
{
	size_t len = strlen(part), used = 1;
	char *text = arena_alloc(arena, PEP440_MAX + 1);

	text[0] = '1';
	for (; used + len + strlen(last) <= PEP440_MAX; used += len)
		memcpy(text + used, part, len);
	memcpy(text + used, last, strlen(last) + 1);
	return parsed(text);
}

static void
the_longest_versions_fit_the_columns_they_are_stored_in(void **state)
{
	struct pep440 cases[] = { longest("1", ""), longest(".1", ""), longest(".0", ".1"), longest("0", "!1"),
		longest(".1", "+a"), longest("0", "c.r.dev"), longest("0", "c-r-dev+a.1"), longest("0", "-0") };
	char local[PEP440_MAX + 1] = "1+a";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_in_range(strlen(pep440_normal(arena, &cases[i])), 250, 512);
		assert_in_range(pep440_key(arena, &cases[i]).len, 250, 2048);
	}
	for (size_t at = 3; at + 2 <= PEP440_MAX; at += 2)
		memcpy(local + at, at % 4 == 1 ? ".a" : ".1", 3);
	cases[0] = parsed(local);
	assert_in_range(pep440_key(arena, &cases[0]).len, 350, 2048);
}

TESTS(pep440,
	TEST(every_spelling_has_one_normal_form),
	TEST(what_is_no_version_is_refused),
	TEST(the_canonical_form_has_no_zeros_at_the_end),
	TEST(the_public_form_has_no_local_label),
	TEST(pre_and_development_releases_are_prereleases_whatever_the_label),
	TEST(versions_and_their_keys_are_ordered_as_specified),
	TEST(equal_versions_have_equal_keys),
	TEST(the_longest_versions_fit_the_columns_they_are_stored_in)
);
