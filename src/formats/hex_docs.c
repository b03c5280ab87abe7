/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of documentation archives; see the header.
 */
#include "formats/hex_docs.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/fault.h"
#include "base/text.h"
#include "formats/gunzip.h"
#include "formats/hex_tarball.h"
#include "formats/tar.h"

/* Of a path's digest: nobody finds two paths that share so much of it. */
#define MARK_SIZE 16

static bool refuse(struct fault *f, const char *format, ...) PRINTF(2, 3);

static bool
refuse(struct fault *f, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* A path may be no text, or cut within a character. */
	return fault_raise_field(f, FAULT_INVALID, "tar", "%s", text_make_utf8(f->arena, span_of(text)).at);
}

static bool
failed(struct fault *f)
{
	return fault_raise_internal(f, FAULT_INTERNAL, "cannot read an archive: %s", strerror(errno));
}

/* The names of a path with one slash between them: "./a//b/" is "a/b". */
static struct span
plain_path(struct buf *b, const char *path)
{
	struct span rest = span_of(path);

	buf_truncate(b, 0);
	while (rest.at) {
		struct span name = span_cut(&rest, '/');

		if (name.len == 0 || span_is(name, "."))
			continue;
		if (b->len > 0)
			buf_putc(b, '/');
		buf_put_span(b, name);
	}
	return buf_span(b);
}

/* ---- checking ---- */

struct checker {
	struct fault *fault;
	struct buf path;		/* of the entry, plain */
	struct buf marks;		/* of all paths so far, MARK_SIZE bytes each */
};

static bool
goes_up(const char *path)
{
	struct span rest = span_of(path);

	if (*path == '/')
		return true;
	while (rest.at)
		if (span_is(span_cut(&rest, '/'), ".."))
			return true;
	return false;
}

static bool
check_entry(struct checker *c, const struct tar_entry *e)
{
	uint8_t digest[SHA256_SIZE];
	struct span path;

	if (e->type != '0' && e->type != '5')
		return refuse(c->fault, "tarball error, %s: neither a file nor a directory", e->path);
	if (goes_up(e->path))
		return refuse(c->fault, "tarball error, %s: The path points above the current working directory", e->path);
	path = plain_path(&c->path, e->path);
	if (path.len == 0 && e->type == '0')
		return refuse(c->fault, "tarball error, a file has no name");
	digest_sha256(path, digest);
	buf_put(&c->marks, digest, MARK_SIZE);
	return true;
}

static int
by_mark(const void *a, const void *b)
{
	return memcmp(a, b, MARK_SIZE);
}

/* Which of two entries is shown must not be a question. */
static bool
check_names(struct fault *f, char *marks, size_t count)
{
	qsort(marks, count, MARK_SIZE, by_mark);
	for (size_t i = 1; i < count; i++)
		if (memcmp(marks + (i - 1) * MARK_SIZE, marks + i * MARK_SIZE, MARK_SIZE) == 0)
			return refuse(f, "tarball error, two entries have the same name");
	return true;
}

bool
hex_docs_check(struct arena *a, struct fault *f, const struct hex_docs *d, const struct hex_limits *limits)
{
	struct tar *tar = tar_new(a, gunzip_new(a, d->fd, 0, d->length, limits->unpacked));
	struct checker c = { .fault = f, .path = buf_on(a), .marks = buf_on(a) };
	enum tar_status status;
	struct tar_entry entry;
	uint64_t count = 0;

	while ((status = tar_next(tar, &entry)) == TAR_ENTRY) {
		if (!check_entry(&c, &entry))
			return false;
		if (++count > limits->entries && limits->entries > 0)
			return refuse(f, "tarball error, more than %llu entries", (unsigned long long)limits->entries);
	}
	if (status == TAR_FAILED)
		return failed(f);
	if (status == TAR_LARGE)
		return refuse(f, "too big (uncompressed)");
	if (status != TAR_END)
		return refuse(f, "tarball error, Unrecognized tar header format");
	return count == 0 || check_names(f, c.marks.at, count);
}

/* ---- reading ---- */

static bool
take(struct arena *a, struct fault *f, struct tar *tar, const struct tar_entry *entry, struct hex_docs_entry *e)
{
	if (entry->type == '5') {
		e->found = HEX_DOCS_DIRECTORY;
		return true;
	}
	e->found = entry->size > e->max ? HEX_DOCS_LARGE : HEX_DOCS_FILE;
	return e->found == HEX_DOCS_LARGE || tar_read(tar, a, &e->bytes) == TAR_ENTRY || failed(f);
}

bool
hex_docs_find(struct arena *a, struct fault *f, const struct hex_docs *d, struct hex_docs_entry *e)
{
	struct tar *tar = tar_new(a, gunzip_new(a, d->fd, 0, d->length, INT64_MAX));
	struct buf path = buf_on(a);
	struct tar_entry entry;
	enum tar_status status;

	e->found = HEX_DOCS_NOTHING;
	while ((status = tar_next(tar, &entry)) == TAR_ENTRY) {
		struct span plain = plain_path(&path, entry.path);

		if (span_is(plain, e->path))
			return take(a, f, tar, &entry, e);
		if (span_starts(plain, e->path) && (!*e->path || plain.at[strlen(e->path)] == '/'))
			e->found = HEX_DOCS_DIRECTORY;
	}
	return status == TAR_END || failed(f);
}
