/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keywords, which come to life with the first package that uses them, and
 * categories, which are a fixed list.
 */
#ifndef ENTREPOT_DOMAIN_TAXONOMY_H
#define ENTREPOT_DOMAIN_TAXONOMY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct work;

enum taxonomy_order {
	TAXONOMY_BY_NAME,
	TAXONOMY_BY_COUNT
};

struct keyword {
	int64_t id;
	const char *name;
	int64_t package_count;
	int64_t created_at;
};

struct category {
	int64_t id;
	const char *slug;
	const char *path;		/* display names from the root, joined by "::" */
	const char *description;
	int64_t created_at;
	int64_t package_count;
};

bool keyword_list(struct work *w, int64_t repository_id, enum taxonomy_order order, struct slice slice,
		  struct rows *out) MUST_CHECK;
bool keyword_count(struct work *w, int64_t repository_id, int64_t *count) MUST_CHECK;
/* NULL without a fault when there is none. */
const struct keyword *keyword_find(struct work *w, int64_t repository_id, const char *name) MUST_CHECK;
bool keyword_list_package(struct work *w, int64_t package_id, struct rows *out) MUST_CHECK;

/* Top-level categories with the counts of everything below. */
bool category_list(struct work *w, int64_t repository_id, enum taxonomy_order order, struct slice slice,
		   struct rows *out) MUST_CHECK;
bool category_count(struct work *w, int64_t repository_id, int64_t *count) MUST_CHECK;
/* With its own count. */
const struct category *category_find(struct work *w, int64_t repository_id, const char *slug) MUST_CHECK;
bool category_children(struct work *w, int64_t repository_id, const char *slug, struct rows *out) MUST_CHECK;
bool category_parents(struct work *w, int64_t repository_id, const char *slug, struct rows *out) MUST_CHECK;
bool category_slugs(struct work *w, int64_t repository_id, struct rows *out) MUST_CHECK;
bool category_list_package(struct work *w, int64_t package_id, struct rows *out) MUST_CHECK;

/* Which of the slugs do not exist, as struct category_slug in the given order. */
struct category_slug {
	const char *slug;
};
bool category_unknown(struct work *w, int64_t repository_id, const struct span *slugs, size_t count,
	struct rows *out) MUST_CHECK;

/* Replace what a package has, within a transaction. Unknown slugs are ignored; keywords are made as needed. */
struct taxonomy {
	const struct span *keywords;
	size_t keyword_count;
	const struct span *categories;
	size_t category_count;
};
bool taxonomy_set(struct work *w, int64_t repository_id, int64_t package_id, const struct taxonomy *t) MUST_CHECK;

#endif
