/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of core metadata. What tests/data/core.rules expects is what Python's
 * packaging library and the public index say.
 */
#include "unit.h"

#include "base/buf.h"
#include "base/compiler.h"
#include "base/text.h"
#include "formats/core_reader.h"
#include "formats/core_rules.h"
#include "table.h"

/* The public index's. */
static const struct core_policy strict = { .local_versions = false };

static const struct core_policy lax = {
	.local_versions = true, .classifiers = { .any = true, .deprecated = true }, .any_license = true,
};

/* What is checked unless the text has a header of that name. */
static const char *const defaults[][2] = {
	{ "Metadata-Version", "2.5" }, { "Name", "foo" }, { "Version", "1.0" },
};

static void
read_metadata(struct span text, struct core_metadata *out)
{
	struct buf b = buf_on(arena);

	for (size_t i = 0; i < ARRAY_LEN(defaults); i++) {
		const char *header = arena_printf(arena, "\n%s: ", defaults[i][0]);

		if (!span_starts(text, header + 1) && !span_contains(text, header))
			buf_printf(&b, "%s: %s\n", defaults[i][0], defaults[i][1]);
	}
	buf_put_span(&b, text);
	if (!core_reader_parse(arena, fault, buf_span(&b), out))
		fail_msg("%.*s: %s", (int)text.len, text.at, fault->message);
}

/* What is said about it, without where more is to be read. */
static const char *
verdict(const struct core_policy *policy, const struct core_metadata *m, struct core_checked *out)
{
	struct span message;

	fault_clear(fault);
	if (core_rules_check(arena, fault, policy, m, out)) {
		assert_false(fault_is_set(fault));
		return "ok";
	}
	assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
	message = span_of(fault->message);
	assert_true(message.len > strlen(CORE_METADATA_SEE));
	message.len -= strlen(CORE_METADATA_SEE);
	assert_string_equal(message.at + message.len, CORE_METADATA_SEE);
	return arena_dup(arena, message.at, message.len);
}

static const char *
verdict_of(const struct core_policy *policy, const char *text, struct core_checked *out)
{
	struct core_metadata m;

	read_metadata(span_of(text), &m);
	return verdict(policy, &m, out);
}

static void
every_rule_speaks_in_the_public_indexs_words(void **state)
{
	struct table t;
	struct span expected, text;
	size_t cases = 0;

	(void)state;
	table_open(&t, "core.rules");
	for (; table_block(&t, &expected, &text); cases++) {
		const char *said;
		struct core_checked out;
		struct core_metadata m;

		read_metadata(text, &m);
		said = verdict(&strict, &m, &out);
		if (!span_is(expected, said))
			fail_msg("%.*s: %s", (int)text.len, text.at, said);
	}
	assert_true(cases > 100);
}

static void
what_is_required_must_be_there(void **state)
{
	struct core_metadata m = { .summary = SPAN("x") };
	struct core_checked out;

	(void)state;
	assert_string_equal(verdict(&strict, &m, &out), "None is not a valid metadata version.");
	m.metadata_version = SPAN("2.1");
	assert_string_equal(verdict(&strict, &m, &out), "'name' is a required field.");
	m.name = SPAN("foo");
	assert_string_equal(verdict(&strict, &m, &out), "'version' is a required field.");
	m.version = SPAN("1");
	assert_string_equal(verdict(&strict, &m, &out), "ok");
}

static void
a_summary_is_one_line_by_any_line_end(void **state)
{
	static const char *const ends[] = {
		"\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9",
	};
	struct core_metadata m;
	struct core_checked out;

	(void)state;
	read_metadata(SPAN(""), &m);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		m.summary = span_of(arena_printf(arena, "a%sb", ends[i]));
		assert_string_equal(verdict(&strict, &m, &out), "'summary' must be a single line.");
	}
	m.summary = SPAN("a\tb\xe2\x80\xaa");
	assert_string_equal(verdict(&strict, &m, &out), "ok");
}

static void
a_summary_has_512_characters_at_most(void **state)
{
	struct buf b = buf_on(arena);
	struct core_metadata m;
	struct core_checked out;

	(void)state;
	read_metadata(SPAN(""), &m);
	for (int i = 0; i < CORE_SUMMARY_MAX; i++)
		buf_puts(&b, "\xc3\xa9");
	m.summary = buf_span(&b);
	assert_string_equal(verdict(&strict, &m, &out), "ok");
	buf_putc(&b, 'x');
	m.summary = buf_span(&b);
	assert_string_equal(verdict(&strict, &m, &out), "'summary' field must be 512 characters or less.");
}

static void
an_invalid_requirement_is_told_with_its_reason(void **state)
{
	struct core_checked out;
	const char *said;

	(void)state;
	said = verdict_of(&strict, "Provides-Dist: foo >= dog\n", &out);
	assert_true(span_starts(span_of(said), "'foo >= dog' is invalid: "));
	assert_true(strlen(said) > strlen("'foo >= dog' is invalid: ."));
	said = verdict_of(&strict, "Obsoletes-Dist: -\n", &out);
	assert_true(span_starts(span_of(said), "'-' is invalid: "));
}

static void
long_values_are_shown_by_their_ends(void **state)
{
	char text[10001];
	struct core_metadata m;
	struct core_checked out;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	read_metadata(SPAN(""), &m);
	m.home_page = span_of(text);
	assert_string_equal(verdict(&strict, &m, &out),
		"'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' is not a valid url.");
	m.home_page.len = 256;
	assert_int_equal(strlen(verdict(&strict, &m, &out)), strlen("'' is not a valid url.") + 256);
}

static void
a_private_index_may_allow_more(void **state)
{
	static const struct {
		const char *text;
		struct core_policy policy;
	} allowed[] = {
		{ "Version: 1.0+x\n", { .local_versions = true } },
		{ "Classifier: Nonsense\n", { .classifiers.any = true } },
		{ "Classifier: Natural Language :: Ukranian\n", { .classifiers.deprecated = true } },
		{ "License-Expression: nonsense\n", { .any_license = true } },
	};
	struct core_checked out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++) {
		assert_string_not_equal(verdict_of(&strict, allowed[i].text, &out), "ok");
		assert_string_equal(verdict_of(&allowed[i].policy, allowed[i].text, &out), "ok");
	}
	assert_true(span_is(out.metadata.license_expression, "nonsense"));
	/* Both kinds of classifiers are one's own affair. */
	assert_string_not_equal(verdict_of(&allowed[1].policy, allowed[2].text, &out), "ok");
	assert_string_not_equal(verdict_of(&allowed[2].policy, allowed[1].text, &out), "ok");
}

static const char *
joined(const struct core_list *list)
{
	struct buf b = buf_on(arena);

	for (size_t i = 0; i < list->count; i++) {
		if (i > 0)
			buf_puts(&b, " | ");
		buf_put_span(&b, list->at[i]);
	}
	return buf_text(&b);
}

static void
what_is_stored_is_in_normal_form(void **state)
{
	struct core_checked out;

	(void)state;
	assert_string_equal(verdict_of(&strict, "Version: v1.0.0-RC.1\nRequires-Python: >=2.7, !=3.0.*\n"
		"Requires-Dist: Foo_Bar [ b, A ] >=1,<2 ; python_version<'3'\nRequires-Dist: spam (>3)\n"
		"Provides-Extra: Dev_X\nDynamic: HOME-page\nDynamic: project-URL\nLicense-Expression: mit and (isc)\n"
		"Project-URL:  Docs ,https://registry.example/\nKeywords: a, b\nPlatform: any\n", &out), "ok");
	assert_true(span_is(out.metadata.version, "1.0.0rc1"));
	assert_int_equal(out.version.pre, PEP440_RC);
	assert_true(span_is(out.metadata.requires_python, "!=3.0.*,>=2.7"));
	assert_string_equal(joined(&out.metadata.requires_dist),
		"Foo_Bar[A,b]<2,>=1; python_version < \"3\" | spam>3");
	assert_string_equal(joined(&out.metadata.provides_extra), "dev-x");
	assert_string_equal(joined(&out.metadata.dynamic), "Home-Page | Project-Url");
	assert_true(span_is(out.metadata.license_expression, "MIT AND (ISC)"));
	assert_true(span_is(out.metadata.keywords, "a, b"));
	assert_string_equal(joined(&out.metadata.platforms), "any");
}

static void
classifiers_are_stored_in_the_order_in_which_they_are_shown(void **state)
{
	struct core_checked out;

	(void)state;
	assert_string_equal(verdict_of(&lax, "Classifier: Private :: B\nClassifier: Typing :: Typed\n"
		"Classifier: Private :: A\nClassifier: Framework :: Django :: 10\nClassifier: Typing :: Typed\n"
		"Classifier: Framework :: Django :: 4.0\nClassifier: Framework :: Django :: 1.10\n"
		"Classifier: Framework :: Django :: 1.9\n", &out), "ok");
	assert_string_equal(joined(&out.metadata.classifiers),
		"Framework :: Django :: 1.9 | Framework :: Django :: 1.10 | Framework :: Django :: 4.0 | "
		"Typing :: Typed | Framework :: Django :: 10 | Private :: A | Private :: B");
}

static void
every_field_is_checked_for_its_age(void **state)
{
	struct span value = SPAN("x");
	size_t young = 0;

	(void)state;
	for (size_t i = 0; i < CORE_FIELDS; i++) {
		struct core_metadata m = { .metadata_version = SPAN("1.0"), .name = SPAN("a"), .version = SPAN("1") };
		struct core_checked out;

		if (strcmp(core_fields[i].since, "1.0") == 0)
			continue;
		if (core_fields[i].multiple)
			*core_texts(&m, &core_fields[i]) = (struct core_list){ &value, 1 };
		else
			*core_text(&m, &core_fields[i]) = value;
		assert_string_equal(verdict(&lax, &m, &out), arena_printf(arena,
			"%s introduced in metadata version %s, not 1.0.", text_lower(arena, core_fields[i].header),
			core_fields[i].since));
		young++;
	}
	assert_int_equal(young, 21);
}

TESTS(core_rules,
	TEST(every_rule_speaks_in_the_public_indexs_words),
	TEST(what_is_required_must_be_there),
	TEST(a_summary_is_one_line_by_any_line_end),
	TEST(a_summary_has_512_characters_at_most),
	TEST(an_invalid_requirement_is_told_with_its_reason),
	TEST(long_values_are_shown_by_their_ends),
	TEST(a_private_index_may_allow_more),
	TEST(what_is_stored_is_in_normal_form),
	TEST(classifiers_are_stored_in_the_order_in_which_they_are_shown),
	TEST(every_field_is_checked_for_its_age),
);
