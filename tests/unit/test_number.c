/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checked reading of integers.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/number.h"

static void
numbers_are_read_up_to_their_limits(void **state)
{
	int64_t n;
	uint64_t u;

	(void)state;
	assert_true(number_parse(SPAN("9223372036854775807"), INT64_MIN, INT64_MAX, &n));
	assert_true(n == INT64_MAX);
	assert_true(number_parse(SPAN("-9223372036854775808"), INT64_MIN, INT64_MAX, &n));
	assert_true(n == INT64_MIN);
	assert_true(number_parse_unsigned(SPAN("18446744073709551615"), UINT64_MAX, &u));
	assert_true(u == UINT64_MAX);
	assert_true(number_parse(SPAN("007"), 0, 7, &n));
	assert_int_equal(n, 7);
	assert_true(number_parse(SPAN("-5"), -5, 0, &n));
	assert_int_equal(n, -5);
}

static void
what_overflows_is_refused(void **state)
{
	int64_t n = 42;
	uint64_t u = 42;

	(void)state;
	assert_false(number_parse(SPAN("9223372036854775808"), INT64_MIN, INT64_MAX, &n));
	assert_false(number_parse(SPAN("-9223372036854775809"), INT64_MIN, INT64_MAX, &n));
	assert_false(number_parse(SPAN("99999999999999999999999"), INT64_MIN, INT64_MAX, &n));
	assert_false(number_parse_unsigned(SPAN("18446744073709551616"), UINT64_MAX, &u));
	assert_false(number_parse_unsigned(SPAN("18446744073709551625"), UINT64_MAX, &u));
	assert_false(number_parse(SPAN("8"), 0, 7, &n));
	assert_false(number_parse(SPAN("-1"), 0, 7, &n));
	assert_int_equal(n, 42);
	assert_int_equal(u, 42);
}

static void
only_digits_make_a_number(void **state)
{
	static const struct span bad[] = {
		SPAN(""), SPAN("-"), SPAN("+1"), SPAN(" 1"), SPAN("1 "), SPAN("1\n"), SPAN("0x10"),
		SPAN("1.0"), SPAN("1e3"), SPAN("--1"), SPAN("1\0"), SPAN("\xd9\xa1"), { NULL, 0 },
	};
	int64_t n = 42;
	uint64_t u = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(number_parse(bad[i], INT64_MIN, INT64_MAX, &n));
		assert_false(number_parse_unsigned(bad[i], UINT64_MAX, &u));
	}
	assert_false(number_parse_unsigned(SPAN("-1"), UINT64_MAX, &u));
	assert_int_equal(n, 42);
}

static void
sizes_have_units_of_1024(void **state)
{
	int64_t n;

	(void)state;
	assert_true(number_parse_size(SPAN("65536"), INT64_MAX, &n));
	assert_int_equal(n, 65536);
	assert_true(number_parse_size(SPAN("64K"), INT64_MAX, &n));
	assert_int_equal(n, 65536);
	assert_true(number_parse_size(SPAN("10m"), INT64_MAX, &n));
	assert_int_equal(n, 10485760);
	assert_true(number_parse_size(SPAN("2G"), INT64_MAX, &n));
	assert_true(n == INT64_C(2147483648));
	assert_true(number_parse_size(SPAN("0k"), 0, &n));
	assert_int_equal(n, 0);
}

static void
sizes_do_not_overflow_by_their_unit(void **state)
{
	int64_t n = 42;

	(void)state;
	assert_true(number_parse_size(SPAN("8589934591g"), INT64_MAX, &n));
	n = 42;
	assert_false(number_parse_size(SPAN("8589934592g"), INT64_MAX, &n));
	assert_false(number_parse_size(SPAN("17179869184g"), INT64_MAX, &n));
	assert_false(number_parse_size(SPAN("9223372036854775807k"), INT64_MAX, &n));
	assert_false(number_parse_size(SPAN("11"), 10, &n));
	assert_false(number_parse_size(SPAN("1k"), 1023, &n));
	assert_false(number_parse_size(SPAN("0"), -1, &n));
	assert_int_equal(n, 42);
}

static void
malformed_sizes_are_refused(void **state)
{
	static const struct span bad[] = {
		SPAN(""), SPAN("k"), SPAN("1kb"), SPAN("1 k"), SPAN("-1k"), SPAN("1t"), SPAN("1.5m"),
		SPAN("kk"), SPAN("1kk"),
	};
	int64_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(number_parse_size(bad[i], INT64_MAX, &n));
}

static void
durations_are_microseconds(void **state)
{
	static const struct {
		struct span text;
		int64_t value;
	} good[] = {
		{ SPAN("30"), 30 * CLOCK_SECOND }, { SPAN("30s"), 30 * CLOCK_SECOND },
		{ SPAN("500ms"), 500000 }, { SPAN("5m"), 5 * CLOCK_MINUTE },
		{ SPAN("2h"), 2 * CLOCK_HOUR }, { SPAN("1d"), CLOCK_DAY }, { SPAN("0"), 0 },
	};
	int64_t t;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(number_parse_duration(good[i].text, &t));
		assert_true(t == good[i].value);
	}
}

static void
malformed_and_endless_durations_are_refused(void **state)
{
	static const struct span bad[] = {
		SPAN(""), SPAN("s"), SPAN("ms"), SPAN("1w"), SPAN("-1s"), SPAN("1 s"), SPAN("1sm"),
		SPAN("1S"), SPAN("106751992d"), SPAN("9223372036855"), SPAN("99999999999999999999ms"),
	};
	int64_t t = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(number_parse_duration(bad[i], &t));
	assert_int_equal(t, 42);
	assert_true(number_parse_duration(SPAN("106751991d"), &t));
}

static void
numbers_are_written_as_printf_would(void **state)
{
	static const int64_t numbers[] = { 0, 7, -7, 10, 1234567890, INT64_MAX, INT64_MIN };
	char text[NUMBER_TEXT_SIZE], expected[NUMBER_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		snprintf(expected, sizeof(expected), "%lld", (long long)numbers[i]);
		assert_int_equal(number_format(text, numbers[i]), strlen(expected));
		assert_string_equal(text, expected);
	}
}

static void
digits_are_as_many_as_asked_for(void **state)
{
	char text[] = "------";

	(void)state;
	assert_ptr_equal(number_put_digits(text, 42, 4), text + 4);
	assert_string_equal(text, "0042--");
	assert_ptr_equal(number_put_digits(text, 12345, 2), text + 2);
	assert_string_equal(text, "4542--");
}

static void
bytes_are_a_number_with_the_highest_first(void **state)
{
	(void)state;
	assert_int_equal(number_big_endian("\x01\x02\xff", 3), 0x0102ff);
	assert_true(number_big_endian("\xff\xff\xff\xff\xff\xff\xff\xfe", 8) == UINT64_MAX - 1);
	assert_int_equal(number_big_endian("", 0), 0);
}

TESTS(number,
	TEST(numbers_are_written_as_printf_would),
	TEST(digits_are_as_many_as_asked_for),
	TEST(bytes_are_a_number_with_the_highest_first),
	TEST(numbers_are_read_up_to_their_limits),
	TEST(what_overflows_is_refused),
	TEST(only_digits_make_a_number),
	TEST(sizes_have_units_of_1024),
	TEST(sizes_do_not_overflow_by_their_unit),
	TEST(malformed_sizes_are_refused),
	TEST(durations_are_microseconds),
	TEST(malformed_and_endless_durations_are_refused)
);
