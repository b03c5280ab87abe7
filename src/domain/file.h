/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of releases: a path within a repository and the bytes it stands for.
 */
#ifndef ENTREPOT_DOMAIN_FILE_H
#define ENTREPOT_DOMAIN_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct digests;
struct tempfile;
struct work;

struct file {
	int64_t id;
	int64_t release_id;
	const char *content_type;
	int64_t size;
	struct span sha256;
	int64_t created_at;
};

/* NULL without a fault when there is none. */
const struct file *file_find(struct work *w, int64_t repository_id, const char *path) MUST_CHECK;

struct file_new {
	int64_t repository_id;
	int64_t release_id;
	const char *path;
	const char *filename;
	const char *kind;
	const char *content_type;
	struct tempfile *spool;
	const uint8_t *sha256;
	int64_t size;
	const struct digests *digests;	/* MD5 and BLAKE2b to be kept, too; or NULL */
	int64_t parent_id;		/* the file that it belongs to; 0: none */
	const char *meta;		/* JSON object, or NULL */
};

/*
 * Store the bytes and the file; one at the same path is replaced. Within a
 * transaction in which nothing a client sent can be refused any more. *ID may be NULL.
 */
bool file_put(struct work *w, const struct file_new *n, int64_t *id) MUST_CHECK;

/* *FOUND is false when there was none. */
bool file_delete(struct work *w, int64_t repository_id, const char *path, bool *found) MUST_CHECK;

#endif
