/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times in a protocol's spelling.
 */
#include "unit.h"

#include "wire/dialect.h"

#define NOON INT64_C(1767700800000000)	/* 2026-01-06T12:00:00Z */

static void
check(struct dialect dialect, int64_t t, const char *expected)
{
	char text[CLOCK_TEXT_SIZE];

	assert_int_equal(dialect_format_time(&dialect, text, t), strlen(expected));
	assert_string_equal(text, expected);
}

static void
the_fraction_is_left_out_when_it_is_zero(void **state)
{
	(void)state;
	check((struct dialect){ .fraction_digits = 6, .zone = "Z" }, NOON, "2026-01-06T12:00:00Z");
	check((struct dialect){ .fraction_digits = 6, .zone = "Z" }, NOON + 1, "2026-01-06T12:00:00.000001Z");
	check((struct dialect){ .fraction_digits = 3, .zone = "Z" }, NOON + 1, "2026-01-06T12:00:00Z");
}

static void
the_fraction_is_always_written_when_the_dialect_says_so(void **state)
{
	(void)state;
	check((struct dialect){ .fraction_digits = 3, .fraction_always = true }, NOON, "2026-01-06T12:00:00.000Z");
	check((struct dialect){ .fraction_digits = 6, .fraction_always = true }, NOON, "2026-01-06T12:00:00.000000Z");
}

static void
without_digits_the_fraction_is_cut(void **state)
{
	(void)state;
	check((struct dialect){ .zone = "+00:00" }, NOON + 999999, "2026-01-06T12:00:00+00:00");
}

static void
times_before_1970_are_spelled_too(void **state)
{
	(void)state;
	check((struct dialect){ .fraction_digits = 6 }, -1, "1969-12-31T23:59:59.999999Z");
}

static void
years_of_five_digits_stay_within_the_buffer(void **state)
{
	static const struct dialect dialect = { .fraction_digits = 6, .fraction_always = true, .zone = "+00:00" };
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	assert_true(dialect_format_time(&dialect, text, INT64_MAX) < CLOCK_TEXT_SIZE);
	assert_true(dialect_format_time(&dialect, text, INT64_MIN) < CLOCK_TEXT_SIZE);
}

TESTS(dialect,
	TEST(the_fraction_is_left_out_when_it_is_zero),
	TEST(the_fraction_is_always_written_when_the_dialect_says_so),
	TEST(without_digits_the_fraction_is_cut),
	TEST(times_before_1970_are_spelled_too),
	TEST(years_of_five_digits_stay_within_the_buffer)
);
