/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The blob store. A path is made of the configured directory, slashes and hex
 * digits, nothing a client can choose.
 *
 * The row comes first and stays locked until the publish commits: gc removes
 * bytes only while it holds the row itself, so it can never remove what a
 * publish under way has found to be there already.
 */
#include "domain/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/tempfile.h"
#include "base/work.h"
#include "db/db.h"

#define DIRECTORY_MODE 0750
/* Whoever made a directory syncs its parent within this time, or has died meanwhile. */
#define SYNC_SECONDS 300

const char *
blob_path(struct work *w, const uint8_t sha256[SHA256_SIZE])
{
	const char *hex = encode_hex(w->arena, sha256, SHA256_SIZE);

	return arena_printf(w->arena, "%.2s/%.2s/%s", hex, hex + 2, hex);
}

static const char *
full_path(struct work *w, const uint8_t sha256[SHA256_SIZE])
{
	return arena_printf(w->arena, "%s/%s", w->config->blob_dir, blob_path(w, sha256));
}

/* ENOSPC and its like go away when somebody makes room; nothing else does by itself. */
static bool
raise_errno(struct work *w, const char *what, const char *path)
{
	int error = errno;
	enum fault_kind kind = error == ENOSPC || error == EDQUOT || error == EFBIG ?
		FAULT_UNAVAILABLE : FAULT_INTERNAL;

	return fault_raise_internal(w->fault, kind, "%s %s: %s", what, path, strerror(error));
}

/* ---- directories ---- */

static bool
sync_directory(struct work *w, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (!ok)
		raise_errno(w, "cannot sync the directory", path);
	if (fd >= 0)
		close(fd);
	return ok;
}

/*
 * Make a directory that survives a crash. One that is there already may have
 * been made by somebody who has not come to syncing the parent yet.
 */
static bool
make_directory(struct work *w, const char *parent, const char *path)
{
	struct stat st;

	if (mkdir(path, DIRECTORY_MODE) == 0)
		return sync_directory(w, parent);
	if (errno != EEXIST || stat(path, &st) != 0)
		return raise_errno(w, "cannot make the directory", path);
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return raise_errno(w, "cannot use", path);
	}
	if (st.st_ctime + SYNC_SECONDS > w->now / 1000000)
		return sync_directory(w, parent);
	return true;
}

/* The innermost directory for the blob, with those above it; NULL on failure. */
static const char *
make_shard(struct work *w, const uint8_t sha256[SHA256_SIZE])
{
	const char *root = w->config->blob_dir;
	const char *outer = arena_printf(w->arena, "%s/%02x", root, sha256[0]);
	const char *inner = arena_printf(w->arena, "%s/%02x", outer, sha256[1]);

	if (!make_directory(w, root, outer) || !make_directory(w, outer, inner))
		return NULL;
	return inner;
}

bool
blob_store_init(struct work *w)
{
	const char *directories[] = { w->config->data_dir, w->config->blob_dir, w->config->spool_dir };

	for (size_t i = 0; i < ARRAY_LEN(directories); i++) {
		struct stat st;

		if (mkdir(directories[i], DIRECTORY_MODE) != 0 && errno != EEXIST)
			return raise_errno(w, "cannot make the directory", directories[i]);
		if (stat(directories[i], &st) != 0 || !S_ISDIR(st.st_mode)) {
			errno = ENOTDIR;
			return raise_errno(w, "cannot use", directories[i]);
		}
	}
	return true;
}

/* ---- putting and getting ---- */

/* Whether the bytes are there; a file of another size was damaged and is to be replaced. */
static bool
is_stored(const char *path, int64_t size)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == size;
}

bool
blob_put(struct work *w, struct tempfile *t, const uint8_t sha256[SHA256_SIZE], int64_t size)
{
	const char *path = full_path(w, sha256);
	const char *shard;

	if (!db_exec(w, Q_BLOB_INSERT, ARGS(bytes(sha256, SHA256_SIZE), num(size)), NULL))
		return false;
	shard = make_shard(w, sha256);
	if (!shard)
		return false;
	/* Its writer synced the file before the rename, but may have died before syncing the directory. */
	if (is_stored(path, size))
		return sync_directory(w, shard);
	return tempfile_keep(t, w->fault, path);
}

static void
close_descriptor(void *arg)
{
	close(*(int *)arg);
}

int
blob_open(struct work *w, const uint8_t sha256[SHA256_SIZE])
{
	const char *path = full_path(w, sha256);
	int *fd = arena_new(w->arena, int);

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0) {
		raise_errno(w, "cannot open the blob", path);
		return -1;
	}
	arena_on_clear(w->arena, close_descriptor, fd);
	return *fd;
}

int64_t
blob_stored_size(struct work *w, const uint8_t sha256[SHA256_SIZE])
{
	struct stat st;

	return stat(full_path(w, sha256), &st) == 0 && S_ISREG(st.st_mode) ? (int64_t)st.st_size : -1;
}

bool
blob_store_ready(struct work *w)
{
	const char *path = arena_printf(w->arena, "%s/.ready.%ld", w->config->blob_dir, (long)getpid());
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool ok = fd >= 0 && write(fd, "x", 1) == 1;

	if (!ok)
		raise_errno(w, "the blob store cannot be written to:", path);
	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	return ok;
}
