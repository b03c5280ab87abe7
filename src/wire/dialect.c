/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times in a protocol's spelling. An answer holds dozens of them, so the
 * digits are put one by one instead of through printf.
 */
#include "wire/dialect.h"

#include <string.h>

/* N in exactly COUNT decimal digits; returns the position behind them. */
static char *
put_digits(char *to, int n, int count)
{
	for (int i = count - 1; i >= 0; i--) {
		to[i] = (char)('0' + n % 10);
		n /= 10;
	}
	return to + count;
}

static char *
put_fraction(char *to, const struct dialect *d, int micro)
{
	int fraction = d->fraction_digits == 3 ? micro / 1000 : micro;

	if (d->fraction_digits == 0 || (fraction == 0 && !d->fraction_always))
		return to;
	*to++ = '.';
	return put_digits(to, fraction, d->fraction_digits);
}

size_t
dialect_format_time(const struct dialect *d, char text[CLOCK_TEXT_SIZE], int64_t micros)
{
	struct clock_fields f = clock_split(micros);
	const char *zone = d->zone ? d->zone : "Z";
	size_t zone_len = strlen(zone);
	char *to = text;

	/* Such a year has no RFC 3339 form; the clock's own spelling is unambiguous at least. */
	if (f.year < 0 || f.year > 9999 || zone_len > 8)
		return strlen(clock_format_rfc3339(text, micros, d->fraction_digits));
	to = put_digits(to, f.year, 4);
	*to++ = '-';
	to = put_digits(to, f.month, 2);
	*to++ = '-';
	to = put_digits(to, f.day, 2);
	*to++ = 'T';
	to = put_digits(to, f.hour, 2);
	*to++ = ':';
	to = put_digits(to, f.minute, 2);
	*to++ = ':';
	to = put_digits(to, f.second, 2);
	to = put_fraction(to, d, f.micro);
	memcpy(to, zone, zone_len + 1);
	return (size_t)(to - text) + zone_len;
}
