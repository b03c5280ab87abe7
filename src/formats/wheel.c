/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in a wheel; see the header.
 */
#include "formats/wheel.h"

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "formats/distribution.h"
#include "formats/distribution_archive.h"
#include "formats/entry_points.h"

/* Nobody has as many entry points. */
#define ENTRY_POINTS_MAX ((uint64_t)1 << 20)

static const char dist_info[] = ".dist-info";

/* The member of that name in the directory; NULL: there is none. */
static const struct zip_member *
find_inside(struct arena *a, const struct wheel *w, const char *name)
{
	return zip_find(&w->zip, span_of(arena_printf(a, "%s/%s", w->dist_info, name)));
}

bool
wheel_open(struct arena *a, struct fault *f, const struct distribution_new *in, struct wheel *out)
{
	struct span rest = in->filename;
	struct span name = span_cut(&rest, '-');
	struct span version = span_cut(&rest, '-');

	*out = (struct wheel){ .zip = { .fd = in->fd, .length = in->size } };
	if (!distribution_open_zip(a, f, in, &out->zip))
		return false;
	if (!rest.at)
		return distribution_refuse(f, "Unable to parse name and version from wheel filename");
	out->dist_info = arena_printf(a, "%.*s-%.*s%s", (int)name.len, name.at, (int)version.len, version.at, dist_info);
	if (!distribution_check_zip(a, f, in, &out->zip))
		return false;
	return find_inside(a, out, "WHEEL") ||
	       fault_raise(f, FAULT_BAD_REQUEST, "Invalid distribution file. WHEEL not found at %s/WHEEL", out->dist_info);
}

/* ---- the files one by one ---- */

struct inside {
	struct arena *arena;
	struct fault *fault;
	const struct distribution_new *in;
	struct wheel *wheel;
};

static bool
check_licenses(const struct inside *i)
{
	const struct core_list *list = &i->in->license_files;
	const char *directory = arena_printf(i->arena, "%s/licenses", i->wheel->dist_info);

	for (size_t n = 0; n < list->count; n++) {
		struct span file = list->at[n];
		const char *path = arena_printf(i->arena, "%s/%.*s", directory, (int)file.len, file.at);

		if (!zip_find(&i->wheel->zip, span_of(path)))
			return distribution_refuse_license(i->fault, i->in, file, directory);
	}
	return true;
}

static bool
refuse_missing(const struct inside *i, const char *name)
{
	return fault_raise(i->fault, FAULT_BAD_REQUEST, "Wheel '%.*s' does not contain the required %s file: %s/%s",
			   (int)i->in->filename.len, i->in->filename.at, name, i->wheel->dist_info, name);
}

/* A character may lie on the border of two blocks. */
struct utf8_check {
	char carry[4];
	size_t carried;
	bool bad;
};

/* How many bytes at the end may be the beginning of a character. */
static size_t
open_end(struct span s)
{
	for (size_t back = 1; back <= 3 && back <= s.len; back++) {
		unsigned char c = (unsigned char)s.at[s.len - back];

		if (c < 0x80)
			return 0;
		if (c >= 0xc0)
			return back < (c >= 0xf0 ? 4u : c >= 0xe0 ? 3u : 2u) ? back : 0;
	}
	return 0;
}

static bool
check_block(void *arg, struct span block)
{
	struct utf8_check *c = arg;
	size_t open;

	/* Complete the character that the block before began. */
	while (c->carried > 0 && block.len > 0) {
		c->carry[c->carried++] = block.at[0];
		block = span_skip(block, 1);
		if (open_end(span_make(c->carry, c->carried)) < c->carried) {
			c->bad = c->bad || !text_is_utf8(span_make(c->carry, c->carried));
			c->carried = 0;
		}
	}
	open = open_end(block);
	if (open > 0)
		memcpy(c->carry, block.at + block.len - open, open);
	if (block.len > 0)
		c->carried = open;
	c->bad = c->bad || !text_is_utf8(span_make(block.at, block.len - open));
	return !c->bad;
}

/* What it lists is not compared: the public index accepts wheels whose list is wrong, and so do installers. */
static bool
check_record(const struct inside *i)
{
	const struct zip_member *record = find_inside(i->arena, i->wheel, "RECORD");
	struct utf8_check check = { .carried = 0 };
	const struct zip_output to = { check_block, &check };
	enum zip_status status = record ? zip_stream(i->arena, &i->wheel->zip, record, &to) : ZIP_REFUSED;

	if (status == ZIP_FAILED)
		return distribution_unreadable(i->fault);
	return (status == ZIP_GOOD && !check.bad && check.carried == 0) || refuse_missing(i, "RECORD");
}

static bool
check_entry_points(const struct inside *i)
{
	struct zip_wanted w = {
		.member = find_inside(i->arena, i->wheel, "entry_points.txt"), .limit = ENTRY_POINTS_MAX,
	};
	enum zip_status status;

	if (!w.member)
		return true;
	status = zip_read(i->arena, &i->wheel->zip, &w);
	if (status == ZIP_FAILED)
		return distribution_unreadable(i->fault);
	return (status == ZIP_GOOD && entry_points_are_valid(w.bytes)) ||
	       fault_raise(i->fault, FAULT_BAD_REQUEST,
			   "Wheel '%.*s' has invalid entry points defined in the entry_points.txt file",
			   (int)i->in->filename.len, i->in->filename.at);
}

static bool
read_metadata(const struct inside *i, struct span *metadata)
{
	struct zip_wanted w = {
		.member = find_inside(i->arena, i->wheel, "METADATA"), .limit = DISTRIBUTION_MAX_METADATA,
	};

	if (!w.member)
		return refuse_missing(i, "METADATA");
	if (!distribution_read_member(i->arena, i->fault, i->in, &i->wheel->zip, &w))
		return false;
	*metadata = w.bytes;
	return true;
}

/* Installers look for the directory by its ending, and have to find this one. */
static bool
check_directories(const struct inside *i)
{
	const struct zip *z = &i->wheel->zip;
	struct span ours = span_of(i->wheel->dist_info);
	struct span ending = span_of(dist_info);

	for (size_t n = 0; n < z->count; n++) {
		struct span rest = z->members[n].name;
		struct span first = span_cut(&rest, '/');

		first = span_cut(&first, '\\');
		if (first.len < ending.len || !span_equal(span_skip(first, first.len - ending.len), ending))
			continue;
		if (!span_equal(first, ours))
			return fault_raise(i->fault, FAULT_BAD_REQUEST, "Wheel '%.*s' has more than one .dist-info directory",
					   (int)i->in->filename.len, i->in->filename.at);
	}
	return true;
}

bool
wheel_check(struct arena *a, struct fault *f, const struct distribution_new *in, struct wheel *w,
	struct span *metadata)
{
	const struct inside i = { a, f, in, w };

	return check_licenses(&i) && check_record(&i) && check_entry_points(&i) && read_metadata(&i, metadata) &&
	       check_directories(&i);
}
