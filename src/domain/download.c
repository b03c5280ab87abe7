/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting downloads. The table is open addressing over (file, day) with a
 * fixed size, so that counting allocates nothing; it is emptied when three
 * quarters full. The counts are written in the order of their keys: two
 * workers that write in different orders deadlock.
 */
#include "domain/download.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/work.h"

#define SLOTS 4096
#define FLUSH_AT (SLOTS / 4 * 3)
/* Rows carried over at once, so that no transaction holds many locks for long. */
#define ROLLUP_BATCH 5000
#define REFRESH_BATCH 1000

struct counter {
	int64_t file_id;	/* 0: free */
	int64_t day;		/* days since 1970 */
	int64_t count;
};

static struct counter counters[SLOTS];
static size_t used;
static int64_t oldest;		/* when the first of them was counted */

static const struct column day_columns[] = {
	COLUMN(download_day, release_id), COLUMN(download_day, downloads), COLUMN(download_day, day), COLUMNS_END
};
static const struct row_type day_type = ROW_TYPE(download_day, day_columns);

static struct counter *
slot_of(int64_t file_id, int64_t day)
{
	uint64_t hash = ((uint64_t)file_id * UINT64_C(0x9e3779b97f4a7c15)) ^ (uint64_t)day;
	size_t at = (size_t)(hash >> 32) % SLOTS;

	while (counters[at].file_id != 0 && (counters[at].file_id != file_id || counters[at].day != day))
		at = (at + 1) % SLOTS;
	return &counters[at];
}

static void
add(int64_t file_id, int64_t day, int64_t count)
{
	struct counter *c = slot_of(file_id, day);

	if (c->file_id == 0) {
		*c = (struct counter){ .file_id = file_id, .day = day };
		used++;
	}
	c->count += count;
}

static int
compare(const void *a, const void *b)
{
	const struct counter *x = a, *y = b;

	if (x->file_id != y->file_id)
		return x->file_id < y->file_id ? -1 : 1;
	return (x->day > y->day) - (x->day < y->day);
}

/* Take the counts out of the table, in order. */
static struct counter *
take(struct arena *a, size_t *count)
{
	struct counter *taken = arena_zalloc(a, used, sizeof(*taken));

	*count = 0;
	for (size_t i = 0; i < SLOTS; i++) {
		if (counters[i].file_id == 0)
			continue;
		taken[(*count)++] = counters[i];
		counters[i] = (struct counter){ 0 };
	}
	used = 0;
	qsort(taken, *count, sizeof(*taken), compare);
	return taken;
}

struct locked_package {
	int64_t id;
};
static const struct column locked_columns[] = { COLUMN(locked_package, id), COLUMNS_END };
static const struct row_type locked_type = ROW_TYPE(locked_package, locked_columns);

/*
 * A package that is being deleted takes its files along between the statement's
 * look at them and the check of its references, unless it is locked before.
 */
static bool
write_counts(struct work *w, const struct counter *taken, size_t count)
{
	struct tx *tx = tx_begin(w);
	struct rows locked;
	int64_t *files = arena_zalloc(w->arena, count, sizeof(*files));
	int64_t *days = arena_zalloc(w->arena, count, sizeof(*days));
	int64_t *counts = arena_zalloc(w->arena, count, sizeof(*counts));

	for (size_t i = 0; i < count; i++) {
		files[i] = taken[i].file_id;
		days[i] = taken[i].day;
		counts[i] = taken[i].count;
	}
	return db_many(w, Q_DOWNLOAD_LOCK_PACKAGES, &locked_type, ARGS(int_array(files, count)), &locked) &&
	       db_exec(w, Q_DOWNLOAD_ADD,
		       ARGS(int_array(files, count), int_array(days, count), int_array(counts, count)), NULL) &&
	       tx_commit(w, tx);
}

bool
download_flush_all(struct work *w, int64_t *wait)
{
	struct counter *taken;
	size_t count;

	(void)wait;
	if (used == 0)
		return true;
	taken = take(w->arena, &count);
	if (write_counts(w, taken, count))
		return true;
	for (size_t i = 0; i < count; i++)
		add(taken[i].file_id, taken[i].day, taken[i].count);
	oldest = w->now;
	return false;
}

bool
download_flush_due(struct work *w, int64_t *wait)
{
	int64_t due = oldest + w->config->download_flush;

	if (used == 0)
		return true;
	if (w->now >= due)
		return download_flush_all(w, wait);
	if (due - w->now < *wait)
		*wait = due - w->now;
	return true;
}

void
download_count(struct work *w, int64_t file_id)
{
	int64_t wait;

	/* With the database away the table stays full, and later downloads go uncounted. */
	if (used >= FLUSH_AT && (fault_is_set(w->fault) || !download_flush_all(w, &wait))) {
		fault_clear(w->fault);
		return;
	}
	if (used == 0)
		oldest = w->now;
	add(file_id, w->now / CLOCK_DAY, 1);
}

/* Carry one batch over; the packages' rows are numbers, one behind the other. */
static bool
carry_batch(struct work *w, int64_t *carried)
{
	struct rows locked;

	if (!db_many(w, Q_DOWNLOAD_ROLLUP_PACKAGES, &locked_type, ARGS(num(ROLLUP_BATCH)), &locked))
		return false;
	return db_int(w, Q_DOWNLOAD_ROLLUP_RELEASES,
		      ARGS(num(ROLLUP_BATCH), int_array(locked.at, locked.count)), carried);
}

static bool
rollup_batch(struct work *w, int64_t *carried)
{
	struct tx *tx = tx_begin(w);
	int64_t ours = 0;

	*carried = 0;
	if (!tx || !db_int(w, Q_DOWNLOAD_ROLLUP_LOCK, NO_ARGS, &ours))
		return false;
	if (ours && !carry_batch(w, carried))
		return false;
	return tx_commit(w, tx);
}

bool
download_rollup(struct work *w, const struct job *job)
{
	int64_t carried;

	(void)job;
	do {
		if (!rollup_batch(w, &carried))
			return false;
	} while (carried == ROLLUP_BATCH);
	return true;
}

/* Refresh one batch behind *LAST, which becomes the last of it; none is left when *COUNT is 0. */
static bool
refresh_batch(struct work *w, int64_t *last, size_t *count)
{
	struct tx *tx = tx_begin(w);
	const int64_t *ids;
	struct rows locked;

	if (!tx || !db_many(w, Q_DOWNLOAD_RECENT_PACKAGES, &locked_type, ARGS(num(*last), num(REFRESH_BATCH)), &locked))
		return false;
	ids = locked.at;
	*count = locked.count;
	if (locked.count == 0)
		return tx_commit(w, tx);
	*last = ids[locked.count - 1];
	return db_exec(w, Q_DOWNLOAD_REFRESH_RECENT, ARGS(timestamp(w->now), int_array(ids, locked.count)), NULL) &&
	       tx_commit(w, tx);
}

bool
download_refresh_recent(struct work *w, const struct job *job)
{
	int64_t last = 0;
	size_t count;

	(void)job;
	do {
		if (!refresh_batch(w, &last, &count))
			return false;
	} while (count > 0);
	return true;
}

bool
download_list_release(struct work *w, int64_t release_id, int64_t before, struct rows *out)
{
	return db_many(w, Q_DOWNLOAD_OF_RELEASE, &day_type, ARGS(num(release_id), timestamp(before)), out);
}

bool
download_list_releases(struct work *w, const int64_t *ids, size_t count, struct rows *out)
{
	return db_many(w, Q_DOWNLOAD_OF_RELEASES, &day_type, ARGS(int_array(ids, count), timestamp(w->now)), out);
}

bool
download_list_others(struct work *w, int64_t package_id, const int64_t *ids, size_t count, struct rows *out)
{
	return db_many(w, Q_DOWNLOAD_OF_OTHERS, &day_type,
		       ARGS(num(package_id), int_array(ids, count), timestamp(w->now)), out);
}
