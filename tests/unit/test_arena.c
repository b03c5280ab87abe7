/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that belongs to a piece of work.
 */
#include "unit.h"

static int order[4];
static size_t calls;

static void
note(void *arg)
{
	order[calls++] = *(int *)arg;
}

static void
hooks_run_in_reverse_order_when_the_arena_is_cleared(void **state)
{
	int first = 1, second = 2;

	(void)state;
	calls = 0;
	arena_on_clear(arena, note, &first);
	arena_on_clear(arena, note, &second);

	arena_clear(arena);

	assert_int_equal(calls, 2);
	assert_int_equal(order[0], 2);
	assert_int_equal(order[1], 1);
}

static void
a_cancelled_hook_does_not_run(void **state)
{
	int first = 1;

	(void)state;
	calls = 0;
	arena_hook_cancel(arena_on_clear(arena, note, &first));

	arena_clear(arena);

	assert_int_equal(calls, 0);
}

static void
large_and_small_allocations_do_not_overlap(void **state)
{
	char *small, *large, *again;

	(void)state;
	small = arena_alloc(arena, 100);
	large = arena_alloc(arena, 1000000);
	again = arena_alloc(arena, 100);
	memset(small, 1, 100);
	memset(large, 2, 1000000);
	memset(again, 3, 100);

	assert_int_equal(small[99], 1);
	assert_int_equal(large[0], 2);
	assert_int_equal(large[999999], 2);
	assert_int_equal(again[0], 3);
}

static void
printf_returns_text_of_any_length(void **state)
{
	(void)state;
	assert_string_equal(arena_printf(arena, "%s-%d", "a", 7), "a-7");
	assert_int_equal(strlen(arena_printf(arena, "%50000d", 1)), 50000);
}

TESTS(arena,
	TEST(hooks_run_in_reverse_order_when_the_arena_is_cleared),
	TEST(a_cancelled_hook_does_not_run),
	TEST(large_and_small_allocations_do_not_overlap),
	TEST(printf_returns_text_of_any_length)
);
