/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time and its spellings.
 */
#include "unit.h"

#include <time.h>

#include "base/clock.h"
#include "base/compiler.h"

#define PARSED INT64_C(784111777000000)		/* 1994-11-06T08:49:37Z */

static int64_t
rfc3339(const char *text)
{
	int64_t t;

	assert_true(clock_parse_rfc3339(span_of(text), &t));
	return t;
}

static void
the_clock_stands_where_it_was_set(void **state)
{
	int64_t before = (int64_t)time(NULL) * CLOCK_SECOND;

	(void)state;
	clock_set(PARSED);
	assert_true(clock_now() == PARSED);
	assert_true(clock_now() == PARSED);
	clock_set(0);
	assert_true(clock_now() >= before);
	assert_true(clock_now() < before + 10 * CLOCK_SECOND);
}

static void
ticks_never_go_backwards(void **state)
{
	int64_t last = clock_ticks();

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_ticks();

		assert_true(now >= last);
		last = now;
	}
}

static void
times_are_written_in_three_spellings(void **state)
{
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	assert_string_equal(clock_format_http(text, PARSED), "Sun, 06 Nov 1994 08:49:37 GMT");
	assert_string_equal(clock_format_date(text, PARSED), "1994-11-06");
	assert_string_equal(clock_format_rfc3339(text, PARSED, 6), "1994-11-06T08:49:37Z");
}

static void
fractions_have_three_or_six_digits_and_vanish_when_zero(void **state)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t t = PARSED + 45678;

	(void)state;
	assert_string_equal(clock_format_rfc3339(text, t, 6), "1994-11-06T08:49:37.045678Z");
	assert_string_equal(clock_format_rfc3339(text, t, 3), "1994-11-06T08:49:37.045Z");
	assert_string_equal(clock_format_rfc3339(text, t, 0), "1994-11-06T08:49:37Z");
	assert_string_equal(clock_format_rfc3339(text, PARSED + 999, 3), "1994-11-06T08:49:37Z");
}

static void
times_before_1970_are_times_too(void **state)
{
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	assert_string_equal(clock_format_rfc3339(text, -1, 6), "1969-12-31T23:59:59.999999Z");
	assert_string_equal(clock_format_http(text, -CLOCK_DAY), "Wed, 31 Dec 1969 00:00:00 GMT");
	assert_true(rfc3339("1969-12-31T23:59:59.999999Z") == -1);
	assert_true(rfc3339("0000-01-01T00:00:00Z") == INT64_C(-62167219200000000));
}

static void
the_ends_of_time_fit_the_text(void **state)
{
	char text[CLOCK_TEXT_SIZE];

	(void)state;
	assert_string_equal(clock_format_rfc3339(text, INT64_MAX, 6), "294247-01-10T04:00:54.775807Z");
	assert_string_equal(clock_format_rfc3339(text, INT64_MIN, 6), "-290308-12-21T19:59:05.224192Z");
	assert_true(strlen(clock_format_http(text, INT64_MIN)) < CLOCK_TEXT_SIZE);
	assert_string_equal(clock_format_rfc3339(text, INT64_C(253402300799999999), 6),
		"9999-12-31T23:59:59.999999Z");
}

static void
every_day_of_four_centuries_agrees_with_the_c_library(void **state)
{
	(void)state;
	for (int64_t day = -100000; day < 50000; day += 1) {
		time_t seconds = (time_t)day * 86400;
		struct clock_fields f = clock_split(day * CLOCK_DAY);
		struct tm tm;

		assert_non_null(gmtime_r(&seconds, &tm));
		assert_int_equal(f.year, tm.tm_year + 1900);
		assert_int_equal(f.month, tm.tm_mon + 1);
		assert_int_equal(f.day, tm.tm_mday);
		assert_int_equal(f.weekday, tm.tm_wday);
	}
}

static void
offsets_and_fractions_are_understood(void **state)
{
	(void)state;
	assert_true(rfc3339("1994-11-06T08:49:37Z") == PARSED);
	assert_true(rfc3339("1994-11-06t08:49:37z") == PARSED);
	assert_true(rfc3339("1994-11-06 08:49:37+00:00") == PARSED);
	assert_true(rfc3339("1994-11-06T00:19:37-08:30") == PARSED);
	assert_true(rfc3339("1994-11-07T08:48:37+23:59") == PARSED);
	assert_true(rfc3339("1994-11-06T08:49:37.5Z") == PARSED + 500000);
	assert_true(rfc3339("1994-11-06T08:49:37.000001999999999999999Z") == PARSED + 1);
}

static void
leap_days_exist_in_leap_years_only(void **state)
{
	int64_t t;

	(void)state;
	assert_true(clock_parse_date(SPAN("2024-02-29"), &t));
	assert_true(clock_parse_date(SPAN("2000-02-29"), &t));
	assert_true(t == INT64_C(951782400000000));
	assert_false(clock_parse_date(SPAN("2023-02-29"), &t));
	assert_false(clock_parse_date(SPAN("1900-02-29"), &t));
	assert_false(clock_parse_date(SPAN("2024-02-30"), &t));
	assert_false(clock_parse_date(SPAN("2024-04-31"), &t));
}

static void
a_leap_second_ends_a_day_of_utc(void **state)
{
	int64_t t;

	(void)state;
	assert_true(rfc3339("2016-12-31T23:59:60Z") == rfc3339("2017-01-01T00:00:00Z"));
	assert_true(rfc3339("2016-12-31T15:59:60.5-08:00") == rfc3339("2017-01-01T00:00:00.5Z"));
	assert_false(clock_parse_rfc3339(SPAN("2016-12-31T22:59:60Z"), &t));
	assert_false(clock_parse_rfc3339(SPAN("2016-12-31T23:59:60-08:00"), &t));
}

static void
malformed_dates_are_refused(void **state)
{
	static const struct span bad[] = {
		SPAN(""), SPAN("2024"), SPAN("2024-1-01"), SPAN("2024-01-1"), SPAN("24-01-01"),
		SPAN("2024-13-01"), SPAN("2024-00-01"), SPAN("2024-01-00"), SPAN("2024-01-32"),
		SPAN("2024-01-01 "), SPAN(" 2024-01-01"), SPAN("2024-01-01T"), SPAN("+024-01-01"),
		SPAN("-024-01-01"), SPAN("2024/01/01"), SPAN("2024-01-01\0"), SPAN("12024-01-01"),
	};
	int64_t t = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(clock_parse_date(bad[i], &t));
	assert_int_equal(t, 42);
}

static void
malformed_times_are_refused(void **state)
{
	static const struct span bad[] = {
		SPAN(""), SPAN("2024-01-01"), SPAN("2024-01-01T00:00:00"), SPAN("2024-01-01T00:00Z"),
		SPAN("2024-01-01T24:00:00Z"), SPAN("2024-01-01T00:60:00Z"), SPAN("2024-01-01T00:00:61Z"),
		SPAN("2024-01-01T00:00:00.Z"), SPAN("2024-01-01T00:00:00,5Z"),
		SPAN("2024-01-01T00:00:00ZZ"), SPAN("2024-01-01T00:00:00+24:00"),
		SPAN("2024-01-01T00:00:00+01:60"), SPAN("2024-01-01T00:00:00+0100"),
		SPAN("2024-01-01T00:00:00+01"), SPAN("2024-01-01\0" "00:00:00Z"),
		SPAN("2023-02-29T00:00:00Z"), SPAN("2024-01-01T-1:00:00Z"),
		SPAN("2024-01-01T00:00:00\0"),
	};
	int64_t t = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(clock_parse_rfc3339(bad[i], &t));
	assert_int_equal(t, 42);
}

static void
all_three_forms_of_http_dates_are_read(void **state)
{
	int64_t t;

	(void)state;
	assert_true(clock_parse_http(SPAN("Sun, 06 Nov 1994 08:49:37 GMT"), &t));
	assert_true(t == PARSED);
	assert_true(clock_parse_http(SPAN("Sunday, 06-Nov-94 08:49:37 GMT"), &t));
	assert_true(t == PARSED);
	assert_true(clock_parse_http(SPAN("Sun Nov  6 08:49:37 1994"), &t));
	assert_true(t == PARSED);
	assert_true(clock_parse_http(SPAN("Wed Nov 16 08:49:37 1994"), &t));
	assert_true(t == PARSED + 10 * CLOCK_DAY);
}

static void
two_digit_years_lie_at_most_fifty_years_ahead(void **state)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t t;

	(void)state;
	clock_set(rfc3339("2026-01-01T00:00:00Z"));
	assert_true(clock_parse_http(SPAN("Sunday, 06-Nov-76 08:49:37 GMT"), &t));
	assert_string_equal(clock_format_date(text, t), "2076-11-06");
	assert_true(clock_parse_http(SPAN("Sunday, 06-Nov-77 08:49:37 GMT"), &t));
	assert_string_equal(clock_format_date(text, t), "1977-11-06");
	clock_set(0);
}

static void
malformed_http_dates_are_refused(void **state)
{
	static const struct span bad[] = {
		SPAN(""), SPAN("0"), SPAN("Sun, 06 Nov 1994 08:49:37"), SPAN("Sun, 6 Nov 1994 08:49:37 GMT"),
		SPAN("Sun, 06 Nov 1994 08:49:37 UTC"), SPAN("Sun, 06 nov 1994 08:49:37 GMT"),
		SPAN("Xyz, 06 Nov 1994 08:49:37 GMT"), SPAN("Sun, 31 Feb 1994 08:49:37 GMT"),
		SPAN("Sun, 06 Nov 1994 24:49:37 GMT"), SPAN("Sun, 06 Nov 1994 08:49:37 GMT "),
		SPAN("Sunday, 06-Nov-1994 08:49:37 GMT"), SPAN("Sun Nov 6 08:49:37 1994"),
		SPAN("Sun, 06 Nov 19940 08:49:37 GMT"), SPAN("Sun"), SPAN("Sun, "),
	};
	int64_t t = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(clock_parse_http(bad[i], &t));
	assert_int_equal(t, 42);
}

static void
what_is_written_is_read_back(void **state)
{
	static const int64_t times[] = {
		0, 1, -1, PARSED, INT64_C(253402300799999999), INT64_C(-62167219200000000),
		INT64_C(1709164800000000),
	};
	char text[CLOCK_TEXT_SIZE];
	int64_t t;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		assert_true(rfc3339(clock_format_rfc3339(text, times[i], 6)) == times[i]);
		assert_true(clock_parse_http(span_of(clock_format_http(text, times[i])), &t));
		assert_true(t <= times[i] && times[i] - t < CLOCK_SECOND);
	}
}

TESTS(clock,
	TEST(the_clock_stands_where_it_was_set),
	TEST(ticks_never_go_backwards),
	TEST(times_are_written_in_three_spellings),
	TEST(fractions_have_three_or_six_digits_and_vanish_when_zero),
	TEST(times_before_1970_are_times_too),
	TEST(the_ends_of_time_fit_the_text),
	TEST(every_day_of_four_centuries_agrees_with_the_c_library),
	TEST(offsets_and_fractions_are_understood),
	TEST(leap_days_exist_in_leap_years_only),
	TEST(a_leap_second_ends_a_day_of_utc),
	TEST(malformed_dates_are_refused),
	TEST(malformed_times_are_refused),
	TEST(all_three_forms_of_http_dates_are_read),
	TEST(two_digit_years_lie_at_most_fifty_years_ahead),
	TEST(malformed_http_dates_are_refused),
	TEST(what_is_written_is_read_back)
);
