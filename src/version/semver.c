/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Semantic versions 2.0.0 (https://semver.org): parsing, precedence, sort key.
 */
#include "version/semver.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "version/semver_scan.h"

/* Bytes that order the parts of a key; all are below any identifier's bytes. */
enum { KEY_END, KEY_NUMERIC, KEY_ALPHANUMERIC, KEY_RELEASE };

static bool
scan_dot(struct semver_scan *s)
{
	char quoted[16];

	if (semver_scan_take(s, '.'))
		return true;
	if (s->rest.len == 0)
		return semver_scan_fail(s, "unexpected end of input while parsing %s", semver_part_name(s->part));
	return semver_scan_fail(s, "unexpected character %s after %s",
		semver_scan_quote(s->rest, quoted), semver_part_name(s->part));
}

bool
semver_parse(struct span text, struct semver *out, char *why, size_t why_size)
{
	struct semver_scan s = { .rest = text, .why = why, .why_size = why_size };
	char quoted[16];

	*out = (struct semver){ 0 };
	if (text.len == 0)
		return semver_scan_fail(&s, "empty string, expected a semver version");
	if (!semver_scan_number(&s, SEMVER_MAJOR, &out->major) || !scan_dot(&s)
	    || !semver_scan_number(&s, SEMVER_MINOR, &out->minor) || !scan_dot(&s)
	    || !semver_scan_number(&s, SEMVER_PATCH, &out->patch))
		return false;
	if (semver_scan_take(&s, '-') && !semver_scan_identifiers(&s, SEMVER_PRE, &out->pre))
		return false;
	if (semver_scan_take(&s, '+') && !semver_scan_identifiers(&s, SEMVER_BUILD, &out->build))
		return false;
	if (s.rest.len > 0)
		return semver_scan_fail(&s, "unexpected character %s after %s",
			semver_scan_quote(s.rest, quoted), semver_part_name(s.part));
	return true;
}

static bool
is_numeric(struct span identifier)
{
	for (size_t i = 0; i < identifier.len; i++)
		if (!is_digit(identifier.at[i]))
			return false;
	return true;
}

static int
compare_bytes(struct span a, struct span b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter > 0 ? memcmp(a.at, b.at, shorter) : 0;

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int
compare_identifiers(struct span a, struct span b)
{
	bool a_numeric = is_numeric(a);
	bool b_numeric = is_numeric(b);

	if (a_numeric != b_numeric)
		return a_numeric ? -1 : 1;
	/* Without leading zeros the longer number is the greater one. */
	if (a_numeric && a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return compare_bytes(a, b);
}

int
semver_compare_pre(struct span a, struct span b)
{
	if (a.len == 0 || b.len == 0)
		return (a.len == 0) - (b.len == 0);
	while (a.at && b.at) {
		int order = compare_identifiers(span_cut(&a, '.'), span_cut(&b, '.'));

		if (order != 0)
			return order;
	}
	return (a.at != NULL) - (b.at != NULL);
}

static int
compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int
semver_compare(const struct semver *a, const struct semver *b)
{
	int order = compare_numbers(a->major, b->major);

	if (order == 0)
		order = compare_numbers(a->minor, b->minor);
	if (order == 0)
		order = compare_numbers(a->patch, b->patch);
	return order != 0 ? order : semver_compare_pre(a->pre, b->pre);
}

/* A number of any length: its length, then its digits. */
static void
key_put_digits(struct buf *b, struct span digits)
{
	if (digits.len < 255) {
		buf_putc(b, (char)digits.len);
	} else {
		buf_putc(b, (char)255);
		for (int shift = 56; shift >= 0; shift -= 8)
			buf_putc(b, (char)((uint64_t)digits.len >> shift & 255));
	}
	buf_put_span(b, digits);
}

static void
key_put_number(struct buf *b, uint64_t number)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, number);

	key_put_digits(b, span_make(digits, (size_t)len));
}

struct span
semver_key(struct arena *a, const struct semver *v)
{
	struct buf b = buf_on(a);
	struct span pre = v->pre;

	key_put_number(&b, v->major);
	key_put_number(&b, v->minor);
	key_put_number(&b, v->patch);
	if (pre.len == 0) {
		buf_putc(&b, KEY_RELEASE);
		return buf_span(&b);
	}
	while (pre.at) {
		struct span identifier = span_cut(&pre, '.');

		if (is_numeric(identifier)) {
			buf_putc(&b, KEY_NUMERIC);
			key_put_digits(&b, identifier);
		} else {
			buf_putc(&b, KEY_ALPHANUMERIC);
			buf_put_span(&b, identifier);
		}
	}
	buf_putc(&b, KEY_END);
	return buf_span(&b);
}

const char *
semver_identity(struct arena *a, const struct semver *v)
{
	struct buf b = buf_on(a);

	buf_printf(&b, "%" PRIu64 ".%" PRIu64 ".%" PRIu64, v->major, v->minor, v->patch);
	if (v->pre.len > 0) {
		buf_putc(&b, '-');
		buf_put_span(&b, v->pre);
	}
	return buf_text(&b);
}
