/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Temporary files on an arena; see the header.
 */
#include "base/tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"

static void
discard(void *arg)
{
	struct tempfile *t = arg;

	if (!t->kept)
		unlink(t->path);
	close(t->fd);
}

static bool
failed(struct fault *f, const char *what, const char *path)
{
	int error = errno;
	enum fault_kind kind = error == ENOSPC || error == EDQUOT || error == EFBIG ?
		FAULT_UNAVAILABLE : FAULT_INTERNAL;

	return fault_raise_internal(f, kind, "%s %s: %s", what, path, strerror(error));
}

struct tempfile *
tempfile_new(struct arena *a, struct fault *f, const char *directory)
{
	char *path = arena_printf(a, "%s/spool.XXXXXX", directory);
	struct tempfile *t;
	int fd = mkostemp(path, O_CLOEXEC);

	if (fd < 0) {
		failed(f, "create", path);
		return NULL;
	}
	t = arena_new(a, struct tempfile);
	t->fd = fd;
	t->path = path;
	arena_on_clear(a, discard, t);
	if (fchmod(fd, 0640) < 0) {
		failed(f, "chmod", path);
		return NULL;
	}
	return t;
}

bool
tempfile_write(struct tempfile *t, struct fault *f, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t done = write(t->fd, at, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return failed(f, "write", t->path);
		at += done;
		len -= (size_t)done;
	}
	return true;
}

bool
tempfile_sync_entry(struct fault *f, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = slash == path ? arena_strdup(f->arena, "/") :
		slash ? arena_dup(f->arena, path, (size_t)(slash - path)) :
		arena_strdup(f->arena, ".");
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return failed(f, "open", directory);
	ok = fsync(fd) == 0 || failed(f, "sync", directory);
	close(fd);
	return ok;
}

bool
tempfile_keep(struct tempfile *t, struct fault *f, const char *path)
{
	if (fsync(t->fd) < 0)
		return failed(f, "sync", t->path);
	if (rename(t->path, path) < 0)
		return failed(f, "rename", path);
	t->kept = true;
	return tempfile_sync_entry(f, path);
}

bool
tempfile_keep_new(struct tempfile *t, struct fault *f, const char *path)
{
	if (fsync(t->fd) < 0)
		return failed(f, "sync", t->path);
	/* Unlike a rename it fails when there is something. */
	if (link(t->path, path) < 0)
		return errno == EEXIST ? fault_raise(f, FAULT_CONFLICT, "%s exists already", path) :
			failed(f, "make", path);
	return tempfile_sync_entry(f, path);
}
