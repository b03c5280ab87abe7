/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growable byte strings; see the header.
 */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/number.h"

struct buf
buf_on(struct arena *a)
{
	return (struct buf){ .arena = a };
}

char *
buf_reserve(struct buf *b, size_t more)
{
	size_t size = b->size > 0 ? b->size : 128;
	char *bigger;

	if (more > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
		abort();
	if (b->at && b->len + more + 1 <= b->size)
		return b->at + b->len;
	while (size < b->len + more + 1)
		size *= 2;
	bigger = arena_alloc(b->arena, size);
	if (b->len > 0)
		memcpy(bigger, b->at, b->len);
	b->at = bigger;
	b->size = size;
	b->at[b->len] = '\0';
	return b->at + b->len;
}

void
buf_put(struct buf *b, const void *bytes, size_t len)
{
	bool fits = b->at && len < b->size - b->len;
	char *to = fits ? b->at + b->len : buf_reserve(b, len);

	if (len > 0)
		memcpy(to, bytes, len);
	b->len += len;
	b->at[b->len] = '\0';
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void
buf_putc(struct buf *b, char c)
{
	char *to = buf_reserve(b, 1);

	to[0] = c;
	to[1] = '\0';
	b->len++;
}

void
buf_put_span(struct buf *b, struct span s)
{
	buf_put(b, s.at, s.len);
}

void
buf_put_uint(struct buf *b, uint64_t n)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	buf_put(b, digits + at, sizeof(digits) - at);
}

void
buf_put_int(struct buf *b, int64_t n)
{
	char text[NUMBER_TEXT_SIZE];

	buf_put(b, text, number_format(text, n));
}

void
buf_put_big_endian(struct buf *b, uint64_t n, size_t size)
{
	char *to = buf_reserve(b, size);

	for (size_t i = size; i > 0; i--, n >>= 8)
		to[i - 1] = (char)(n & 0xff);
	to[size] = '\0';
	b->len += size;
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		abort();
	buf_reserve(b, (size_t)length);
	va_start(args, format);
	vsnprintf(b->at + b->len, (size_t)length + 1, format, args);
	va_end(args);
	b->len += (size_t)length;
}

void
buf_truncate(struct buf *b, size_t len)
{
	if (len >= b->len)
		return;
	b->len = len;
	b->at[len] = '\0';
}

struct span
buf_span(const struct buf *b)
{
	return span_make(b->at, b->len);
}

const char *
buf_text(const struct buf *b)
{
	return b->at ? b->at : "";
}
