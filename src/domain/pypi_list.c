/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of all projects; see the header. What is stored is as good as its
 * serial: one that is older than the repository's last change is made anew, by
 * one worker at a time. Projects are read in batches whose memory is given back.
 */
#include "domain/pypi_list.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/pypi_project.h"
#include "domain/repository.h"
#include "index/pypi_list.h"
#include "index/pypi_simple.h"

#define BATCH 2000

/* Hex digits of the SHA-256 that are enough for a tag. */
#define TAG_BYTES 16

struct stored_list {
	struct span body;
	const char *etag;
	int64_t modified;
	int64_t serial;			/* of what is stored if that will do, else of the repository, now */
	bool usable;
};
static const struct column stored_columns[] = {
	COLUMN(stored_list, body), COLUMN(stored_list, etag), COLUMN(stored_list, modified),
	COLUMN(stored_list, serial), COLUMN(stored_list, usable), COLUMNS_END
};
static const struct row_type stored_row = ROW_TYPE(stored_list, stored_columns);

static const struct column entry_columns[] = {
	COLUMN(pypi_entry, name), COLUMN(pypi_entry, canonical_name), COLUMN(pypi_entry, last_serial), COLUMNS_END
};
static const struct row_type entry_row = ROW_TYPE(pypi_entry, entry_columns);

/* ---- all entries ---- */

bool
pypi_list_walk(struct work *w, int64_t repository_id,
	void (*fn)(void *arg, const struct pypi_entry *entries, size_t count), void *arg)
{
	struct arena memory;
	struct work batch = *w;
	const char *last = "";
	struct rows rows = { .count = BATCH };
	bool ok = true;

	arena_init(&memory);
	batch.arena = &memory;
	while (ok && rows.count == BATCH) {
		ok = db_many(&batch, Q_PYPI_LIST_ENTRIES, &entry_row,
			     ARGS(num(repository_id), text(last), num(BATCH)), &rows);
		if (ok && rows.count > 0) {
			const struct pypi_entry *entries = rows.at;

			fn(arg, entries, rows.count);
			last = arena_strdup(w->arena, entries[rows.count - 1].canonical_name);
		}
		arena_clear(&memory);
	}
	arena_free(&memory);
	return ok;
}

/* ---- the list ---- */

/* One form of the list. */
static const struct form {
	const char *path;
	const char *content_type;
} forms[] = {
	[PYPI_PAGE_HTML] = { "list/html", PYPI_SIMPLE_HTML },
	[PYPI_PAGE_SIMPLE] = { "list/json", PYPI_SIMPLE_JSON },
};

struct listing {
	struct work *w;
	const struct repository *repository;
	enum pypi_page page;
	bool stale_will_do;		/* what is stored is better than rendering */
	bool anew;			/* what is stored is of no use */
	bool stores;
	struct pypi_site site;
	struct buf body;
	size_t count;			/* of entries so far */
};

static void
put_entries(void *arg, const struct pypi_entry *entries, size_t count)
{
	struct listing *l = arg;

	for (size_t i = 0; i < count; i++) {
		if (l->page == PYPI_PAGE_HTML) {
			pypi_list_html_entry(&l->body, &l->site, &entries[i]);
		} else {
			if (l->count + i > 0)
				buf_putc(&l->body, ',');
			pypi_list_json_entry(&l->body, &entries[i]);
		}
	}
	l->count += count;
}

static bool
write_list(struct listing *l, int64_t serial)
{
	bool html = l->page == PYPI_PAGE_HTML;

	if (html)
		pypi_list_html_head(&l->body);
	else
		pypi_list_json_head(&l->body, serial);
	if (!pypi_list_walk(l->w, l->repository->id, put_entries, l))
		return false;
	if (html)
		pypi_list_html_tail(&l->body);
	else
		pypi_list_json_tail(&l->body);
	return true;
}

static const char *
tag_of(struct arena *a, struct span body)
{
	uint8_t hash[SHA256_SIZE];

	digest_sha256(body, hash);
	return arena_printf(a, "\"%s\"", encode_hex(a, hash, TAG_BYTES));
}

static const struct stored_list *
find_stored(const struct listing *l, const char *etag)
{
	return db_one(l->w, Q_PYPI_LIST_GET, &stored_row,
		      ARGS(num(l->repository->id), text(forms[l->page].path), text(etag), flag(l->stale_will_do)));
}

static bool
store(const struct listing *l, const struct pypi_object *o)
{
	const struct form *form = &forms[l->page];

	return db_exec(l->w, Q_PYPI_LIST_PUT,
		       ARGS(num(l->repository->id), text(form->path), text(form->content_type), text(o->etag),
			    bytes(o->body.at, o->body.len), timestamp(o->modified), num(o->serial)), NULL);
}

static struct pypi_object *
object_of(const struct listing *l, const struct stored_list *s)
{
	struct pypi_object *o = arena_new(l->w->arena, struct pypi_object);

	*o = (struct pypi_object){ .body = s->body, .etag = s->etag, .modified = s->modified, .serial = s->serial };
	return o;
}

/* Somebody else may have rendered it while this one waited for the lock. */
static struct pypi_object *
make(struct listing *l, const char *etag)
{
	struct work *w = l->w;
	struct tx *tx = tx_begin(w);
	const struct stored_list *s;
	struct pypi_object *o;

	if (!tx || !db_exec(w, Q_PYPI_LIST_LOCK, ARGS(num(l->repository->id)), NULL))
		return NULL;
	s = find_stored(l, etag);
	if (!s)
		return NULL;
	o = object_of(l, s);
	if (s->usable && !l->anew)
		return tx_commit(w, tx) ? o : NULL;
	if (!write_list(l, s->serial))
		return NULL;
	o->body = buf_span(&l->body);
	o->etag = tag_of(w->arena, o->body);
	o->modified = w->now;
	if (l->stores && !store(l, o))
		return NULL;
	return tx_commit(w, tx) ? o : NULL;
}

static struct listing
listing_of(struct work *w, const struct repository *r, enum pypi_page page)
{
	return (struct listing){
		.w = w, .repository = r, .page = page, .site = pypi_site_of(w, r), .body = buf_on(w->arena),
	};
}

const struct pypi_object *
pypi_list_get(struct work *w, const struct repository *r, enum pypi_page page, const char *etag)
{
	struct listing l = listing_of(w, r, page);
	const struct stored_list *s;
	struct pypi_object *o;

	l.stale_will_do = w->config->read_only;
	l.stores = !w->config->read_only;
	s = find_stored(&l, etag);
	if (!s)
		return NULL;
	o = s->usable ? object_of(&l, s) : make(&l, etag);
	if (o && etag && strcmp(o->etag, etag) == 0)
		o->body = span_make(NULL, 0);
	return o;
}

bool
pypi_list_refresh(struct work *w, const struct repository *r, bool anew)
{
	for (enum pypi_page page = PYPI_PAGE_HTML; page <= PYPI_PAGE_SIMPLE; page++) {
		struct listing l = listing_of(w, r, page);
		const struct stored_list *s = find_stored(&l, NULL);

		l.stores = true;
		l.anew = anew;
		if (!s || ((anew || !s->usable) && !make(&l, NULL)))
			return false;
	}
	return true;
}
