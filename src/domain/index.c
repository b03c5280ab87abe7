/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Index objects; see the header. A crate's file is put together inside
 * PostgreSQL from lines made when each release was published, so that a
 * publish neither fetches nor parses what was there before.
 */
#include "domain/index.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/work.h"
#include "domain/dependency.h"
#include "domain/package.h"
#include "domain/repository.h"
#include "index/sparse.h"
#include "wire/json.h"

static const struct column object_columns[] = {
	COLUMN(index_object, body), COLUMN(index_object, etag), COLUMN(index_object, content_type),
	COLUMN(index_object, modified), COLUMNS_END
};
const struct row_type index_object_type = ROW_TYPE(index_object, object_columns);

struct line_row {
	int64_t id;
	const char *version;
	bool yanked;
	int64_t published_at;
	struct span sha256;
	struct span features;
	const char *links;
	const char *rust_version;
	const char *index_line;
};
static const struct column line_columns[] = {
	COLUMN(line_row, id), COLUMN(line_row, version), COLUMN(line_row, yanked), COLUMN(line_row, published_at),
	COLUMN(line_row, sha256), COLUMN(line_row, features), COLUMN(line_row, links),
	COLUMN(line_row, rust_version), COLUMN(line_row, index_line), COLUMNS_END
};
static const struct row_type line_type = ROW_TYPE(line_row, line_columns);

static const struct column package_columns[] = {
	COLUMN(index_package, id), COLUMN(index_package, name), COLUMNS_END
};
static const struct row_type package_row_type = ROW_TYPE(index_package, package_columns);

const struct index_object *
index_get(struct work *w, int64_t repository_id, const char *path)
{
	return db_one(w, Q_INDEX_GET, &index_object_type, ARGS(num(repository_id), text(path)));
}

const struct index_object *
index_get_changed(struct work *w, int64_t repository_id, const char *path, const char *etag)
{
	return db_one(w, Q_INDEX_GET_CHANGED, &index_object_type, ARGS(num(repository_id), text(path), text(etag)));
}

bool
index_refresh_crate(struct work *w, int64_t package_id, const char *name)
{
	return db_exec(w, Q_INDEX_PUT_CRATE,
		       ARGS(num(package_id), text(sparse_path(w->arena, span_of(name))), timestamp(w->now)), NULL);
}

bool
index_delete_crate(struct work *w, const char *name)
{
	return db_exec(w, Q_INDEX_DELETE,
		       ARGS(num(REPOSITORY_CRATES), text(sparse_path(w->arena, span_of(name)))), NULL);
}

bool
index_packages(struct work *w, int64_t repository_id, int64_t after_id, int64_t limit, struct rows *out)
{
	return db_many(w, Q_INDEX_PACKAGES, &package_row_type,
		       ARGS(num(repository_id), num(after_id), num(limit)), out);
}

static const struct column named_columns[] = {
	COLUMN(index_named, id), COLUMN(index_named, repository_id), COLUMN(index_named, ecosystem),
	COLUMN(index_named, name), COLUMNS_END
};
static const struct row_type named_row = ROW_TYPE(index_named, named_columns);

bool
index_packages_named(struct work *w, const char *name, struct rows *out)
{
	return db_many(w, Q_INDEX_PACKAGES_NAMED, &named_row, ARGS(text(name)), out);
}

/* ---- from scratch ---- */

static void
fill_dependency(struct arena *a, struct sparse_dependency *to, const struct dependency *d)
{
	struct doc *features = doc_list(a);

	for (size_t i = 0; i < d->features.count; i++)
		doc_text(features, NULL, d->features.items[i]);
	*to = (struct sparse_dependency){
		.name = d->alias ? d->alias : d->package_name,
		.package = d->alias ? d->package_name : NULL,
		.req = d->requirement,
		.target = d->platform,
		.registry = d->registry,
		.features = features,
		.kind = sparse_kind_parse(d->kind),
		.optional = d->optional,
		.default_features = d->default_features,
	};
}

static bool
recompute_line(struct work *w, const char *name, const struct line_row *row, struct span *head)
{
	struct sparse_version v = {
		.name = name,
		.vers = row->version,
		.cksum = encode_hex(w->arena, row->sha256.at, row->sha256.len),
		.links = row->links,
		.rust_version = row->rust_version,
		.published = row->published_at,
	};
	struct sparse_dependency *deps;
	struct rows rows;

	if (!dependency_list_published(w, row->id, &rows))
		return false;
	deps = arena_zalloc(w->arena, rows.count, sizeof(*deps));
	for (size_t i = 0; i < rows.count; i++)
		fill_dependency(w->arena, &deps[i], (const struct dependency *)rows.at + i);
	v.deps = deps;
	v.dep_count = rows.count;
	v.features = json_read(w->arena, w->fault, row->features);
	if (!v.features)
		return false;
	*head = sparse_line_head(w->arena, &v);
	return true;
}

/* What is stored of a crate's lines, and what their heads should be. */
struct lines {
	const struct line_row *stored;
	struct span *heads;
	size_t count;
};

static bool
recompute_lines(struct work *w, int64_t package_id, struct lines *out)
{
	const struct package *package = package_find_id(w, package_id);
	struct rows rows;

	if (!package)
		return fault_raise_plain(w->fault, FAULT_NOT_FOUND);
	if (!db_many(w, Q_INDEX_LINES, &line_type, ARGS(num(package_id)), &rows))
		return false;
	*out = (struct lines){
		.stored = rows.at,
		.heads = arena_zalloc(w->arena, rows.count, sizeof(struct span)),
		.count = rows.count,
	};
	for (size_t i = 0; i < out->count; i++)
		if (!recompute_line(w, package->name, &out->stored[i], &out->heads[i]))
			return false;
	return true;
}

static struct span
render_lines(struct work *w, const struct lines *lines)
{
	struct buf body = buf_on(w->arena);

	for (size_t i = 0; i < lines->count; i++)
		sparse_line(&body, lines->heads[i], lines->stored[i].yanked);
	return buf_span(&body);
}

bool
index_recompute_crate(struct work *w, int64_t package_id, struct span *out)
{
	struct lines lines;

	if (!recompute_lines(w, package_id, &lines))
		return false;
	*out = render_lines(w, &lines);
	return true;
}

/* Store the heads that differ. */
static bool
repair_lines(struct work *w, const struct lines *lines, bool *changed)
{
	for (size_t i = 0; i < lines->count; i++) {
		if (span_is(lines->heads[i], lines->stored[i].index_line))
			continue;
		*changed = true;
		if (!db_exec(w, Q_INDEX_SET_LINE, ARGS(num(lines->stored[i].id), text_span(lines->heads[i])), NULL))
			return false;
	}
	return true;
}

bool
index_repair_crate(struct work *w, int64_t package_id, const char *name, bool *changed)
{
	const char *path = sparse_path(w->arena, span_of(name));
	const struct index_object *stored;
	struct tx *tx = tx_begin(w);
	struct lines lines;

	*changed = false;
	if (!tx || !package_lock(w, package_id) || !recompute_lines(w, package_id, &lines))
		return false;
	stored = index_get(w, REPOSITORY_CRATES, path);
	if (fault_is_set(w->fault) || !repair_lines(w, &lines, changed))
		return false;
	*changed = *changed || !stored || !span_equal(stored->body, render_lines(w, &lines));
	if (*changed && !index_refresh_crate(w, package_id, name))
		return false;
	return tx_commit(w, tx);
}
