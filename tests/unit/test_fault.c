/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one error type.
 */
#include "unit.h"

static void
the_first_raise_wins(void **state)
{
	(void)state;
	assert_false(fault_raise(fault, FAULT_NOT_FOUND, "no crate %s", "a"));
	assert_false(fault_raise(fault, FAULT_INTERNAL, "later"));

	assert_int_equal(fault->kind, FAULT_NOT_FOUND);
	assert_string_equal(fault->message, "no crate a");
}

static void
an_internal_fault_keeps_its_detail_from_the_client(void **state)
{
	(void)state;
	assert_false(fault_raise_internal(fault, FAULT_INTERNAL, "disk %d", 3));

	assert_string_equal(fault->message, "Internal Server Error");
	assert_string_equal(fault->detail, "disk 3");
}

static void
a_plain_fault_bears_the_text_of_its_kind(void **state)
{
	(void)state;
	assert_false(fault_raise_plain(fault, FAULT_TOO_LARGE));

	assert_string_equal(fault->message, "Payload Too Large");
	assert_int_equal(fault_kind_status(fault->kind), 413);
	assert_string_equal(fault_kind_name(fault->kind), "TOO_LARGE");
	assert_string_equal(fault_kind_text(fault->kind), "Payload Too Large");
}

static void
fields_are_gathered_in_order_behind_the_first_one(void **state)
{
	(void)state;
	assert_false(fault_raise_field(fault, FAULT_INVALID, "name", "is %s", "empty"));
	assert_false(fault_raise_field(fault, FAULT_INVALID, "vers", "is bad"));

	assert_string_equal(fault->message, "name: is empty");
	assert_string_equal(fault->fields->name, "name");
	assert_string_equal(fault->fields->message, "is empty");
	assert_string_equal(fault->fields->next->name, "vers");
	assert_null(fault->fields->next->next);
}

static void
a_cleared_fault_can_be_raised_again(void **state)
{
	(void)state;
	assert_false(fault_raise_field(fault, FAULT_INVALID, "name", "is empty"));
	fault_clear(fault);
	assert_false(fault_is_set(fault));
	assert_null(fault->fields);

	assert_false(fault_raise(fault, FAULT_GONE, "gone"));
	assert_int_equal(fault->kind, FAULT_GONE);
}

static void
every_kind_has_a_name_a_status_and_a_text(void **state)
{
	(void)state;
	for (int kind = FAULT_NONE; kind < FAULT__MAX; kind++) {
		assert_non_null(fault_kind_name((enum fault_kind)kind));
		assert_non_null(fault_kind_text((enum fault_kind)kind));
		assert_in_range(fault_kind_status((enum fault_kind)kind), 200, 599);
	}
}

TESTS(fault,
	TEST(the_first_raise_wins),
	TEST(an_internal_fault_keeps_its_detail_from_the_client),
	TEST(a_plain_fault_bears_the_text_of_its_kind),
	TEST(fields_are_gathered_in_order_behind_the_first_one),
	TEST(a_cleared_fault_can_be_raised_again),
	TEST(every_kind_has_a_name_a_status_and_a_text)
);
