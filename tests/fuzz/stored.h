/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files for entries that read from descriptors. Where gzip is wanted, what does
 * not look like it is taken for the tar inside and put into gzip first, so that
 * changes of it get past the checksum.
 */
#ifndef ENTREPOT_TESTS_STORED_H
#define ENTREPOT_TESTS_STORED_H

#include <sys/mman.h>
#include <unistd.h>

#include <zlib.h>

#include "fuzz.h"

static inline struct span
stored_gzip(struct arena *a, struct span plain)
{
	z_stream z = { 0 };
	size_t room = plain.len + plain.len / 1000 + 1024;
	unsigned char *out = arena_alloc(a, room);

	REQUIRE(deflateInit2(&z, 0, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	z.next_in = (unsigned char *)(uintptr_t)plain.at;
	z.avail_in = (uInt)plain.len;
	z.next_out = out;
	z.avail_out = (uInt)room;
	REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
	room = z.total_out;
	deflateEnd(&z);
	return span_make((const char *)out, room);
}

/* A descriptor of INPUT; the caller closes it. */
static inline int
plain_file(struct span input)
{
	int fd = memfd_create("input", 0);

	REQUIRE(fd >= 0);
	REQUIRE(write(fd, input.at, input.len) == (ssize_t)input.len);
	return fd;
}

/* A descriptor of INPUT as gzip, of *LENGTH bytes; the caller closes it. */
static inline int
gzip_file(struct arena *a, struct span input, uint64_t *length)
{
	if (!span_starts(input, "\x1f\x8b"))
		input = stored_gzip(a, input);
	*length = input.len;
	return plain_file(input);
}

#endif
