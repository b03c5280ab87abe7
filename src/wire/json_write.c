/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON text from a document, appended in runs: what needs no escape, which is
 * nearly everything, is found by table and copied at once.
 */
#include "wire/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/encode.h"
#include "base/text.h"
#include "wire/dialect.h"

/* What a byte means inside a string. */
enum {
	PLAIN = 0,
	HIGH = 1 << 0,		/* part of a multi-byte character: plain once the text is known to be UTF-8 */
	HTML = 1 << 1,		/* plain unless the dialect escapes it */
	ESCAPE = 1 << 2
};

#define REPEAT_4(x) x, x, x, x
#define REPEAT_16(x) REPEAT_4(x), REPEAT_4(x), REPEAT_4(x), REPEAT_4(x)
#define REPEAT_32(x) REPEAT_16(x), REPEAT_16(x)

static const uint8_t byte_class[256] = {
	REPEAT_32(ESCAPE),
	['"'] = ESCAPE,
	['\\'] = ESCAPE,
	['&'] = HTML,
	['<'] = HTML,
	['>'] = HTML,
	[128] = REPEAT_32(HIGH), REPEAT_32(HIGH), REPEAT_32(HIGH), REPEAT_32(HIGH)
};

#define EACH_BYTE(x) (UINT64_C(0x0101010101010101) * (x))

/* Not zero when one of eight bytes may be other than PLAIN or HTML. */
static inline uint64_t
is_special(uint64_t word)
{
	uint64_t quote = word ^ EACH_BYTE('"'), backslash = word ^ EACH_BYTE('\\');
	uint64_t low = word - EACH_BYTE(0x20);

	return (word | low | (quote - EACH_BYTE(1)) | (backslash - EACH_BYTE(1))) & EACH_BYTE(0x80);
}

/* Index of the first byte of a class in STOP, or the length. */
static size_t
run_length(struct span s, unsigned stop)
{
	uint64_t word;
	size_t i = 0;

	for (; !(stop & HTML) && s.len - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, s.at + i, sizeof(word));
		if (is_special(word))
			break;
	}
	while (i < s.len && !(byte_class[(unsigned char)s.at[i]] & stop))
		i++;
	return i;
}

static char *
put_escape(char *to, unsigned char c, bool html)
{
	static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
	static const char *const from = "\"\\\b\f\n\r\t", *const letters = "\"\\bfnrt";
	const char *hit = c ? strchr(from, c) : NULL;

	*to++ = '\\';
	if (hit) {
		*to++ = letters[hit - from];
		return to;
	}
	memcpy(to, "u00", 3);
	to[3] = lower[c >> 4];
	to[4] = html ? upper[c & 15] : lower[c & 15];
	return to + 5;
}

/* The text between the quotes, escaping every byte of a class in STOP. */
static void
put_escaped(struct buf *b, struct span s, unsigned stop)
{
	while (s.len > 0) {
		size_t run = run_length(s, stop);
		char *to = buf_reserve(b, run + 6);
		char *begin = to;

		memcpy(to, s.at, run);
		to += run;
		if (run < s.len) {
			unsigned char c = (unsigned char)s.at[run];

			to = put_escape(to, c, byte_class[c] == HTML);
			run++;
		}
		b->len += (size_t)(to - begin);
		s = span_skip(s, run);
	}
}

/* The string with its quotes, and AFTER when it is not NUL. */
static void
put_string(struct buf *b, struct span s, char after, unsigned stop)
{
	size_t run = run_length(s, stop | HIGH);
	char *to = buf_reserve(b, run + 3);

	*to++ = '"';
	if (run > 0)
		memcpy(to, s.at, run);
	to += run;
	if (run < s.len) {
		b->len++;
		put_escaped(b, text_make_utf8(b->arena, s), stop);
		to = buf_reserve(b, 2);
	}
	*to++ = '"';
	if (after)
		*to++ = after;
	b->len = (size_t)(to - b->at);
}

void
json_write_text(struct buf *b, struct span s)
{
	put_string(b, s, '\0', ESCAPE);
	buf_reserve(b, 0)[0] = '\0';
}

/* The shortest of the precisions that reads back as the same number; JSON has no NaN and no infinity. */
static void
put_real(struct buf *b, double value)
{
	char text[40];

	if (!isfinite(value)) {
		buf_put(b, "null", 4);
		return;
	}
	for (int precision = 15; precision <= 17; precision++) {
		snprintf(text, sizeof(text), "%.*g", precision, value);
		if (strtod(text, NULL) == value)
			break;
	}
	buf_puts(b, text);
	if (!strpbrk(text, ".e"))
		buf_put(b, ".0", 2);
}

/* Stored JSON holds <, > and & in strings only, where an escape may stand for them. */
static void
put_raw(struct buf *b, struct span json, const struct dialect *dialect)
{
	if (json.len == 0)
		buf_put(b, "null", 4);
	else if (dialect->escape_html)
		put_escaped(b, json, HTML);
	else
		buf_put_span(b, json);
}

static void
put_time(struct buf *b, int64_t micros, const struct dialect *dialect)
{
	char *to = buf_reserve(b, CLOCK_TEXT_SIZE + 2);
	size_t len;

	to[0] = '"';
	len = dialect_format_time(dialect, to + 1, micros);
	to[len + 1] = '"';
	b->len += len + 2;
}

static void
put_date(struct buf *b, int64_t micros)
{
	char text[CLOCK_TEXT_SIZE];

	json_write_text(b, span_of(clock_format_date(text, micros)));
}

static void put_value(struct buf *b, const struct doc *d, const struct dialect *dialect, unsigned stop);

static void
put_members(struct buf *b, const struct doc *d, const struct dialect *dialect, unsigned stop)
{
	bool map = d->kind == DOC_MAP;
	const struct doc *first = d->is.members.first;

	buf_putc(b, map ? '{' : '[');
	for (const struct doc *m = first; m; m = m->next) {
		if (m != first)
			buf_putc(b, ',');
		if (map) {
			put_string(b, span_make(m->key, m->key_len), ':', stop);
		}
		put_value(b, m, dialect, stop);
	}
	buf_putc(b, map ? '}' : ']');
}

static void
put_value(struct buf *b, const struct doc *d, const struct dialect *dialect, unsigned stop)
{
	switch (d->kind) {
	case DOC_NULL:
		buf_put(b, "null", 4);
		break;
	case DOC_BOOL:
		buf_puts(b, d->is.boolean ? "true" : "false");
		break;
	case DOC_INT:
		buf_put_int(b, d->is.integer);
		break;
	case DOC_UINT:
		buf_put_uint(b, d->is.unsigned_integer);
		break;
	case DOC_REAL:
		put_real(b, d->is.real);
		break;
	case DOC_TEXT:
		put_string(b, d->is.text, '\0', stop);
		break;
	case DOC_BYTES:
		json_write_text(b, span_of(encode_base64(b->arena, d->is.text.at, d->is.text.len)));
		break;
	case DOC_TIME:
		put_time(b, d->is.integer, dialect);
		break;
	case DOC_DATE:
		put_date(b, d->is.integer);
		break;
	case DOC_RAW:
		put_raw(b, d->is.text, dialect);
		break;
	case DOC_LIST:
	case DOC_MAP:
		put_members(b, d, dialect, stop);
		break;
	}
}

void
json_write(struct buf *b, const struct doc *d, const struct dialect *dialect)
{
	static const struct dialect plain = { .zone = "Z" };

	if (!dialect)
		dialect = &plain;
	put_value(b, d, dialect, dialect->escape_html ? ESCAPE | HTML : ESCAPE);
	buf_reserve(b, 0)[0] = '\0';
}
