/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metadata of Hex packages: its shapes, and the rules of tests/data/hex.rules.
 */
#include "unit.h"

#include "base/buf.h"
#include "formats/erlang_terms.h"
#include "formats/hex_metadata.h"
#include "table.h"

#define HONEST \
	"{<<\"name\">>,<<\"lemon\">>}. {<<\"version\">>,<<\"0.1.0\">>}. {<<\"app\">>,<<\"lemon\">>}.\n" \
	"{<<\"description\">>,<<\"A lemon\">>}. {<<\"files\">>,[<<\"lib\">>,<<\"mix.exs\">>]}.\n" \
	"{<<\"licenses\">>,[<<\"MIT\">>]}. {<<\"links\">>,[{<<\"Home\">>,<<\"https://example.com\">>}]}.\n" \
	"{<<\"build_tools\">>,[<<\"mix\">>]}. {<<\"elixir\">>,<<\"~> 1.10\">>}.\n" \
	"{<<\"requirements\">>,[{<<\"plug\">>,[{<<\"requirement\">>,<<\"~> 1.0\">>}]}]}.\n"

static const struct doc *
given_terms(struct span text)
{
	const struct doc *d;

	fault_clear(fault);
	d = erlang_terms_read(arena, fault, text);
	if (!d)
		fail_msg("%.*s: %s", (int)text.len, text.at, fault->message);
	return d;
}

/* Read what must be of the right types. */
static struct hex_metadata
given_metadata(const char *text)
{
	struct hex_metadata m;

	if (!hex_metadata_read(arena, fault, given_terms(span_of(text)), &m))
		fail_msg("%s: %s", text, fault->message);
	return m;
}

/* Field by field what is wrong, "ok" when nothing is. */
static const char *
verdict(struct span text, const struct hex_rules *rules)
{
	const struct doc *d = given_terms(text);
	struct buf b = buf_on(arena);
	struct hex_metadata m;
	bool good;

	good = hex_metadata_read(arena, fault, d, &m);
	good &= hex_metadata_check(fault, &m, rules);
	assert_true(good != fault_is_set(fault));
	assert_true(good || fault->kind == FAULT_INVALID);
	for (const struct fault_field *field = fault->fields; field; field = field->next)
		buf_printf(&b, "%s%s: %s", b.len > 0 ? "; " : "", field->name, field->message);
	return good ? "ok" : buf_text(&b);
}

static void
check_rule(const char *expected, struct span terms, const struct hex_rules *rules)
{
	const char *text = arena_printf(arena, HONEST "%.*s", (int)terms.len, terms.at);
	const char *got = verdict(span_of(text), rules);

	if (strcmp(got, expected) != 0)
		fail_msg("%.*s: got %s, expected %s", (int)terms.len, terms.at, got, expected);
}

/* The lines of a block but for remarks. */
static struct span
without_remarks(struct span block)
{
	struct buf b = buf_on(arena);

	while (block.at) {
		struct span line = span_cut(&block, '\n');

		if (span_starts(line, "#"))
			continue;
		buf_put_span(&b, line);
		buf_putc(&b, '\n');
	}
	return buf_span(&b);
}

static void
every_rule_has_its_words(void **state)
{
	static const struct hex_rules public = { .spdx = true };
	static const struct hex_rules private = { .private = true, .spdx = true };
	struct span title, terms;
	struct table t;
	size_t cases = 0;

	(void)state;
	table_open(&t, "hex.rules");
	for (; table_block(&t, &title, &terms); cases++) {
		const char *expected = arena_dup(arena, title.at, title.len);
		char *differs = strstr(expected, " ? ");

		terms = without_remarks(terms);
		check_rule(differs ? differs + 3 : expected, terms, &private);
		if (differs)
			*differs = '\0';
		check_rule(expected, terms, &public);
	}
	assert_true(cases > 110);
}

static void
licenses_may_be_anything_when_the_setting_says_so(void **state)
{
	static const struct hex_rules lax = { .spdx = false };

	(void)state;
	check_rule("ok", SPAN("{<<\"licenses\">>,[<<\"our own\">>]}."), &lax);
	check_rule("meta.licenses: can't be blank", SPAN("{<<\"licenses\">>,[]}."), &lax);
}

static void
what_is_absent_is_blank(void **state)
{
	static const struct hex_rules public = { .spdx = true };

	(void)state;
	assert_string_equal(verdict(SPAN("{<<\"other\">>,1}."), &public),
		"name: can't be blank; version: can't be blank; meta.app: can't be blank; "
		"meta.description: can't be blank; meta.build_tools: can't be blank; meta.files: can't be blank; "
		"meta.licenses: can't be blank");
}

static void
a_long_text_is_repeated_in_part(void **state)
{
	static const struct hex_rules public = { .spdx = true };
	struct buf b = buf_on(arena);
	const char *got;

	(void)state;
	/* The cut falls into a character. */
	buf_puts(&b, HONEST "{<<\"elixir\">>,<<\"x");
	for (int i = 0; i < 5000; i++)
		buf_puts(&b, "\xc3\xa4");
	buf_puts(&b, "\"/utf8>>}.");
	got = verdict(buf_span(&b), &public);
	assert_true(strlen(got) < 300);
	assert_non_null(strstr(got, "meta.elixir: invalid requirement: \"x\xc3\xa4\xc3\xa4"));
	assert_non_null(strstr(got, "\xc3\xa4\xef\xbf\xbd\""));
}

static void
lengths_are_bounded(void **state)
{
	static const struct hex_rules public = { .spdx = true };
	struct buf b = buf_on(arena);

	(void)state;
	for (int i = 0; i < 65537; i++)
		buf_putc(&b, 'a');
	check_rule("meta.description: should be at most 65536 character(s)", span_of(arena_printf(arena,
		"{<<\"description\">>,<<\"%s\">>}.", buf_text(&b))), &public);
	check_rule("ok", span_of(arena_printf(arena, "{<<\"description\">>,<<\"%s\">>}.", b.at + 1)), &public);
	check_rule("name: should be at most 255 character(s)", span_of(arena_printf(arena,
		"{<<\"name\">>,<<\"%.256s\">>}.", b.at)), &public);
	check_rule("ok", span_of(arena_printf(arena, "{<<\"name\">>,<<\"%.255s\">>}.", b.at)), &public);
}

/* COUNT requirements as a list of pairs. */
static const char *
many_requirements(int count)
{
	struct buf b = buf_on(arena);

	buf_puts(&b, HONEST "{<<\"requirements\">>,[");
	for (int i = 0; i < count; i++)
		buf_printf(&b, "%s{<<\"p%d\">>,[]}", i > 0 ? "," : "", i);
	buf_puts(&b, "]}.");
	return buf_text(&b);
}

static void
the_number_of_requirements_is_bounded(void **state)
{
	static const struct hex_rules public = { .spdx = true };

	(void)state;
	assert_int_equal(given_metadata(many_requirements(HEX_REQUIREMENTS_MAX)).requirement_count,
		HEX_REQUIREMENTS_MAX);
	assert_string_equal(verdict(span_of(many_requirements(HEX_REQUIREMENTS_MAX + 1)), &public),
		"requirements: expected type map(string)");
}

/* Requirements as "name app requirement optional repository", one behind the other. */
static const char *
requirements(const char *terms)
{
	struct hex_metadata m = given_metadata(arena_printf(arena, "{<<\"requirements\">>,%s}.", terms));
	struct buf b = buf_on(arena);

	for (size_t i = 0; i < m.requirement_count; i++) {
		const struct hex_requirement_new *r = &m.requirements[i];

		buf_printf(&b, "%s%s %s %s %s %s", i > 0 ? "; " : "", r->name, r->app,
			   r->requirement ? r->requirement : "-", r->optional ? "optional" : "-",
			   r->repository ? r->repository : "-");
	}
	return buf_text(&b);
}

static void
requirements_have_three_shapes(void **state)
{
	(void)state;
	assert_string_equal(requirements("[{<<\"lemon\">>,[{<<\"app\">>,<<\"lem\">>},{<<\"optional\">>,false},"
		"{<<\"requirement\">>,<<\"~> 0.1\">>}]},{<<\"lime\">>,[{<<\"optional\">>,true}]}]"),
		"lemon lem ~> 0.1 - -; lime lime - optional -");
	assert_string_equal(requirements("[[{<<\"name\">>,<<\"lemon\">>},{<<\"app\">>,<<\"lemon\">>},"
		"{<<\"optional\">>,true},{<<\"repository\">>,<<\"hexpm\">>},{<<\"requirement\">>,<<\"~> 0.1\">>}],"
		"[{<<\"name\">>,<<\"lime\">>}]]"),
		"lemon lemon ~> 0.1 optional hexpm; lime lime - - -");
	assert_string_equal(requirements("#{<<\"lemon\">> => #{<<\"app\">> => <<\"lem\">>,"
		"<<\"requirement\">> => <<\"~> 0.1\">>, <<\"repository\">> => <<\"acme\">>}, lime => #{}}"),
		"lemon lem ~> 0.1 - acme; lime lime - - -");
}

static void
shapes_of_requirements_mix_within(void **state)
{
	(void)state;
	assert_string_equal(requirements("#{<<\"lemon\">> => [{<<\"app\">>,<<\"lem\">>}], lime => []}"),
		"lemon lem - - -; lime lime - - -");
	assert_string_equal(requirements("[#{<<\"name\">> => <<\"lemon\">>, <<\"optional\">> => nil}]"),
		"lemon lemon - - -");
	assert_string_equal(requirements("[{<<\"lemon\">>,#{<<\"app\">> => nil}}]"), "lemon lemon - - -");
	assert_string_equal(requirements("[]"), "");
	assert_string_equal(requirements("#{}"), "");
	assert_string_equal(requirements("nil"), "");
}

static const char *
tools(const char *terms)
{
	struct hex_metadata m = given_metadata(terms);
	struct buf b = buf_on(arena);

	for (size_t i = 0; i < m.build_tools.count; i++)
		buf_printf(&b, "%s%s", i > 0 ? " " : "", m.build_tools.items[i]);
	return buf_text(&b);
}

static void
build_tools_are_guessed_from_the_files_at_the_top(void **state)
{
	static const char *const guesses[][2] = {
		{ "<<\"mix.exs\">>", "mix" },
		{ "<<\"rebar.config\">>", "rebar3" },
		{ "<<\"rebar\">>", "rebar3" },
		{ "<<\"rebar\">>,<<\"rebar.config\">>", "rebar3" },
		{ "<<\"Makefile\">>", "make" },
		{ "<<\"Makefile.win\">>,<<\"Makefile\">>", "make" },
		{ "<<\"Makefile\">>,<<\"src\">>,<<\"rebar.config\">>,<<\"mix.exs\">>", "mix rebar3 make" },
		{ "<<\"src/mix.exs\">>,<<\"makefile\">>,<<\"rebar3\">>", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(guesses); i++)
		assert_string_equal(tools(arena_printf(arena, "{<<\"files\">>,[%s]}.", guesses[i][0])), guesses[i][1]);
	assert_string_equal(tools("{<<\"a\">>,1}."), "");
}

static void
build_tools_that_are_given_are_not_guessed(void **state)
{
	(void)state;
	assert_string_equal(tools("{<<\"build_tools\">>,[<<\"gleam\">>,<<\"x\">>]}. {<<\"files\">>,[<<\"mix.exs\">>]}."),
		"gleam x");
	assert_string_equal(tools("{<<\"build_tools\">>,[]}. {<<\"files\">>,[<<\"mix.exs\">>]}."), "");
}

static void
every_field_is_read(void **state)
{
	struct hex_metadata m = given_metadata(HONEST "{<<\"maintainers\">>,[<<\"alice\">>]}. "
		"{<<\"extra\">>,[{<<\"a\">>,[{<<\"b\">>,true}]}]}.");

	(void)state;
	assert_string_equal(m.name, "lemon");
	assert_string_equal(m.version, "0.1.0");
	assert_string_equal(m.app, "lemon");
	assert_string_equal(m.description, "A lemon");
	assert_string_equal(m.elixir, "~> 1.10");
	assert_true(m.files.given && m.files.count == 2);
	assert_string_equal(m.files.items[0], "lib");
	assert_string_equal(m.files.items[1], "mix.exs");
	assert_true(m.licenses.given && m.licenses.count == 1);
	assert_string_equal(m.licenses.items[0], "MIT");
	assert_true(m.maintainers.given && m.maintainers.count == 1);
	assert_string_equal(m.maintainers.items[0], "alice");
	assert_string_equal(doc_find_text(m.links, "Home"), "https://example.com");
	assert_true(doc_find(doc_find(m.extra, "a"), "b")->is.boolean);
	assert_int_equal(m.requirement_count, 1);
}

TESTS(hex_metadata,
	TEST(every_rule_has_its_words),
	TEST(licenses_may_be_anything_when_the_setting_says_so),
	TEST(what_is_absent_is_blank),
	TEST(a_long_text_is_repeated_in_part),
	TEST(lengths_are_bounded),
	TEST(the_number_of_requirements_is_bounded),
	TEST(requirements_have_three_shapes),
	TEST(shapes_of_requirements_mix_within),
	TEST(build_tools_are_guessed_from_the_files_at_the_top),
	TEST(build_tools_that_are_given_are_not_guessed),
	TEST(every_field_is_read)
);
