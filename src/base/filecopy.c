/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copying files; see the header. Bytes are hashed on their way, so that a copy
 * is never of something that was not looked at.
 */
#include "base/filecopy.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/tempfile.h"

#define CHUNK ((size_t)256 * 1024)
#define OPEN_DIRECTORIES 16

static bool
failed(struct fault *f, const char *what, const char *path)
{
	int error = errno;
	enum fault_kind kind = error == ENOENT ? FAULT_NOT_FOUND :
		error == ENOSPC || error == EDQUOT || error == EFBIG ? FAULT_UNAVAILABLE : FAULT_INTERNAL;

	return fault_raise(f, kind, "cannot %s %s: %s", what, path, strerror(error));
}

static int
open_regular(struct fault *f, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0) {
		failed(f, "open", path);
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	fault_raise(f, FAULT_NOT_FOUND, "%s is not a regular file", path);
	close(fd);
	return -1;
}

/* Read FD to its end, into T unless that is NULL. */
static bool
pump(struct arena *a, struct fault *f, int fd, struct tempfile *t, struct fingerprint *out)
{
	struct digest *digest = digest_new(a, DIGEST_SHA256);
	char *chunk = arena_alloc(a, CHUNK);
	struct digests digests;
	ssize_t n;

	out->size = 0;
	while ((n = read(fd, chunk, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fault_raise(f, FAULT_INTERNAL, "cannot read: %s", strerror(errno));
		if (t && !tempfile_write(t, f, chunk, (size_t)n))
			return false;
		digest_update(digest, chunk, (size_t)n);
		out->size += n;
	}
	digest_finish(digest, &digests);
	memcpy(out->sha256, digests.sha256, SHA256_SIZE);
	return true;
}

static bool
is_wanted(struct fault *f, const char *path, const struct fingerprint *wanted, const struct fingerprint *found)
{
	if (!wanted)
		return true;
	if (found->size != wanted->size)
		return fault_raise(f, FAULT_CONFLICT, "%s is damaged: it has %" PRId64 " bytes instead of %" PRId64,
			path, found->size, wanted->size);
	if (memcmp(found->sha256, wanted->sha256, SHA256_SIZE) != 0)
		return fault_raise(f, FAULT_CONFLICT, "%s is damaged: its bytes have another SHA-256", path);
	return true;
}

/* On an arena of its own: files are many. */
static bool
copy_within(struct arena *a, struct fault *f, const struct filecopy *c, struct fingerprint *found)
{
	int fd = open_regular(f, c->from);
	struct tempfile *t = NULL;
	bool ok;

	if (fd < 0)
		return false;
	if (c->to)
		t = tempfile_new(a, f, c->temporary);
	ok = (!c->to || t) && pump(a, f, fd, t, found) && is_wanted(f, c->from, c->wanted, found);
	close(fd);
	if (!ok || !t)
		return ok;
	if (fchmod(t->fd, c->mode) != 0)
		return failed(f, "change the mode of", t->path);
	return tempfile_keep(t, f, c->to);
}

bool
filecopy(struct fault *f, const struct filecopy *c, struct fingerprint *found)
{
	struct fingerprint mine;
	struct arena own;
	bool ok;

	arena_init(&own);
	ok = copy_within(&own, f, c, found ? found : &mine);
	arena_free(&own);
	return ok;
}

bool
filecopy_check(struct fault *f, const char *path, const struct fingerprint *wanted, struct fingerprint *found)
{
	struct filecopy c = { .from = path, .wanted = wanted };

	return filecopy(f, &c, found);
}

bool
filecopy_make_directory(struct fault *f, const char *path, mode_t mode)
{
	struct stat st;

	if (mkdir(path, mode) == 0)
		return tempfile_sync_entry(f, path);
	if (errno != EEXIST || stat(path, &st) != 0)
		return failed(f, "make the directory", path);
	errno = ENOTDIR;
	return S_ISDIR(st.st_mode) || failed(f, "use", path);
}

static int
remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	remove(path);
	return 0;
}

void
filecopy_remove_tree(const char *path)
{
	nftw(path, remove_entry, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS);
}
