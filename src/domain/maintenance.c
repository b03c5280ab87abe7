/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Garbage collection. A blob is removed only in a transaction that holds its
 * row locked, and blob_put() takes the same lock before it looks whether the
 * bytes are there: neither can miss the other. A file without a row (its
 * publish died before the commit) first gets one, by an insert that waits for
 * a publish under way, and is then treated like any orphan.
 */
#include "domain/maintenance.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/settings.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/blob.h"

#define BATCH 100

struct gc {
	const struct gc_options *options;
	struct gc_result *result;
};

/* ---- files without a row ---- */

/* A publish that holds the digest for too long wants the file: pass it over. */
static bool
adopt_file(struct work *w, const struct blob_file *f)
{
	if (db_exec(w, Q_BLOB_ADOPT, ARGS(bytes(f->sha256, SHA256_SIZE), num(f->size), timestamp(f->modified)), NULL))
		return true;
	if (w->fault->kind != FAULT_UNAVAILABLE || !db_is_connected(w->db))
		return false;
	fault_clear(w->fault);
	return true;
}

static bool
adopt(struct work *w, void *arg, const struct blob_file *files, size_t count)
{
	struct gc *gc = arg;
	int64_t limit = w->now - gc->options->blob_age;

	for (size_t i = 0; i < count; i++) {
		const struct blob_file *f = &files[i];

		if (f->stray || f->known || f->modified >= limit)
			continue;
		if (gc->options->dry_run) {
			gc->result->blobs++;
			gc->result->bytes += f->size;
			continue;
		}
		if (!adopt_file(w, f))
			return false;
	}
	return true;
}

/* ---- blobs that nothing refers to ---- */

struct orphan {
	struct span sha256;
	int64_t size;
};
static const struct column orphan_columns[] = {
	COLUMN(orphan, sha256),
	COLUMN(orphan, size),
	COLUMNS_END
};
static const struct row_type orphan_row = ROW_TYPE(orphan, orphan_columns);

/*
 * The list of orphans may be older than the locks on them: only the row's own
 * removal, which looks again, tells that the bytes may go.
 */
static bool
remove_blob(struct work *w, const struct orphan *o, bool *removed)
{
	const uint8_t *sha256 = (const uint8_t *)o->sha256.at;
	const char *path = arena_printf(w->arena, "%s/%s", w->config->blob_dir, blob_path(w, sha256));
	int64_t affected;

	if (!db_exec(w, Q_BLOB_DELETE, ARGS(bytes(sha256, SHA256_SIZE)), &affected))
		return false;
	*removed = affected > 0;
	if (*removed && unlink(path) != 0 && errno != ENOENT)
		return fault_raise_internal(w->fault, FAULT_INTERNAL, "cannot remove %s: %s", path, strerror(errno));
	return true;
}

/*
 * A backup copies what its snapshot refers to, and that may be an orphan by
 * now. It cannot begin before the transaction ends.
 */
static bool
no_backup_runs(struct work *w)
{
	int64_t locked;

	if (!db_int(w, Q_GC_LOCK, NO_ARGS, &locked))
		return false;
	return locked || fault_raise(w->fault, FAULT_CONFLICT, "a backup is running: nothing may be removed until it ends");
}

/* One transaction; AFTER is moved to the last digest, *COUNT is how many there were. */
static bool
collect_batch(struct work *w, struct gc *gc, uint8_t after[SHA256_SIZE], size_t *count)
{
	struct tx *tx = tx_begin(w);
	struct rows rows;
	const struct orphan *orphans;
	bool removed[BATCH];

	if (!tx || !no_backup_runs(w) || !db_many(w, Q_BLOB_ORPHANS, &orphan_row,
		ARGS(timestamp(w->now - gc->options->blob_age), bytes(after, SHA256_SIZE), num(BATCH)), &rows))
		return false;
	orphans = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		if (!remove_blob(w, &orphans[i], &removed[i]))
			return false;
	if (!tx_commit(w, tx))
		return false;
	for (size_t i = 0; i < rows.count; i++) {
		gc->result->blobs += removed[i];
		gc->result->bytes += removed[i] ? orphans[i].size : 0;
		memcpy(after, orphans[i].sha256.at, SHA256_SIZE);
	}
	*count = rows.count;
	return true;
}

static bool
collect(struct work *w, struct gc *gc)
{
	uint8_t after[SHA256_SIZE] = { 0 };
	size_t count = BATCH;
	bool ok = true;

	while (ok && count == BATCH) {
		struct arena arena;
		struct work own = *w;

		arena_init(&arena);
		own.arena = &arena;
		ok = collect_batch(&own, gc, after, &count);
		arena_free(&arena);
	}
	return ok;
}

struct weight {
	int64_t count;
	int64_t bytes;
};
static const struct column weight_columns[] = {
	COLUMN(weight, count),
	COLUMN(weight, bytes),
	COLUMNS_END
};
static const struct row_type weight_row = ROW_TYPE(weight, weight_columns);

static bool
count_orphans(struct work *w, struct gc *gc)
{
	const struct weight *n = db_one(w, Q_GC_BLOB_COUNT, &weight_row,
		ARGS(timestamp(w->now - gc->options->blob_age)));

	if (!n)
		return false;
	gc->result->blobs += n->count;
	gc->result->bytes += n->bytes;
	return true;
}

/* ---- temporary files ---- */

/* What tempfile_new() and blob_store_ready() make. */
static bool
is_temporary(const char *name)
{
	return strncmp(name, "spool.", 6) == 0 || strncmp(name, ".ready.", 7) == 0;
}

/* Whoever made them is dead: their arena would have removed them. */
static bool
sweep(struct work *w, struct gc *gc, const char *directory)
{
	DIR *dir = opendir(directory);
	int64_t limit = w->now - gc->options->spool_age;
	struct dirent *entry;
	struct stat st;

	if (!dir)
		return errno == ENOENT ||
		       fault_raise_internal(w->fault, FAULT_INTERNAL, "cannot read %s: %s", directory, strerror(errno));
	while ((entry = readdir(dir))) {
		if (!is_temporary(entry->d_name) ||
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISREG(st.st_mode) || (int64_t)st.st_mtime * CLOCK_SECOND >= limit)
			continue;
		if (gc->options->dry_run || unlinkat(dirfd(dir), entry->d_name, 0) == 0)
			gc->result->spool_files++;
	}
	closedir(dir);
	return true;
}

/* ---- all of it ---- */

bool
gc_run(struct work *w, const struct gc_options *options, struct gc_result *out)
{
	struct gc gc = { options, out };

	*out = (struct gc_result){ 0 };
	if (!sweep(w, &gc, w->config->spool_dir) || !sweep(w, &gc, w->config->blob_dir) ||
	    !sweep(w, &gc, w->config->mail_dir) || !blob_walk(w, adopt, &gc))
		return false;
	return options->dry_run ? count_orphans(w, &gc) : collect(w, &gc);
}

bool
gc_job(struct work *w, const struct job *job)
{
	struct gc_options options = { .blob_age = GC_BLOB_AGE, .spool_age = GC_SPOOL_AGE };
	struct gc_result result;

	(void)job;
	if (!gc_run(w, &options, &result)) {
		if (w->fault->kind != FAULT_CONFLICT)
			return false;
		/* The next one will do. */
		log_info("gc left off: %s", w->fault->message);
		fault_clear(w->fault);
		return true;
	}
	log_info("gc removed %lld blobs (%lld bytes) and %lld temporary files",
		 (long long)result.blobs, (long long)result.bytes, (long long)result.spool_files);
	return true;
}
