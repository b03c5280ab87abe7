/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inflating one gzip member of a file; see the header.
 */
#include "formats/gunzip.h"

#include <errno.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/gzip.h"

#define BLOCK_SIZE 65536

struct gunzip {
	struct inflater *inflater;
	enum gunzip_state state;
	bool stored;			/* plain: nothing to inflate */
	int fd;
	uint64_t offset;		/* of what has not been read from the file */
	uint64_t left;			/* bytes of the part not read from the file */
	uint64_t allowed;		/* plain bytes that may still come */
	uint64_t total;
	struct span pending;		/* of the input, not inflated yet */
	char input[BLOCK_SIZE];
	char output[BLOCK_SIZE];
};

static struct gunzip *
new_part(struct arena *a, int fd, uint64_t offset, uint64_t length, uint64_t limit)
{
	struct gunzip *g = arena_alloc(a, sizeof(*g));

	g->inflater = NULL;
	g->state = GUNZIP_MORE;
	g->stored = false;
	g->pending = (struct span){ NULL, 0 };
	g->fd = fd;
	g->offset = offset;
	g->left = length;
	g->allowed = limit;
	g->total = 0;
	return g;
}

struct gunzip *
gunzip_stored(struct arena *a, int fd, uint64_t offset, uint64_t length)
{
	struct gunzip *g = new_part(a, fd, offset, length, length);

	g->stored = true;
	return g;
}

struct gunzip *
gunzip_new(struct arena *a, int fd, uint64_t offset, uint64_t length, uint64_t limit)
{
	struct gunzip *g = new_part(a, fd, offset, length, limit);

	g->inflater = inflater_new(a);
	g->state = g->inflater ? GUNZIP_MORE : GUNZIP_FAILED;
	if (!g->inflater)
		errno = ENOMEM;
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
	g->pending = span_make(g->input, (size_t)got);
	return true;
}

/* Fill the output, unless the member ends before; *LEN is how far. */
static enum gunzip_state
inflate_block(struct gunzip *g, size_t *len)
{
	while (*len < BLOCK_SIZE) {
		enum inflate_state result;
		size_t made;

		if (g->pending.len == 0) {
			if (g->left == 0)
				return GUNZIP_BAD;
			if (!fill_input(g))
				return GUNZIP_FAILED;
		}
		result = inflater_run(g->inflater, &g->pending, g->output + *len, BLOCK_SIZE - *len, &made);
		*len += made;
		if (result == INFLATE_END)
			return g->pending.len == 0 && g->left == 0 ? GUNZIP_END : GUNZIP_BAD;
		if (result == INFLATE_NO_MEMORY) {
			errno = ENOMEM;
			return GUNZIP_FAILED;
		}
		if (result == INFLATE_BAD)
			return GUNZIP_BAD;
	}
	return GUNZIP_MORE;
}

/* The input is the output. */
static enum gunzip_state
pass_block(struct gunzip *g, const char **bytes, size_t *len)
{
	if (g->left == 0)
		return GUNZIP_END;
	if (!fill_input(g))
		return GUNZIP_FAILED;
	*bytes = g->pending.at;
	*len = g->pending.len;
	g->total += *len;
	return g->left == 0 ? GUNZIP_END : GUNZIP_MORE;
}

enum gunzip_state
gunzip_read(struct gunzip *g, const char **bytes, size_t *len)
{
	*bytes = g->output;
	*len = 0;
	if (g->state != GUNZIP_MORE)
		return g->state;
	if (g->stored)
		return g->state = pass_block(g, bytes, len);
	g->state = inflate_block(g, len);
	if (g->state != GUNZIP_MORE && g->state != GUNZIP_END) {
		*len = 0;
		return g->state;
	}
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
