/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries of a Python project's pages; see the header. There are two orders:
 * the simple pages go by version, `releases` of the JSON by the text of the
 * version. Each order is cut by itself, always between two releases; both simple
 * pages and the list of versions are cut at the same places.
 */
#include "domain/pypi_parts.h"

#include "base/arena.h"
#include "base/buf.h"
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
enum sequence { ENTRIES = 0, VERSIONS = 2 };

struct parts_place {
	struct span simple_from;	/* keys as stored; at == NULL: in one piece */
	struct span simple_to;		/* at == NULL: there is no next one */
	struct span json_from;
	struct span json_to;
};
static const struct column place_columns[] = {
	COLUMN(parts_place, simple_from), COLUMN(parts_place, simple_to), COLUMN(parts_place, json_from),
	COLUMN(parts_place, json_to), COLUMNS_END
};
static const struct row_type place_row = ROW_TYPE(parts_place, place_columns);

static struct span
whole(const struct buf *b)
{
	return span_make(buf_text(b), b->len);
}

static struct arg
key_of(struct arena *a, enum sequence sequence, struct span key)
{
	struct buf b = buf_on(a);

	buf_putc(&b, (char)sequence);
	buf_put_span(&b, key);
	return bytes(b.at, b.len);
}

/* ---- rendering ---- */

/* The files of neighbouring releases, or releases with their files. */
struct range {
	const struct pypi_file *files;
	size_t count;
	bool first;			/* nothing is before it, so it begins without a comma */
};

/* Behind the last row of the release that the first one is of. */
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
		if (i > 0 && f->release_id == r->files[i - 1].release_id)
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

	for (size_t from = 0, to; from < r->count; from = to) {
		const struct pypi_file *f = &r->files[from];

		to = end_of_release(r, from);
		comma(&json, r);
		/* A release without a file has a row without one. */
		pypi_json_release(&json, site, f->version, f, f->filename ? to - from : 0);
	}
	out->json = whole(&json);
}

/* ---- the two orders ---- */

static bool
find_files(struct work *w, const struct pypi_parts *p, struct span from, struct span to, struct rows *out)
{
	return db_many(w, Q_PYPI_INDEX_FILES, &pypi_file_row,
		       ARGS(num(p->package_id), bytes(from.at, from.len), bytes(to.at, to.len)), out);
}

static bool
find_releases(struct work *w, const struct pypi_parts *p, struct span from, struct span to, struct rows *out)
{
	return db_many(w, Q_PYPI_INDEX_RELEASES, &pypi_file_row,
		       ARGS(num(p->package_id), text_span(from), text_span(to)), out);
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

static bool
put_simple(struct work *w, const struct pypi_parts *p, struct span key, const struct pypi_entries *e)
{
	struct arg entries = key_of(w->arena, ENTRIES, key);

	return db_exec(w, Q_PYPI_INDEX_PART_PUT,
		       ARGS(num(p->repository_id), text(p->html), entries, bytes(e->html.at, e->html.len),
			    text(p->simple), entries, bytes(e->simple.at, e->simple.len),
			    text(p->simple), key_of(w->arena, VERSIONS, key),
			    bytes(e->versions.at, e->versions.len)), NULL);
}

static bool
put_json(struct work *w, const struct pypi_parts *p, struct span key, const struct pypi_entries *e)
{
	return db_exec(w, Q_PYPI_INDEX_PART_PUT,
		       ARGS(num(p->repository_id), text(p->json), key_of(w->arena, ENTRIES, key),
			    bytes(e->json.at, e->json.len), text(NULL), bytes(NULL, 0), bytes(NULL, 0),
			    text(NULL), bytes(NULL, 0), bytes(NULL, 0)), NULL);
}

/* What differs between the orders; keys are without the byte of the sequence. */
struct order {
	bool simple;			/* else it is of the JSON */
	struct span last;		/* behind every key */
	bool (*find)(struct work *, const struct pypi_parts *, struct span from, struct span to, struct rows *);
	struct span (*key)(const struct pypi_file *);
	void (*render)(struct work *, const struct pypi_site *, const struct range *, struct pypi_entries *);
	bool (*put)(struct work *, const struct pypi_parts *, struct span key, const struct pypi_entries *);
};

static const struct order by_version = {
	true, { "\377", 1 }, find_files, version_key_of, render_simple, put_simple
};
static const struct order by_text = {
	false, { "~", 1 }, find_releases, version_of, render_json, put_json
};

/* ---- parts ---- */

static struct arg
paths_of(struct arena *a, const struct pypi_parts *p, const struct order *o)
{
	struct span *paths = arena_zalloc(a, 2, sizeof(*paths));

	paths[0] = span_of(o->simple ? p->html : p->json);
	paths[1] = span_of(p->simple);
	return text_array(paths, o->simple ? 2 : 1);
}

static bool
clear_parts(struct work *w, const struct pypi_parts *p, const struct order *o)
{
	return db_exec(w, Q_PYPI_INDEX_PARTS_CLEAR, ARGS(num(p->repository_id), paths_of(w->arena, p, o)), NULL);
}

static bool
remove_part(struct work *w, const struct pypi_parts *p, const struct order *o, struct span key)
{
	return db_exec(w, Q_PYPI_INDEX_PART_DELETE,
		       ARGS(num(p->repository_id), paths_of(w->arena, p, o), bytes(key.at, key.len)), NULL);
}

/* Store a range as one part, or as several of about as many files; the first one under the key FROM. */
static bool
store_parts(struct work *w, const struct pypi_parts *p, const struct order *o, struct span from, const struct range *r)
{
	size_t parts = r->count <= PART_MAX ? 1 : (r->count + PART_FRESH - 1) / PART_FRESH;
	size_t each = (r->count + parts - 1) / parts;

	for (size_t at = 0, to = 0; at < r->count; at = to) {
		struct range part = { &r->files[at], 0, r->first && at == 0 };
		struct pypi_entries e;

		while (to < r->count && to - at < each)
			to = end_of_release(r, to);
		part.count = to - at;
		o->render(w, p->site, &part, &e);
		if (!o->put(w, p, at == 0 ? from : o->key(part.files), &e))
			return false;
	}
	return true;
}

static bool
find_all(struct work *w, const struct pypi_parts *p, const struct order *o, struct range *all)
{
	struct rows rows;

	if (!o->find(w, p, SPAN(""), o->last, &rows))
		return false;
	*all = (struct range){ rows.at, rows.count, true };
	return true;
}

static bool *
in_parts(const struct order *o, struct pypi_entries *e)
{
	return o->simple ? &e->simple_in_parts : &e->json_in_parts;
}

/* Everything anew, in one piece if it is not too much. */
static bool
write_all(struct work *w, const struct pypi_parts *p, const struct order *o, struct pypi_entries *out)
{
	struct range all;

	if (!clear_parts(w, p, o) || !find_all(w, p, o, &all))
		return false;
	*in_parts(o, out) = all.count > PIECE_MAX;
	if (all.count > PIECE_MAX)
		return store_parts(w, p, o, SPAN(""), &all);
	o->render(w, p->site, &all, out);
	return true;
}

/* Where the entries of a release are: as stored, from a part's key to the next one's. */
struct extent {
	struct span from;		/* at == NULL: in one piece, or everywhere */
	struct span to;			/* at == NULL: to the end */
};

static bool
refresh(struct work *w, const struct pypi_parts *p, const struct order *o, const struct extent *at,
	struct pypi_entries *out)
{
	struct span from = span_skip(at->from, 1), to = at->to.at ? span_skip(at->to, 1) : o->last;
	struct rows rows;

	if (!at->from.at)
		return write_all(w, p, o, out);
	if (!o->find(w, p, from, to, &rows))
		return false;
	/* The first part has to have an entry: others begin with a comma. */
	if (rows.count == 0 && from.len == 0)
		return write_all(w, p, o, out);
	*in_parts(o, out) = true;
	if (rows.count == 0)
		return remove_part(w, p, o, from);
	return store_parts(w, p, o, from, &(struct range){ rows.at, rows.count, from.len == 0 });
}

bool
pypi_parts_refresh(struct work *w, const struct pypi_parts *p, struct span version_key, struct span version,
		   struct pypi_entries *out)
{
	static const struct parts_place everywhere;
	const struct parts_place *at = &everywhere;

	*out = (struct pypi_entries){ 0 };
	if (version_key.at) {
		at = db_one(w, Q_PYPI_INDEX_PLACE, &place_row,
			    ARGS(num(p->repository_id), text(p->html), text(p->json),
				 key_of(w->arena, ENTRIES, version_key), key_of(w->arena, ENTRIES, version)));
		if (!at)
			return false;
	}
	return refresh(w, p, &by_version, &(struct extent){ at->simple_from, at->simple_to }, out) &&
	       refresh(w, p, &by_text, &(struct extent){ at->json_from, at->json_to }, out);
}

bool
pypi_parts_clear(struct work *w, const struct pypi_parts *p)
{
	return clear_parts(w, p, &by_version) && clear_parts(w, p, &by_text);
}

bool
pypi_parts_render(struct work *w, const struct pypi_parts *p, struct pypi_entries *out)
{
	static const struct order *const orders[] = { &by_version, &by_text };

	*out = (struct pypi_entries){ 0 };
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		struct range all;

		if (!find_all(w, p, orders[i], &all))
			return false;
		orders[i]->render(w, p->site, &all, out);
	}
	return true;
}
