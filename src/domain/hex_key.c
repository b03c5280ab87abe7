/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signing key of the Hex repositories; see the header.
 */
#include "domain/hex_key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/tempfile.h"
#include "base/work.h"

#define DIRECTORY_MODE 0700
#define FILE_MODE 0600

/* What the process has read. */
static struct {
	struct arena arena;
	const char *path;
	struct stat file;
	const struct private_key *key;	/* NULL: none yet */
	struct span public;
} loaded;

/* ---- reading ---- */

static bool
is_loaded(const char *path, const struct stat *st)
{
	const struct stat *old = &loaded.file;

	return loaded.key && strcmp(loaded.path, path) == 0 && old->st_dev == st->st_dev &&
	       old->st_ino == st->st_ino && old->st_size == st->st_size &&
	       old->st_mtim.tv_sec == st->st_mtim.tv_sec && old->st_mtim.tv_nsec == st->st_mtim.tv_nsec &&
	       old->st_ctim.tv_sec == st->st_ctim.tv_sec && old->st_ctim.tv_nsec == st->st_ctim.tv_nsec;
}

static bool
load(struct work *w, const char *path, const struct stat *st)
{
	loaded.key = NULL;
	arena_clear(&loaded.arena);
	loaded.key = private_key_read(&loaded.arena, w->fault, path);
	if (!loaded.key)
		return false;
	loaded.path = arena_strdup(&loaded.arena, path);
	loaded.file = *st;
	loaded.public = private_key_public_pem(&loaded.arena, loaded.key);
	return true;
}

const struct private_key *
hex_key(struct work *w)
{
	const char *path = w->config->hex_key;
	struct stat st;

	if (fault_is_set(w->fault))
		return NULL;
	if (stat(path, &st) != 0) {
		fault_raise_internal(w->fault, FAULT_UNAVAILABLE, "no key to sign Hex packages with: %s: %s%s",
				     path, strerror(errno),
				     errno == ENOENT ? "; `entrepot-admin keys create` makes one" : "");
		return NULL;
	}
	if (!is_loaded(path, &st) && !load(w, path, &st))
		return NULL;
	return loaded.key;
}

bool
hex_key_exists(const struct work *w)
{
	return w->config && w->config->hex_key && access(w->config->hex_key, R_OK) == 0;
}

struct span
hex_key_public(struct work *w)
{
	return hex_key(w) ? loaded.public : (struct span){ NULL, 0 };
}

/* ---- making ---- */

static const char *
directory_of(struct work *w, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	return slash == path ? "/" : arena_dup(w->arena, path, (size_t)(slash - path));
}

static bool
failed(struct work *w, const char *what, const char *path)
{
	return fault_raise_internal(w->fault, FAULT_INTERNAL, "%s %s: %s", what, path, strerror(errno));
}

/* The key in a file that nobody else can read, beside where it will be. */
static struct tempfile *
write_key(struct work *w, const struct private_key *key, const char *path)
{
	struct span pem = private_key_pem(w->arena, key);
	struct tempfile *t = tempfile_new(w->arena, w->fault, directory_of(w, path));

	if (!t)
		return NULL;
	if (fchmod(t->fd, FILE_MODE) != 0) {
		failed(w, "chmod", t->path);
		return NULL;
	}
	return tempfile_write(t, w->fault, pem.at, pem.len) ? t : NULL;
}

static struct tempfile *
write_new_key(struct work *w, int bits)
{
	const struct private_key *key = private_key_generate(w->arena, w->fault, bits);

	return key ? write_key(w, key, w->config->hex_key) : NULL;
}

bool
hex_key_create(struct work *w, int bits)
{
	const char *path = w->config->hex_key;
	const char *directory = directory_of(w, path);
	struct tempfile *t;

	/* Only the directory itself: what is above belongs to whoever chose the place. */
	if (mkdir(directory, DIRECTORY_MODE) != 0 && errno != EEXIST)
		return failed(w, "mkdir", directory);
	if (!tempfile_sync_entry(w->fault, directory))
		return false;
	if (access(path, F_OK) == 0)
		return fault_raise(w->fault, FAULT_CONFLICT, "%s exists already", path);
	t = write_new_key(w, bits);
	return t && tempfile_keep_new(t, w->fault, path);
}

/* hex.pem → hex-2024-01-02T030405Z.pem */
static const char *
dated(struct work *w, const char *path)
{
	char time[CLOCK_TEXT_SIZE];
	char *to = time;
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(path, '.');
	size_t stem = dot && (!slash || dot > slash + 1) ? (size_t)(dot - path) : strlen(path);

	clock_format_rfc3339(time, w->now, 0);
	for (const char *c = time; *c; c++)
		if (*c != ':')
			*to++ = *c;
	*to = '\0';
	return arena_printf(w->arena, "%.*s-%s%s", (int)stem, path, time, path + stem);
}

bool
hex_key_rotate(struct work *w, int bits, const char **kept)
{
	const char *path = w->config->hex_key;
	struct tempfile *t;

	if (!hex_key(w))
		return false;
	*kept = dated(w, path);
	t = write_new_key(w, bits);
	if (!t)
		return false;
	/* A second name first: at no moment is there no key. */
	if (link(path, *kept) != 0)
		return failed(w, "cannot keep the old key as", *kept);
	return tempfile_keep(t, w->fault, path);
}

bool
hex_key_backup(struct work *w, const char *file)
{
	const struct private_key *key = hex_key(w);
	struct tempfile *t = key ? write_key(w, key, file) : NULL;

	return t && tempfile_keep_new(t, w->fault, file);
}
