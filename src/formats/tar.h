/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of a tar, gzipped or not, one after the other (libarchive, under the
 * eyes of tarcheck).
 */
#ifndef ENTREPOT_FORMATS_TAR_H
#define ENTREPOT_FORMATS_TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct gunzip;
struct tar;

enum tar_status {
	TAR_ENTRY,
	TAR_END,			/* everything was read and is right, to the last byte */
	TAR_MALFORMED,			/* not a tar, not gzip, or readers could disagree about it */
	TAR_SIZE_LIES,			/* a pax size that is not the header's */
	TAR_SPARSE,			/* a pax header makes holes in an entry */
	TAR_LARGE,			/* more than the limit of the gunzip */
	TAR_FAILED			/* the file cannot be read: errno */
};

struct tar_entry {
	const char *path;		/* as stored, any bytes but NUL; valid until the next entry */
	char type;			/* type flag: '0' regular, '5' directory, others */
	uint64_t size;
	uint64_t offset;		/* of the data, in the plain archive */
	const char *target;		/* of a link that tar_allow() lets through; else NULL */
};

enum tar_allowed {
	TAR_SYMBOLIC_LINKS = 1,		/* type '2' */
	TAR_HARD_LINKS = 2,		/* type '1', without data of their own */
	TAR_GLOBAL_HEADERS = 4		/* pax headers for all entries: see tarcheck_allow_global() */
};

/* Read from SOURCE; released with the arena. */
struct tar *tar_new(struct arena *a, struct gunzip *source);
/* The same where some of enum tar_allowed are let through; links are entries like others. */
struct tar *tar_new_allowing(struct arena *a, struct gunzip *source, unsigned allowed);

/* The next entry of any type. Only '0' and '5' (and links that are allowed) can be read on. */
enum tar_status tar_next(struct tar *t, struct tar_entry *out) MUST_CHECK;

/* All data of the current entry, whose size the caller has checked; allocated on A. */
enum tar_status tar_read(struct tar *t, struct arena *a, struct span *out) MUST_CHECK;

#endif
