/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members of a Hex package; see the header. (Specification: hexpm
 * "Package tarball".)
 */
#include "formats/hex_tarball.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/text.h"
#include "formats/erlang_terms.h"
#include "formats/gunzip.h"
#include "formats/tar.h"
#include "formats/tarcheck.h"

#define CHUNK 65536
/* Nobody needs as many; each further entry is compared with all. */
#define MAX_LINKS 256

enum member { MEMBER_VERSION, MEMBER_CHECKSUM, MEMBER_METADATA, MEMBER_CONTENTS, MEMBER__MAX };

/* The largest each may be; the contents are limited by the whole. */
static const struct {
	const char *name;
	uint64_t limit;
} members[MEMBER__MAX] = {
	[MEMBER_VERSION] = { "VERSION", 32 },
	[MEMBER_CHECKSUM] = { "CHECKSUM", 128 },
	[MEMBER_METADATA] = { "metadata.config", 1024 * 1024 },
	[MEMBER_CONTENTS] = { "contents.tar.gz", UINT64_MAX },
};

struct reader {
	struct arena *arena;
	struct fault *fault;
	struct hex_tarball *out;
	bool seen[MEMBER__MAX];
	struct span checksum;
};

static bool refuse(struct fault *f, const char *format, ...) PRINTF(2, 3);

static bool
refuse(struct fault *f, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* A name that was cut in the middle of a character must not spoil the answer. */
	return fault_raise_field(f, FAULT_INVALID, "tar", "%s",
				 text_make_utf8(f->arena, span_of(text)).at);
}

static bool
refuse_status(struct fault *f, enum tar_status status, const char *which)
{
	if (status == TAR_FAILED)
		return fault_raise_internal(f, FAULT_INTERNAL, "cannot read an upload: %s", strerror(errno));
	if (status == TAR_LARGE)
		return refuse(f, "%s error, Extraction size exceeds the configured max_size limit", which);
	return refuse(f, "%s error, Unrecognized tar header format", which);
}

/* ---- the outer tar ---- */

static bool
read_member(struct reader *r, struct tar *tar, const struct tar_entry *entry, enum member m)
{
	enum tar_status status = TAR_ENTRY;

	if (r->seen[m])
		return refuse(r->fault, "tarball error, %s occurs twice", members[m].name);
	r->seen[m] = true;
	if (entry->size > members[m].limit)
		return refuse(r->fault, "file too big: %s", members[m].name);
	switch (m) {
	case MEMBER_VERSION:
		status = tar_read(tar, r->arena, &r->out->version);
		break;
	case MEMBER_CHECKSUM:
		status = tar_read(tar, r->arena, &r->checksum);
		break;
	case MEMBER_METADATA:
		status = tar_read(tar, r->arena, &r->out->metadata_text);
		break;
	case MEMBER_CONTENTS:
		r->out->contents_offset = entry->offset;
		r->out->contents_length = entry->size;
		break;
	case MEMBER__MAX:
		break;
	}
	return status == TAR_ENTRY || refuse_status(r->fault, status, "tarball");
}

static bool
read_entry(struct reader *r, struct tar *tar, const struct tar_entry *entry)
{
	for (int m = 0; m < MEMBER__MAX; m++)
		if (entry->type == '0' && strcmp(entry->path, members[m].name) == 0)
			return read_member(r, tar, entry, (enum member)m);
	return refuse(r->fault, "tarball error, unexpected member: %s", entry->path);
}

static bool
check_complete(struct reader *r)
{
	struct buf missing = buf_on(r->arena);
	int found = 0;

	for (int m = 0; m < MEMBER__MAX; m++) {
		found += r->seen[m];
		if (!r->seen[m])
			buf_printf(&missing, "%s\"%s\"", missing.len > 0 ? "," : "", members[m].name);
	}
	if (found == 0)
		return refuse(r->fault, "empty tarball");
	return found == MEMBER__MAX || refuse(r->fault, "missing files: [%s]", buf_text(&missing));
}

static bool
scan_members(struct reader *r)
{
	struct gunzip *source = gunzip_stored(r->arena, r->out->fd, 0, r->out->length);
	struct tar *tar = tar_new(r->arena, source);
	enum tar_status status;
	struct tar_entry entry;

	if (r->out->length == 0)
		return check_complete(r);
	while ((status = tar_next(tar, &entry)) == TAR_ENTRY)
		if (!read_entry(r, tar, &entry))
			return false;
	return (status == TAR_END || refuse_status(r->fault, status, "tarball")) && check_complete(r);
}

static bool
read_checksum(struct reader *r)
{
	return (r->checksum.len == 2 * SHA256_SIZE && decode_hex(r->checksum, r->out->checksum, SHA256_SIZE)) ||
	       refuse(r->fault, "tarball error, invalid CHECKSUM");
}

static bool
read_metadata(struct reader *r)
{
	struct fault why;

	fault_init(&why, r->arena);
	r->out->metadata = erlang_terms_read(r->arena, &why, r->out->metadata_text);
	return r->out->metadata || refuse(r->fault, "error reading package metadata: %s", why.message);
}

bool
hex_tarball_open(struct arena *a, struct fault *f, int fd, uint64_t length, struct hex_tarball *out)
{
	struct reader r = { .arena = a, .fault = f, .out = out };

	*out = (struct hex_tarball){ .fd = fd, .length = length };
	if (!scan_members(&r))
		return false;
	if (!span_is(out->version, "3"))
		return refuse(f, "unsupported version: <<\"%.*s\">>", (int)out->version.len, out->version.at);
	return read_checksum(&r) && read_metadata(&r);
}

/* ---- the contents ---- */

static bool
digest_contents(struct fault *f, const struct hex_tarball *t, struct digest *digest)
{
	uint64_t at = t->contents_offset, end = at + t->contents_length;
	char chunk[CHUNK];

	while (at < end) {
		size_t wanted = end - at < sizeof(chunk) ? (size_t)(end - at) : sizeof(chunk);
		ssize_t got = pread(t->fd, chunk, wanted, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fault_raise_internal(f, FAULT_INTERNAL, "cannot read an upload: %s", strerror(errno));
		digest_update(digest, chunk, (size_t)got);
		at += (uint64_t)got;
	}
	return true;
}

static bool
check_sum(struct arena *a, struct fault *f, const struct hex_tarball *t)
{
	struct digest *digest = digest_new(a, DIGEST_SHA256);
	struct digests sums;

	digest_update(digest, t->version.at, t->version.len);
	digest_update(digest, t->metadata_text.at, t->metadata_text.len);
	if (!digest_contents(f, t, digest))
		return false;
	digest_finish(digest, &sums);
	return memcmp(sums.sha256, t->checksum, SHA256_SIZE) == 0 || refuse(f, "tarball error, tarball checksum mismatch");
}

struct contents {
	struct arena *arena;
	struct fault *fault;
	const char *links[MAX_LINKS];	/* paths of symbolic links seen so far */
	size_t link_count;
	char path[TAR_PATH_MAX + 1];	/* of the current entry, plain */
};

static bool
has_dots(struct span path)
{
	while (path.at)
		if (span_is(span_cut(&path, '/'), ".."))
			return true;
	return false;
}

/* Keep the path without "." and empty parts: one name for one place. */
static void
make_plain(struct contents *c, struct span path)
{
	size_t len = 0;

	while (path.at) {
		struct span part = span_cut(&path, '/');

		if (part.len == 0 || span_is(part, "."))
			continue;
		if (len > 0)
			c->path[len++] = '/';
		memcpy(c->path + len, part.at, part.len);
		len += part.len;
	}
	c->path[len] = '\0';
}

/* Directories above the last part of a plain path. */
static size_t
depth_of(const char *path)
{
	size_t depth = 0;

	for (; *path; path++)
		depth += *path == '/';
	return depth;
}

/* Upwards first, no further than the tree reaches, and then only down: nothing in between can be a link itself. */
static bool
target_is_safe(struct span target, size_t depth)
{
	size_t up = 0;

	if (target.len == 0 || target.at[0] == '/')
		return false;
	while (span_starts(target, "../") || span_is(target, "..")) {
		up++;
		target = span_skip(target, 3);
	}
	return up <= depth && !has_dots(target);
}

/* What lies behind a link would be written to where the link leads. */
static bool
is_behind_link(const struct contents *c)
{
	for (size_t i = 0; i < c->link_count; i++) {
		size_t len = strlen(c->links[i]);

		if (strncmp(c->path, c->links[i], len) == 0 && (c->path[len] == '/' || c->path[len] == '\0'))
			return true;
	}
	return false;
}

static bool
check_link(struct contents *c, const struct tar_entry *e)
{
	if (c->link_count == MAX_LINKS || c->path[0] == '\0' ||
	    !target_is_safe(span_of(e->target), depth_of(c->path)))
		return refuse(c->fault, "inner tarball error, %s: unsafe_symlink", e->path);
	c->links[c->link_count++] = arena_strdup(c->arena, c->path);
	return true;
}

static bool
check_entry(struct contents *c, const struct tar_entry *e)
{
	struct span path = span_of(e->path);

	if (path.len == 0 || path.at[0] == '/' || has_dots(path))
		return refuse(c->fault, "inner tarball error, %s: The path points above the current working directory",
			      e->path);
	make_plain(c, path);
	if (is_behind_link(c))
		return refuse(c->fault, "inner tarball error, %s: unsafe_symlink", e->path);
	if (e->type == '2')
		return check_link(c, e);
	return e->type == '5' || (e->type == '0' && c->path[0] != '\0') ||
	       refuse(c->fault, "inner tarball error, %s: unexpected type of entry", e->path);
}

bool
hex_tarball_check(struct arena *a, struct fault *f, const struct hex_tarball *t, const struct hex_limits *limits)
{
	struct gunzip *source = gunzip_new(a, t->fd, t->contents_offset, t->contents_length, limits->unpacked);
	struct contents *c = arena_new(a, struct contents);
	struct tar *tar = tar_new_allowing(a, source, TAR_SYMBOLIC_LINKS);
	enum tar_status status;
	struct tar_entry entry;
	uint64_t count = 0;

	c->arena = a;
	c->fault = f;
	if (!check_sum(a, f, t))
		return false;
	while ((status = tar_next(tar, &entry)) == TAR_ENTRY) {
		if (!check_entry(c, &entry))
			return false;
		if (limits->entries > 0 && ++count > limits->entries)
			return refuse(f, "inner tarball error, more than %llu entries",
				      (unsigned long long)limits->entries);
	}
	return status == TAR_END || refuse_status(f, status, "inner tarball");
}
