/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Terms from a document. Of the ways to write a value the one is taken that
 * Erlang itself takes, except for lists of small integers, which stay lists:
 * the string form is for texts in the old sense.
 */
#include "wire/etf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/text.h"
#include "wire/dialect.h"
#include "wire/json.h"

/* What begins with a count or a length. */
static void
put_head(struct buf *b, enum etf_tag tag, size_t count)
{
	if (count > UINT32_MAX)
		abort();
	buf_putc(b, (char)tag);
	buf_put_big_endian(b, count, 4);
}

static void
put_binary(struct buf *b, struct span s)
{
	put_head(b, ETF_BINARY, s.len);
	buf_put_span(b, s);
}

static void
put_atom(struct buf *b, const char *name)
{
	size_t len = strlen(name);

	buf_putc(b, (char)ETF_SMALL_ATOM_UTF8);
	buf_putc(b, (char)len);
	buf_put(b, name, len);
}

/* Beyond 32 bits: as many bytes as it needs, the lowest first. */
static void
put_big(struct buf *b, uint64_t magnitude, bool negative)
{
	char bytes[8];
	size_t len = 0;

	for (; magnitude > 0; magnitude >>= 8)
		bytes[len++] = (char)(magnitude & 0xff);
	buf_putc(b, (char)ETF_SMALL_BIG);
	buf_putc(b, (char)len);
	buf_putc(b, (char)negative);
	buf_put(b, bytes, len);
}

static void
put_integer(struct buf *b, int64_t n)
{
	if (n >= 0 && n <= UINT8_MAX) {
		buf_putc(b, (char)ETF_SMALL_INTEGER);
		buf_putc(b, (char)n);
	} else if (n >= INT32_MIN && n <= INT32_MAX) {
		buf_putc(b, (char)ETF_INTEGER);
		buf_put_big_endian(b, (uint64_t)n, 4);
	} else {
		put_big(b, n < 0 ? 0 - (uint64_t)n : (uint64_t)n, n < 0);
	}
}

static void
put_real(struct buf *b, double value)
{
	uint64_t bits;

	if (!isfinite(value)) {
		put_atom(b, "nil");
		return;
	}
	memcpy(&bits, &value, sizeof(bits));
	buf_putc(b, (char)ETF_NEW_FLOAT);
	buf_put_big_endian(b, bits, sizeof(bits));
}

static void
put_time(struct buf *b, int64_t micros, const struct dialect *dialect)
{
	char text[CLOCK_TEXT_SIZE];

	put_binary(b, span_make(text, dialect_format_time(dialect, text, micros)));
}

static void
put_date(struct buf *b, int64_t micros)
{
	char text[CLOCK_TEXT_SIZE];

	put_binary(b, span_of(clock_format_date(text, micros)));
}

static void put_value(struct buf *b, const struct doc *d, const struct dialect *dialect);

static void
put_raw(struct buf *b, struct span json, const struct dialect *dialect)
{
	struct fault ignored;
	const struct doc *d;

	fault_init(&ignored, b->arena);
	d = json_read(b->arena, &ignored, json);
	if (d)
		put_value(b, d, dialect);
	else
		put_atom(b, "nil");
}

static void
put_list(struct buf *b, const struct doc *d, const struct dialect *dialect)
{
	if (d->count > 0)
		put_head(b, ETF_LIST, d->count);
	for (const struct doc *m = doc_first(d); m; m = m->next)
		put_value(b, m, dialect);
	buf_putc(b, (char)ETF_NIL);
}

static void
put_map(struct buf *b, const struct doc *d, const struct dialect *dialect)
{
	put_head(b, ETF_MAP, d->count);
	for (const struct doc *m = doc_first(d); m; m = m->next) {
		put_binary(b, text_make_utf8(b->arena, span_make(m->key, m->key_len)));
		put_value(b, m, dialect);
	}
}

static void
put_value(struct buf *b, const struct doc *d, const struct dialect *dialect)
{
	switch (d->kind) {
	case DOC_NULL:
		put_atom(b, "nil");
		break;
	case DOC_BOOL:
		put_atom(b, d->is.boolean ? "true" : "false");
		break;
	case DOC_INT:
		put_integer(b, d->is.integer);
		break;
	case DOC_UINT:
		put_big(b, d->is.unsigned_integer, false);
		break;
	case DOC_REAL:
		put_real(b, d->is.real);
		break;
	case DOC_TEXT:
		put_binary(b, text_make_utf8(b->arena, d->is.text));
		break;
	case DOC_BYTES:
		put_binary(b, d->is.text);
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
		put_list(b, d, dialect);
		break;
	case DOC_MAP:
		put_map(b, d, dialect);
		break;
	}
}

void
etf_write(struct buf *b, const struct doc *d, const struct dialect *dialect)
{
	static const struct dialect plain = { .zone = "Z" };

	buf_putc(b, (char)ETF_VERSION);
	put_value(b, d, dialect ? dialect : &plain);
}
