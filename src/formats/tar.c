/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libarchive reads, tarcheck watches: every entry has to be the same in both
 * readings. Only user of libarchive; nothing but its tar reader is enabled.
 */
#include "formats/tar.h"

#include <errno.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/arena.h"
#include "formats/gunzip.h"
#include "formats/tarcheck.h"

struct tar {
	struct archive *archive;
	struct gunzip *source;
	struct tarcheck *check;
	enum tar_status status;		/* why the source gave up, if it did */
	uint64_t size;			/* of the current entry */
	unsigned allowed;		/* enum tar_allowed */
};

static void
free_archive(void *arg)
{
	archive_read_free(arg);
}

/* Show the bytes to the second reader. */
static bool
watch(struct tar *t, const char *bytes, size_t len)
{
	switch (tarcheck_feed(t->check, bytes, len)) {
	case TARCHECK_GOOD:
		return true;
	case TARCHECK_SIZE_LIES:
		t->status = TAR_SIZE_LIES;
		return false;
	case TARCHECK_SPARSE:
		t->status = TAR_SPARSE;
		return false;
	case TARCHECK_MALFORMED:
		break;
	}
	t->status = TAR_MALFORMED;
	return false;
}

/* The next plain bytes; none at the end. False with the status set when there is a reason to stop. */
static bool
pull(struct tar *t, const char **bytes, size_t *len)
{
	switch (gunzip_read(t->source, bytes, len)) {
	case GUNZIP_MORE:
	case GUNZIP_END:
		return watch(t, *bytes, *len);
	case GUNZIP_LARGE:
		t->status = TAR_LARGE;
		return false;
	case GUNZIP_FAILED:
		t->status = TAR_FAILED;
		return false;
	case GUNZIP_BAD:
		break;
	}
	t->status = TAR_MALFORMED;
	return false;
}

static la_ssize_t
on_read(struct archive *archive, void *arg, const void **buffer)
{
	struct tar *t = arg;
	const char *bytes;
	size_t len;

	if (t->status != TAR_ENTRY || !pull(t, &bytes, &len)) {
		archive_set_error(archive, EINVAL, "refused");
		return ARCHIVE_FATAL;
	}
	*buffer = bytes;
	return (la_ssize_t)len;
}

struct tar *
tar_new(struct arena *a, struct gunzip *source)
{
	return tar_new_allowing(a, source, 0);
}

struct tar *
tar_new_allowing(struct arena *a, struct gunzip *source, unsigned allowed)
{
	struct tar *t = arena_new(a, struct tar);

	t->source = source;
	t->allowed = allowed;
	t->check = tarcheck_new(a);
	if (allowed & TAR_GLOBAL_HEADERS)
		tarcheck_allow_global(t->check);
	t->archive = archive_read_new();
	if (!t->archive) {
		t->status = TAR_FAILED;
		errno = ENOMEM;
		return t;
	}
	arena_on_clear(a, free_archive, t->archive);
	if (archive_read_support_format_tar(t->archive) != ARCHIVE_OK)
		t->status = TAR_FAILED;
	else if (archive_read_open(t->archive, t, NULL, on_read, NULL) != ARCHIVE_OK && t->status == TAR_ENTRY)
		t->status = TAR_MALFORMED;
	return t;
}

static enum tar_status
stop(struct tar *t, enum tar_status status)
{
	if (t->status == TAR_ENTRY)
		t->status = status;
	return t->status;
}

/* Whatever follows the end of the archive has been seen too. */
static enum tar_status
finish(struct tar *t)
{
	const char *bytes;
	size_t len;

	do {
		if (!pull(t, &bytes, &len))
			return t->status;
	} while (len > 0);
	if (tarcheck_finish(t->check) != TARCHECK_GOOD || tarcheck_take(t->check))
		return stop(t, TAR_MALFORMED);
	return stop(t, TAR_END);
}

/*
 * The process runs in the C locale, where libarchive keeps what it cannot
 * convert in one form only.
 */
static bool
has_path(struct archive_entry *e, const char *path)
{
	const char *utf8 = archive_entry_pathname_utf8(e);
	const char *raw = archive_entry_pathname(e);

	return (raw && strcmp(raw, path) == 0) || (utf8 && strcmp(utf8, path) == 0);
}

static bool
has_target(struct archive_entry *e, const char *target)
{
	const char *utf8 = archive_entry_symlink_utf8(e);
	const char *raw = archive_entry_symlink(e);

	return (raw && strcmp(raw, target) == 0) || (utf8 && strcmp(utf8, target) == 0);
}

static bool
hard_links_agree(struct archive_entry *e, const struct tarcheck_entry *seen)
{
	const char *target = archive_entry_hardlink(e);
	const char *utf8 = archive_entry_hardlink_utf8(e);

	return seen->size == 0 && !archive_entry_symlink(e) && has_path(e, seen->path) &&
	       ((target && strcmp(target, seen->target) == 0) || (utf8 && strcmp(utf8, seen->target) == 0));
}

static bool
links_agree(struct archive_entry *e, const struct tarcheck_entry *seen)
{
	return archive_entry_filetype(e) == AE_IFLNK && !archive_entry_hardlink(e) && seen->size == 0 &&
	       has_path(e, seen->path) && has_target(e, seen->target);
}

static bool
readings_agree(struct archive_entry *e, const struct tarcheck_entry *seen)
{
	if (seen->type == '1')
		return hard_links_agree(e, seen);
	if (seen->type == '2')
		return links_agree(e, seen);
	if (archive_entry_hardlink(e) || archive_entry_symlink(e))
		return false;
	if (archive_entry_filetype(e) != (seen->type == '5' ? AE_IFDIR : AE_IFREG))
		return false;
	return archive_entry_size(e) == (la_int64_t)seen->size && has_path(e, seen->path);
}

static bool
is_allowed(const struct tar *t, char type)
{
	return type == '0' || type == '5' || (type == '1' && t->allowed & TAR_HARD_LINKS) ||
	       (type == '2' && t->allowed & TAR_SYMBOLIC_LINKS);
}

enum tar_status
tar_next(struct tar *t, struct tar_entry *out)
{
	const struct tarcheck_entry *seen;
	struct archive_entry *e;
	int result;

	if (t->status != TAR_ENTRY)
		return t->status;
	result = archive_read_next_header(t->archive, &e);
	seen = tarcheck_take(t->check);
	if (!seen)
		return result == ARCHIVE_EOF ? finish(t) : stop(t, TAR_MALFORMED);
	*out = (struct tar_entry){ .path = seen->path, .type = seen->type, .size = seen->size,
				   .offset = seen->offset };
	t->size = seen->size;
	if (!is_allowed(t, seen->type)) {
		/* libarchive may have taken it for something else, and cannot go on. */
		stop(t, TAR_MALFORMED);
		return TAR_ENTRY;
	}
	if (result == ARCHIVE_EOF || result < ARCHIVE_WARN || !readings_agree(e, seen))
		return stop(t, TAR_MALFORMED);
	if (seen->type == '1' || seen->type == '2')
		out->target = seen->target;
	return TAR_ENTRY;
}

enum tar_status
tar_read(struct tar *t, struct arena *a, struct span *out)
{
	char *bytes = arena_alloc(a, (size_t)t->size + 1);
	size_t have = 0;

	while (have < t->size) {
		la_ssize_t got = archive_read_data(t->archive, bytes + have, (size_t)t->size - have);

		if (got <= 0)
			return stop(t, TAR_MALFORMED);
		have += (size_t)got;
	}
	bytes[have] = '\0';
	*out = span_make(bytes, have);
	return TAR_ENTRY;
}
