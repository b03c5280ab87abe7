/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inflating one gzip member; see the header. The only user of zlib's inflate.
 */
#include "formats/gunzip.h"

#include <errno.h>
#include <unistd.h>

#include <zlib.h>

#include "base/arena.h"

#define BLOCK_SIZE 65536

struct gunzip {
	z_stream stream;
	enum gunzip_state state;
	int fd;
	uint64_t offset;		/* of what has not been read from the file */
	uint64_t left;			/* bytes of the part not read from the file */
	uint64_t allowed;		/* plain bytes that may still come */
	uint64_t total;
	unsigned char input[BLOCK_SIZE];
	unsigned char output[BLOCK_SIZE];
};

static void
end_stream(void *arg)
{
	inflateEnd(arg);
}

struct gunzip *
gunzip_new(struct arena *a, int fd, uint64_t offset, uint64_t length, uint64_t limit)
{
	struct gunzip *g = arena_alloc(a, sizeof(*g));

	g->stream = (z_stream){ 0 };
	g->fd = fd;
	g->offset = offset;
	g->left = length;
	g->allowed = limit;
	g->total = 0;
	/* 15 bits of window; 16 more: gzip and nothing else. */
	if (inflateInit2(&g->stream, 15 + 16) == Z_OK) {
		g->state = GUNZIP_MORE;
		arena_on_clear(a, end_stream, &g->stream);
	} else {
		g->state = GUNZIP_FAILED;
		errno = ENOMEM;
	}
	return g;
}

static bool
fill_input(struct gunzip *g)
{
	size_t wanted = g->left < BLOCK_SIZE ? (size_t)g->left : BLOCK_SIZE;
	ssize_t got;

	do
		got = pread(g->fd, g->input, wanted, (off_t)g->offset);
	while (got < 0 && errno == EINTR);
	if (got <= 0) {
		/* The file is shorter than it was said to be. */
		if (got == 0)
			errno = EIO;
		return false;
	}
	g->offset += (uint64_t)got;
	g->left -= (uint64_t)got;
	g->stream.next_in = g->input;
	g->stream.avail_in = (uInt)got;
	return true;
}

/* Fill the output, unless the member ends before. */
static enum gunzip_state
inflate_block(struct gunzip *g)
{
	g->stream.next_out = g->output;
	g->stream.avail_out = BLOCK_SIZE;
	while (g->stream.avail_out > 0) {
		int result;

		if (g->stream.avail_in == 0) {
			if (g->left == 0)
				return GUNZIP_BAD;
			if (!fill_input(g))
				return GUNZIP_FAILED;
		}
		result = inflate(&g->stream, Z_NO_FLUSH);
		if (result == Z_STREAM_END)
			return g->stream.avail_in == 0 && g->left == 0 ? GUNZIP_END : GUNZIP_BAD;
		if (result == Z_MEM_ERROR) {
			errno = ENOMEM;
			return GUNZIP_FAILED;
		}
		if (result != Z_OK)
			return GUNZIP_BAD;
	}
	return GUNZIP_MORE;
}

enum gunzip_state
gunzip_read(struct gunzip *g, const char **bytes, size_t *len)
{
	*bytes = (const char *)g->output;
	*len = 0;
	if (g->state != GUNZIP_MORE)
		return g->state;
	g->state = inflate_block(g);
	if (g->state != GUNZIP_MORE && g->state != GUNZIP_END)
		return g->state;
	*len = BLOCK_SIZE - g->stream.avail_out;
	if (*len > g->allowed) {
		*len = 0;
		return g->state = GUNZIP_LARGE;
	}
	g->allowed -= *len;
	g->total += *len;
	return g->state;
}

uint64_t
gunzip_total(const struct gunzip *g)
{
	return g->total;
}
