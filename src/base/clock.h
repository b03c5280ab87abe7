/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time as microseconds since 1970-01-01T00:00:00Z, and its spellings.
 */
#ifndef ENTREPOT_BASE_CLOCK_H
#define ENTREPOT_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

#define CLOCK_SECOND INT64_C(1000000)
#define CLOCK_MINUTE (60 * CLOCK_SECOND)
#define CLOCK_HOUR (60 * CLOCK_MINUTE)
#define CLOCK_DAY (24 * CLOCK_HOUR)

/* Longest text any of the formatters writes, with its NUL. */
#define CLOCK_TEXT_SIZE 40

/* Now; a test may have set it. */
int64_t clock_now(void);
/* Fix the clock at T; 0 lets it run again. */
void clock_set(int64_t t);
/* Monotonic microseconds, for measuring. */
int64_t clock_ticks(void);

/* Calendar fields of a time, UTC. */
struct clock_fields {
	int year, month, day;		/* month 1–12, day 1–31 */
	int hour, minute, second;
	int micro;
	int weekday;			/* 0 = Sunday */
};
struct clock_fields clock_split(int64_t t);

/* RFC 3339 with Z: fraction of 0 digits when it is zero, else DIGITS (3 or 6). */
const char *clock_format_rfc3339(char text[CLOCK_TEXT_SIZE], int64_t t, int digits);
/* "2026-01-06" */
const char *clock_format_date(char text[CLOCK_TEXT_SIZE], int64_t t);
/* IMF-fixdate, RFC 9110 §5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT" */
const char *clock_format_http(char text[CLOCK_TEXT_SIZE], int64_t t);

/* RFC 3339 with any offset and fraction. */
bool clock_parse_rfc3339(struct span s, int64_t *t) MUST_CHECK;
/* "YYYY-MM-DD", midnight UTC; real calendar days only. */
bool clock_parse_date(struct span s, int64_t *t) MUST_CHECK;
/* All three forms of RFC 9110 §5.6.7. */
bool clock_parse_http(struct span s, int64_t *t) MUST_CHECK;

#endif
