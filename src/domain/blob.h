/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The blob store: immutable bytes named by their SHA-256, in
 * BLOB_DIR/aa/bb/<64 hex digits>.
 *
 * A blob is durable (file and directory synced) before the transaction that
 * refers to it commits; a blob without a row is an orphan that gc collects
 * once it is older than a day (a publish may be under way).
 */
#ifndef ENTREPOT_DOMAIN_BLOB_H
#define ENTREPOT_DOMAIN_BLOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/digest.h"
#include "base/span.h"

struct tempfile;
struct work;

/* "aa/bb/aabb…": the path below the store, on the arena. */
const char *blob_path(struct work *w, const uint8_t sha256[SHA256_SIZE]);

/*
 * Put the temporary file into the store, durably, and its row into the open
 * transaction. A blob that is there already is left alone (and its age
 * refreshed, so that gc running at the same time spares it). The row stays
 * locked until the commit: publishes of the same bytes wait for each other
 * here, so call it at the same point of every transaction.
 */
bool blob_put(struct work *w, struct tempfile *t, const uint8_t sha256[SHA256_SIZE], int64_t size) MUST_CHECK;

/* An open descriptor, closed with the arena; -1 with INTERNAL raised when it is missing. */
int blob_open(struct work *w, const uint8_t sha256[SHA256_SIZE]) MUST_CHECK;

/* Size of the stored file; -1 when there is none. */
int64_t blob_stored_size(struct work *w, const uint8_t sha256[SHA256_SIZE]);

/* Check that the store can be written to (make and remove a file). */
bool blob_store_ready(struct work *w) MUST_CHECK;

/* Create the directories of the store and the spool. */
bool blob_store_init(struct work *w) MUST_CHECK;

/* A file found in the store. */
struct blob_file {
	const char *path;
	bool stray;			/* not named as a blob, or not in its place; no digest then */
	uint8_t sha256[SHA256_SIZE];
	int64_t size;
	int64_t modified;		/* µs since 1970 */
	bool known;			/* has a row */
};
/* Gets the files of one directory; false with a fault ends the walk. The arena of W is cleared after it. */
typedef bool (*blob_walk_fn)(struct work *w, void *arg, const struct blob_file *files, size_t count);

/* Call FN for every directory of the store that holds files. Files that vanish meanwhile are passed over. */
bool blob_walk(struct work *w, blob_walk_fn fn, void *arg) MUST_CHECK;

#endif
