/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading an uploaded crate: one pass over the tar, in which every path and
 * type is checked and two small files are kept.
 */
#include "formats/crate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "formats/gunzip.h"
#include "formats/manifest.h"
#include "formats/tar.h"
#include "wire/json.h"
#include "wire/toml.h"

/* A .cargo_vcs_info.json has two texts in it. */
#define VCS_INFO_MAX ((uint64_t)64 * 1024)
/* Nobody ships as many programs; the list is stored with every version. */
#define BINS_MAX 1024
/* Spellings of Cargo.toml that are named in a complaint. */
#define MANIFESTS_MAX 8

struct reader {
	struct arena *arena;
	struct fault *fault;
	const struct crate_upload *upload;
	struct crate *crate;
	const char *prefix;			/* "<name>-<version>" */
	size_t prefix_len;
	size_t manifest_count;
	const char *manifests[MANIFESTS_MAX];	/* as spelled */
	struct span manifest_text;		/* of the last one that is well spelled */
	bool manifest_too_large;
	bool has_vcs_info;
	struct span vcs_info;
	bool has_lib_rs;
	bool has_main_rs;
};

static bool
fail_malformed(struct reader *r)
{
	return fault_raise(r->fault, FAULT_BAD_REQUEST,
		"uploaded tarball is malformed or too large when decompressed");
}

static bool
fail_status(struct reader *r, enum tar_status status)
{
	if (status == TAR_FAILED)
		return fault_raise_internal(r->fault, FAULT_INTERNAL, "cannot read an upload: %s", strerror(errno));
	if (status == TAR_SIZE_LIES)
		return fault_raise(r->fault, FAULT_BAD_REQUEST, "uploaded tarball is malformed");
	return fail_malformed(r);
}

/* What Rust's reader calls the types that are refused. */
static const char *
type_name(struct arena *a, char type)
{
	static const struct { char type; const char *name; } names[] = {
		{ '1', "Link" }, { '2', "Symlink" }, { '3', "Char" }, { '4', "Block" },
		{ '6', "Fifo" }, { '7', "Continuous" }, { 'S', "GNUSparse" }, { 'g', "XGlobalHeader" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (names[i].type == type)
			return names[i].name;
	return arena_printf(a, "Other(%u)", (unsigned)(unsigned char)type);
}

/* Names that some system reads differently: no "", ".", "..", '\' or control characters. */
static bool
is_clean_path(struct span path)
{
	for (size_t i = 0; i < path.len; i++)
		if ((unsigned char)path.at[i] < 0x20 || path.at[i] == 0x7f || path.at[i] == '\\')
			return false;
	while (path.at) {
		struct span part = span_cut(&path, '/');

		if (part.len == 0 || span_is(part, ".") || span_is(part, ".."))
			return false;
	}
	return true;
}

/* The part of the path below "<name>-<version>/", empty for that directory itself. */
static bool
path_in_crate(struct reader *r, const struct tar_entry *entry, struct span *out)
{
	struct span path = span_of(entry->path);

	if (entry->type == '5' && path.len > 0 && path.at[path.len - 1] == '/')
		path.len--;
	if (!text_is_utf8(path) || !is_clean_path(path) || !span_starts(path, r->prefix))
		return false;
	*out = span_skip(path, r->prefix_len);
	if (out->len == 0)
		return entry->type == '5';
	if (out->at[0] != '/')
		return false;
	*out = span_skip(*out, 1);
	return true;
}

static bool
check_entry(struct reader *r, const struct tar_entry *entry, struct span *path)
{
	uint64_t limit = r->upload->max_entries;

	if (limit > 0 && r->crate->entries >= limit)
		return fault_raise(r->fault, FAULT_BAD_REQUEST,
			"uploaded tarball contains more than %llu entries", (unsigned long long)limit);
	r->crate->entries++;
	if (!path_in_crate(r, entry, path))
		return fault_raise(r->fault, FAULT_BAD_REQUEST, "invalid path found: %s", entry->path);
	if (entry->type != '0' && entry->type != '5')
		return fault_raise(r->fault, FAULT_BAD_REQUEST, "unexpected tar entry type %s found: %s",
			type_name(r->arena, entry->type), entry->path);
	return true;
}

static bool
add_bin(struct reader *r, struct span name)
{
	struct crate *c = r->crate;

	if (c->bin_count == BINS_MAX)
		return fault_raise(r->fault, FAULT_BAD_REQUEST,
			"uploaded tarball contains more than %d binaries", BINS_MAX);
	if (!c->bin_names)
		c->bin_names = arena_zalloc(r->arena, BINS_MAX, sizeof(*c->bin_names));
	c->bin_names[c->bin_count++] = arena_dup(r->arena, name.at, name.len);
	return true;
}

/* src/bin/NAME.rs and src/bin/NAME/main.rs. */
static bool
note_program(struct reader *r, struct span path)
{
	struct span rest = span_skip(path, strlen("src/bin/"));
	struct span name = span_cut(&rest, '/');

	if (rest.at)
		return !span_is(rest, "main.rs") || add_bin(r, name);
	if (name.len <= 3 || !span_is(span_skip(name, name.len - 3), ".rs"))
		return true;
	name.len -= 3;
	return add_bin(r, name);
}

static bool
read_manifest_file(struct reader *r, struct tar *tar, const struct tar_entry *entry, struct span path)
{
	enum tar_status status;

	if (r->manifest_count < MANIFESTS_MAX)
		r->manifests[r->manifest_count] = arena_dup(r->arena, path.at, path.len);
	r->manifest_count++;
	if (!span_is(path, "Cargo.toml") && !span_is(path, "cargo.toml"))
		return true;
	r->manifest_too_large = entry->size > TOML_SIZE;
	/* A second one is refused anyway: no need for its text. */
	if (r->manifest_too_large || r->manifest_count > 1)
		return true;
	status = tar_read(tar, r->arena, &r->manifest_text);
	return status == TAR_ENTRY || fail_status(r, status);
}

static bool
note_file(struct reader *r, struct tar *tar, const struct tar_entry *entry, struct span path)
{
	enum tar_status status;

	if (span_equal_nocase(path, SPAN("Cargo.toml")))
		return read_manifest_file(r, tar, entry, path);
	if (span_is(path, ".cargo_vcs_info.json") && entry->size <= VCS_INFO_MAX && !r->has_vcs_info) {
		r->has_vcs_info = true;
		status = tar_read(tar, r->arena, &r->vcs_info);
		return status == TAR_ENTRY || fail_status(r, status);
	}
	if (span_is(path, "src/lib.rs"))
		r->has_lib_rs = true;
	else if (span_is(path, "src/main.rs"))
		r->has_main_rs = true;
	else if (span_starts(path, "src/bin/"))
		return note_program(r, path);
	return true;
}

static bool
scan(struct reader *r)
{
	const struct crate_upload *u = r->upload;
	uint64_t limit = u->max_unpacked > 0 ? u->max_unpacked : CRATE_MAX_UNPACKED;
	struct gunzip *source = gunzip_new(r->arena, u->fd, u->offset, u->length, limit);
	struct tar *tar = tar_new(r->arena, source);
	enum tar_status status;
	struct tar_entry entry;
	struct span path = { NULL, 0 };

	while ((status = tar_next(tar, &entry)) == TAR_ENTRY) {
		if (!check_entry(r, &entry, &path))
			return false;
		if (entry.type == '0' && !note_file(r, tar, &entry, path))
			return false;
	}
	r->crate->unpacked = gunzip_total(source);
	return status == TAR_END || fail_status(r, status);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
fail_manifests(struct reader *r)
{
	size_t count = r->manifest_count < MANIFESTS_MAX ? r->manifest_count : MANIFESTS_MAX;
	const char *list = "";

	qsort(r->manifests, count, sizeof(*r->manifests), compare_texts);
	for (size_t i = 0; i < count; i++)
		list = arena_printf(r->arena, "%s%s`%s`", list, i > 0 ? ", " : "", r->manifests[i]);
	return fault_raise(r->fault, FAULT_BAD_REQUEST,
		"uploaded tarball contains more than one `Cargo.toml` manifest file; found %s", list);
}

static bool
read_manifest(struct reader *r)
{
	const char *found = r->manifests[0];

	if (r->manifest_count == 0)
		return fault_raise(r->fault, FAULT_BAD_REQUEST,
			"uploaded tarball is missing a `Cargo.toml` manifest file");
	if (r->manifest_count > 1)
		return fail_manifests(r);
	if (strcmp(found, "Cargo.toml") != 0 && strcmp(found, "cargo.toml") != 0)
		return fault_raise(r->fault, FAULT_BAD_REQUEST,
			"uploaded tarball is missing a `Cargo.toml` manifest file; `%s` was found, "
			"but must be named `Cargo.toml` with that exact casing", found);
	if (r->manifest_too_large)
		return fault_raise(r->fault, FAULT_BAD_REQUEST,
			"failed to parse `Cargo.toml` manifest file\n\nfile larger than %zu bytes", TOML_SIZE);
	r->crate->manifest = manifest_read(r->arena, r->fault, r->manifest_text);
	return r->crate->manifest != NULL;
}

static bool
check_identity(struct reader *r)
{
	const struct manifest *m = r->crate->manifest;
	struct span name = r->upload->name;
	struct span version = r->upload->version;

	if (!span_is(name, m->name))
		return fault_raise(r->fault, FAULT_BAD_REQUEST,
			"metadata name `%.*s` does not match manifest name `%s`", (int)name.len, name.at, m->name);
	if (!span_is(version, m->version))
		return fault_raise(r->fault, FAULT_BAD_REQUEST,
			"metadata version `%.*s` does not match manifest version `%s`",
			(int)version.len, version.at, m->version);
	return true;
}

/* Where the sources came from. It is a hint: what cannot be read is left out. */
static void
read_vcs_info(struct reader *r)
{
	struct fault ignored;
	const struct doc *info;
	const char *sha1;

	if (!r->has_vcs_info)
		return;
	fault_init(&ignored, r->arena);
	info = json_read(r->arena, &ignored, r->vcs_info);
	sha1 = doc_find_text(doc_find(info, "git"), "sha1");
	if (!sha1 || (strlen(sha1) != 40 && strlen(sha1) != 64)
	    || strspn(sha1, "0123456789abcdef") != strlen(sha1))
		return;
	r->crate->vcs_sha1 = sha1;
	r->crate->vcs_path = doc_find_text(info, "path_in_vcs");
}

static bool
has_bin_path(const struct manifest *m, const char *path)
{
	for (size_t i = 0; i < m->bin_paths.count; i++)
		if (strcmp(m->bin_paths.at[i], path) == 0)
			return true;
	return false;
}

/* Whether one of [[bin]] is built from this file of src/bin under another name. */
static bool
is_named_otherwise(const struct reader *r, const char *bin)
{
	const struct manifest *m = r->crate->manifest;

	return has_bin_path(m, arena_printf(r->arena, "src/bin/%s.rs", bin))
		|| has_bin_path(m, arena_printf(r->arena, "src/bin/%s/main.rs", bin));
}

/* The manifest's tables, and what cargo finds by itself where they say nothing. */
static bool
list_products(struct reader *r)
{
	struct crate *c = r->crate;
	const struct manifest *m = c->manifest;
	size_t found = c->bin_count;
	size_t kept = 0;

	c->has_lib = m->has_lib_table || (m->autolib && r->has_lib_rs);
	c->bin_count = 0;
	for (size_t i = 0; m->autobins && i < found; i++)
		if (!is_named_otherwise(r, c->bin_names[i]))
			c->bin_names[c->bin_count++] = c->bin_names[i];
	if (m->autobins && r->has_main_rs && !has_bin_path(m, "src/main.rs") && !add_bin(r, span_of(m->name)))
		return false;
	for (size_t i = 0; i < m->bins.count; i++)
		if (!add_bin(r, span_of(m->bins.at[i])))
			return false;
	if (c->bin_count == 0)
		return true;
	qsort(c->bin_names, c->bin_count, sizeof(*c->bin_names), compare_texts);
	for (size_t i = 0; i < c->bin_count; i++)
		if (kept == 0 || strcmp(c->bin_names[kept - 1], c->bin_names[i]) != 0)
			c->bin_names[kept++] = c->bin_names[i];
	c->bin_count = kept;
	return true;
}

const struct crate *
crate_read(struct arena *a, struct fault *f, const struct crate_upload *upload)
{
	struct reader r = { .arena = a, .fault = f, .upload = upload, .crate = arena_new(a, struct crate) };

	r.prefix = arena_printf(a, "%.*s-%.*s", (int)upload->name.len, upload->name.at,
		(int)upload->version.len, upload->version.at);
	r.prefix_len = strlen(r.prefix);
	if (!scan(&r) || !read_manifest(&r) || !check_identity(&r))
		return NULL;
	read_vcs_info(&r);
	return list_products(&r) ? r.crate : NULL;
}
