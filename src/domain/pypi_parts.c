/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of a Python project's pages; see the header. There are three orders:
 * the simple pages go by version, `releases` of the JSON by the text of the
 * version, `urls` of the JSON are the files of one release by name. Each order is cut by
 * itself; both simple pages and the list of versions are cut at the same places.
 *
 * A part depends on nothing but its own files, and on whether the file before
 * its first one is of the same release: what closes the list of a release is
 * written by what follows.
 */
#include "domain/pypi_parts.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/pypi_project.h"
#include "index/pypi_json.h"
#include "index/pypi_simple.h"

/* A page of so many files is in one piece: parts are joined at every read. */
#define PIECE_MAX 128
/* A part with more is cut, because it is written at every upload. */
#define PART_MAX 64
/* Written from scratch they have room to grow. */
#define PART_FRESH 48

/* The first byte of a part's key says which sequence of entries it is of. */
enum sequence {
	ENTRIES = 0,			/* files, or releases with their files */
	BETWEEN = 1,			/* of the simple page pypi_index.c writes it; of the JSON: whose urls follow */
	SECOND = 2			/* versions; urls */
};

/* All keys of the sequence are before that one's. */
static enum sequence
after(enum sequence s)
{
	return (enum sequence)(s + 1);
}

/*
 * Where a part begins: a release, and in it the file of that name, "" being
 * before all of them. The key is the version, a zero and the name; that of a
 * sequence's first part is empty.
 */
struct place {
	struct span version;		/* as the order has it */
	struct span filename;
};

static struct span
whole(const struct buf *b)
{
	return span_make(buf_text(b), b->len);
}

static struct span
key_of(struct arena *a, const struct place *at)
{
	struct buf b = buf_on(a);

	buf_put_span(&b, at->version);
	buf_putc(&b, '\0');
	buf_put_span(&b, at->filename);
	return whole(&b);
}

/* File names have no zero. */
static struct place
place_of(struct span key)
{
	const char *zero = key.len > 0 ? memrchr(key.at, '\0', key.len) : NULL;
	size_t length = zero ? (size_t)(zero - key.at) : 0;

	return zero ? (struct place){ span_make(key.at, length), span_skip(key, length + 1) }
		    : (struct place){ SPAN(""), SPAN("") };
}

/* As it is stored. */
static struct arg
stored_key(struct arena *a, enum sequence sequence, struct span key)
{
	struct buf b = buf_on(a);

	buf_putc(&b, (char)sequence);
	buf_put_span(&b, key);
	return bytes(b.at, b.len);
}

/* ---- rendering ---- */

/* Neighbouring files; a release without one is a row without a file name. */
struct range {
	const struct pypi_file *files;
	size_t count;
	bool first;			/* nothing is before it */
	bool continues;			/* before it is a file of the release that its first one is of */
};

/* Whether a release begins with the row. */
static bool
begins(const struct range *r, size_t i)
{
	return i == 0 ? !r->continues : r->files[i].release_id != r->files[i - 1].release_id;
}

/* Behind the last row of the release that a row is of. */
static size_t
end_of_release(const struct range *r, size_t from)
{
	size_t to = from + 1;

	while (to < r->count && r->files[to].release_id == r->files[from].release_id)
		to++;
	return to;
}

static void
comma(struct buf *b, const struct range *r)
{
	if (!r->first || b->len > 0)
		buf_putc(b, ',');
}

static void
render_simple(struct work *w, const struct pypi_site *site, const struct range *r, struct pypi_entries *out)
{
	struct buf html = buf_on(w->arena), simple = buf_on(w->arena), versions = buf_on(w->arena);

	for (size_t i = 0; i < r->count; i++) {
		const struct pypi_file *f = &r->files[i];

		pypi_simple_html_file(&html, site, f);
		comma(&simple, r);
		pypi_simple_json_file(&simple, site, f);
		if (!begins(r, i))
			continue;
		comma(&versions, r);
		pypi_put_member(&versions, "", f->version);
	}
	out->html = whole(&html);
	out->simple = whole(&simple);
	out->versions = whole(&versions);
}

static void
render_json(struct work *w, const struct pypi_site *site, const struct range *r, struct pypi_entries *out)
{
	struct buf json = buf_on(w->arena);

	for (size_t i = 0; i < r->count; i++) {
		bool new = begins(r, i);

		if (new)
			pypi_json_release(&json, r->files[i].version, r->first && i == 0);
		if (!r->files[i].filename)
			continue;
		if (!new)
			buf_putc(&json, ',');
		pypi_json_file(&json, site, &r->files[i]);
	}
	out->json = whole(&json);
}

static void
render_urls(struct work *w, const struct pypi_site *site, const struct range *r, struct pypi_entries *out)
{
	struct buf urls = buf_on(w->arena);

	for (size_t i = 0; i < r->count; i++) {
		comma(&urls, r);
		pypi_json_file(&urls, site, &r->files[i]);
	}
	out->urls = whole(&urls);
}

/* ---- the orders ---- */

static bool
find_files(struct work *w, const struct pypi_parts *p, const struct place *from, const struct place *to,
	   struct rows *out)
{
	return db_many(w, Q_PYPI_INDEX_FILES, &pypi_file_row,
		       ARGS(num(p->package_id), bytes(from->version.at, from->version.len), text_span(from->filename),
			    bytes(to->version.at, to->version.len), text_span(to->filename)), out);
}

static bool
find_releases(struct work *w, const struct pypi_parts *p, const struct place *from, const struct place *to,
	      struct rows *out)
{
	return db_many(w, Q_PYPI_INDEX_RELEASES, &pypi_file_row,
		       ARGS(num(p->package_id), text_span(from->version), text_span(from->filename),
			    text_span(to->version), text_span(to->filename)), out);
}

static bool
find_urls(struct work *w, const struct pypi_parts *p, const struct place *from, const struct place *to,
	  struct rows *out)
{
	/* Behind the release is behind all of its files. */
	struct span last = to->version.len > 0 ? span_make(NULL, 0) : to->filename;

	return db_many(w, Q_PYPI_INDEX_URLS, &pypi_file_row,
		       ARGS(num(p->shown ? p->shown->id : 0), text_span(from->filename), text_span(last)), out);
}

static struct span
version_key_of(const struct pypi_file *f)
{
	return f->version_key;
}

static struct span
version_of(const struct pypi_file *f)
{
	return span_of(f->version);
}

static struct span
no_version(const struct pypi_file *f)
{
	(void)f;
	return SPAN("");
}

static bool
put_simple(struct work *w, const struct pypi_parts *p, struct span key, const struct pypi_entries *e)
{
	struct arg entries = stored_key(w->arena, ENTRIES, key);

	return db_exec(w, Q_PYPI_INDEX_PART_PUT,
		       ARGS(num(p->repository_id), text(p->html), entries, bytes(e->html.at, e->html.len),
			    text(p->simple), entries, bytes(e->simple.at, e->simple.len),
			    text(p->simple), stored_key(w->arena, SECOND, key),
			    bytes(e->versions.at, e->versions.len)), NULL);
}

static bool
put_one(struct work *w, const struct pypi_parts *p, struct arg key, struct span body)
{
	return db_exec(w, Q_PYPI_INDEX_PART_PUT,
		       ARGS(num(p->repository_id), text(p->json), key, bytes(body.at, body.len),
			    text(NULL), bytes(NULL, 0), bytes(NULL, 0), text(NULL), bytes(NULL, 0), bytes(NULL, 0)),
		       NULL);
}

static bool
put_json(struct work *w, const struct pypi_parts *p, struct span key, const struct pypi_entries *e)
{
	return put_one(w, p, stored_key(w->arena, ENTRIES, key), e->json);
}

static bool
put_urls(struct work *w, const struct pypi_parts *p, struct span key, const struct pypi_entries *e)
{
	return put_one(w, p, stored_key(w->arena, SECOND, key), e->urls);
}

/* What differs between the orders. */
struct order {
	bool simple;			/* else it is of the JSON */
	enum sequence sequence;
	struct place last;		/* behind every file */
	bool (*find)(struct work *, const struct pypi_parts *, const struct place *from, const struct place *to,
		     struct rows *);
	struct span (*version)(const struct pypi_file *);
	void (*render)(struct work *, const struct pypi_site *, const struct range *, struct pypi_entries *);
	bool (*put)(struct work *, const struct pypi_parts *, struct span key, const struct pypi_entries *);
};

static const struct order by_version = {
	true, ENTRIES, { { "\377", 1 }, { "", 0 } }, find_files, version_key_of, render_simple, put_simple
};
static const struct order by_text = {
	false, ENTRIES, { { "~", 1 }, { "", 0 } }, find_releases, version_of, render_json, put_json
};
static const struct order by_name = {
	false, SECOND, { { "~", 1 }, { "", 0 } }, find_urls, no_version, render_urls, put_urls
};

static bool *
in_parts(const struct order *o, struct pypi_entries *e)
{
	return o->simple ? &e->simple_in_parts : o->sequence == ENTRIES ? &e->json_in_parts : &e->urls_in_parts;
}

/* ---- parts ---- */

static struct arg
paths_of(struct arena *a, const struct pypi_parts *p, const struct order *o)
{
	struct span *paths = arena_zalloc(a, 2, sizeof(*paths));

	paths[0] = span_of(o->simple ? p->html : p->json);
	paths[1] = span_of(p->simple);
	return text_array(paths, o->simple ? 2 : 1);
}

/* Parts whose keys are from the one on and before the other; TO.at == NULL: all behind it. */
struct extent {
	struct span from;
	struct span to;
};
static const struct column extent_columns[] = { COLUMN(extent, from), COLUMN(extent, to), COLUMNS_END };
static const struct row_type extent_row = ROW_TYPE(extent, extent_columns);

static const struct extent everything = { { "", 0 }, { NULL, 0 } };

static struct arg
end_key(struct arena *a, enum sequence sequence, const struct extent *e)
{
	return e->to.at ? stored_key(a, sequence, e->to) : stored_key(a, after(sequence), SPAN(""));
}

static bool
remove_parts(struct work *w, const struct pypi_parts *p, const struct order *o, const struct extent *e)
{
	struct arena *a = w->arena;
	enum sequence second = o->simple ? SECOND : o->sequence;

	return db_exec(w, Q_PYPI_INDEX_PARTS_DELETE,
		       ARGS(num(p->repository_id), paths_of(a, p, o), stored_key(a, o->sequence, e->from),
			    end_key(a, o->sequence, e), stored_key(a, second, e->from), end_key(a, second, e)), NULL);
}

/* With what depends on them: between a page's sequences is something, and the JSON's second needs its first. */
static bool
clear_parts(struct work *w, const struct pypi_parts *p, const struct order *o)
{
	enum sequence from = o->sequence == SECOND ? BETWEEN : ENTRIES;

	return db_exec(w, Q_PYPI_INDEX_PARTS_CLEAR,
		       ARGS(num(p->repository_id), paths_of(w->arena, p, o), stored_key(w->arena, from, SPAN(""))),
		       NULL);
}

/* Where to end a part that begins with a row: with a release, or within one that is too large. */
static size_t
end_of_part(const struct range *r, size_t at, size_t each)
{
	size_t to = r->count - at > each ? at + each : r->count;
	size_t end = end_of_release(r, to - 1);

	return end - at <= PART_MAX ? end : to;
}

/* Store a range as one part, or as several of about as many files; the first one under the key FROM. */
static bool
store_parts(struct work *w, const struct pypi_parts *p, const struct order *o, struct span from, const struct range *r)
{
	size_t parts = r->count <= PART_MAX ? 1 : (r->count + PART_FRESH - 1) / PART_FRESH;
	size_t each = (r->count + parts - 1) / parts;

	for (size_t at = 0, to = 0; at < r->count; at = to) {
		const struct pypi_file *f = &r->files[at];
		struct range part = { .files = f, .first = r->first && at == 0, .continues = !begins(r, at) };
		struct place place = { o->version(f), part.continues ? span_of(f->filename) : SPAN("") };
		struct pypi_entries e;

		to = end_of_part(r, at, each);
		part.count = to - at;
		o->render(w, p->site, &part, &e);
		if (!o->put(w, p, at == 0 ? from : key_of(w->arena, &place), &e))
			return false;
	}
	return true;
}

/* Whether there is a file of the same release before the first one: only where a release was cut. */
static bool
find_before(struct work *w, const struct place *from, struct range *r)
{
	int64_t count = 0;

	if (from->filename.len > 0 && r->count > 0 && r->files->filename &&
	    !db_int(w, Q_PYPI_INDEX_BEFORE, ARGS(num(r->files->release_id), text(r->files->filename)), &count))
		return false;
	r->continues = count > 0;
	return true;
}

static bool
find(struct work *w, const struct pypi_parts *p, const struct order *o, const struct extent *e, struct range *out)
{
	struct place from = place_of(e->from), to = e->to.at ? place_of(e->to) : o->last;
	struct rows rows;

	if (!o->find(w, p, &from, &to, &rows))
		return false;
	*out = (struct range){ .files = rows.at, .count = rows.count, .first = e->from.len == 0 };
	return find_before(w, &from, out);
}

static bool
put_between(struct work *w, const struct pypi_parts *p)
{
	struct buf b = buf_on(w->arena);

	pypi_json_between(&b);
	return put_one(w, p, stored_key(w->arena, BETWEEN, span_of(p->shown->version)), whole(&b));
}

static bool
render_all(struct work *w, const struct pypi_parts *p, const struct order *o, struct pypi_entries *out)
{
	struct range all;

	if (!find(w, p, o, &everything, &all))
		return false;
	o->render(w, p->site, &all, out);
	return true;
}

/* Everything anew, in one piece if it is not too much. */
static bool
write_all(struct work *w, const struct pypi_parts *p, const struct order *o, struct pypi_entries *out)
{
	struct range all;

	if (!clear_parts(w, p, o) || !find(w, p, o, &everything, &all))
		return false;
	*in_parts(o, out) = all.count > PIECE_MAX;
	if (all.count <= PIECE_MAX) {
		o->render(w, p->site, &all, out);
		return true;
	}
	return store_parts(w, p, o, SPAN(""), &all) && (o != &by_name || put_between(w, p));
}

/* ---- bringing them in line ---- */

/*
 * The parts of what was touched: a release, or one file of it when its name is
 * not empty; from.at == NULL: the page is in one piece.
 */
static bool
find_extent(struct work *w, const struct pypi_parts *p, const struct order *o, const struct place *t,
	    struct extent *out)
{
	struct arena *a = w->arena;
	struct buf past = buf_on(a);
	const struct extent *stored;

	buf_put_span(&past, key_of(a, t));
	/* The next possible name, or what is behind all names. */
	if (t->filename.len == 0)
		buf_truncate(&past, past.len - 1);
	buf_putc(&past, t->filename.len == 0 ? '\001' : '\0');
	stored = db_one(w, Q_PYPI_INDEX_PLACE, &extent_row,
			ARGS(num(p->repository_id), text(o->simple ? p->html : p->json),
			     stored_key(a, o->sequence, SPAN("")), stored_key(a, o->sequence, key_of(a, t)),
			     stored_key(a, o->sequence, whole(&past)), stored_key(a, after(o->sequence), SPAN(""))));
	if (!stored)
		return false;
	*out = (struct extent){
		stored->from.at ? span_skip(stored->from, 1) : stored->from,
		stored->to.at ? span_skip(stored->to, 1) : stored->to,
	};
	return true;
}

/*
 * Whether the release still has a file in the range. Before a cut within a
 * release is always one of its files, so nothing but the range has changed then.
 */
static bool
has_file(const struct order *o, const struct place *t, const struct range *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (span_equal(o->version(&r->files[i]), t->version))
			return true;
	return false;
}

/* Write the parts of the extent, which has these rows. */
static bool
rewrite(struct work *w, const struct pypi_parts *p, const struct order *o, const struct extent *e,
	const struct range *r)
{
	return remove_parts(w, p, o, e) && store_parts(w, p, o, e->from, r);
}

static bool
find_next(struct work *w, const struct pypi_parts *p, const struct order *o, struct extent *e)
{
	struct extent next;
	struct place to = place_of(e->to);

	if (!find_extent(w, p, o, &to, &next))
		return false;
	e->to = next.to;
	return true;
}

static bool
refresh_release(struct work *w, const struct pypi_parts *p, const struct order *o, const struct place *t,
		struct pypi_entries *out)
{
	const struct place release = { t->version, SPAN("") };
	struct extent e;
	struct range r;

	if (!find_extent(w, p, o, &release, &e))
		return false;
	if (!e.from.at)
		return write_all(w, p, o, out);
	if (!find(w, p, o, &e, &r))
		return false;
	/* The first part has to have an entry: others begin with a comma. */
	while (r.count == 0 && r.first && e.to.at)
		if (!find_next(w, p, o, &e) || !find(w, p, o, &e, &r))
			return false;
	if (r.count == 0 && r.first)
		return write_all(w, p, o, out);
	*in_parts(o, out) = true;
	return rewrite(w, p, o, &e, &r);
}

static bool
refresh(struct work *w, const struct pypi_parts *p, const struct order *o, const struct place *t,
	struct pypi_entries *out)
{
	struct extent e;
	struct range r;

	if (!t)
		return write_all(w, p, o, out);
	if (t->filename.len == 0)
		return refresh_release(w, p, o, t, out);
	if (!find_extent(w, p, o, t, &e))
		return false;
	if (!e.from.at)
		return write_all(w, p, o, out);
	if (!find(w, p, o, &e, &r))
		return false;
	if (!has_file(o, t, &r))
		return refresh_release(w, p, o, t, out);
	*in_parts(o, out) = true;
	return store_parts(w, p, o, e.from, &r);
}

struct urls_owner {
	const char *version;
};
static const struct column owner_columns[] = { COLUMN(urls_owner, version), COLUMNS_END };
static const struct row_type owner_row = ROW_TYPE(urls_owner, owner_columns);

/* Of the release that is shown: another one than before, or one that was not touched. */
static bool
refresh_urls(struct work *w, const struct pypi_parts *p, const struct pypi_release *release, const char *filename,
	     struct pypi_entries *out)
{
	const struct place t = { SPAN(""), span_of(filename ? filename : "") };
	const struct urls_owner *owner;

	/* What is in one piece is so altogether; without a release to show there is no document. */
	if (!out->json_in_parts || !p->shown)
		return render_all(w, p, &by_name, out);
	if (!release)
		return write_all(w, p, &by_name, out);
	owner = db_one(w, Q_PYPI_INDEX_URLS_OF, &owner_row, ARGS(num(p->repository_id), text(p->json)));
	if (fault_is_set(w->fault))
		return false;
	if (!owner || strcmp(owner->version, p->shown->version) != 0)
		return write_all(w, p, &by_name, out);
	out->urls_in_parts = true;
	return strcmp(release->version, p->shown->version) != 0 || refresh(w, p, &by_name, &t, out);
}

bool
pypi_parts_refresh(struct work *w, const struct pypi_parts *p, const struct pypi_release *release,
		   const char *filename, struct pypi_entries *out)
{
	struct span name = span_of(filename ? filename : "");
	struct place key, version;

	*out = (struct pypi_entries){ 0 };
	if (release) {
		key = (struct place){ release->version_key, name };
		version = (struct place){ span_of(release->version), name };
	}
	return refresh(w, p, &by_version, release ? &key : NULL, out) &&
	       refresh(w, p, &by_text, release ? &version : NULL, out) &&
	       refresh_urls(w, p, release, filename, out);
}

bool
pypi_parts_clear(struct work *w, const struct pypi_parts *p)
{
	return clear_parts(w, p, &by_version) && clear_parts(w, p, &by_text);
}

bool
pypi_parts_render(struct work *w, const struct pypi_parts *p, struct pypi_entries *out)
{
	static const struct order *const orders[] = { &by_version, &by_text, &by_name };

	*out = (struct pypi_entries){ 0 };
	for (size_t i = 0; i < ARRAY_LEN(orders); i++)
		if (!render_all(w, p, orders[i], out))
			return false;
	return true;
}
