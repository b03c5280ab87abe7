/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking after what the registry stores: collecting bytes that nothing refers
 * to, and proving that everything that is referred to is there and right. Both
 * may run while the registry serves and publishes.
 */
#ifndef ENTREPOT_DOMAIN_MAINTENANCE_H
#define ENTREPOT_DOMAIN_MAINTENANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct job;
struct work;

struct gc_options {
	int64_t blob_age;		/* µs; younger orphans may belong to a publish under way */
	int64_t spool_age;		/* µs; younger files may be an upload under way */
	bool dry_run;			/* count, remove nothing */
};

/* A day, and an hour more than any upload takes. */
#define GC_BLOB_AGE (24 * 3600 * INT64_C(1000000))
#define GC_SPOOL_AGE (24 * 3600 * INT64_C(1000000))

struct gc_result {
	int64_t blobs;			/* removed (or would be) */
	int64_t bytes;
	int64_t spool_files;
};

/*
 * Remove orphan blobs and left-over temporary files. Works in small
 * transactions of its own; call it outside of any. CONFLICT while a backup is
 * running (domain/backup.h).
 */
bool gc_run(struct work *w, const struct gc_options *options, struct gc_result *out) MUST_CHECK;

/* gc_run() with the ordinary ages. A job_fn. */
bool gc_job(struct work *w, const struct job *job) MUST_CHECK;

struct problem {
	struct problem *next;
	const char *kind;		/* "blob-missing", "blob-corrupt", "index-differs", "count-differs" … */
	const char *subject;		/* which blob, file, package */
	const char *text;
};

struct verify_options {
	bool skip_hashes;		/* look at sizes only, do not read the blobs */
	void (*progress)(void *arg, const char *what, int64_t done);	/* may be NULL */
	void *arg;
};

struct verify_result {
	struct problem *first;		/* at most VERIFY_MAX_PROBLEMS are kept */
	int64_t problems;
	int64_t blobs;			/* looked at */
	int64_t bytes;
	int64_t files;
	int64_t packages;
	int64_t index_objects;
	int64_t orphans;		/* blobs without a file row: gc's, no problem */
};
#define VERIFY_MAX_PROBLEMS 1000

/* Check everything stored. False only when checking itself failed; what is wrong is in *OUT, on the arena. */
bool verify_run(struct work *w, const struct verify_options *options, struct verify_result *out) MUST_CHECK;

#endif
