/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A zip read from its front, member by member, against its central directory;
 * see zip.h. (APPNOTE.TXT 6.3.10 §4.3.7, §4.4)
 */
#include "formats/zip_walk.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/text.h"
#include "formats/zip_record.h"

/* Read at once: most headers are much shorter, and many members too. */
#define WINDOW_STEP 4096
#define WINDOW_SIZE (ZIP_LOCAL_SIZE + 2 * ZIP_TEXT_MAX)

/* Deflate makes no more than this of a byte, and some bytes of nothing. */
#define DEFLATE_RATIO 1032

struct walk {
	struct zip *zip;
	bool *seen;			/* of the members, by their place */
	uint64_t at;			/* of the next local header */
	uint64_t window_at;
	size_t window_len;
	char window[WINDOW_SIZE];
};

/* ---- names ---- */

static int
fold(char c)
{
	return c == '\\' ? '/' : (unsigned char)c;
}

static int
compare_names(struct span a, struct span b)
{
	size_t len = a.len < b.len ? a.len : b.len;

	for (size_t i = 0; i < len; i++)
		if (fold(a.at[i]) != fold(b.at[i]))
			return fold(a.at[i]) - fold(b.at[i]);
	return a.len < b.len ? -1 : a.len > b.len;
}

/* Of those of one name the first in the file first. */
static int
compare_members(const void *a, const void *b)
{
	const struct zip_member *x = a, *y = b;
	int order = compare_names(x->name, y->name);

	return order != 0 ? order : (x->offset > y->offset) - (x->offset < y->offset);
}

/* The first of that name. */
static struct zip_member *
find(const struct zip *z, struct span name)
{
	size_t low = 0, high = z->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_names(z->members[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < z->count && compare_names(z->members[low].name, name) == 0 ? &z->members[low] : NULL;
}

const struct zip_member *
zip_find(const struct zip *z, struct span name)
{
	return find(z, name);
}

/* Nothing empty, "." or ".." between slashes, but for the end of a directory's name. */
static bool
is_plain_path(struct span name)
{
	size_t start = 0;

	if (name.len >= 2 && is_alpha(name.at[0]) && name.at[1] == ':')
		return false;
	for (size_t i = 0; i <= name.len; i++) {
		struct span part = span_make(name.at + start, i - start);

		if (i < name.len && fold(name.at[i]) != '/')
			continue;
		if (part.len == 0 && (i < name.len || i == 0))
			return false;
		if (span_is(part, ".") || span_is(part, ".."))
			return false;
		start = i + 1;
	}
	return true;
}

static bool
is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] >= 0x80)
			return false;
	return true;
}

static bool
has_control_character(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < 32 || s.at[i] == 127)
			return true;
	return false;
}

static const char *
check_name(const struct zip_member *m)
{
	if (has_control_character(m->name))
		return "Invalid character in filename";
	if (!text_is_utf8(m->name))
		return "Filename not unicode";
	/* Without the flag it is in code page 437, for those who know; others see other names. */
	if (!(m->flags & ZIP_FLAG_UTF8) && !is_ascii(m->name))
		return "Filename not in central directory";
	return is_plain_path(m->name) ? NULL : "Filename is not a plain path";
}

/* ---- the directory alone ---- */

static const char *
check_entry(const struct zip_member *m)
{
	if (m->flags & (ZIP_FLAG_ENCRYPTED | ZIP_FLAG_STRONG | ZIP_FLAG_MASKED | ZIP_FLAG_PATCH))
		return "Encrypted member";
	if (m->flags & ZIP_FLAG_DESCRIPTOR)
		return "ZIP contains a data descriptor";
	if (m->method == ZIP_STORED && m->size != m->packed)
		return "Mis-matched data size";
	if (m->method == ZIP_DEFLATED && m->size / DEFLATE_RATIO > m->packed)
		return "Mis-matched file size";
	return check_name(m);
}

static enum zip_status
check_directory(struct zip *z)
{
	if (z->count > 0)
		qsort(z->members, z->count, sizeof(*z->members), compare_members);
	for (size_t i = 0; i < z->count; i++) {
		const char *wrong = check_entry(&z->members[i]);

		if (wrong)
			return zip_refuse(z, wrong);
	}
	return ZIP_GOOD;
}

/* ---- from the front ---- */

/* LEN bytes at W->at, which are within the file. */
static enum zip_status
look(struct walk *w, size_t len, const char **bytes)
{
	uint64_t skipped = w->at - w->window_at;

	if (w->at < w->window_at || skipped > w->window_len || len > w->window_len - skipped) {
		uint64_t left = w->zip->length - w->at;

		w->window_len = len > WINDOW_STEP ? len : WINDOW_STEP;
		if (w->window_len > left)
			w->window_len = (size_t)left;
		w->window_at = w->at;
		skipped = 0;
		if (zip_get(w->zip, w->at, w->window, w->window_len) != ZIP_GOOD)
			return ZIP_FAILED;
	}
	*bytes = w->window + skipped;
	return ZIP_GOOD;
}

/* The local header at W->at, which ends before the directory begins. */
static enum zip_status
read_header(struct walk *w, struct zip_header *h)
{
	uint64_t left = w->zip->directory - w->at;
	size_t len = ZIP_LOCAL_SIZE;
	const char *bytes;
	const char *wrong;

	if (left < ZIP_LOCAL_SIZE)
		return zip_refuse(w->zip, "Unknown record signature");
	if (look(w, len, &bytes) != ZIP_GOOD)
		return ZIP_FAILED;
	if (zip_record_kind(span_make(bytes, len)) == ZIP_LOCAL) {
		len = zip_local_length(bytes);
		if (len > left)
			return zip_refuse(w->zip, "Malformed zip file");
		if (look(w, len, &bytes) != ZIP_GOOD)
			return ZIP_FAILED;
	}
	wrong = zip_local_parse(span_make(bytes, len), h);
	return wrong ? zip_refuse(w->zip, wrong) : ZIP_GOOD;
}

static const char *
compare_headers(const struct walk *w, const struct zip_header *h, const struct zip_member *m)
{
	static const uint16_t telling = ZIP_FLAG_ENCRYPTED | ZIP_FLAG_DESCRIPTOR | ZIP_FLAG_PATCH |
					ZIP_FLAG_STRONG | ZIP_FLAG_UTF8 | ZIP_FLAG_MASKED;

	if (h->flags & ZIP_FLAG_DESCRIPTOR)
		return "ZIP contains a data descriptor";
	if (!m)
		return "Filename not in central directory";
	if (w->seen[m - w->zip->members])
		return "Duplicate filename in local headers";
	if (!span_equal(h->name, m->name))
		return "Filename not in central directory";
	if (h->packed != m->packed)
		return "Mis-matched data size";
	if (h->size != m->size)
		return "Mis-matched file size";
	if (h->method != m->method || (h->flags & telling) != (m->flags & telling))
		return "Mis-matched compression";
	if (h->crc32 != m->crc32)
		return "Mis-matched checksum";
	return m->offset == w->at ? NULL : "Mis-matched offset";
}

static enum zip_status
step(struct walk *w)
{
	struct zip_header h;
	struct zip_member *m;
	enum zip_status status = read_header(w, &h);
	const char *wrong;

	if (status != ZIP_GOOD)
		return status;
	if (has_control_character(h.name))
		return zip_refuse(w->zip, "Invalid character in filename");
	m = find(w->zip, h.name);
	wrong = compare_headers(w, &h, m);
	if (wrong)
		return zip_refuse(w->zip, wrong);
	w->seen[m - w->zip->members] = true;
	w->at += h.total;
	m->data = w->at;
	if (m->packed > w->zip->directory - w->at)
		return zip_refuse(w->zip, "Malformed zip file");
	w->at += m->packed;
	return ZIP_GOOD;
}

/* Behind the last member: nothing is there twice, nothing is left over. */
static const char *
check_complete(const struct walk *w)
{
	const struct zip *z = w->zip;

	for (size_t i = 1; i < z->count; i++)
		if (compare_names(z->members[i - 1].name, z->members[i].name) == 0)
			return "Duplicate filename in central directory";
	for (size_t i = 0; i < z->count; i++)
		if (!w->seen[i])
			return "Missing filename in local headers";
	return z->stated_directory == z->directory ? NULL : "Mismatched central directory offset";
}

enum zip_status
zip_check(struct arena *a, struct zip *z)
{
	enum zip_status status = check_directory(z);
	const char *wrong;
	struct walk *w;

	if (status != ZIP_GOOD)
		return status;
	w = arena_alloc(a, sizeof(*w));
	w->zip = z;
	w->seen = arena_zalloc(a, z->count + 1, sizeof(*w->seen));
	w->at = 0;
	w->window_at = 0;
	w->window_len = 0;
	while (w->at < z->directory) {
		status = step(w);
		if (status != ZIP_GOOD)
			return status;
	}
	wrong = check_complete(w);
	return wrong ? zip_refuse(z, wrong) : ZIP_GOOD;
}
