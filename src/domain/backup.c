/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a backup; see the header. The order matters: first the lock against
 * gc, then the snapshot, then what it refers to, the manifest last.
 */
#include "domain/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/command.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/tempfile.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/blob.h"

#define PAGE 500
#define DIRECTORY_MODE 0700
#define FILE_MODE 0600
/* The key that was kept elsewhere than with the others. */
#define FOREIGN_KEY "signing-key.pem"

struct backup {
	struct work *w;
	struct backup_set *set;
	struct backup_result *result;
};

bool
backup_need_direct(struct work *w)
{
	bool direct;

	if (!db_is_direct(w, &direct))
		return false;
	return direct || fault_raise(w->fault, FAULT_UNAVAILABLE,
		"the setting database leads to a connection pooler; for this command let it lead to PostgreSQL itself: "
		"ENTREPOT_DATABASE=... in the environment");
}

/* ---- the directory ---- */

static void
close_descriptor(void *arg)
{
	close(*(int *)arg);
}

/* Two backups into one directory would remove each other's state. */
static bool
lock_directory(struct work *w, const char *path)
{
	int *fd = arena_new(w->arena, int);

	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0)
		return fault_raise(w->fault, FAULT_UNAVAILABLE, "cannot open %s: %s", path, strerror(errno));
	arena_on_clear(w->arena, close_descriptor, fd);
	return flock(*fd, LOCK_EX | LOCK_NB) == 0 ||
	       fault_raise(w->fault, FAULT_CONFLICT, "another backup into %s is running", path);
}

static void
remove_state(void *arg)
{
	filecopy_remove_tree(arg);
}

/* A new state, gone with the arena unless *HOOK is cancelled. */
static bool
make_state(struct backup *b, struct arena_hook **hook)
{
	struct work *w = b->w;
	char *path = arena_printf(w->arena, "%s/" BACKUP_STATE_PREFIX "XXXXXX", b->set->directory);

	if (!mkdtemp(path))
		return fault_raise(w->fault, FAULT_UNAVAILABLE, "cannot make a directory in %s: %s", b->set->directory,
			strerror(errno));
	*hook = arena_on_clear(w->arena, remove_state, path);
	b->set->state = strrchr(path, '/') + 1;
	return filecopy_make_directory(w->fault, backup_set_path(w, b->set, BACKUP_KEYS), DIRECTORY_MODE) &&
	       filecopy_make_directory(w->fault, arena_printf(w->arena, "%s/blobs", b->set->directory), DIRECTORY_MODE);
}

/* States that the manifest does not name: older ones, and what broke off. */
static void
remove_other_states(struct backup *b)
{
	DIR *dir = opendir(b->set->directory);
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (strncmp(entry->d_name, BACKUP_STATE_PREFIX, sizeof(BACKUP_STATE_PREFIX) - 1) == 0 &&
		    strcmp(entry->d_name, b->set->state) != 0)
			filecopy_remove_tree(arena_printf(b->w->arena, "%s/%s", b->set->directory, entry->d_name));
	closedir(dir);
}

/* ---- files of the state ---- */

/* Note a file that lies in the state already, with what it is. */
static bool
note_file(struct backup *b, const char *name, const struct fingerprint *is)
{
	struct backup_set *s = b->set;

	if (s->file_count == BACKUP_MAX_FILES)
		return fault_raise(b->w->fault, FAULT_CONFLICT, "more than %d files belong to the state of this registry",
			BACKUP_MAX_FILES);
	s->files[s->file_count++] = (struct backup_file){ name, *is };
	return true;
}

static bool
copy_file(struct backup *b, const char *from, const char *name)
{
	struct work *w = b->w;
	struct filecopy c = {
		.from = from,
		.to = backup_set_path(w, b->set, name),
		.temporary = backup_set_path(w, b->set, "."),
		.mode = FILE_MODE,
	};
	struct fingerprint is;

	return filecopy(w->fault, &c, &is) && note_file(b, name, &is);
}

static bool
copy_keys_in(struct backup *b, DIR *dir, const char *directory)
{
	struct work *w = b->w;
	struct dirent *entry;
	struct stat st;

	while ((entry = readdir(dir))) {
		const char *path = arena_printf(w->arena, "%s/%s", directory, entry->d_name);
		const char *name = arena_printf(w->arena, BACKUP_KEYS "/%s", entry->d_name);

		/* "spool.…" is a key that is being written. */
		if (entry->d_name[0] == '.' || strncmp(entry->d_name, "spool.", 6) == 0 ||
		    stat(path, &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		if (!copy_file(b, path, name))
			return false;
		if (strcmp(path, w->config->hex_key) == 0)
			b->set->hex_key = name;
	}
	return true;
}

static bool
copy_keys(struct backup *b)
{
	struct work *w = b->w;
	const char *directory = arena_printf(w->arena, "%s/keys", w->config->data_dir);
	DIR *dir = opendir(directory);
	bool ok = true;

	if (!dir && errno != ENOENT)
		return fault_raise(w->fault, FAULT_UNAVAILABLE, "cannot read %s: %s", directory, strerror(errno));
	if (dir) {
		ok = copy_keys_in(b, dir, directory);
		closedir(dir);
	}
	if (!ok || b->set->hex_key || access(w->config->hex_key, F_OK) != 0)
		return ok;
	b->set->hex_key = BACKUP_KEYS "/" FOREIGN_KEY;
	return copy_file(b, w->config->hex_key, b->set->hex_key);
}

/* ---- the database ---- */

static bool
dump(struct backup *b, const char *snapshot)
{
	struct work *w = b->w;
	const char *path = backup_set_path(w, b->set, BACKUP_DUMP);
	const char *const *leads_to = db_environment(w);
	const char *arguments[] = {
		"pg_dump", "--format=custom", "--no-password", "--no-unlogged-table-data",
		arena_printf(w->arena, "--snapshot=%s", snapshot), arena_printf(w->arena, "--file=%s", path), NULL
	};
	struct fingerprint is;

	if (!leads_to || !command_run(w->arena, w->fault, arguments, command_environment(w->arena, leads_to)))
		return false;
	if (chmod(path, FILE_MODE) != 0)
		return fault_raise(w->fault, FAULT_INTERNAL, "chmod %s: %s", path, strerror(errno));
	return filecopy_check(w->fault, path, NULL, &is) && note_file(b, BACKUP_DUMP, &is);
}

/* ---- blobs ---- */

struct stored_blob {
	struct span sha256;
	int64_t size;
};
static const struct column stored_columns[] = {
	COLUMN(stored_blob, sha256),
	COLUMN(stored_blob, size),
	COLUMNS_END
};
static const struct row_type stored_row = ROW_TYPE(stored_blob, stored_columns);

/* "aa/bb/…": the two directories. */
static bool
make_shard(struct work *w, const char *blobs, const char *path)
{
	return filecopy_make_directory(w->fault, arena_printf(w->arena, "%s/%.2s", blobs, path), DIRECTORY_MODE) &&
	       filecopy_make_directory(w->fault, arena_printf(w->arena, "%s/%.5s", blobs, path), DIRECTORY_MODE);
}

static bool
copy_blob(struct backup *b, struct work *w, const struct fingerprint *blob)
{
	const char *path = blob_path(w, blob->sha256);
	const char *blobs = arena_printf(w->arena, "%s/blobs", b->set->directory);
	struct filecopy c = {
		.from = arena_printf(w->arena, "%s/%s", w->config->blob_dir, path),
		.to = arena_printf(w->arena, "%s/%s", blobs, path),
		.temporary = backup_set_path(w, b->set, "."),
		.mode = FILE_MODE,
		.wanted = blob,
	};
	struct stat st;

	b->set->blobs++;
	b->set->blob_bytes += blob->size;
	if (stat(c.to, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == blob->size)
		return true;
	b->result->copied++;
	b->result->copied_bytes += blob->size;
	return make_shard(w, blobs, path) && filecopy(w->fault, &c, NULL);
}

/* One page; AFTER is moved to the last digest. */
static bool
copy_page(struct backup *b, struct work *w, struct tempfile *list, uint8_t after[SHA256_SIZE], size_t *count)
{
	struct buf lines = buf_on(w->arena);
	const struct stored_blob *blobs;
	struct rows rows;

	if (!db_many(w, Q_BACKUP_BLOBS, &stored_row, ARGS(bytes(after, SHA256_SIZE), num(PAGE)), &rows))
		return false;
	blobs = rows.at;
	for (size_t i = 0; i < rows.count; i++) {
		struct fingerprint blob = { .size = blobs[i].size };

		memcpy(blob.sha256, blobs[i].sha256.at, SHA256_SIZE);
		if (!copy_blob(b, w, &blob))
			return false;
		buf_puts(&lines, backup_set_line(w, &blob));
		memcpy(after, blob.sha256, SHA256_SIZE);
	}
	*count = rows.count;
	return rows.count == 0 || tempfile_write(list, w->fault, lines.at, lines.len);
}

static bool
copy_blobs(struct backup *b)
{
	struct work *w = b->w;
	const char *path = backup_set_path(w, b->set, BACKUP_LIST);
	struct tempfile *list = tempfile_new(w->arena, w->fault, backup_set_path(w, b->set, "."));
	uint8_t after[SHA256_SIZE] = { 0 };
	size_t count = PAGE;
	struct fingerprint is;
	bool ok = list != NULL;

	while (ok && count == PAGE) {
		struct arena arena;
		struct work own = *w;

		arena_init(&arena);
		own.arena = &arena;
		ok = copy_page(b, &own, list, after, &count);
		arena_free(&arena);
	}
	return ok && fchmod(list->fd, FILE_MODE) == 0 && tempfile_keep(list, w->fault, path) &&
	       filecopy_check(w->fault, path, NULL, &is) && note_file(b, BACKUP_LIST, &is);
}

/* ---- all of it ---- */

struct begun {
	const char *snapshot;
	int64_t schema;
	const char *timeout;
};
static const struct column begun_columns[] = {
	COLUMN(begun, snapshot),
	COLUMN(begun, schema),
	COLUMN(begun, timeout),
	COLUMNS_END
};
static const struct row_type begun_row = ROW_TYPE(begun, begun_columns);

/* The transaction ends with a commit, which tells whether the snapshot lived as long as it was needed. */
static bool
copy_snapshot(struct backup *b)
{
	struct work *w = b->w;
	struct tx *tx = tx_begin_frozen(w);
	const struct begun *begun = tx ? db_one(w, Q_BACKUP_BEGIN, &begun_row, NO_ARGS) : NULL;

	if (!begun)
		return false;
	b->set->schema = begun->schema;
	return dump(b, begun->snapshot) && copy_blobs(b) && tx_commit(w, tx);
}

static bool
lock_others_out(struct work *w)
{
	int64_t alone;

	if (!db_int(w, Q_BACKUP_ALONE, NO_ARGS, &alone))
		return false;
	if (!alone)
		return fault_raise(w->fault, FAULT_CONFLICT, "another backup of this registry is running");
	return db_exec(w, Q_BACKUP_LOCK, NO_ARGS, NULL);
}

bool
backup_run(struct work *w, const char *directory, struct backup_result *out)
{
	struct backup_set *set = arena_new(w->arena, struct backup_set);
	struct backup b = { .w = w, .set = set, .result = out };
	struct arena_hook *hook = NULL;

	*out = (struct backup_result){ .set = set };
	set->directory = directory;
	set->base_url = w->config->base_url;
	set->time = w->now;
	if (!backup_need_direct(w) || !filecopy_make_directory(w->fault, directory, DIRECTORY_MODE) ||
	    !lock_directory(w, directory) || !lock_others_out(w) || !make_state(&b, &hook) || !copy_snapshot(&b) ||
	    !copy_keys(&b) || (w->config->file && !copy_file(&b, w->config->file, BACKUP_CONFIGURATION)) ||
	    !tempfile_sync_entry(w->fault, backup_set_path(w, set, BACKUP_DUMP)) || !backup_set_write(w, set))
		return false;
	arena_hook_cancel(hook);
	remove_other_states(&b);
	return true;
}
