/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time and its spellings; see the header. The calendar is the proleptic
 * Gregorian one. Years are counted from 1 March, so that the leap day is the
 * last day of a year and months have a formula.
 */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/compiler.h"
#include "base/number.h"
#include "base/text.h"

#define DAYS_TO_1970 719468	/* from 1 March of year 0 */
#define DAYS_PER_ERA 146097	/* 400 years */

static const char *const weekdays[] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
};
static const char *const months[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
};

static int64_t fixed;

static int64_t
read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * CLOCK_SECOND + now.tv_nsec / 1000;
}

int64_t
clock_now(void)
{
	return fixed != 0 ? fixed : read_clock(CLOCK_REALTIME);
}

void
clock_set(int64_t t)
{
	fixed = t;
}

int64_t
clock_ticks(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t
days_of_date(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

static void
split_days(int64_t days, struct clock_fields *f)
{
	int64_t era, day_of_era, year_of_era, day_of_year, month;

	f->weekday = (int)(days + 4 - floor_div(days + 4, 7) * 7);
	days += DAYS_TO_1970;
	era = floor_div(days, DAYS_PER_ERA);
	day_of_era = days - era * DAYS_PER_ERA;
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
		day_of_era / (DAYS_PER_ERA - 1)) / 365;
	day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	month = (5 * day_of_year + 2) / 153;
	f->day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	f->month = (int)(month < 10 ? month + 3 : month - 9);
	f->year = (int)(year_of_era + era * 400 + (f->month <= 2));
}

struct clock_fields
clock_split(int64_t t)
{
	struct clock_fields f;
	int64_t rest = t % CLOCK_DAY;

	if (rest < 0)
		rest += CLOCK_DAY;
	split_days(floor_div(t, CLOCK_DAY), &f);
	f.hour = (int)(rest / CLOCK_HOUR);
	f.minute = (int)(rest / CLOCK_MINUTE % 60);
	f.second = (int)(rest / CLOCK_SECOND % 60);
	f.micro = (int)(rest % CLOCK_SECOND);
	return f;
}

/* Years of other than four digits come only from outside. */
static char *
put_year(char *to, int year)
{
	if (year >= 0 && year <= 9999)
		return number_put_digits(to, (unsigned)year, 4);
	return to + snprintf(to, 12, "%04d", year);
}

static char *
put_time(char *to, const struct clock_fields *f)
{
	to = number_put_digits(to, (unsigned)f->hour, 2);
	*to++ = ':';
	to = number_put_digits(to, (unsigned)f->minute, 2);
	*to++ = ':';
	return number_put_digits(to, (unsigned)f->second, 2);
}

static char *
put_date(char *to, const struct clock_fields *f)
{
	to = put_year(to, f->year);
	*to++ = '-';
	to = number_put_digits(to, (unsigned)f->month, 2);
	*to++ = '-';
	return number_put_digits(to, (unsigned)f->day, 2);
}

const char *
clock_format_date(char text[CLOCK_TEXT_SIZE], int64_t t)
{
	struct clock_fields f = clock_split(t);

	*put_date(text, &f) = '\0';
	return text;
}

const char *
clock_format_rfc3339(char text[CLOCK_TEXT_SIZE], int64_t t, int digits)
{
	struct clock_fields f = clock_split(t);
	int fraction = digits == 3 ? f.micro / 1000 : f.micro;
	char *at = put_date(text, &f);

	*at++ = 'T';
	at = put_time(at, &f);
	if (fraction != 0 && digits != 0) {
		*at++ = '.';
		at = number_put_digits(at, (unsigned)fraction, digits == 3 ? 3 : 6);
	}
	*at++ = 'Z';
	*at = '\0';
	return text;
}

const char *
clock_format_http(char text[CLOCK_TEXT_SIZE], int64_t t)
{
	struct clock_fields f = clock_split(t);
	char *at = text;

	memcpy(at, weekdays[f.weekday], 3);
	at += 3;
	*at++ = ',';
	*at++ = ' ';
	at = number_put_digits(at, (unsigned)f.day, 2);
	*at++ = ' ';
	memcpy(at, months[f.month - 1], 3);
	at += 3;
	*at++ = ' ';
	at = put_year(at, f.year);
	*at++ = ' ';
	at = put_time(at, &f);
	memcpy(at, " GMT", 5);
	return text;
}

/* --- reading --------------------------------------------------------------- */

/* A reader that remembers its first failure; every step after it does nothing. */
struct reader {
	struct span rest;
	bool failed;
};

static int
take_number(struct reader *r, size_t digits)
{
	uint64_t n = 0;

	if (r->failed || r->rest.len < digits ||
	    !number_parse_unsigned(span_make(r->rest.at, digits), 9999, &n))
		r->failed = true;
	else
		r->rest = span_skip(r->rest, digits);
	return (int)n;
}

static void
take(struct reader *r, const char *literal)
{
	if (r->failed || !span_starts(r->rest, literal))
		r->failed = true;
	else
		r->rest = span_skip(r->rest, strlen(literal));
}

/* One of the characters; the character. */
static char
take_one_of(struct reader *r, const char *set)
{
	char c;

	if (r->failed || r->rest.len == 0 || !r->rest.at[0] || !strchr(set, r->rest.at[0])) {
		r->failed = true;
		return '\0';
	}
	c = r->rest.at[0];
	r->rest = span_skip(r->rest, 1);
	return c;
}

static int
take_month(struct reader *r)
{
	for (int i = 0; !r->failed && i < 12; i++) {
		if (span_starts(r->rest, months[i])) {
			take(r, months[i]);
			return i + 1;
		}
	}
	r->failed = true;
	return 1;
}

/* The first LENGTH letters of a weekday's name (0: all); whether it fits the date is not looked at. */
static void
take_weekday(struct reader *r, size_t length)
{
	for (size_t i = 0; !r->failed && i < ARRAY_LEN(weekdays); i++) {
		size_t n = length > 0 ? length : strlen(weekdays[i]);

		if (r->rest.len >= n && memcmp(r->rest.at, weekdays[i], n) == 0) {
			r->rest = span_skip(r->rest, n);
			return;
		}
	}
	r->failed = true;
}

static void
take_time(struct reader *r, struct clock_fields *f)
{
	f->hour = take_number(r, 2);
	take(r, ":");
	f->minute = take_number(r, 2);
	take(r, ":");
	f->second = take_number(r, 2);
	if (f->hour > 23 || f->minute > 59 || f->second > 60)
		r->failed = true;
}

static void
take_date(struct reader *r, struct clock_fields *f)
{
	f->year = take_number(r, 4);
	take(r, "-");
	f->month = take_number(r, 2);
	take(r, "-");
	f->day = take_number(r, 2);
}

/* Microseconds; digits behind the sixth are cut off. */
static int
take_fraction(struct reader *r)
{
	int micro = 0;
	size_t digits = 0;

	if (r->failed || !span_starts(r->rest, "."))
		return 0;
	take(r, ".");
	while (digits < r->rest.len && is_digit(r->rest.at[digits])) {
		if (digits < 6)
			micro = micro * 10 + (r->rest.at[digits] - '0');
		digits++;
	}
	if (digits == 0)
		r->failed = true;
	r->rest = span_skip(r->rest, digits);
	for (; digits < 6; digits++)
		micro *= 10;
	return micro;
}

/* Minutes east of Greenwich. */
static int
take_offset(struct reader *r)
{
	char sign = take_one_of(r, "Zz+-");
	int hours, minutes;

	if (sign != '+' && sign != '-')
		return 0;
	hours = take_number(r, 2);
	take(r, ":");
	minutes = take_number(r, 2);
	if (hours > 23 || minutes > 59)
		r->failed = true;
	return (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
}

static bool
is_calendar_day(const struct clock_fields *f)
{
	struct clock_fields real;

	if (f->month < 1 || f->month > 12 || f->day < 1 || f->day > 31)
		return false;
	split_days(days_of_date(f->year, f->month, f->day), &real);
	return real.month == f->month;
}

/* The end of every parser: nothing may be left, and the moment must exist. */
static bool
finish(const struct reader *r, const struct clock_fields *f, int offset, int64_t *t)
{
	int64_t result;

	if (r->failed || r->rest.len > 0 || !is_calendar_day(f))
		return false;
	result = days_of_date(f->year, f->month, f->day) * CLOCK_DAY + f->hour * CLOCK_HOUR +
		(f->minute - offset) * CLOCK_MINUTE + f->second * CLOCK_SECOND + f->micro;
	/* Leap seconds end a day, UTC; ours begins the next one. */
	if (f->second == 60 && floor_div(result, CLOCK_MINUTE) % (24 * 60) != 0)
		return false;
	*t = result;
	return true;
}

bool
clock_parse_rfc3339(struct span s, int64_t *t)
{
	struct reader r = { .rest = s };
	struct clock_fields f = { 0 };
	int offset;

	take_date(&r, &f);
	take_one_of(&r, "Tt ");
	take_time(&r, &f);
	f.micro = take_fraction(&r);
	offset = take_offset(&r);
	return finish(&r, &f, offset, t);
}

bool
clock_parse_date(struct span s, int64_t *t)
{
	struct reader r = { .rest = s };
	struct clock_fields f = { 0 };

	take_date(&r, &f);
	return finish(&r, &f, 0, t);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool
parse_imf(struct span s, int64_t *t)
{
	struct reader r = { .rest = s };
	struct clock_fields f = { 0 };

	take_weekday(&r, 3);
	take(&r, ", ");
	f.day = take_number(&r, 2);
	take(&r, " ");
	f.month = take_month(&r);
	take(&r, " ");
	f.year = take_number(&r, 4);
	take(&r, " ");
	take_time(&r, &f);
	take(&r, " GMT");
	return finish(&r, &f, 0, t);
}

/* "Sunday, 06-Nov-94 08:49:37 GMT"; a year more than 50 years ahead means the last one with these digits. */
static bool
parse_rfc850(struct span s, int64_t *t)
{
	struct reader r = { .rest = s };
	struct clock_fields f = { 0 };
	int this_year = clock_split(clock_now()).year;

	take_weekday(&r, 0);
	take(&r, ", ");
	f.day = take_number(&r, 2);
	take(&r, "-");
	f.month = take_month(&r);
	take(&r, "-");
	f.year = this_year / 100 * 100 + take_number(&r, 2);
	if (f.year > this_year + 50)
		f.year -= 100;
	take(&r, " ");
	take_time(&r, &f);
	take(&r, " GMT");
	return finish(&r, &f, 0, t);
}

/* "Sun Nov  6 08:49:37 1994" */
static bool
parse_asctime(struct span s, int64_t *t)
{
	struct reader r = { .rest = s };
	struct clock_fields f = { 0 };

	take_weekday(&r, 3);
	take(&r, " ");
	f.month = take_month(&r);
	take(&r, " ");
	if (span_starts(r.rest, " ")) {
		take(&r, " ");
		f.day = take_number(&r, 1);
	} else {
		f.day = take_number(&r, 2);
	}
	take(&r, " ");
	take_time(&r, &f);
	take(&r, " ");
	f.year = take_number(&r, 4);
	return finish(&r, &f, 0, t);
}

bool
clock_parse_http(struct span s, int64_t *t)
{
	return parse_imf(s, t) || parse_rfc850(s, t) || parse_asctime(s, t);
}
