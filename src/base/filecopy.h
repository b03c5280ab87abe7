/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copying files so that the copy survives a crash and is known to be what was
 * to be copied, and the few things around it that have to do with trees of files.
 */
#ifndef ENTREPOT_BASE_FILECOPY_H
#define ENTREPOT_BASE_FILECOPY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/digest.h"

struct fault;

struct fingerprint {
	int64_t size;
	uint8_t sha256[SHA256_SIZE];
};

struct filecopy {
	const char *from;
	const char *to;			/* replaced when it exists; its directory does */
	const char *temporary;		/* directory on the same file system for the file while it is written */
	mode_t mode;
	const struct fingerprint *wanted;	/* what FROM must be; NULL: anything */
};

/*
 * Copy, durably. *FOUND, which may be NULL, is what was copied. CONFLICT when
 * the bytes are not the wanted ones, NOT_FOUND when there is no regular file
 * FROM; nothing is at TO then that was not there before. UNAVAILABLE when the
 * disk is full.
 */
bool filecopy(struct fault *f, const struct filecopy *c, struct fingerprint *found) MUST_CHECK;

/* Read a file to its end and compare it with WANTED. Either may be NULL. Faults as above. */
bool filecopy_check(struct fault *f, const char *path, const struct fingerprint *wanted, struct fingerprint *found)
	MUST_CHECK;

/* A directory that survives a crash, within one that exists; no fault when it is there. INTERNAL. */
bool filecopy_make_directory(struct fault *f, const char *path, mode_t mode) MUST_CHECK;

/* Remove PATH with everything below it, as far as possible; links are not followed. */
void filecopy_remove_tree(const char *path);

#endif
