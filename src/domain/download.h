/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting downloads: kept in the memory of each worker by file and day,
 * written in one statement every now and then, carried over to the totals by a
 * periodic job. A crash loses at most what one flush interval gathered.
 */
#ifndef ENTREPOT_DOMAIN_DOWNLOAD_H
#define ENTREPOT_DOMAIN_DOWNLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "db/db.h"

struct job;
struct work;

/* Count one download of the file now. Flushes first when the table is nearly full; a failure of that is ignored. */
void download_count(struct work *w, int64_t file_id);

/* Write the counts when they are due; *WAIT (µs) is lowered to when they will be. */
bool download_flush_due(struct work *w, int64_t *wait) MUST_CHECK;

/* Write them now. */
bool download_flush_all(struct work *w, int64_t *wait) MUST_CHECK;

/* Carry flushed counts over to files, releases, packages and repositories. A job. */
bool download_rollup(struct work *w, const struct job *job) MUST_CHECK;

/* Recompute the downloads of the last 90 days, once a day. A job. */
bool download_refresh_recent(struct work *w, const struct job *job) MUST_CHECK;

struct download_day {
	int64_t release_id;
	int64_t downloads;
	int64_t day;			/* µs at midnight */
};

/* Of one release in the 90 days that end with the day BEFORE (µs), ascending. */
bool download_list_release(struct work *w, int64_t release_id, int64_t before, struct rows *out) MUST_CHECK;

/* Of some releases in the last 90 days, by day. */
bool download_list_releases(struct work *w, const int64_t *ids, size_t count, struct rows *out) MUST_CHECK;

/* Of all other releases of the package together. */
bool download_list_others(struct work *w, int64_t package_id, const int64_t *ids, size_t count,
	struct rows *out) MUST_CHECK;

#endif
