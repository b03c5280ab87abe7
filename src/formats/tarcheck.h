/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A second reading of a tar, as it streams by: libarchive is generous, and
 * where readers can disagree about what an archive contains it is refused.
 * Allowed are ustar and GNU headers, GNU long names, pax headers for the next
 * entry, and nothing but zeros behind the end.
 */
#ifndef ENTREPOT_FORMATS_TARCHECK_H
#define ENTREPOT_FORMATS_TARCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct arena;
struct tarcheck;

/* Longest path of an entry, and longest target of a link. */
#define TAR_PATH_MAX 4095

struct tarcheck_entry {
	struct tarcheck_entry *next;
	uint64_t offset;		/* of its data, in the archive */
	uint64_t size;
	char type;			/* the header's type flag; '0' also for the old NUL */
	char path[TAR_PATH_MAX + 1];
	char target[TAR_PATH_MAX + 1];	/* of a link; else empty */
};

enum tarcheck_verdict {
	TARCHECK_GOOD,
	TARCHECK_MALFORMED,
	TARCHECK_SPARSE,		/* a pax header makes holes in what follows */
	TARCHECK_SIZE_LIES		/* a pax size that is not the header's */
};

struct tarcheck *tarcheck_new(struct arena *a);

/* Accept pax headers for all entries, as git's archives begin with, that change no name, size or data. */
void tarcheck_allow_global(struct tarcheck *t);

/* Whether the TARCHECK_BLOCK bytes are a header by their checksum, in whatever dialect. */
#define TARCHECK_BLOCK 512
bool tarcheck_is_header(const char *block);

/* The next bytes of the archive. Once it is not good it stays so. */
enum tarcheck_verdict tarcheck_feed(struct tarcheck *t, const char *bytes, size_t len) MUST_CHECK;

/* The archive is over. */
enum tarcheck_verdict tarcheck_finish(struct tarcheck *t) MUST_CHECK;

/* The oldest entry seen and not yet taken, or NULL; it is valid until the next call. */
const struct tarcheck_entry *tarcheck_take(struct tarcheck *t);

#endif
