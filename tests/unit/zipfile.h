/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds zips for tests, right and wrong ones.
 */
#ifndef ENTREPOT_TESTS_ZIPFILE_H
#define ENTREPOT_TESTS_ZIPFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

/* What stands in the headers of a member; what is left out is as it should be. */
struct zip_entry {
	const char *name;
	struct span data;
	bool deflated;

	/* A lie told by one header: added to what is right, or in its place. */
	struct span local_name;
	struct span central_name;
	int local_size, central_size, both_sizes;
	int local_packed, central_packed;
	int local_crc, both_crcs;
	int central_offset;
	int central_disk;
	int local_version, central_version;	/* 0: 20 or 45 */
	uint16_t method, local_method;	/* 0: as DEFLATED says */
	uint16_t flags, local_flags, central_flags;
	struct span local_extra, central_extra;
	struct span central_comment;
	struct span before;		/* bytes in front of the local header */
	bool no_local, no_central;
	bool zip64;			/* sizes in extra fields */
};

struct zip_tail {
	int entries, entries_here, size, offset, disk;	/* added to what is right */
	struct span before;		/* bytes between directory and end */
	struct span comment;
	int comment_size;		/* added */
	struct span behind;
	bool zip64;			/* a ZIP64 end, and an old one that points to it */
	int locator, rest;		/* added to the offset that the locator states, and to the length of the end */
	bool plain;			/* with ZIP64: the old end says the numbers too */
};

/* The members, ended by one without a name. */
struct span zip_of(const struct zip_entry *members, struct zip_tail tail);

#define ZIP(...) zip_of((const struct zip_entry[]){ __VA_ARGS__, { .name = NULL } }, (struct zip_tail){ .size = 0 })

/* A deflate stream, on the arena of the running test. */
struct span deflate_of(struct span plain);

#endif
