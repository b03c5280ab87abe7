/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip (RFC 1952) in memory, and inflating as a stream; only user of zlib,
 * so what other containers of deflated bytes need of it is here too.
 *
 * What is written has no name and no time, so equal bytes make equal files. A
 * member may be made of pieces: each is deflated on its own and ends at a byte,
 * so a file of many thousand entries is put together again without touching
 * the pieces that did not change.
 */
#ifndef ENTREPOT_BASE_GZIP_H
#define ENTREPOT_BASE_GZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct buf;

/* Append a whole member. */
void gzip_write(struct buf *out, struct span plain);

/*
 * A member of pieces: gzip_head(), deflated pieces, gzip_end(). The sum is that
 * of the plain bytes so far; it starts as { 0, 0 }.
 */
struct gzip_sum {
	uint32_t crc32;
	uint64_t length;
};
void gzip_head(struct buf *out);
/* Append PLAIN deflated; *SUM becomes that of PLAIN alone. */
void gzip_piece(struct buf *out, struct span plain, struct gzip_sum *sum);
/* Add the sum of the piece that follows. */
void gzip_sum_add(struct gzip_sum *sum, struct gzip_sum next);
/* End the member whose plain bytes have the sum. */
void gzip_end(struct buf *out, struct gzip_sum sum);

/* The plain bytes, at most LIMIT, of exactly one member; false when GZIP is anything else. */
bool gzip_read(struct arena *a, struct span gzip, size_t limit, struct span *plain) MUST_CHECK;

/* The CRC-32 of bytes whose first ones have the checksum SUM; 0 to begin with. */
uint32_t gzip_crc32(uint32_t sum, struct span more);

/* ---- inflating as it comes ---- */

enum inflate_state {
	INFLATE_MORE,		/* the output is full, or the input used up */
	INFLATE_END,		/* the member ended; *IN is what follows it */
	INFLATE_BAD,
	INFLATE_NO_MEMORY
};

/* One member; NULL when there is no memory. Released with the arena. */
struct inflater *inflater_new(struct arena *a);
/* The same of a bare deflate stream (RFC 1951): no head, and no checksum to compare with. */
struct inflater *inflater_new_raw(struct arena *a);
/* Take from *IN and put into the ROOM bytes at OUT; *MADE is how many were put. */
enum inflate_state inflater_run(struct inflater *i, struct span *in, char *out, size_t room, size_t *made);

#endif
