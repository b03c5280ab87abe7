/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading and writing integers; see the header.
 */
#include "base/number.h"

#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/text.h"

bool
number_parse_unsigned(struct span s, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		uint64_t digit;

		if (!is_digit(s.at[i]))
			return false;
		digit = (uint64_t)(s.at[i] - '0');
		if (n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	if (n > max)
		return false;
	*out = n;
	return true;
}

bool
number_parse(struct span s, int64_t min, int64_t max, int64_t *out)
{
	bool negative = s.len > 0 && s.at[0] == '-';
	uint64_t magnitude;
	int64_t n;

	if (!number_parse_unsigned(negative ? span_skip(s, 1) : s,
			(uint64_t)INT64_MAX + negative, &magnitude))
		return false;
	if (!negative)
		n = (int64_t)magnitude;
	else if (magnitude > INT64_MAX)
		n = INT64_MIN;
	else
		n = -(int64_t)magnitude;
	if (n < min || n > max)
		return false;
	*out = n;
	return true;
}

/* Digits × UNIT, at most MAX. */
static bool
parse_scaled(struct span digits, int64_t unit, int64_t max, int64_t *out)
{
	uint64_t n;

	if (max < 0 || !number_parse_unsigned(digits, (uint64_t)(max / unit), &n))
		return false;
	*out = (int64_t)n * unit;
	return true;
}

bool
number_parse_size(struct span s, int64_t max, int64_t *out)
{
	int64_t unit = 1;

	if (s.len > 0) {
		switch (to_lower(s.at[s.len - 1])) {
		case 'k':
			unit = INT64_C(1) << 10;
			break;
		case 'm':
			unit = INT64_C(1) << 20;
			break;
		case 'g':
			unit = INT64_C(1) << 30;
			break;
		}
	}
	if (unit > 1)
		s.len--;
	return parse_scaled(s, unit, max, out);
}

bool
number_parse_duration(struct span s, int64_t *out)
{
	static const struct {
		const char *suffix;
		int64_t unit;
	} units[] = {
		{ "ms", 1000 },
		{ "s", CLOCK_SECOND },
		{ "m", CLOCK_MINUTE },
		{ "h", CLOCK_HOUR },
		{ "d", CLOCK_DAY },
		{ "", CLOCK_SECOND },
	};
	size_t digits = 0;

	while (digits < s.len && is_digit(s.at[digits]))
		digits++;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (span_is(span_skip(s, digits), units[i].suffix))
			return parse_scaled(span_make(s.at, digits), units[i].unit, INT64_MAX, out);
	return false;
}

size_t
number_format(char text[NUMBER_TEXT_SIZE], int64_t n)
{
	uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	char digits[NUMBER_TEXT_SIZE];
	size_t at = sizeof(digits);

	digits[--at] = '\0';
	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (n < 0)
		digits[--at] = '-';
	memcpy(text, digits + at, sizeof(digits) - at);
	return sizeof(digits) - at - 1;
}

char *
number_put_digits(char *to, unsigned n, int digits)
{
	for (int i = digits - 1; i >= 0; i--) {
		to[i] = (char)('0' + n % 10);
		n /= 10;
	}
	return to + digits;
}

uint64_t
number_big_endian(const void *at, size_t size)
{
	const unsigned char *bytes = at;
	uint64_t n = 0;

	for (size_t i = 0; i < size; i++)
		n = n << 8 | bytes[i];
	return n;
}
