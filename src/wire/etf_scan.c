/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a term. A count is believed only as far as the bytes behind it
 * go.
 */
#include "wire/etf_scan.h"

#include "base/buf.h"
#include "base/fault.h"
#include "base/text.h"
#include "wire/etf.h"

bool
etf_refuse(struct etf_scan *s, const char *what)
{
	return fault_raise(s->fault, FAULT_BAD_REQUEST, "%s at byte %zu", what, s->all.len - s->rest.len);
}

bool
etf_take(struct etf_scan *s, size_t len, struct span *bytes)
{
	if (len > s->rest.len) {
		s->rest = span_skip(s->rest, s->rest.len);
		return etf_refuse(s, "unexpected end of the term");
	}
	*bytes = span_make(s->rest.at, len);
	s->rest = span_skip(s->rest, len);
	return true;
}

bool
etf_take_number(struct etf_scan *s, size_t size, uint64_t *n)
{
	struct span bytes;

	if (!etf_take(s, size, &bytes))
		return false;
	*n = 0;
	for (size_t i = 0; i < size; i++)
		*n = *n << 8 | (uint8_t)bytes.at[i];
	return true;
}

bool
etf_take_count(struct etf_scan *s, size_t size, size_t least, size_t *count)
{
	uint64_t n;

	if (!etf_take_number(s, size, &n))
		return false;
	if (n > s->rest.len / least)
		return etf_refuse(s, "a count beyond the end of the term");
	*count = (size_t)n;
	return true;
}

bool
etf_take_block(struct etf_scan *s, size_t size, struct span *bytes)
{
	size_t len = 0;

	return etf_take_count(s, size, 1, &len) && etf_take(s, len, bytes);
}

bool
etf_take_atom(struct etf_scan *s, struct span *name)
{
	bool small = s->tag == ETF_SMALL_ATOM || s->tag == ETF_SMALL_ATOM_UTF8;
	bool utf8 = s->tag == ETF_ATOM_UTF8 || s->tag == ETF_SMALL_ATOM_UTF8;
	struct buf b = buf_on(s->arena);

	if (!etf_take_block(s, small ? 1 : 2, name))
		return false;
	if (utf8)
		return text_is_utf8(*name) || etf_refuse(s, "an atom that is not UTF-8");
	buf_reserve(&b, 2 * name->len);
	for (size_t i = 0; i < name->len; i++) {
		uint8_t c = (uint8_t)name->at[i];

		if (c >= 0x80)
			buf_putc(&b, (char)(0xc0 | c >> 6));
		buf_putc(&b, (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c));
	}
	*name = buf_span(&b);
	return true;
}
