/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds tarballs for tests, right and wrong ones.
 */
#ifndef ENTREPOT_TESTS_TARBALL_H
#define ENTREPOT_TESTS_TARBALL_H

#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/* What stands in a header; members left out are as a usual archive has them. */
struct tar_member {
	const char *path;		/* up to 100 bytes */
	const char *prefix;		/* ustar only */
	const char *target;		/* of a link, up to 100 bytes */
	char type;			/* 0: '0' */
	bool gnu;			/* magic of GNU tar */
	bool binary_size;		/* the size in base 256 */
	bool wrong_checksum;
	uint64_t size;			/* 0: that of DATA */
	struct span data;
};

/* Append the header and the padded data. */
void tar_put(struct buf *tar, struct tar_member m);

/* A regular file. */
void tar_put_file(struct buf *tar, const char *path, const char *text);

/* A pax header for the next member: "KEY=VALUE" as one record with its length. */
void tar_put_pax(struct buf *tar, const char *record);

/* The two blocks of zeros. */
void tar_put_end(struct buf *tar);

/* One gzip member, on the arena of the running test. */
struct span gzip_of(struct span plain);

/* A descriptor of an unlinked file with these bytes; closed with the arena of the running test. */
int file_of(struct span bytes);

#endif
