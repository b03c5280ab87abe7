/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walking over the files of the blob store, directory by directory, with the
 * memory of one directory at a time and one question to the database for it.
 */
#include "domain/blob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/work.h"
#include "db/db.h"

#define FIRST_ROOM 16

struct listing {
	struct blob_file *files;
	size_t count;
	size_t room;
};

static struct blob_file *
add_file(struct arena *a, struct listing *l)
{
	if (l->count == l->room) {
		size_t room = l->room == 0 ? FIRST_ROOM : 2 * l->room;
		struct blob_file *files = arena_zalloc(a, room, sizeof(*files));

		if (l->count > 0)
			memcpy(files, l->files, l->count * sizeof(*files));
		l->files = files;
		l->room = room;
	}
	return &l->files[l->count++];
}

/* Whether NAME is a blob that belongs into the shard SHARD, e.g. "ab/cd". */
static bool
is_in_place(const char *shard, const char *name, uint8_t sha256[SHA256_SIZE])
{
	return strlen(name) == 2 * SHA256_SIZE && decode_hex(span_of(name), sha256, SHA256_SIZE) &&
	       strspn(name, "0123456789abcdef") == 2 * SHA256_SIZE &&
	       memcmp(shard, name, 2) == 0 && memcmp(shard + 3, name + 2, 2) == 0;
}

static void
note(struct work *w, struct listing *l, const char *shard, const char *name, const struct stat *st)
{
	struct blob_file *f = add_file(w->arena, l);

	f->path = arena_printf(w->arena, "%s/%s/%s", w->config->blob_dir, shard, name);
	f->stray = !S_ISREG(st->st_mode) || !is_in_place(shard, name, f->sha256);
	f->size = st->st_size;
	f->modified = (int64_t)st->st_mtime * CLOCK_SECOND;
}

/* The files of one shard; one that is not there holds none. */
static bool
list_shard(struct work *w, const char *shard, struct listing *l)
{
	const char *path = arena_printf(w->arena, "%s/%s", w->config->blob_dir, shard);
	DIR *dir = opendir(path);
	struct dirent *entry;
	struct stat st;

	if (!dir)
		return errno == ENOENT ||
		       fault_raise_internal(w->fault, FAULT_INTERNAL, "cannot read %s: %s", path, strerror(errno));
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			note(w, l, shard, entry->d_name, &st);
	closedir(dir);
	return true;
}

struct unknown_blob {
	int64_t position;
};
static const struct column unknown_columns[] = { COLUMN(unknown_blob, position), COLUMNS_END };
static const struct row_type unknown_row = ROW_TYPE(unknown_blob, unknown_columns);

/* One question for all files of a shard: which of them have a row? */
static bool
look_up(struct work *w, struct listing *l)
{
	struct span *names = arena_zalloc(w->arena, l->count + 1, sizeof(*names));
	struct rows rows;
	const struct unknown_blob *unknown;

	/* Strays go along as digests that nobody has. */
	for (size_t i = 0; i < l->count; i++) {
		names[i] = span_of(encode_hex(w->arena, l->files[i].sha256, SHA256_SIZE));
		l->files[i].known = true;
	}
	if (!db_many(w, Q_BLOB_UNKNOWN, &unknown_row, ARGS(text_array(names, l->count)), &rows))
		return false;
	unknown = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		l->files[unknown[i].position - 1].known = false;
	return true;
}

static bool
walk_shard(struct work *w, const char *shard, blob_walk_fn fn, void *arg)
{
	struct arena arena;
	struct work own = *w;
	struct listing l = { NULL, 0, 0 };
	bool ok;

	arena_init(&arena);
	own.arena = &arena;
	ok = list_shard(&own, shard, &l) &&
	     (l.count == 0 || (look_up(&own, &l) && fn(&own, arg, l.files, l.count)));
	arena_free(&arena);
	return ok;
}

bool
blob_walk(struct work *w, blob_walk_fn fn, void *arg)
{
	for (unsigned outer = 0; outer < 256; outer++) {
		char path[8];
		struct stat st;

		snprintf(path, sizeof(path), "%02x", outer);
		if (stat(arena_printf(w->arena, "%s/%s", w->config->blob_dir, path), &st) != 0)
			continue;
		for (unsigned inner = 0; inner < 256; inner++) {
			snprintf(path, sizeof(path), "%02x/%02x", outer, inner);
			if (!walk_shard(w, path, fn, arg))
				return false;
		}
	}
	return true;
}
