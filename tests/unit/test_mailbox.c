/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mailboxes in metadata.
 */
#include "unit.h"

#include "formats/mailbox.h"
#include "table.h"

static void
the_first_address_of_a_list_is_found_and_judged(void **state)
{
	struct table t;
	struct span line;
	size_t cases = 0;

	(void)state;
	table_open(&t, "mailboxes");
	for (; table_line(&t, &line); cases++) {
		const char *list = table_field(&line), *address = table_field(&line), *why = table_field(&line);
		struct span first = mailbox_first(arena, span_of(list));
		const char *got = first.len > 0 ? mailbox_fault(arena, first) : NULL;

		if (!span_is(first, address) || strcmp(got ? got : "-", why) != 0)
			fail_msg("%s: '%.*s' %s", list, (int)first.len, first.at, got ? got : "-");
	}
	assert_true(cases > 60);
}

static void
control_characters_are_named_by_number(void **state)
{
	(void)state;
	assert_string_equal(mailbox_fault(arena, SPAN("a\0\x7f\"b c@d.org")),
		"The email address contains invalid characters before the @-sign: '\"', SPACE, U+00000000, U+0000007F.");
	assert_string_equal(mailbox_fault(arena, SPAN("a@")), "There must be something after the @-sign.");
}

static const struct {
	const char *list;
	const char *joined;		/* NULL: none */
} joined[] = {
	{ "ann@registry.example", "ann@registry.example" },
	{ "Ann <ann@registry.example>, \"Bob, Jr.\" <bob@registry.example>",
	  "ann@registry.example, bob@registry.example" },
	{ "ann@registry.example,", "ann@registry.example" },
	{ "team: ann@registry.example, bob@registry.example;", "ann@registry.example, bob@registry.example" },
	{ "Ann", NULL },
	{ "Ann <>", NULL },
	{ "", NULL },
	{ "Ann, ann@registry.example", NULL },
	{ "ann@registry.example, bob at registry.example", NULL },
	{ "ann@registry@example", NULL },
};

static void
addresses_are_joined_unless_one_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(joined) / sizeof(joined[0]); i++) {
		const char *got = mailbox_join(arena, span_of(joined[i].list));

		if (!joined[i].joined)
			assert_null(got);
		else
			assert_string_equal(got, joined[i].joined);
	}
}

TESTS(mailbox,
	TEST(the_first_address_of_a_list_is_found_and_judged),
	TEST(control_characters_are_named_by_number),
	TEST(addresses_are_joined_unless_one_is_none),
);
