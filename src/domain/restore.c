/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a registry of a backup; see backup.h. Blobs and keys are gathered in
 * data_dir/restoring, put into their places, and the database is filled last:
 * there is never a row without its bytes. The directory stays until then, so a
 * restore that was killed is recognized, and what it left is removed, by the next.
 */
#include "domain/backup.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/command.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/tempfile.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/blob.h"
#include "domain/job.h"
#include "domain/name_index.h"

#define DIRECTORY_MODE 0750
#define BLOB_MODE 0640
#define KEYS_MODE 0700
#define KEY_MODE 0600

struct restore {
	struct work *w;
	const struct backup_set *set;
	const char *staging;		/* data_dir/restoring */
	const char *keys;		/* data_dir/keys */
	bool foreign_key;		/* hex_key lies elsewhere */
};

/* ---- what must hold before anything is written ---- */

/* Whether there is any file below PATH; directories alone do not count. */
static bool
holds_files(struct work *w, const char *path, int depth)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool found = false;

	if (!dir)
		return errno == ENOTDIR;
	while (!found && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			found = depth == 0 ||
				holds_files(w, arena_printf(w->arena, "%s/%s", path, entry->d_name), depth - 1);
	closedir(dir);
	return found;
}

static bool
is_database_empty(struct work *w)
{
	int64_t count;

	if (!db_int(w, Q_RESTORE_OBSTACLES, NO_ARGS, &count))
		return false;
	return count == 0 || fault_raise(w->fault, FAULT_CONFLICT,
		"the database is not empty: it has %" PRId64 " tables, views or sequences; restore into a new one", count);
}

static bool
is_directory_empty(struct restore *r)
{
	struct work *w = r->w;

	/* A restore that was killed: both were empty when it began. */
	if (access(r->staging, F_OK) == 0) {
		filecopy_remove_tree(w->config->blob_dir);
		filecopy_remove_tree(r->keys);
		filecopy_remove_tree(r->staging);
	}
	if (holds_files(w, w->config->blob_dir, 2) || holds_files(w, r->keys, 0))
		return fault_raise(w->fault, FAULT_CONFLICT, "%s holds blobs or keys already; restore into an empty directory",
			w->config->data_dir);
	return !r->foreign_key || !r->set->hex_key || access(w->config->hex_key, F_OK) != 0 ||
	       fault_raise(w->fault, FAULT_CONFLICT, "%s exists already", w->config->hex_key);
}

static bool
are_files_right(struct restore *r)
{
	for (size_t i = 0; i < r->set->file_count; i++)
		if (!filecopy_check(r->w->fault, backup_set_path(r->w, r->set, r->set->files[i].name),
			&r->set->files[i].is, NULL))
			return false;
	return true;
}

typedef bool (*blob_fn)(struct restore *r, struct work *w, const struct backup_blob *blob);

/* Call FN for every blob of the list. */
static bool
each_blob(struct restore *r, blob_fn fn)
{
	struct work *w = r->w;
	FILE *list = fopen(backup_set_path(w, r->set, BACKUP_LIST), "re");
	struct backup_blob blob;
	int64_t count = 0;
	bool ok = true;

	if (!list)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "cannot open " BACKUP_LIST ": %s", strerror(errno));
	while (ok && backup_set_next_blob(w, list, &blob)) {
		struct arena arena;
		struct work own = *w;

		arena_init(&arena);
		own.arena = &arena;
		ok = fn(r, &own, &blob);
		arena_free(&arena);
		count++;
	}
	fclose(list);
	if (!ok || fault_is_set(w->fault))
		return false;
	return count == r->set->blobs || fault_raise(w->fault, FAULT_INVALID, BACKUP_LIST " has %" PRId64
		" lines instead of %" PRId64, count, r->set->blobs);
}

static const char *
path_in_backup(struct restore *r, struct work *w, const struct backup_blob *blob)
{
	return arena_printf(w->arena, "%s/blobs/%s", r->set->directory, blob->path);
}

/* A glance, so that a missing one is told of before hours of copying. */
static bool
is_blob_there(struct restore *r, struct work *w, const struct backup_blob *blob)
{
	const char *path = path_in_backup(r, w, blob);
	struct stat st;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return fault_raise(w->fault, FAULT_NOT_FOUND, "the backup is incomplete: %s is missing", path);
	return st.st_size == blob->is.size || fault_raise(w->fault, FAULT_CONFLICT,
		"%s is damaged: it has %" PRId64 " bytes instead of %" PRId64, path, (int64_t)st.st_size, blob->is.size);
}

static bool
is_possible(struct restore *r)
{
	if (r->set->schema > db_schema_known())
		return fault_raise(r->w->fault, FAULT_CONFLICT,
			"the backup is of schema %" PRId64 ", this program knows %" PRId64 ": update the program",
			r->set->schema, db_schema_known());
	return backup_need_direct(r->w) && is_database_empty(r->w) && is_directory_empty(r) && are_files_right(r) &&
	       each_blob(r, is_blob_there);
}

/* ---- gathering ---- */

static bool
copy_blob(struct restore *r, struct work *w, const struct backup_blob *blob)
{
	const char *blobs = arena_printf(w->arena, "%s/blobs", r->staging);
	struct filecopy c = {
		.from = path_in_backup(r, w, blob),
		.to = arena_printf(w->arena, "%s/%s", blobs, blob->path),
		.temporary = r->staging,
		.mode = BLOB_MODE,
		.wanted = &blob->is,
	};

	return filecopy_make_directory(w->fault, arena_printf(w->arena, "%s/%.2s", blobs, blob->path), DIRECTORY_MODE) &&
	       filecopy_make_directory(w->fault, arena_printf(w->arena, "%s/%.5s", blobs, blob->path), DIRECTORY_MODE) &&
	       filecopy(w->fault, &c, NULL);
}

/* Where a key of the backup goes: to where this configuration wants the signing key, else to the others. */
static const char *
key_place(struct restore *r, const char *name)
{
	struct work *w = r->w;
	const char *plain = name + sizeof(BACKUP_KEYS);

	if (r->set->hex_key && strcmp(name, r->set->hex_key) == 0)
		plain = strrchr(w->config->hex_key, '/') ? strrchr(w->config->hex_key, '/') + 1 : w->config->hex_key;
	return arena_printf(w->arena, "%s/keys/%s", r->staging, plain);
}

static bool
copy_keys(struct restore *r)
{
	struct work *w = r->w;

	for (size_t i = 0; i < r->set->file_count; i++) {
		const struct backup_file *file = &r->set->files[i];
		struct filecopy c = {
			.from = backup_set_path(w, r->set, file->name),
			.temporary = r->staging,
			.mode = KEY_MODE,
			.wanted = &file->is,
		};

		if (strncmp(file->name, BACKUP_KEYS "/", sizeof(BACKUP_KEYS)) != 0)
			continue;
		c.to = key_place(r, file->name);
		if (!filecopy(w->fault, &c, NULL))
			return false;
	}
	return true;
}

static void
remove_tree(void *arg)
{
	filecopy_remove_tree(arg);
}

static bool
gather(struct restore *r)
{
	struct work *w = r->w;
	struct fault *f = w->fault;

	if (!blob_store_init(w) || !filecopy_make_directory(f, r->staging, KEYS_MODE))
		return false;
	arena_on_clear(w->arena, remove_tree, (void *)r->staging);
	return filecopy_make_directory(f, arena_printf(w->arena, "%s/blobs", r->staging), DIRECTORY_MODE) &&
	       filecopy_make_directory(f, arena_printf(w->arena, "%s/keys", r->staging), KEYS_MODE) &&
	       each_blob(r, copy_blob) && copy_keys(r);
}

/* ---- putting into place ---- */

static bool
move_directory(struct restore *r, const char *from, const char *to)
{
	struct work *w = r->w;

	/* Empty directories may stand there. */
	filecopy_remove_tree(to);
	if (rename(arena_printf(w->arena, "%s/%s", r->staging, from), to) != 0)
		return fault_raise(w->fault, FAULT_INTERNAL, "cannot move %s to %s: %s", from, to, strerror(errno));
	return tempfile_sync_entry(w->fault, to);
}

/* The signing key's place is not among the others: it goes there alone. */
static bool
move_foreign_key(struct restore *r)
{
	struct work *w = r->w;
	const char *path = w->config->hex_key;
	const char *slash = strrchr(path, '/');
	const char *staged = arena_printf(w->arena, "%s/%s", r->keys, slash ? slash + 1 : path);
	struct filecopy c = { .from = staged, .to = path, .mode = KEY_MODE };

	c.temporary = !slash ? "." : slash == path ? "/" : arena_dup(w->arena, path, (size_t)(slash - path));
	if (!filecopy_make_directory(w->fault, c.temporary, KEYS_MODE) || !filecopy(w->fault, &c, NULL))
		return false;
	unlink(staged);
	return true;
}

/* An entry of the dump that not every role may restore; name_index_make() does it, where it can be done. */
static bool
is_left_out(const char *entry)
{
	return strstr(entry, " EXTENSION ") || strstr(entry, " INDEX public " NAME_INDEX " ");
}

static bool
copy_entries(struct work *w, const char *from, struct tempfile *to)
{
	FILE *list = fopen(from, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	bool ok = true;

	if (!list)
		return fault_raise(w->fault, FAULT_INTERNAL, "cannot open %s: %s", from, strerror(errno));
	while (ok && (len = getline(&line, &size, list)) >= 0)
		ok = is_left_out(line) || tempfile_write(to, w->fault, line, (size_t)len);
	free(line);
	fclose(list);
	return ok;
}

/* What of the dump is to be restored, as a file for pg_restore; gone with the arena. NULL when that failed. */
static const char *
choose_entries(struct restore *r, const char *const *environment)
{
	struct work *w = r->w;
	const char *all = arena_printf(w->arena, "%s/entries", r->staging);
	const char *arguments[] = {
		"pg_restore", "--list", arena_printf(w->arena, "--file=%s", all),
		backup_set_path(w, r->set, BACKUP_DUMP), NULL
	};
	struct tempfile *chosen = tempfile_new(w->arena, w->fault, r->staging);

	if (!chosen || !command_run(w->arena, w->fault, arguments, environment) || !copy_entries(w, all, chosen))
		return NULL;
	return chosen->path;
}

static bool
fill_database(struct restore *r)
{
	struct work *w = r->w;
	const char *const *leads_to = db_environment(w);
	const char *const *environment = leads_to ? command_environment(w->arena, leads_to) : NULL;
	const char *chosen = environment ? choose_entries(r, environment) : NULL;
	const char *arguments[] = {
		"pg_restore", "--no-password", "--no-owner", "--no-privileges", "--no-comments", "--exit-on-error",
		"--single-transaction", "--dbname=", "--use-list", chosen, backup_set_path(w, r->set, BACKUP_DUMP), NULL
	};

	return chosen && command_run(w->arena, w->fault, arguments, environment);
}

static bool
put_into_place(struct restore *r)
{
	struct work *w = r->w;
	bool foreign = r->foreign_key && r->set->hex_key;

	if (move_directory(r, "blobs", w->config->blob_dir) && move_directory(r, "keys", r->keys) &&
	    (!foreign || move_foreign_key(r)) && fill_database(r))
		return true;
	filecopy_remove_tree(w->config->blob_dir);
	filecopy_remove_tree(r->keys);
	if (foreign)
		unlink(w->config->hex_key);
	return false;
}

bool
restore_run(struct work *w, const char *directory, const struct backup_set **out)
{
	struct restore r = {
		.w = w,
		.set = backup_set_read(w, directory),
		.staging = arena_printf(w->arena, "%s/restoring", w->config->data_dir),
		.keys = arena_printf(w->arena, "%s/keys", w->config->data_dir),
	};
	const char *slash = strrchr(w->config->hex_key, '/');
	const char *obstacle;
	int applied;

	*out = r.set;
	if (!r.set)
		return false;
	r.foreign_key = !slash || (size_t)(slash - w->config->hex_key) != strlen(r.keys) ||
			strncmp(w->config->hex_key, r.keys, strlen(r.keys)) != 0;
	if (!is_possible(&r) || !gather(&r) || !put_into_place(&r))
		return false;
	filecopy_remove_tree(r.staging);
	return db_migrate(w, &applied) && name_index_make(w, &obstacle) && blob_store_init(w) && job_schedule(w);
}
