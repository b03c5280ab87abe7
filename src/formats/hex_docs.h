/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documentation of a Hex package: a gzipped tar of files and directories,
 * stored as it came and shown entry by entry. It is never unpacked to disk.
 */
#ifndef ENTREPOT_FORMATS_HEX_DOCS_H
#define ENTREPOT_FORMATS_HEX_DOCS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct fault;
struct hex_limits;

struct hex_docs {
	int fd;				/* read with pread(), position untouched */
	uint64_t length;
};

/*
 * Look at every entry, to the last byte. Links and other special entries,
 * paths that are absolute or go up, and two entries of one name are refused:
 * INVALID with the field "tar".
 */
bool hex_docs_check(struct arena *a, struct fault *f, const struct hex_docs *d,
	const struct hex_limits *limits) MUST_CHECK;

enum hex_docs_found {
	HEX_DOCS_NOTHING,
	HEX_DOCS_FILE,
	HEX_DOCS_DIRECTORY,		/* there are entries below */
	HEX_DOCS_LARGE			/* a file of more than MAX bytes */
};

struct hex_docs_entry {
	const char *path;		/* names with a slash between them, and nowhere else */
	uint64_t max;
	enum hex_docs_found found;
	struct span bytes;		/* on the arena */
};

/*
 * Find E->path in an archive that was checked: one pass at most, which ends
 * behind the file. Raises INTERNAL when the archive cannot be read.
 */
bool hex_docs_find(struct arena *a, struct fault *f, const struct hex_docs *d, struct hex_docs_entry *e) MUST_CHECK;

#endif
