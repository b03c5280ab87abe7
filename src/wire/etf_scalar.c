/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Terms without others inside: numbers, atoms, binaries.
 */
#include "wire/etf_scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "wire/etf.h"

static bool
integer(struct etf_scan *s, uint64_t magnitude, bool negative, struct doc **d)
{
	if (negative && magnitude > (uint64_t)INT64_MAX + 1)
		return etf_refuse(s, "number out of range");
	*d = doc_scalar_int(s->arena, (int64_t)(negative ? 0 - magnitude : magnitude));
	if (!negative && magnitude > INT64_MAX) {
		(*d)->kind = DOC_UINT;
		(*d)->is.unsigned_integer = magnitude;
	}
	return true;
}

bool
etf_read_small_integer(struct etf_scan *s, struct doc **d)
{
	uint64_t n;

	return etf_take_number(s, 1, &n) && integer(s, n, false, d);
}

bool
etf_read_integer(struct etf_scan *s, struct doc **d)
{
	uint64_t n;

	if (!etf_take_number(s, 4, &n))
		return false;
	*d = doc_scalar_int(s->arena, (int32_t)(uint32_t)n);
	return true;
}

bool
etf_read_small_big(struct etf_scan *s, struct doc **d)
{
	uint64_t size, sign, magnitude = 0;
	struct span bytes;

	if (!etf_take_number(s, 1, &size) || !etf_take_number(s, 1, &sign))
		return false;
	if (sign > 1)
		return etf_refuse(s, "invalid sign");
	if (!etf_take(s, (size_t)size, &bytes))
		return false;
	while (bytes.len > 0 && bytes.at[bytes.len - 1] == '\0')
		bytes.len--;
	if (bytes.len > sizeof(magnitude))
		return etf_refuse(s, "number out of range");
	for (size_t i = bytes.len; i > 0; i--)
		magnitude = magnitude << 8 | (uint8_t)bytes.at[i - 1];
	return integer(s, magnitude, sign == 1, d);
}

static bool
real(struct etf_scan *s, double value, struct doc **d)
{
	if (!isfinite(value))
		return etf_refuse(s, "number out of range");
	*d = doc_scalar_null(s->arena);
	(*d)->kind = DOC_REAL;
	(*d)->is.real = value;
	return true;
}

bool
etf_read_new_float(struct etf_scan *s, struct doc **d)
{
	uint64_t bits;
	double value;

	if (!etf_take_number(s, 8, &bits))
		return false;
	memcpy(&value, &bits, sizeof(value));
	return real(s, value, d);
}

/* As "%.20e" prints it, filled up with NUL bytes. */
bool
etf_read_float(struct etf_scan *s, struct doc **d)
{
	struct span bytes;
	const char *text;
	double value;
	size_t len;
	char *end;

	if (!etf_take(s, 31, &bytes))
		return false;
	text = arena_dup(s->arena, bytes.at, bytes.len);
	len = strlen(text);
	value = strtod(text, &end);
	if (!is_digit(text[text[0] == '-']) || strspn(text, "0123456789+-.e") != len || *end != '\0' ||
	    memchr(bytes.at + len, '\0', bytes.len - len) != bytes.at + len)
		return etf_refuse(s, "invalid number");
	return real(s, value, d);
}

static struct doc *
copy(struct arena *a, struct span s)
{
	struct doc *d = doc_scalar_text(a, span_make(arena_dup(a, s.at, s.len), s.len));

	if (!text_is_utf8(s))
		d->kind = DOC_BYTES;
	return d;
}

bool
etf_read_atom(struct etf_scan *s, struct doc **d)
{
	struct span name;

	if (!etf_take_atom(s, &name))
		return false;
	if (span_is(name, "nil") || span_is(name, "null") || span_is(name, "undefined")) {
		*d = doc_scalar_null(s->arena);
	} else if (span_is(name, "true") || span_is(name, "false")) {
		*d = doc_scalar_null(s->arena);
		(*d)->kind = DOC_BOOL;
		(*d)->is.boolean = span_is(name, "true");
	} else {
		*d = copy(s->arena, name);
	}
	return true;
}

bool
etf_read_binary(struct etf_scan *s, struct doc **d)
{
	struct span bytes;

	if (!etf_take_block(s, 4, &bytes))
		return false;
	*d = copy(s->arena, bytes);
	return true;
}
