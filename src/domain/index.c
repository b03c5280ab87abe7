/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Index objects; see the header. A crate's file is put together inside
 * PostgreSQL from lines made when each release was published, so that a
 * publish neither fetches nor parses what was there before.
 */
#include "domain/index.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/work.h"
#include "domain/dependency.h"
#include "index/sparse.h"
#include "wire/json.h"

static const struct column object_columns[] = {
	COLUMN(index_object, body), COLUMN(index_object, etag), COLUMN(index_object, content_type),
	COLUMN(index_object, modified), COLUMNS_END
};
static const struct row_type object_type = ROW_TYPE(index_object, object_columns);

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
index_get(struct work *w, const char *path)
{
	return db_one(w, Q_INDEX_GET, &object_type, ARGS(text(path)));
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
	return db_exec(w, Q_INDEX_DELETE, ARGS(text(sparse_path(w->arena, span_of(name)))), NULL);
}

bool
index_packages(struct work *w, int64_t repository_id, int64_t after_id, int64_t limit, struct rows *out)
{
	return db_many(w, Q_INDEX_PACKAGES, &package_row_type,
		       ARGS(num(repository_id), num(after_id), num(limit)), out);
}
