/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip by zlib; see the header.
 */
#include "base/gzip.h"

#include <limits.h>
#include <stdlib.h>

#include <zlib.h>

#include "base/arena.h"
#include "base/buf.h"

/* 16 more: gzip and nothing else. */
#define GZIP_WINDOW (15 + 16)
/* Negative: neither a head nor a checksum. */
#define RAW_WINDOW (-15)
/* What is shorter gains nothing from being deflated. */
#define STORED_MAX 64
#define TRAILER_SIZE 8
/* First guess of what a member unpacks to. */
#define READ_BLOCK 65536

/* ---- writing ---- */

void
gzip_head(struct buf *out)
{
	/* Deflate, no flags, no time, no extra flags, system unknown. */
	static const char head[] = { 0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, (char)0xff };

	buf_put(out, head, sizeof(head));
}

/* zlib counts the input in 32 bits. */
static void
feed(z_stream *stream, struct span *plain)
{
	size_t some = plain->len < UINT_MAX ? plain->len : UINT_MAX;

	stream->next_in = (z_const Bytef *)plain->at;
	stream->avail_in = (uInt)some;
	*plain = span_skip(*plain, some);
}

/* To set up zlib for a large text takes longer than to deflate a small one. */
static void
start(z_stream *stream, size_t len)
{
	int window = 9;

	while (window < 15 && (size_t)1 << window < len)
		window++;
	/* Negative: neither a head nor a check sum of zlib's own. */
	if (deflateInit2(stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -window, window - 7, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
}

static void
put_deflated(struct buf *out, struct span plain, int flush)
{
	z_stream stream = { 0 };
	bool last;

	start(&stream, plain.len);
	do {
		feed(&stream, &plain);
		last = plain.len == 0;
		do {
			size_t room = deflateBound(&stream, stream.avail_in) + TRAILER_SIZE;

			stream.next_out = (Bytef *)buf_reserve(out, room);
			stream.avail_out = (uInt)room;
			deflate(&stream, last ? flush : Z_NO_FLUSH);
			out->len += room - stream.avail_out;
			out->at[out->len] = '\0';
		} while (stream.avail_out == 0);
	} while (!last);
	deflateEnd(&stream);
}

uint32_t
gzip_crc32(uint32_t sum, struct span more)
{
	/* zlib starts anew when it is given NULL. */
	return (uint32_t)crc32_z(sum, (const Bytef *)(more.len > 0 ? more.at : ""), more.len);
}

static struct gzip_sum
sum_of(struct span plain)
{
	return (struct gzip_sum){ .crc32 = gzip_crc32(0, plain), .length = plain.len };
}

/* A block of its own, not the last one (RFC 1951 §3.2.4). */
static void
put_stored(struct buf *out, struct span plain)
{
	const char head[] = { 0, (char)plain.len, 0, (char)~plain.len, (char)0xff };

	buf_put(out, head, sizeof(head));
	buf_put_span(out, plain);
}

void
gzip_piece(struct buf *out, struct span plain, struct gzip_sum *sum)
{
	*sum = sum_of(plain);
	if (plain.len > STORED_MAX)
		put_deflated(out, plain, Z_FULL_FLUSH);
	else if (plain.len > 0)
		put_stored(out, plain);
}

void
gzip_sum_add(struct gzip_sum *sum, struct gzip_sum next)
{
	sum->crc32 = (uint32_t)crc32_combine(sum->crc32, next.crc32, (z_off_t)next.length);
	sum->length += next.length;
}

static void
put_little_endian(struct buf *out, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		buf_putc(out, (char)(n >> (8 * i) & 0xff));
}

static void
put_trailer(struct buf *out, struct gzip_sum sum)
{
	put_little_endian(out, sum.crc32);
	put_little_endian(out, (uint32_t)sum.length);
}

void
gzip_end(struct buf *out, struct gzip_sum sum)
{
	/* A last block with nothing in it. */
	buf_put(out, "\x03", 2);
	put_trailer(out, sum);
}

void
gzip_write(struct buf *out, struct span plain)
{
	gzip_head(out);
	put_deflated(out, plain, Z_FINISH);
	put_trailer(out, sum_of(plain));
}

/* ---- reading ---- */

struct inflater {
	z_stream stream;
};

static void
end_inflater(void *arg)
{
	struct inflater *i = arg;

	inflateEnd(&i->stream);
}

static struct inflater *
new_inflater(struct arena *a, int window)
{
	struct inflater *i = arena_new(a, struct inflater);

	if (inflateInit2(&i->stream, window) != Z_OK)
		return NULL;
	arena_on_clear(a, end_inflater, i);
	return i;
}

struct inflater *
inflater_new(struct arena *a)
{
	return new_inflater(a, GZIP_WINDOW);
}

struct inflater *
inflater_new_raw(struct arena *a)
{
	return new_inflater(a, RAW_WINDOW);
}

enum inflate_state
inflater_run(struct inflater *i, struct span *in, char *out, size_t room, size_t *made)
{
	z_stream *stream = &i->stream;
	size_t given = in->len < UINT_MAX ? in->len : UINT_MAX;
	int result;

	stream->next_in = (z_const Bytef *)in->at;
	stream->avail_in = (uInt)given;
	stream->next_out = (Bytef *)out;
	stream->avail_out = (uInt)room;
	result = inflate(stream, Z_NO_FLUSH);
	*made = room - stream->avail_out;
	*in = span_skip(*in, given - stream->avail_in);
	switch (result) {
	case Z_STREAM_END:
		return INFLATE_END;
	case Z_OK:
	case Z_BUF_ERROR:
		return INFLATE_MORE;
	case Z_MEM_ERROR:
		return INFLATE_NO_MEMORY;
	default:
		return INFLATE_BAD;
	}
}

bool
gzip_read(struct arena *a, struct span gzip, size_t limit, struct span *plain)
{
	struct inflater *inflater = inflater_new(a);
	struct buf b = buf_on(a);
	enum inflate_state state = INFLATE_MORE;

	while (inflater && state == INFLATE_MORE && b.len <= limit) {
		char *to = buf_reserve(&b, READ_BLOCK);
		size_t made;

		state = inflater_run(inflater, &gzip, to, READ_BLOCK, &made);
		b.len += made;
		if (state == INFLATE_MORE && made < READ_BLOCK && gzip.len == 0)
			return false;
	}
	buf_puts(&b, "");
	*plain = buf_span(&b);
	return state == INFLATE_END && gzip.len == 0 && b.len <= limit;
}
