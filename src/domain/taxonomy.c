/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keywords and categories; see the header.
 */
#include "domain/taxonomy.h"

#include "base/work.h"

static const struct column keyword_columns[] = {
	COLUMN(keyword, id), COLUMN(keyword, name), COLUMN(keyword, package_count), COLUMN(keyword, created_at),
	COLUMNS_END
};
static const struct row_type keyword_type = ROW_TYPE(keyword, keyword_columns);

static const struct column category_columns[] = {
	COLUMN(category, id), COLUMN(category, slug), COLUMN(category, path), COLUMN(category, description),
	COLUMN(category, created_at), COLUMN(category, package_count), COLUMNS_END
};
static const struct row_type category_type = ROW_TYPE(category, category_columns);

static const struct column slug_columns[] = { COLUMN(category_slug, slug), COLUMNS_END };
static const struct row_type slug_type = ROW_TYPE(category_slug, slug_columns);

bool
keyword_list(struct work *w, int64_t repository_id, enum taxonomy_order order, struct slice slice,
	     struct rows *out)
{
	return db_many(w, order == TAXONOMY_BY_COUNT ? Q_KEYWORD_LIST_BY_COUNT : Q_KEYWORD_LIST_BY_NAME,
		       &keyword_type, ARGS(num(repository_id), num(slice.limit), num(slice.offset)), out);
}

bool
keyword_count(struct work *w, int64_t repository_id, int64_t *count)
{
	return db_int(w, Q_KEYWORD_COUNT, ARGS(num(repository_id)), count);
}

const struct keyword *
keyword_find(struct work *w, int64_t repository_id, const char *name)
{
	return db_one(w, Q_KEYWORD_BY_NAME, &keyword_type, ARGS(num(repository_id), text(name)));
}

bool
keyword_list_package(struct work *w, int64_t package_id, struct rows *out)
{
	return db_many(w, Q_KEYWORD_OF_PACKAGE, &keyword_type, ARGS(num(package_id)), out);
}

bool
category_list(struct work *w, int64_t repository_id, enum taxonomy_order order, struct slice slice,
	      struct rows *out)
{
	return db_many(w, order == TAXONOMY_BY_COUNT ? Q_CATEGORY_LIST_BY_COUNT : Q_CATEGORY_LIST_BY_NAME,
		       &category_type, ARGS(num(repository_id), num(slice.limit), num(slice.offset)), out);
}

bool
category_count(struct work *w, int64_t repository_id, int64_t *count)
{
	return db_int(w, Q_CATEGORY_COUNT, ARGS(num(repository_id)), count);
}

const struct category *
category_find(struct work *w, int64_t repository_id, const char *slug)
{
	return db_one(w, Q_CATEGORY_BY_SLUG, &category_type, ARGS(num(repository_id), text(slug)));
}

bool
category_children(struct work *w, int64_t repository_id, const char *slug, struct rows *out)
{
	return db_many(w, Q_CATEGORY_CHILDREN, &category_type, ARGS(num(repository_id), text(slug)), out);
}

bool
category_parents(struct work *w, int64_t repository_id, const char *slug, struct rows *out)
{
	return db_many(w, Q_CATEGORY_PARENTS, &category_type, ARGS(num(repository_id), text(slug)), out);
}

bool
category_slugs(struct work *w, int64_t repository_id, struct rows *out)
{
	return db_many(w, Q_CATEGORY_SLUGS, &category_type, ARGS(num(repository_id)), out);
}

bool
category_list_package(struct work *w, int64_t package_id, struct rows *out)
{
	return db_many(w, Q_CATEGORY_OF_PACKAGE, &category_type, ARGS(num(package_id)), out);
}

bool
category_unknown(struct work *w, int64_t repository_id, const struct span *slugs, size_t count, struct rows *out)
{
	return db_many(w, Q_CATEGORY_UNKNOWN, &slug_type, ARGS(num(repository_id), text_array(slugs, count)), out);
}

bool
taxonomy_set(struct work *w, int64_t repository_id, int64_t package_id, const struct taxonomy *t)
{
	struct arg keywords = text_array(t->keywords, t->keyword_count);
	struct arg categories = text_array(t->categories, t->category_count);
	struct arg package = num(package_id), repository = num(repository_id);

	return db_exec(w, Q_KEYWORD_ENSURE, ARGS(repository, keywords), NULL) &&
	       db_exec(w, Q_KEYWORD_UNSET, ARGS(package, keywords), NULL) &&
	       db_exec(w, Q_KEYWORD_SET, ARGS(package, repository, keywords), NULL) &&
	       db_exec(w, Q_CATEGORY_UNSET, ARGS(package, categories), NULL) &&
	       db_exec(w, Q_CATEGORY_SET, ARGS(package, repository, categories), NULL);
}
