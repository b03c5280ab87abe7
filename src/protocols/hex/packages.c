/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages: one, with everything; and lists of them.
 */
#include "protocols/hex/hex.h"

#include <string.h>

#include "base/arena.h"
#include "base/number.h"
#include "domain/audit.h"
#include "domain/hex_owner.h"
#include "domain/hex_repository.h"
#include "domain/hex_search.h"
#include "domain/repository.h"
#include "protocols/hex/people.h"
#include "protocols/hex/views.h"

static bool
show(struct call *c)
{
	struct rows releases, owners;
	struct hex_place at;

	if (!hex_path_package(c, &at) || !hex_release_list(&c->work, &at.package->id, 1, &releases) ||
	    !hex_owner_list(&c->work, at.package->id, &owners))
		return false;
	hex_modified(c, at.package->updated_at);
	return reply(c, 200, hex_package_view(c, &at, &releases, &owners));
}

static bool
list_done(struct call *c)
{
	struct slice page = { .limit = HEX_PER_PAGE, .offset = hex_page_offset(c) };
	struct rows entries;
	struct hex_place at;

	return hex_path_package(c, &at) && audit_list_package(&c->work, at.package->id, page, &entries) &&
	       reply(c, 200, hex_audit_view(c, &entries));
}

/* ---- lists ---- */

/* The repositories to look in: the path's, or all that the caller may read. */
static bool
find_repositories(struct call *c, struct rows *out)
{
	const struct repository *r;

	if (!path_span(c, "repository").at)
		return call_authenticate(c) && hex_repository_list(&c->work, out);
	r = hex_path_repository(c, ACCESS_READ);
	*out = (struct rows){ r, 1 };
	return r != NULL;
}

/* Unknown orders leave it to us. */
static enum hex_search_order
order_asked(struct call *c)
{
	static const struct {
		const char *name;
		enum hex_search_order order;
	} orders[] = {
		{ "downloads", HEX_BY_DOWNLOADS },
		{ "total_downloads", HEX_BY_DOWNLOADS },
		{ "recent_downloads", HEX_BY_RECENT_DOWNLOADS },
		{ "inserted_at", HEX_BY_CREATED },
		{ "updated_at", HEX_BY_UPDATED },
	};
	const char *name = hex_param(c, "sort");

	for (size_t i = 0; name && i < ARRAY_LEN(orders); i++)
		if (strcmp(name, orders[i].name) == 0)
			return orders[i].order;
	return HEX_BY_NAME;
}

static void
read_search(struct call *c, struct hex_search *out)
{
	const char *per_page = hex_param(c, "per_page"), *search = hex_param(c, "search");

	if (!per_page || !number_parse(span_of(per_page), 1, HEX_PER_PAGE, &out->limit))
		out->limit = HEX_PER_PAGE;
	out->offset = hex_page_offset(c) / HEX_PER_PAGE * out->limit;
	out->order = order_asked(c);
	if (search)
		hex_search_read(c->work.arena, span_of(search), out);
}

static const struct repository *
repository_of(const struct rows *repositories, int64_t id)
{
	const struct repository *r = repositories->at;

	while (r->id != id)
		r++;
	return r;
}

/* What a package has of all releases, which stand together. */
static struct rows
releases_of(const struct rows *all, int64_t package_id)
{
	const struct hex_release *r = all->at;
	size_t from = 0, behind = all->count, end;

	while (from < behind) {
		size_t middle = from + (behind - from) / 2;

		if (r[middle].package_id < package_id)
			from = middle + 1;
		else
			behind = middle;
	}
	for (end = from; end < all->count && r[end].package_id == package_id; end++)
		;
	return (struct rows){ r + from, end - from };
}

static bool
find_releases(struct call *c, const struct rows *page, struct rows *out)
{
	const struct hex_package *packages = page->at;
	int64_t ids[HEX_PER_PAGE];

	for (size_t i = 0; i < page->count; i++)
		ids[i] = packages[i].id;
	return hex_release_list(&c->work, ids, page->count, out);
}

static bool
list(struct call *c)
{
	struct hex_search search = { .order = HEX_BY_NAME };
	struct rows repositories, page, all;
	const struct hex_package *packages;
	struct doc *view;

	if (!find_repositories(c, &repositories))
		return false;
	read_search(c, &search);
	if (!hex_search_page(&c->work, &search, &repositories, &page) || !find_releases(c, &page, &all))
		return false;
	packages = page.at;
	view = doc_list(c->work.arena);
	for (size_t i = 0; i < page.count; i++) {
		struct hex_place at = { repository_of(&repositories, packages[i].repository_id), &packages[i] };
		struct rows releases = releases_of(&all, packages[i].id);

		doc_put(view, NULL, hex_package_view(c, &at, &releases, NULL));
	}
	return reply(c, 200, view);
}

const struct route hex_package_routes[] = {
	ROUTE(GET, "/packages", OPTIONAL, list, "Packages, searched and in order", .scope = SCOPE_READ),
	ROUTE(GET, "/packages/:package", OPTIONAL, show, "A package", .scope = SCOPE_READ),
	ROUTE(GET, "/packages/:package/audit-logs", OPTIONAL, list_done, "What was done to a package",
	      .scope = SCOPE_READ),
	ROUTE_END
};
