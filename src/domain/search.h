/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listing the packages of a repository: any filters together, in one of the
 * orders, a page at a time.
 */
#ifndef ENTREPOT_DOMAIN_SEARCH_H
#define ENTREPOT_DOMAIN_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct work;

/* Ranking looks at so many matches, those with the most recent downloads. */
#define SEARCH_MAX_RANKED 1000

enum search_order {
	SEARCH_BY_NAME,
	SEARCH_BY_RELEVANCE,		/* needs TEXT */
	SEARCH_BY_DOWNLOADS,
	SEARCH_BY_RECENT_DOWNLOADS,
	SEARCH_BY_UPDATED,
	SEARCH_BY_CREATED
};

/* Members that are NULL or 0 do not narrow the search. */
struct search {
	int64_t repository_id;
	enum search_order order;
	const char *text;		/* full text and part of the name */
	const char *exact;		/* TEXT as canonical name, when it is given */
	const char *category;		/* slug, with everything below it */
	const struct span *keywords;	/* every one of them */
	size_t keyword_count;
	const char *keyword;
	const char *letter;		/* first character of the canonical name */
	int64_t owner_id;
	const char *owner_kind;		/* "user" or "organization", with OWNER_ID */
	int64_t followed_by;
	const struct span *names;	/* exact names; NULL: all */
	size_t name_count;
	bool hide_yanked;		/* leave out packages without a usable release */
	int64_t limit;
	int64_t offset;
	/* Continue behind a package of an earlier page; not with an offset or by relevance. */
	bool resume;
	const char *after_name;		/* by name */
	bool after_exact;		/* by name with TEXT: the exact match was the last one */
	int64_t after_value;		/* number of downloads, or time in µs */
	int64_t after_id;
};

/* The page as struct package. */
bool search_page(struct work *w, const struct search *s, struct rows *out) MUST_CHECK;

/* How many there are altogether. PAGE is what search_page() gave for S, which often tells without counting. */
bool search_total(struct work *w, const struct search *s, const struct rows *page, int64_t *total) MUST_CHECK;

/* Packages and downloads of the whole repository. */
struct search_totals {
	int64_t package_count;
	int64_t download_count;
};
const struct search_totals *search_totals(struct work *w, int64_t repository_id) MUST_CHECK;

/* The LIMIT packages changed last after their creation, as struct package. */
bool search_updated_later(struct work *w, int64_t repository_id, int64_t limit, struct rows *out) MUST_CHECK;

#endif
