/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Other programs, run to their end.
 */
#include "unit.h"

#include "base/command.h"

static const char *const nothing[] = { NULL };

static bool
run(const char *script)
{
	const char *arguments[] = { "sh", "-c", script, NULL };

	return command_run(arena, fault, arguments, command_environment(arena, nothing));
}

static void
a_program_that_ends_with_0_has_succeeded(void **state)
{
	(void)state;
	assert_true(run("echo nobody reads this"));
	assert_false(fault_is_set(fault));
}

static void
one_that_fails_is_told_of_with_what_it_said(void **state)
{
	(void)state;
	assert_false(run("echo one; echo two >&2; exit 3"));
	assert_int_equal(fault->kind, FAULT_UNAVAILABLE);
	assert_string_equal(fault->message, "sh failed with status 3: one\ntwo");
}

static void
one_that_is_killed_is_told_of(void **state)
{
	(void)state;
	assert_false(run("kill -KILL $$"));
	assert_string_equal(fault->message, "sh was ended by signal 9");
}

static void
one_that_does_not_exist_is_told_of(void **state)
{
	const char *arguments[] = { "no-such-program", NULL };

	(void)state;
	assert_false(command_run(arena, fault, arguments, command_environment(arena, nothing)));
	assert_string_equal(fault->message, "cannot run no-such-program: No such file or directory");
}

static void
more_output_than_is_kept_does_not_hold_it_up(void **state)
{
	(void)state;
	assert_false(run("yes abcdefgh | head -n 100000; exit 1"));
	assert_true(strlen(fault->message) < 2100);
}

static void
its_standard_input_is_empty(void **state)
{
	(void)state;
	assert_true(run("test -z \"$(cat)\""));
}

static void
variables_are_added_and_replaced(void **state)
{
	const char *changes[] = { "ENTREPOT_UNIT=new", "ENTREPOT_UNIT_2=x y", NULL };
	const char *arguments[] = { "sh", "-c",
		"test \"$ENTREPOT_UNIT,$ENTREPOT_UNIT_2,$ENTREPOT_UNIT_20\" = 'new,x y,20'", NULL };

	(void)state;
	setenv("ENTREPOT_UNIT", "old", 1);
	setenv("ENTREPOT_UNIT_20", "20", 1);
	assert_true(command_run(arena, fault, arguments, command_environment(arena, changes)));
	unsetenv("ENTREPOT_UNIT");
	unsetenv("ENTREPOT_UNIT_20");
}

static void
nothing_is_run_after_a_fault(void **state)
{
	(void)state;
	fault_raise(fault, FAULT_INVALID, "before");
	assert_false(run("true"));
	assert_string_equal(fault->message, "before");
}

TESTS(command,
	TEST(a_program_that_ends_with_0_has_succeeded),
	TEST(one_that_fails_is_told_of_with_what_it_said),
	TEST(one_that_is_killed_is_told_of),
	TEST(one_that_does_not_exist_is_told_of),
	TEST(more_output_than_is_kept_does_not_hold_it_up),
	TEST(its_standard_input_is_empty),
	TEST(variables_are_added_and_replaced),
	TEST(nothing_is_run_after_a_fault)
);
