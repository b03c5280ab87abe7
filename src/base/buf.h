/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growable byte string on an arena: binary-safe, always NUL-terminated once
 * something was put into it, never shrinks. Growth doubles, so the bytes left
 * behind on the arena are fewer than the final size.
 */
#ifndef ENTREPOT_BASE_BUF_H
#define ENTREPOT_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;

struct buf {
	struct arena *arena;
	char *at;		/* NULL until the first put */
	size_t len;
	size_t size;
};

/* An empty buffer whose memory will come from A. */
struct buf buf_on(struct arena *a);

/* Room for MORE further bytes (and a NUL) without another allocation; returns the write position. */
char *buf_reserve(struct buf *b, size_t more);

void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_put_span(struct buf *b, struct span s);
void buf_put_int(struct buf *b, int64_t n);
void buf_put_uint(struct buf *b, uint64_t n);
/* N in SIZE bytes, the highest first. */
void buf_put_big_endian(struct buf *b, uint64_t n, size_t size);
void buf_printf(struct buf *b, const char *format, ...) PRINTF(2, 3);

/* Drop everything behind the first LEN bytes. */
void buf_truncate(struct buf *b, size_t len);

/* What was put so far; valid until the next put. */
struct span buf_span(const struct buf *b);

/* The same as a string, "" when nothing was put. */
const char *buf_text(const struct buf *b);

#endif
