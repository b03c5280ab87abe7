/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copying a whole registry into a directory (domain/backup_set.h says how it
 * lies there), and making a registry of such a copy.
 *
 * A backup is of one state: the database is dumped from a snapshot, and the
 * blobs copied are those that this snapshot refers to. The registry serves and
 * publishes meanwhile. What must not happen meanwhile is that gc removes a blob
 * whose last file was deleted after the snapshot: backup holds an advisory
 * lock, and gc does nothing while it is held.
 *
 * Both need PostgreSQL's own programs (pg_dump, pg_restore; not older than the
 * server) on PATH, and a connection that no pooler stands in between of.
 */
#ifndef ENTREPOT_DOMAIN_BACKUP_H
#define ENTREPOT_DOMAIN_BACKUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "domain/backup_set.h"

struct work;

struct backup_result {
	const struct backup_set *set;
	int64_t copied;			/* blobs that were not in the directory yet */
	int64_t copied_bytes;
};

/*
 * Back up into DIRECTORY, which is made when it is not there. Blobs that are
 * in it with their size are taken to be right (restore looks at their bytes),
 * all others are copied and hashed on the way. Whatever goes wrong, a backup
 * that was there before is still whole. CONFLICT when a blob is missing or
 * damaged, or another backup is running. Outside of any transaction; gc stays
 * locked out until the connection is closed.
 */
bool backup_run(struct work *w, const char *directory, struct backup_result *out) MUST_CHECK;

/*
 * Fill an empty database and an empty data directory from the backup in
 * DIRECTORY. Everything is looked at before anything is written, and hashed
 * while it is copied; the database is filled last, in one transaction. What
 * fails leaves both empty, so it can be tried again. A schema older than the
 * program's is brought up to date at the end. CONFLICT when something is not
 * empty, missing or damaged.
 */
bool restore_run(struct work *w, const char *directory, const struct backup_set **out) MUST_CHECK;

/* UNAVAILABLE, with advice, unless the connection is PostgreSQL's own. */
bool backup_need_direct(struct work *w) MUST_CHECK;

#endif
