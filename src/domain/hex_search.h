/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Listing Hex packages of some repositories, and what people write to narrow
 * the list.
 */
#ifndef ENTREPOT_DOMAIN_HEX_SEARCH_H
#define ENTREPOT_DOMAIN_HEX_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct arena;
struct work;

enum hex_search_order {
	HEX_BY_NAME,
	HEX_BY_DOWNLOADS,
	HEX_BY_RECENT_DOWNLOADS,
	HEX_BY_CREATED,
	HEX_BY_UPDATED
};

/* Members that are NULL or 0 do not narrow the search. */
struct hex_search {
	const char *repository;		/* the only one by its name */
	const char *name;		/* the whole name */
	const char *name_pattern;	/* for LIKE */
	const char *text;		/* part of the name, or words of the description */
	const char *description;	/* any of these words */
	const char *extra;		/* JSON object that "extra" contains */
	const char *depends;		/* name of what the latest release needs */
	const char *depends_in;		/* where that is; NULL: in any of the repositories */
	const char *build_tool;
	int64_t updated_after;		/* such a list is in the order of change, the first one first */
	enum hex_search_order order;
	int64_t limit;
	int64_t offset;
};

/*
 * Read what was typed: words, and pairs of a key and a value, which may be
 * quoted. Unknown keys are ignored, and so is a time that is none. Never fails.
 */
void hex_search_read(struct arena *a, struct span typed, struct hex_search *out);

/* The page as struct hex_package, of REPOSITORIES (struct repository): only of those. */
bool hex_search_page(struct work *w, const struct hex_search *s, const struct rows *repositories,
	struct rows *out) MUST_CHECK;

#endif
