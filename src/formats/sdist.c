/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The archive of an sdist; see the header. A tar is read once when its top
 * directory is what the first member lets expect, else twice.
 */
#include "formats/sdist.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/fault.h"
#include "formats/distribution.h"
#include "formats/distribution_archive.h"
#include "formats/gunzip.h"
#include "formats/tar.h"
#include "formats/tarcheck.h"
#include "formats/zip.h"

#define PKG_INFO "PKG-INFO"

static const char no_top[] = "Incorrect number of top-level directories in sdist";

/* ---- paths ---- */

/*
 * Write the path without "." and empty parts to PLAIN, which has room for it
 * and a NUL; false when it is absolute or goes up.
 */
static bool
make_plain(struct span path, char *plain, struct span *out)
{
	size_t len = 0;

	if (path.len > 0 && path.at[0] == '/')
		return false;
	while (path.at) {
		struct span part = span_cut(&path, '/');

		if (span_is(part, ".."))
			return false;
		if (part.len == 0 || span_is(part, "."))
			continue;
		if (len > 0)
			plain[len++] = '/';
		memcpy(plain + len, part.at, part.len);
		len += part.len;
	}
	plain[len] = '\0';
	*out = span_make(plain, len);
	return true;
}

/* The longest path that both are or are below. */
static size_t
common_length(struct span a, struct span b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	size_t same = 0, whole = 0;

	while (same < len && a.at[same] == b.at[same]) {
		if (a.at[same] == '/')
			whole = same;
		same++;
	}
	if (same == len && (a.len == b.len || (a.len > b.len ? a : b).at[same] == '/'))
		return same;
	return whole;
}

/* PATH below TOP; at == NULL when it is not below. */
static struct span
below(struct span top, struct span path)
{
	if (path.len <= top.len + 1 || memcmp(path.at, top.at, top.len) != 0 || path.at[top.len] != '/')
		return span_make(NULL, 0);
	return span_skip(path, top.len + 1);
}

/* Whether a link in a directory DEPTH below the root leads to somewhere below the root. */
static bool
stays_inside(struct span target, size_t depth)
{
	if (target.len == 0 || target.at[0] == '/')
		return false;
	while (target.at) {
		struct span part = span_cut(&target, '/');

		if (part.len == 0 || span_is(part, "."))
			continue;
		if (!span_is(part, ".."))
			depth++;
		else if (depth-- == 0)
			return false;
	}
	return true;
}

static size_t
count_slashes(struct span path)
{
	size_t count = 0;

	for (size_t i = 0; i < path.len; i++)
		count += path.at[i] == '/';
	return count;
}

/* ---- license files ---- */

struct wanted {
	struct span path;
	size_t place;			/* in the list as declared */
	bool found;
};

struct licenses {
	struct wanted *wanted;		/* by path */
	size_t count;
};

static int
compare_wanted(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;
	size_t len = x->path.len < y->path.len ? x->path.len : y->path.len;
	int order = len > 0 ? memcmp(x->path.at, y->path.at, len) : 0;

	return order != 0 ? order : (x->path.len > y->path.len) - (x->path.len < y->path.len);
}

static void
want_licenses(struct arena *a, const struct core_list *list, struct licenses *out)
{
	out->count = list->count;
	out->wanted = arena_zalloc(a, list->count + 1, sizeof(*out->wanted));
	for (size_t i = 0; i < list->count; i++)
		out->wanted[i] = (struct wanted){ .path = list->at[i], .place = i };
	if (list->count > 0)
		qsort(out->wanted, out->count, sizeof(*out->wanted), compare_wanted);
}

static void
note_license(struct licenses *l, struct span path)
{
	const struct wanted key = { .path = path };
	struct wanted *hit = NULL;

	if (l->count > 0)
		hit = bsearch(&key, l->wanted, l->count, sizeof(key), compare_wanted);
	/* Declared twice: equal ones are neighbours. */
	for (struct wanted *w = hit; w && w < l->wanted + l->count && compare_wanted(w, hit) == 0; w++)
		w->found = true;
	for (struct wanted *w = hit; w && w >= l->wanted && compare_wanted(w, hit) == 0; w--)
		w->found = true;
}

/* The first of those not found, in the order declared. */
static struct span
missing_license(const struct licenses *l)
{
	const struct wanted *first = NULL;

	for (size_t i = 0; i < l->count; i++)
		if (!l->wanted[i].found && (!first || l->wanted[i].place < first->place))
			first = &l->wanted[i];
	return first ? first->path : span_make(NULL, 0);
}

/* ---- a gzipped tar ---- */

struct pass {
	struct arena *arena;
	struct fault *fault;
	const struct distribution_new *in;
	struct sdist *out;
	struct licenses licenses;
	struct span top;		/* PKG-INFO is looked for in it; at == NULL: the first part of the first path */
	struct span common;		/* of all paths so far, in COMMON_TEXT; at == NULL: none yet */
	uint64_t count;
	size_t pkg_infos;
	char path_text[TAR_PATH_MAX + 1];
	char common_text[TAR_PATH_MAX + 1];
};

static void
narrow(struct pass *p, struct span path)
{
	if (p->common.at) {
		p->common.len = common_length(p->common, path);
		return;
	}
	memcpy(p->common_text, path.at, path.len);
	p->common = span_make(p->common_text, path.len);
	if (!p->top.at) {
		struct span rest = path, first = span_cut(&rest, '/');

		p->top = span_make(arena_dup(p->arena, first.at, first.len), first.len);
	}
}

static bool
read_pkg_info(struct pass *p, struct tar *tar, const struct tar_entry *e)
{
	enum tar_status status;

	if (e->type != '0')
		return true;
	if (p->pkg_infos++ > 0)
		return distribution_refuse_archive(p->fault, p->in, "tar", "Duplicate " PKG_INFO);
	if (e->size > DISTRIBUTION_MAX_METADATA)
		return distribution_refuse(p->fault, PKG_INFO " is larger than 4 MiB");
	status = tar_read(tar, p->arena, &p->out->pkg_info);
	return status == TAR_ENTRY || distribution_refuse(p->fault, "File is not a tarfile");
}

static bool
check_type(struct pass *p, const struct tar_entry *e, struct span path)
{
	if (e->type == 'S')
		return distribution_refuse_archive(p->fault, p->in, "tar", "Sparse members are not allowed");
	if (e->type != '0' && e->type != '1' && e->type != '2' && e->type != '5')
		return distribution_refuse_archive(p->fault, p->in, "tar", "Special files are not allowed");
	/* The target of a hard link is a path of the archive, that of a symbolic one begins where the link is. */
	if (e->target && !stays_inside(span_of(e->target), e->type == '2' ? count_slashes(path) : 0))
		return distribution_refuse_archive(p->fault, p->in, "tar", "Links must not lead outside");
	return true;
}

static bool
check_entry(struct pass *p, struct tar *tar, const struct tar_entry *e)
{
	struct span path, name;

	if (++p->count > distribution_max_entries(p->in))
		return distribution_refuse(p->fault, "File has too many members");
	if (!make_plain(span_of(e->path), p->path_text, &path))
		return e->path[0] == '/' ? distribution_refuse(p->fault, no_top) :
		       distribution_refuse_archive(p->fault, p->in, "tar", "Paths must not lead outside");
	narrow(p, path);
	if (!check_type(p, e, path))
		return false;
	name = below(p->top, path);
	if (name.at)
		note_license(&p->licenses, name);
	return !span_is(name, PKG_INFO) || read_pkg_info(p, tar, e);
}

static bool
refuse_status(struct pass *p, enum tar_status status)
{
	switch (status) {
	case TAR_FAILED:
		return distribution_unreadable(p->fault);
	case TAR_LARGE:
		return distribution_refuse(p->fault, "File is too large when unpacked");
	case TAR_SPARSE:
		return distribution_refuse_archive(p->fault, p->in, "tar", "Sparse members are not allowed");
	default:
		return distribution_refuse(p->fault, "File is not a tarfile");
	}
}

static bool
read_tar(struct pass *p)
{
	uint64_t limit = p->in->policy->max_unpacked;
	struct gunzip *source = gunzip_new(p->arena, p->in->fd, 0, p->in->size, limit > 0 ? limit : UINT64_MAX);
	struct tar *tar = tar_new_allowing(p->arena, source, TAR_SYMBOLIC_LINKS | TAR_HARD_LINKS | TAR_GLOBAL_HEADERS);
	enum tar_status status;
	struct tar_entry entry;

	want_licenses(p->arena, &p->in->license_files, &p->licenses);
	while ((status = tar_next(tar, &entry)) == TAR_ENTRY)
		if (!check_entry(p, tar, &entry))
			return false;
	return status == TAR_END || refuse_status(p, status);
}

static struct pass *
new_pass(struct arena *a, struct fault *f, const struct distribution_new *in, struct sdist *out)
{
	struct pass *p = arena_new(a, struct pass);

	p->arena = a;
	p->fault = f;
	p->in = in;
	p->out = out;
	return p;
}

static bool
finish(struct pass *p)
{
	p->out->top = p->top;
	if (p->pkg_infos == 0)
		return fault_raise(p->fault, FAULT_BAD_REQUEST, "Invalid distribution file. " PKG_INFO
				   " not found at %.*s/" PKG_INFO, (int)p->top.len, p->top.at);
	p->out->missing = missing_license(&p->licenses);
	return true;
}

static bool
open_tar(struct arena *a, struct fault *f, const struct distribution_new *in, struct sdist *out)
{
	struct pass *p = new_pass(a, f, in, out);
	struct pass *again;

	if (!read_tar(p))
		return false;
	if (p->common.len == 0)
		return distribution_refuse(f, no_top);
	if (span_equal(p->common, p->top))
		return finish(p);
	again = new_pass(a, f, in, out);
	again->top = p->common;
	return read_tar(again) && finish(again);
}

/* ---- a zip ---- */

/* What all names have in common; they are plain already, but for backslashes and a slash at the end. */
static struct span
zip_top(struct arena *a, const struct zip *z)
{
	char *scratch = arena_alloc(a, ZIP_NAME_MAX + 1);
	struct span common = { NULL, 0 };

	for (size_t i = 0; i < z->count; i++) {
		struct span path = z->members[i].name;

		memcpy(scratch, path.at, path.len);
		for (size_t at = 0; at < path.len; at++)
			if (scratch[at] == '\\')
				scratch[at] = '/';
		path.at = scratch;
		if (path.len > 0 && scratch[path.len - 1] == '/')
			path.len--;
		if (!common.at)
			common = span_make(arena_dup(a, scratch, path.len), path.len);
		common.len = common_length(common, path);
	}
	return common;
}

static struct span
member_path(struct arena *a, struct span top, struct span name)
{
	return span_of(arena_printf(a, "%.*s/%.*s", (int)top.len, top.at, (int)name.len, name.at));
}

static bool
open_zip(struct arena *a, struct fault *f, const struct distribution_new *in, struct sdist *out)
{
	struct zip z = { .fd = in->fd, .length = in->size };
	struct zip_wanted w = { .limit = DISTRIBUTION_MAX_METADATA };

	if (!distribution_open_zip(a, f, in, &z) || !distribution_check_zip(a, f, in, &z))
		return false;
	out->top = zip_top(a, &z);
	if (out->top.len == 0)
		return distribution_refuse(f, no_top);
	w.member = zip_find(&z, member_path(a, out->top, SPAN(PKG_INFO)));
	if (!w.member)
		return fault_raise(f, FAULT_BAD_REQUEST, "Invalid distribution file. " PKG_INFO " not found at %.*s/" PKG_INFO,
				   (int)out->top.len, out->top.at);
	if (!distribution_read_member(a, f, in, &z, &w))
		return false;
	out->pkg_info = w.bytes;
	for (size_t i = 0; i < in->license_files.count && !out->missing.at; i++)
		if (!zip_find(&z, member_path(a, out->top, in->license_files.at[i])))
			out->missing = in->license_files.at[i];
	return true;
}

bool
sdist_open(struct arena *a, struct fault *f, const struct distribution_new *in, struct sdist *out)
{
	static const char tar_gz[] = ".tar.gz";
	size_t len = sizeof(tar_gz) - 1;

	*out = (struct sdist){ .top = { NULL, 0 } };
	if (in->filename.len >= len && span_is(span_skip(in->filename, in->filename.len - len), tar_gz))
		return distribution_check_no_zip(a, f, in) && open_tar(a, f, in, out);
	return open_zip(a, f, in, out);
}
