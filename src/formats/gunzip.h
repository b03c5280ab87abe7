/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A part of a file that must be exactly one gzip member (RFC 1952), read as
 * its plain bytes; or one that is plain, so that its readers need not care.
 * What follows the member, another one included, is refused: readers disagree
 * about it.
 */
#ifndef ENTREPOT_FORMATS_GUNZIP_H
#define ENTREPOT_FORMATS_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct arena;
struct gunzip;

enum gunzip_state {
	GUNZIP_MORE,
	GUNZIP_END,		/* all read, checksum and length right, nothing behind */
	GUNZIP_BAD,		/* not gzip, damaged, truncated, or something behind */
	GUNZIP_LARGE,		/* more than the limit */
	GUNZIP_FAILED		/* the file cannot be read: errno */
};

/* Plain bytes of LENGTH bytes at OFFSET of FD, at most LIMIT of them; released with the arena. */
struct gunzip *gunzip_new(struct arena *a, int fd, uint64_t offset, uint64_t length, uint64_t limit);

/* The same of a part that is plain already: its LENGTH bytes as they are. */
struct gunzip *gunzip_stored(struct arena *a, int fd, uint64_t offset, uint64_t length);

/*
 * Some plain bytes, owned by G until the next call; *LEN is 0 only when the
 * state is no longer GUNZIP_MORE, and then forever.
 */
enum gunzip_state gunzip_read(struct gunzip *g, const char **bytes, size_t *len);

/* Plain bytes handed out so far. */
uint64_t gunzip_total(const struct gunzip *g);

#endif
