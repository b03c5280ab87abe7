/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pages of Python projects; see the header. How a page is written is in
 * index/pypi_simple.c and index/pypi_json.c; its entries are kept by
 * pypi_parts.c.
 *
 * All pages show the serial of the project's last change, which is known only
 * under a lock that everybody needs. So they are written with a gap for it, and one
 * statement draws the serial and fills the gaps.
 */
#include "domain/pypi_index.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/fault.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/pypi_change.h"
#include "domain/pypi_parts.h"
#include "domain/pypi_project.h"
#include "domain/repository.h"
#include "index/pypi_json.h"
#include "index/pypi_simple.h"

static const struct column object_columns[] = {
	COLUMN(pypi_object, body), COLUMN(pypi_object, etag), COLUMN(pypi_object, modified),
	COLUMN(pypi_object, serial), COLUMNS_END
};
static const struct row_type object_row = ROW_TYPE(pypi_object, object_columns);

static const char *
path_of(struct arena *a, enum pypi_page page, struct span canonical)
{
	static const char *const patterns[][2] = {
		[PYPI_PAGE_HTML] = { "simple/", "/html" },
		[PYPI_PAGE_SIMPLE] = { "simple/", "/json" },
		[PYPI_PAGE_JSON] = { "json/", "" },
	};

	return arena_printf(a, "%s%.*s%s", patterns[page][0], (int)canonical.len, canonical.at, patterns[page][1]);
}

const struct pypi_object *
pypi_object_get(struct work *w, int64_t repository_id, struct span canonical, enum pypi_page page, const char *etag)
{
	return db_one(w, Q_PYPI_INDEX_GET, &object_row,
		      ARGS(num(repository_id), text(path_of(w->arena, page, canonical)), text(etag)));
}

bool
pypi_index_serial(struct work *w, int64_t repository_id, int64_t *serial)
{
	return db_int(w, Q_PYPI_INDEX_SERIAL, ARGS(num(repository_id)), serial);
}

/* ---- a text with a gap ---- */

/* What is around the serial; without one, behind.at is NULL. */
struct gapped {
	struct span before;
	struct span behind;
};

/* Two renderings with the serials 1 and 2 differ in nothing but the serial. */
static struct gapped
gap(const struct buf *one, const struct buf *two)
{
	size_t at = 0;

	while (at < one->len && at < two->len && one->at[at] == two->at[at])
		at++;
	if (at >= one->len)
		return (struct gapped){ .before = { buf_text(one), one->len } };
	return (struct gapped){ { one->at, at }, { one->at + at + 1, one->len - at - 1 } };
}

static struct span
join(struct arena *a, struct span first, struct span second)
{
	struct buf b = buf_on(a);

	buf_reserve(&b, first.len + second.len);
	buf_put_span(&b, first);
	buf_put_span(&b, second);
	return span_make(buf_text(&b), b.len);
}

/* ---- one project's pages ---- */

/* A page as it is stored: around the parts, or all of it. */
struct page {
	const char *path;
	struct gapped text;
	int64_t parts_at;		/* without the serial; -1: it is in one piece */
};

struct pages {
	struct work *w;
	const struct repository *repository;
	const struct pypi_project *project;
	struct pypi_site site;
	struct pypi_document document;	/* release NULL: there is none to show */
	struct pypi_parts parts;
	struct pypi_entries entries;
	struct page page[PYPI_PAGE__MAX];
	struct gapped between;		/* files and versions of the simple page, when they are in parts */
};

static bool
is_quarantined(const struct pages *p)
{
	return strcmp(p->project->status, "quarantined") == 0;
}

static bool
find_document(struct pages *p)
{
	struct work *w = p->w;
	struct rows roles;
	const struct pypi_release *shown;

	if (is_quarantined(p))
		return true;
	shown = pypi_release_choose(w, p->project->id, PYPI_LATEST);
	if (!shown)
		return !fault_is_set(w->fault);
	if (!pypi_roles(w, p->project->id, &roles))
		return false;
	p->document = (struct pypi_document){
		.project = p->project,
		.release = shown,
		.roles = roles.at,
		.role_count = roles.count,
		.organization = p->repository->owner,
	};
	return true;
}

static bool
begin(struct pages *p, struct work *w, const struct repository *r, int64_t package_id)
{
	struct span name;

	*p = (struct pages){ .w = w, .repository = r, .project = pypi_project_find_id(w, package_id) };
	if (!p->project)
		return fault_raise_plain(w->fault, FAULT_NOT_FOUND);
	name = span_of(p->project->canonical_name);
	for (int i = 0; i < PYPI_PAGE__MAX; i++)
		p->page[i] = (struct page){ .path = path_of(w->arena, (enum pypi_page)i, name), .parts_at = -1 };
	p->site = pypi_site_of(w, r);
	if (!find_document(p))
		return false;
	p->parts = (struct pypi_parts){
		.site = &p->site,
		.repository_id = r->id,
		.package_id = package_id,
		.shown = p->document.release,
		.html = p->page[PYPI_PAGE_HTML].path,
		.simple = p->page[PYPI_PAGE_SIMPLE].path,
		.json = p->page[PYPI_PAGE_JSON].path,
	};
	return true;
}

static void
write_html(struct pages *p)
{
	struct arena *a = p->w->arena;
	struct page *page = &p->page[PYPI_PAGE_HTML];
	struct buf head = buf_on(a), one = buf_on(a), two = buf_on(a);
	struct gapped tail;

	pypi_simple_html_head(&head, p->project);
	pypi_simple_html_tail(&one, 1);
	pypi_simple_html_tail(&two, 2);
	tail = gap(&one, &two);
	if (p->entries.simple_in_parts)
		page->parts_at = (int64_t)head.len;
	else
		buf_put_span(&head, p->entries.html);
	page->text = (struct gapped){ join(a, buf_span(&head), tail.before), tail.behind };
}

/* What closes the list of versions, the last member, and the document. */
#define SIMPLE_END 2

static void
write_simple(struct pages *p)
{
	struct arena *a = p->w->arena;
	struct page *page = &p->page[PYPI_PAGE_SIMPLE];
	struct buf head = buf_on(a), one = buf_on(a), two = buf_on(a);
	struct gapped tail;
	struct span end;

	pypi_simple_json_head(&head);
	pypi_simple_json_tail(&one, p->project, 1, NULL, 0);
	pypi_simple_json_tail(&two, p->project, 2, NULL, 0);
	end = span_skip(buf_span(&one), one.len - SIMPLE_END);
	tail = gap(&one, &two);
	tail.behind.len -= SIMPLE_END;
	if (p->entries.simple_in_parts) {
		page->parts_at = (int64_t)head.len;
		page->text.before = join(a, buf_span(&head), end);
		p->between = tail;
		return;
	}
	buf_put_span(&head, p->entries.simple);
	page->text = (struct gapped){
		join(a, buf_span(&head), tail.before),
		join(a, join(a, tail.behind, p->entries.versions), end),
	};
}

static void
write_json(struct pages *p)
{
	struct arena *a = p->w->arena;
	struct page *page = &p->page[PYPI_PAGE_JSON];
	struct buf one = buf_on(a), two = buf_on(a), tail = buf_on(a);
	struct gapped head;

	pypi_json_head(&one, &p->site, &p->document, 1);
	pypi_json_head(&two, &p->site, &p->document, 2);
	head = gap(&one, &two);
	if (p->entries.json_in_parts)
		page->parts_at = (int64_t)(head.before.len + head.behind.len);
	else
		buf_put_span(&tail, p->entries.json);
	if (!p->entries.urls_in_parts) {
		pypi_json_between(&tail);
		buf_put_span(&tail, p->entries.urls);
	}
	pypi_json_end(&tail);
	page->text = (struct gapped){ head.before, join(a, head.behind, buf_span(&tail)) };
}

static void
write_pages(struct pages *p)
{
	write_html(p);
	write_simple(p);
	if (p->document.release)
		write_json(p);
}

/* ---- storing them ---- */

struct sums {
	struct span html;
	struct span simple;
	struct span json;
};
static const struct column sums_columns[] = {
	COLUMN(sums, html), COLUMN(sums, simple), COLUMN(sums, json), COLUMNS_END
};
static const struct row_type sums_row = ROW_TYPE(sums, sums_columns);

static bool
find_sums(struct pages *p, struct sums *out)
{
	const struct sums *s;

	*out = (struct sums){ 0 };
	if (!p->entries.simple_in_parts && !p->entries.json_in_parts)
		return true;
	s = db_one(p->w, Q_PYPI_INDEX_SUMS, &sums_row,
		   ARGS(num(p->repository->id), text(p->parts.html), text(p->parts.simple), text(p->parts.json)));
	if (s)
		*out = *s;
	return s != NULL;
}

static void
digest_gapped(struct digest *d, const struct gapped *g)
{
	const size_t lengths[] = { g->before.len, g->behind.len };

	digest_update(d, lengths, sizeof(lengths));
	digest_update(d, g->before.at, g->before.len);
	digest_update(d, g->behind.at, g->behind.len);
}

/* Of all that a page consists of but the serial. */
static struct arg
digest_of(struct arena *a, const struct page *page, struct span sums, const struct gapped *between)
{
	struct digest *d = digest_new(a, DIGEST_SHA256);
	struct digests *out = arena_new(a, struct digests);

	digest_gapped(d, &page->text);
	digest_gapped(d, between);
	digest_update(d, sums.at, sums.len);
	digest_finish(d, out);
	return bytes(out->sha256, sizeof(out->sha256));
}

static struct arg
span_arg(struct span s)
{
	return bytes(s.at, s.len);
}

static struct arg
place_arg(const struct page *page)
{
	return page->parts_at < 0 ? (struct arg){ .kind = ARG_NULL } : num(page->parts_at);
}

struct change_columns {
	struct span *kinds;
	struct span *subjects;
	int64_t *releases;
	struct span *versions;
};

static void
split_changes(struct arena *a, const struct pypi_event *event, struct change_columns *out)
{
	*out = (struct change_columns){
		.kinds = arena_zalloc(a, event->count, sizeof(struct span)),
		.subjects = arena_zalloc(a, event->count, sizeof(struct span)),
		.releases = arena_zalloc(a, event->count, sizeof(int64_t)),
		.versions = arena_zalloc(a, event->count, sizeof(struct span)),
	};
	for (size_t i = 0; i < event->count; i++) {
		const struct pypi_change *c = &event->changes[i];

		out->kinds[i] = span_of(pypi_change_kind_name(c->kind));
		out->subjects[i] = span_of(c->subject);
		out->releases[i] = c->release_id;
		out->versions[i] = span_of(c->version);
	}
}

static bool
put(struct pages *p, const struct pypi_event *event)
{
	static const struct gapped nothing;
	struct arena *a = p->w->arena;
	const struct page *html = &p->page[PYPI_PAGE_HTML], *simple = &p->page[PYPI_PAGE_SIMPLE];
	const struct page *json = &p->page[PYPI_PAGE_JSON];
	struct change_columns c;
	struct sums sums;
	size_t n = event->count;
	int64_t serial;

	split_changes(a, event, &c);
	if (!find_sums(p, &sums))
		return false;
	if (!p->document.release &&
	    !db_exec(p->w, Q_INDEX_DELETE, ARGS(num(p->repository->id), text(json->path)), NULL))
		return false;
	return db_int(p->w, Q_PYPI_INDEX_PUT,
		      ARGS(num(p->repository->id), num(p->project->id), text_array(c.kinds, n),
			   text_array(c.subjects, n), int_array(c.releases, n), text_array(c.versions, n),
			   text(html->path), text(simple->path),
			   span_arg(html->text.before), span_arg(html->text.behind),
			   digest_of(a, html, sums.html, &nothing),
			   span_arg(simple->text.before), span_arg(simple->text.behind),
			   digest_of(a, simple, sums.simple, &p->between),
			   span_arg(json->text.before), span_arg(json->text.behind),
			   digest_of(a, json, sums.json, &nothing),
			   span_arg(p->between.before), span_arg(p->between.behind), timestamp(p->w->now),
			   place_arg(html), place_arg(simple), text(p->document.release ? json->path : NULL),
			   place_arg(json)), &serial);
}

bool
pypi_index_changed(struct work *w, const struct repository *r, int64_t package_id, const struct pypi_event *event)
{
	struct pages p;

	if (!begin(&p, w, r, package_id))
		return false;
	if (is_quarantined(&p) ? !pypi_parts_clear(w, &p.parts)
			       : !pypi_parts_refresh(w, &p.parts, event->release, event->filename, &p.entries))
		return false;
	write_pages(&p);
	return put(&p, event);
}

bool
pypi_index_gone(struct work *w, const struct repository *r, const char *name, const struct pypi_change *changes,
		size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct pypi_change *c = &changes[i];
		int64_t serial;

		if (!db_int(w, Q_PYPI_INDEX_GONE,
			    ARGS(num(r->id), text(pypi_change_kind_name(c->kind)), text(c->subject), text(name),
				 text(c->version)), &serial))
			return false;
	}
	return true;
}

/* ---- as it should be ---- */

bool
pypi_index_render(struct work *w, const struct repository *r, int64_t package_id, enum pypi_page page,
		  struct span *out)
{
	struct buf b = buf_on(w->arena);
	const struct gapped *text;
	struct pages p;

	*out = (struct span){ NULL, 0 };
	if (!begin(&p, w, r, package_id) || (!is_quarantined(&p) && !pypi_parts_render(w, &p.parts, &p.entries)))
		return false;
	write_pages(&p);
	text = &p.page[page].text;
	if (!text->before.at)
		return true;
	buf_put_span(&b, text->before);
	if (text->behind.at) {
		buf_put_int(&b, p.project->last_serial);
		buf_put_span(&b, text->behind);
	}
	*out = buf_span(&b);
	return true;
}
