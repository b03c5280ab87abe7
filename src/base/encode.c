/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hex, base64 (RFC 4648) and percent-encoding (RFC 3986); see the header.
 * Decoding is strict: what another encoder would not have produced is refused.
 */
#include "base/encode.h"

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"

static const char lower_hex[] = "0123456789abcdef";
static const char upper_hex[] = "0123456789ABCDEF";
static const char plain_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int
hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c = to_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *
encode_hex(struct arena *a, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;
	char *text = arena_zalloc(a, len + 1, 2);

	for (size_t i = 0; i < len; i++) {
		text[2 * i] = lower_hex[from[i] >> 4];
		text[2 * i + 1] = lower_hex[from[i] & 15];
	}
	return text;
}

bool
decode_hex(struct span text, void *bytes, size_t len)
{
	uint8_t *to = bytes;

	if (text.len % 2 != 0 || text.len / 2 != len)
		return false;
	for (size_t i = 0; i < len; i++) {
		int high = hex_value(text.at[2 * i]);
		int low = hex_value(text.at[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		to[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static char *
encode_64(struct arena *a, const uint8_t *from, size_t len, const char *alphabet, bool padded)
{
	char *text = arena_zalloc(a, len / 3 + 2, 4);
	char *to = text;

	for (; len >= 3; from += 3, len -= 3) {
		*to++ = alphabet[from[0] >> 2];
		*to++ = alphabet[(from[0] & 3) << 4 | from[1] >> 4];
		*to++ = alphabet[(from[1] & 15) << 2 | from[2] >> 6];
		*to++ = alphabet[from[2] & 63];
	}
	if (len > 0) {
		uint8_t second = len > 1 ? from[1] : 0;

		*to++ = alphabet[from[0] >> 2];
		*to++ = alphabet[(from[0] & 3) << 4 | second >> 4];
		if (len > 1)
			*to++ = alphabet[(second & 15) << 2];
		for (; padded && len < 3; len++)
			*to++ = '=';
	}
	return text;
}

char *
encode_base64(struct arena *a, const void *bytes, size_t len)
{
	return encode_64(a, bytes, len, plain_alphabet, true);
}

char *
encode_base64url(struct arena *a, const void *bytes, size_t len)
{
	return encode_64(a, bytes, len, url_alphabet, false);
}

/* Decodes text that has lost its padding. Bits left over at the end must be zero. */
static struct span
decode_64(struct arena *a, struct span text, const char *alphabet)
{
	struct span nothing = { NULL, 0 };
	uint32_t bits = 0;
	unsigned count = 0;
	size_t len = 0;
	char *bytes;

	if (text.len % 4 == 1)
		return nothing;
	bytes = arena_zalloc(a, text.len + 1, 1);
	for (size_t i = 0; i < text.len; i++) {
		const char *hit = text.at[i] ? strchr(alphabet, text.at[i]) : NULL;

		if (!hit)
			return nothing;
		bits = (bits << 6 | (uint32_t)(hit - alphabet)) & 0xffffff;
		count += 6;
		if (count >= 8) {
			count -= 8;
			bytes[len++] = (char)(bits >> count & 0xff);
		}
	}
	if ((bits & ((1u << count) - 1)) != 0)
		return nothing;
	return span_make(bytes, len);
}

static struct span
without_padding(struct span text)
{
	if (text.len % 4 != 0)
		return text;
	for (int i = 0; i < 2 && text.len > 0 && text.at[text.len - 1] == '='; i++)
		text.len--;
	return text;
}

struct span
decode_base64(struct arena *a, struct span text)
{
	if (text.len % 4 != 0)
		return span_make(NULL, 0);
	return decode_64(a, without_padding(text), plain_alphabet);
}

struct span
decode_base64url(struct arena *a, struct span text)
{
	return decode_64(a, without_padding(text), url_alphabet);
}

static void
put_escaped(struct buf *b, char c)
{
	uint8_t byte = (uint8_t)c;

	buf_putc(b, '%');
	buf_putc(b, upper_hex[byte >> 4]);
	buf_putc(b, upper_hex[byte & 15]);
}

void
encode_path_segment(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
			buf_putc(b, c);
		else
			put_escaped(b, c);
	}
}

void
encode_form(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];

		if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '*')
			buf_putc(b, c);
		else if (c == ' ')
			buf_putc(b, '+');
		else
			put_escaped(b, c);
	}
}

void
encode_markup(struct buf *b, struct span s)
{
	static const char *const references[256] = {
		['<'] = "&lt;", ['>'] = "&gt;", ['&'] = "&amp;", ['"'] = "&quot;", ['\''] = "&#39;",
	};

	for (size_t i = 0; i < s.len; i++) {
		const char *reference = references[(unsigned char)s.at[i]];

		if (reference)
			buf_puts(b, reference);
		else
			buf_putc(b, s.at[i]);
	}
}

static struct span
unescape(struct arena *a, struct span s, bool plus, bool lenient)
{
	char *text = arena_alloc(a, s.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < s.len; i++) {
		int high = -1, low = -1;

		if (s.at[i] == '%' && s.len - i > 2) {
			high = hex_value(s.at[i + 1]);
			low = hex_value(s.at[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			text[len++] = (char)(high << 4 | low);
			i += 2;
		} else if (s.at[i] == '%' && !lenient) {
			return span_make(NULL, 0);
		} else {
			text[len++] = plus && s.at[i] == '+' ? ' ' : s.at[i];
		}
	}
	text[len] = '\0';
	return span_make(text, len);
}

struct span
decode_percent(struct arena *a, struct span s, bool plus)
{
	return unescape(a, s, plus, false);
}

struct span
decode_form_lenient(struct arena *a, struct span s)
{
	return unescape(a, s, true, true);
}
