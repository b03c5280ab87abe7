/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requirements as Elixir reads them: tests/data/hex.requirements.
 */
#include "unit.h"

#include "table.h"
#include "version/hex_req.h"

/* What stands between the quotes. */
static struct span
unquoted(const char *text)
{
	size_t len = strlen(text);

	assert_true(len >= 2 && text[0] == '"' && text[len - 1] == '"');
	return span_make(text + 1, len - 2);
}

static void
requirements_are_those_that_elixir_accepts(void **state)
{
	struct span line;
	struct table t;
	size_t cases = 0;

	(void)state;
	table_open(&t, "hex.requirements");
	for (; table_line(&t, &line); cases++) {
		const char *text = table_field(&line), *expected = table_field(&line);

		if (hex_req_is_valid(unquoted(text)) != (strcmp(expected, "ok") == 0))
			fail_msg("%s is not %s", text, expected);
	}
	assert_true(cases > 80);
}

static void
blanks_are_spaces_only(void **state)
{
	static const char *const others[] = { "\t~> 1.0", "~> 1.0\n", "~>\t1.0", "~> 1.0\tor 1.0.0", "~> 1.0 or\t1.0.0",
		"~> 1.0\r", "~> 1.0\v", "\xc2\xa0~> 1.0" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (hex_req_is_valid(span_of(others[i])))
			fail_msg("%zu: %s", i, others[i]);
}

static void
a_nul_is_refused_wherever_it_stands(void **state)
{
	const struct span whole = SPAN("~> 1.0 or 2.0.0");
	char text[32];

	(void)state;
	for (size_t at = 0; at <= whole.len; at++) {
		memcpy(text, whole.at, at);
		text[at] = '\0';
		memcpy(text + at + 1, whole.at + at, whole.len - at);
		assert_false(hex_req_is_valid(span_make(text, whole.len + 1)));
	}
	assert_false(hex_req_is_valid(span_make(NULL, 0)));
}

static void
the_length_is_bounded(void **state)
{
	char text[HEX_REQ_MAX + 1];

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text + HEX_REQ_MAX - 5, "1.0.0", 5);
	assert_true(hex_req_is_valid(span_make(text, HEX_REQ_MAX)));
	memcpy(text + HEX_REQ_MAX - 4, "1.0.0", 5);
	assert_false(hex_req_is_valid(span_make(text, HEX_REQ_MAX + 1)));
	memset(text, '1', sizeof(text));
	memcpy(text, "~> 1.0-a", 8);
	assert_true(hex_req_is_valid(span_make(text, HEX_REQ_MAX)));
}

TESTS(hex_req,
	TEST(requirements_are_those_that_elixir_accepts),
	TEST(blanks_are_spaces_only),
	TEST(a_nul_is_refused_wherever_it_stands),
	TEST(the_length_is_bounded)
);
