/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is new in a Python repository, and what takes the most room.
 */
#include "domain/pypi_feed.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/work.h"
#include "domain/pypi_index.h"
#include "domain/repository.h"
#include "wire/doc.h"
#include "wire/json.h"

static const struct column news_columns[] = {
	COLUMN(pypi_news, name), COLUMN(pypi_news, canonical_name), COLUMN(pypi_news, version),
	COLUMN(pypi_news, summary), COLUMN(pypi_news, author_email), COLUMN(pypi_news, at), COLUMNS_END
};
static const struct row_type news_row = ROW_TYPE(pypi_news, news_columns);

bool
pypi_feed_releases(struct work *w, int64_t repository_id, struct rows *out)
{
	return db_many(w, Q_PYPI_FEED_RELEASES, &news_row, ARGS(num(repository_id)), out);
}

bool
pypi_feed_projects(struct work *w, int64_t repository_id, struct rows *out)
{
	return db_many(w, Q_PYPI_FEED_PROJECTS, &news_row, ARGS(num(repository_id)), out);
}

bool
pypi_feed_project(struct work *w, int64_t package_id, struct rows *out)
{
	return db_many(w, Q_PYPI_FEED_PROJECT, &news_row, ARGS(num(package_id)), out);
}

/* ---- sizes ---- */

#define TAG_BYTES 16

static const struct column object_columns[] = {
	COLUMN(pypi_object, body), COLUMN(pypi_object, etag), COLUMN(pypi_object, modified),
	COLUMN(pypi_object, serial), COLUMNS_END
};
static const struct row_type object_row = ROW_TYPE(pypi_object, object_columns);

struct size_row {
	const char *name;
	int64_t size;
	int64_t total;			/* of all projects: the same in each row */
};
static const struct column size_columns[] = {
	COLUMN(size_row, name), COLUMN(size_row, size), COLUMN(size_row, total), COLUMNS_END
};
static const struct row_type size_type = ROW_TYPE(size_row, size_columns);

static struct pypi_object *
write_stats(struct work *w, const struct rows *rows)
{
	const struct size_row *sizes = rows->at;
	struct pypi_object *out = arena_new(w->arena, struct pypi_object);
	struct doc *view = doc_map(w->arena), *top = doc_add_map(view, "top_packages");
	struct buf b = buf_on(w->arena);
	uint8_t hash[SHA256_SIZE];

	for (size_t i = 0; i < rows->count; i++)
		doc_int(doc_add_map(top, sizes[i].name), "size", sizes[i].size);
	doc_int(view, "total_packages_size", rows->count > 0 ? sizes[0].total : 0);
	json_write(&b, view, NULL);
	out->body = buf_span(&b);
	digest_sha256(out->body, hash);
	out->etag = arena_printf(w->arena, "\"%s\"", encode_hex(w->arena, hash, TAG_BYTES));
	out->modified = w->now;
	return out;
}

bool
pypi_stats_count(struct work *w, const struct repository *r)
{
	const struct pypi_object *o = db_one(w, Q_PYPI_STATS_GET, &object_row, ARGS(num(r->id)));
	int64_t serial;
	struct rows rows;

	if (fault_is_set(w->fault) || !pypi_index_serial(w, r->id, &serial))
		return false;
	if (o && o->serial == serial)
		return true;
	if (!db_many(w, Q_PYPI_STATS_COUNT, &size_type, ARGS(num(r->id)), &rows))
		return false;
	o = write_stats(w, &rows);
	return db_exec(w, Q_PYPI_STATS_PUT,
		       ARGS(num(r->id), text(o->etag), bytes(o->body.at, o->body.len), timestamp(w->now),
			    num(serial)), NULL);
}

const struct pypi_object *
pypi_stats_get(struct work *w, const struct repository *r)
{
	static const struct rows nothing;
	const struct pypi_object *stored = db_one(w, Q_PYPI_STATS_GET, &object_row, ARGS(num(r->id)));

	return stored || fault_is_set(w->fault) ? stored : write_stats(w, &nothing);
}
