/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Temporary files that vanish with the arena, and making one permanent so
 * that it survives a crash.
 */
#ifndef ENTREPOT_BASE_TEMPFILE_H
#define ENTREPOT_BASE_TEMPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct arena;
struct fault;

struct tempfile {
	int fd;				/* open for reading and writing */
	const char *path;
	bool kept;			/* renamed into place: nothing to unlink */
};

/*
 * A new empty file in DIRECTORY (mode 0640), closed and unlinked with the
 * arena unless kept. NULL with INTERNAL raised on failure.
 */
struct tempfile *tempfile_new(struct arena *a, struct fault *f, const char *directory) MUST_CHECK;

/* Append; a full disk raises UNAVAILABLE, anything else INTERNAL. */
bool tempfile_write(struct tempfile *t, struct fault *f, const void *bytes, size_t len) MUST_CHECK;

/*
 * Durable move: fsync the file, rename it to PATH (same file system; the
 * directory exists) and fsync that directory. An existing PATH is replaced.
 */
bool tempfile_keep(struct tempfile *t, struct fault *f, const char *path) MUST_CHECK;

/* The same, but an existing PATH stays and raises CONFLICT. */
bool tempfile_keep_new(struct tempfile *t, struct fault *f, const char *path) MUST_CHECK;

/* fsync the directory that PATH is in: its entry survives a crash. */
bool tempfile_sync_entry(struct fault *f, const char *path) MUST_CHECK;

#endif
