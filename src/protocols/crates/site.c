/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The registry as a whole: what its front page shows, and what it is.
 */
#include "protocols/crates/crates.h"

#include "base/arena.h"
#include "base/settings.h"
#include "domain/repository.h"
#include "domain/search.h"
#include "domain/taxonomy.h"
#include "protocols/crates/views.h"
#include "protocols/openapi.h"

/* Rows in each list of the summary. */
#define TOP 10

/* Anybody may keep these for a moment, unless only those with a token may see them. */
static void
cache_briefly(struct call *c)
{
	bool private = c->work.config->crates_auth_required;

	call_header(c, "Cache-Control", private ? "private, max-age=15" : "public, max-age=15");
}

static bool
put_top(struct call *c, struct doc *view, const char *key, enum search_order order)
{
	struct search search = { .repository_id = REPOSITORY_CRATES, .order = order, .limit = TOP };
	struct rows rows;

	if (!search_page(&c->work, &search, &rows))
		return false;
	crate_list_view(c, view, key, &rows);
	return true;
}

static bool
put_updated(struct call *c, struct doc *view)
{
	struct rows rows;

	if (!search_updated_later(&c->work, REPOSITORY_CRATES, TOP, &rows))
		return false;
	crate_list_view(c, view, "just_updated", &rows);
	return true;
}

static bool
put_popular(struct call *c, struct doc *view)
{
	const struct slice top = { .limit = TOP };
	struct rows keywords, categories;

	if (!keyword_list(&c->work, REPOSITORY_CRATES, TAXONOMY_BY_COUNT, top, &keywords) ||
	    !category_list(&c->work, REPOSITORY_CRATES, TAXONOMY_BY_COUNT, top, &categories))
		return false;
	keyword_list_view(c, view, "popular_keywords", &keywords);
	category_list_view(c, view, "popular_categories", &categories);
	return true;
}

static bool
show_summary(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);
	const struct search_totals *totals = search_totals(&c->work, REPOSITORY_CRATES);

	if (!totals)
		return false;
	doc_int(view, "num_downloads", totals->download_count);
	doc_int(view, "num_crates", totals->package_count);
	if (!put_top(c, view, "new_crates", SEARCH_BY_CREATED) ||
	    !put_top(c, view, "most_downloaded", SEARCH_BY_DOWNLOADS) ||
	    !put_top(c, view, "most_recently_downloaded", SEARCH_BY_RECENT_DOWNLOADS) ||
	    !put_updated(c, view) || !put_popular(c, view))
		return false;
	cache_briefly(c);
	return reply(c, 200, view);
}

static bool
show_metadata(struct call *c)
{
	const struct config *config = c->work.config;
	struct doc *view = doc_map(c->work.arena);

	doc_text(view, "deployed_sha", PACKAGE_VERSION);
	doc_text(view, "commit", PACKAGE_VERSION);
	doc_text(view, "cdn_base", call_url(c, "/files"));
	doc_bool(view, "read_only", config->read_only);
	doc_text(view, "banner_message", *config->banner ? config->banner : NULL);
	cache_briefly(c);
	return reply(c, 200, view);
}

static bool
show_openapi(struct call *c)
{
	cache_briefly(c);
	return reply_bytes(c, 200, "application/json", openapi_document(c->work.config));
}

const struct route crates_openapi_routes[] = {
	ROUTE(GET, "/", PUBLIC, show_openapi, "This document", .flags = ROUTE_ANY_CLIENT),
	ROUTE_END
};

const struct route crates_site_routes[] = {
	ROUTE(GET, "/summary", PUBLIC, show_summary, "What the front page shows"),
	ROUTE(GET, "/site_metadata", PUBLIC, show_metadata, "What this registry is, and its banner"),
	ROUTE_END
};
