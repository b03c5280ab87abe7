/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python distributions for tests, built and uploaded as clients do it.
 */
#include "pypi.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/gzip.h"
#include "formats/pypi_name.h"
#include "request.h"
#include "support.h"
#include "wire/json.h"

#define BOUNDARY "3af4a1b6c29d4f1c"

/* ---- archives ---- */

static void
put_number(struct buf *b, uint64_t number, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_putc(b, (char)(number >> (8 * i) & 255));
}

/* What both headers of a stored member have in common. */
static void
put_member(struct buf *b, const char *name, struct span data)
{
	put_number(b, 20, 2);
	put_number(b, 0x0800, 2);
	put_number(b, 0, 2);
	put_number(b, 0x21, 2);
	put_number(b, 0x5c21, 2);
	put_number(b, gzip_crc32(0, data), 4);
	put_number(b, data.len, 4);
	put_number(b, data.len, 4);
	put_number(b, strlen(name), 2);
	put_number(b, 0, 2);
}

/* A zip of members that are stored as they are, ended by one without a path. (APPNOTE.TXT §4.3) */
static struct span
zip_stored(const struct tar_entry *entries)
{
	struct buf zip = buf_on(w->arena), directory = buf_on(w->arena);
	size_t count = 0, size;

	for (const struct tar_entry *e = entries; e->path; e++) {
		size_t at = zip.len;

		buf_puts(&zip, "PK\003\004");
		put_member(&zip, e->path, e->content);
		buf_puts(&zip, e->path);
		buf_put_span(&zip, e->content);
		buf_puts(&directory, "PK\001\002");
		put_number(&directory, 20, 2);
		put_member(&directory, e->path, e->content);
		put_number(&directory, 0, 6);
		put_number(&directory, 0, 4);
		put_number(&directory, at, 4);
		buf_puts(&directory, e->path);
		count++;
	}
	size = zip.len;
	buf_put_span(&zip, buf_span(&directory));
	buf_puts(&zip, "PK\005\006");
	put_number(&zip, 0, 4);
	put_number(&zip, count, 2);
	put_number(&zip, count, 2);
	put_number(&zip, directory.len, 4);
	put_number(&zip, size, 4);
	put_number(&zip, 0, 2);
	return buf_span(&zip);
}

static const char *
metadata_of(const char *name, const char *version)
{
	return arena_printf(w->arena, "Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version);
}

struct span
pypi_wheel_of(const char *name, const char *version, const char *metadata)
{
	const char *file = pypi_name_in_file(w->arena, span_of(name));
	const char *info = arena_printf(w->arena, "%s-%s.dist-info", file, version);
	const struct tar_entry entries[] = {
		{ .path = arena_printf(w->arena, "%s/__init__.py", file), .content = SPAN("\n") },
		{ .path = arena_printf(w->arena, "%s/METADATA", info),
		  .content = span_of(metadata ? metadata : metadata_of(name, version)) },
		{ .path = arena_printf(w->arena, "%s/WHEEL", info), .content = SPAN("Wheel-Version: 1.0\n") },
		{ .path = arena_printf(w->arena, "%s/RECORD", info),
		  .content = span_of(arena_printf(w->arena, "%s/__init__.py,,\n", file)) },
		{ .path = NULL },
	};

	return zip_stored(entries);
}

struct span
pypi_sdist_of(const char *name, const char *version, const char *metadata)
{
	const char *top = arena_printf(w->arena, "%s-%s", pypi_name_in_file(w->arena, span_of(name)), version);
	const struct tar_entry entries[] = {
		{ .path = arena_printf(w->arena, "%s/PKG-INFO", top),
		  .content = span_of(metadata ? metadata : metadata_of(name, version)) },
		{ .path = arena_printf(w->arena, "%s/setup.py", top), .content = SPAN("\n") },
		{ .path = NULL },
	};

	return crate_of(entries);
}

/* ---- forms ---- */

static void
put_field(struct buf *b, const char *name, const char *more, struct span value)
{
	buf_printf(b, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n", name, more);
	buf_put_span(b, value);
	buf_puts(b, "\r\n");
}

/* A member of FIELDS, or OTHERWISE; NULL when it is null. */
static const char *
chosen(const struct doc *fields, const char *name, const char *otherwise)
{
	const struct doc *d = doc_find(fields, name);

	return !d ? otherwise : doc_is(d, DOC_NULL) ? NULL : doc_find_text(fields, name);
}

static void
put_more(struct buf *b, const struct doc *d)
{
	/* What the content is made of, and what was put already. */
	static const char *const others[] = {
		":action", "protocol_version", "metadata_version", "name", "version", "filetype", "pyversion",
		"sha256_digest", "filename", "content", "content_type", "METADATA",
	};
	char *name = arena_dup(w->arena, d->key, d->key_len);

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (strcmp(name, others[i]) == 0)
			return;
	if (doc_is(d, DOC_TEXT))
		put_field(b, name, "", d->is.text);
	for (const struct doc *m = doc_is(d, DOC_LIST) ? doc_first(d) : NULL; m; m = m->next)
		put_field(b, name, "", m->is.text);
}

static void
put_content(struct buf *b, const struct doc *fields, const char *filename, struct span content)
{
	const char *type = chosen(fields, "content_type", "application/octet-stream"), *more;

	if (!content.at)
		return;
	more = arena_printf(w->arena, "; filename=\"%s\"%s%s", filename, type ? "\r\nContent-Type: " : "",
			    type ? type : "");
	put_field(b, "content", more, content);
}

static struct span
content_of(const char *name, const char *version, const struct doc *fields, bool sdist)
{
	const char *metadata = chosen(fields, "METADATA", NULL);

	if (doc_find(fields, "content"))
		return span_of(chosen(fields, "content", NULL));
	return sdist ? pypi_sdist_of(name, version, metadata) : pypi_wheel_of(name, version, metadata);
}

struct span
pypi_form_of(const char *name, const char *version, const char *json)
{
	const struct doc *fields = json ? json_read(w->arena, w->fault, span_of(json)) : NULL;
	const char *type = chosen(fields, "filetype", "bdist_wheel"), *file = pypi_name_in_file(w->arena, span_of(name));
	bool sdist = type && strcmp(type, "sdist") == 0;
	struct span content = content_of(name, version, fields, sdist);
	const char *usual = arena_printf(w->arena, "%s-%s%s", file, version, sdist ? ".tar.gz" : "-py3-none-any.whl");
	struct buf b = buf_on(w->arena);
	uint8_t sha256[SHA256_SIZE];

	digest_sha256(content, sha256);
	const struct {
		const char *name;
		const char *value;
	} first[] = {
		{ "metadata_version", "2.1" }, { "name", name }, { "version", version }, { "filetype", "bdist_wheel" },
		{ "pyversion", sdist ? "source" : "py3" },
		{ "sha256_digest", encode_hex(w->arena, sha256, sizeof(sha256)) },
		{ ":action", "file_upload" }, { "protocol_version", "1" },
	};

	if (json && !fields)
		fail_msg("%s: %s", json, w->fault->message);
	for (size_t i = 0; i < ARRAY_LEN(first); i++) {
		const char *value = chosen(fields, first[i].name, first[i].value);

		if (value)
			put_field(&b, first[i].name, "", span_of(value));
	}
	for (const struct doc *d = doc_first(fields); d; d = d->next)
		put_more(&b, d);
	put_content(&b, fields, chosen(fields, "filename", usual), content);
	buf_puts(&b, "--" BOUNDARY "--\r\n");
	return buf_span(&b);
}

const struct test_answer *
pypi_upload(const char *token, const char *name, const char *version, const char *fields)
{
	struct test_request r = {
		.method = "POST",
		.target = "/legacy/",
		.token = token,
		.headers = { { "content-type", PYPI_FORM_TYPE }, { "accept", "text/plain" } },
		.body = pypi_form_of(name, version, fields),
	};

	return test_send(&r);
}

void
given_project(const char *owner, const char *name, const char *version, const char *fields)
{
	const struct test_answer *a = pypi_upload(given_token(owner), name, version, fields);

	if (a->status != 200)
		fail_msg("uploading %s %s: %d %s", name, version, a->status, a->body.at);
}
