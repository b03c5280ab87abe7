/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One version of a crate: itself, its dependencies, downloads and authors; and
 * versions by their ids, as the API once offered them.
 */
#include "protocols/crates/crates.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/text.h"
#include "domain/audit.h"
#include "domain/dependency.h"
#include "domain/download.h"
#include "domain/package.h"
#include "domain/release.h"
#include "domain/repository.h"
#include "formats/crate_rules.h"
#include "protocols/crates/views.h"

/* A malformed version is reported before the crate is looked for. */
static const struct release *
find_release(struct call *c)
{
	return crates_check_path_version(c) ? crates_path_release(c, crates_path_package(c)) : NULL;
}

static bool
reply_version(struct call *c, const struct release *r)
{
	struct doc *view = doc_map(c->work.arena), *version = version_full_view(c, r);

	if (!version)
		return false;
	doc_put(view, "version", version);
	return reply(c, 200, view);
}

static bool
show_version(struct call *c)
{
	const struct release *r = find_release(c);

	return r && reply_version(c, r);
}

static bool
list_dependencies(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);
	const struct release *r = find_release(c);
	struct rows rows;

	if (!r || !dependency_list(&c->work, r->id, &rows))
		return false;
	dependency_list_view(view, "dependencies", &rows);
	return reply(c, 200, view);
}

/* The day that the list ends with. */
static bool
read_before_date(struct call *c, int64_t *day)
{
	struct span given = query_find(c->query, "before_date");

	*day = c->work.now;
	if (!given.at || clock_parse_date(given, day))
		return true;
	return crates_refuse_query(c, "before_date", given.len < sizeof("YYYY-MM-DD") - 1 ? "premature end of input"
											   : "input contains invalid characters");
}

static bool
show_downloads(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);
	const struct release *r;
	struct rows rows;
	int64_t day;

	if (!read_before_date(c, &day))
		return false;
	r = find_release(c);
	if (!r || !download_list_release(&c->work, r->id, day, &rows))
		return false;
	download_list_view(view, "version_downloads", &rows);
	return reply(c, 200, view);
}

/* Whether the version exists was never checked here. */
static bool
list_authors(struct call *c)
{
	struct doc *view = doc_map(c->work.arena), *names;
	struct span crate = path_span(c, "crate");
	const char *version = path_text(c, "version");
	struct texts authors = { NULL, 0 };

	if (version && crate_name_is_valid(crate) &&
	    !release_authors(&c->work, REPOSITORY_CRATES, crate_name_canonical(c->work.arena, crate),
			     version, &authors))
		return false;
	doc_add_list(view, "users");
	names = doc_add_list(doc_add_map(view, "meta"), "names");
	for (size_t i = 0; i < authors.count; i++)
		doc_text(names, NULL, authors.items[i]);
	return reply(c, 200, view);
}

/* ---- by id ---- */

static bool
load_ids(struct call *c, const struct span *values, size_t count, struct rows *out)
{
	int64_t *ids = arena_zalloc(c->work.arena, count, sizeof(*ids));
	size_t used = 0;

	for (size_t i = 0; i < count; i++)
		if (number_parse(values[i], 0, INT64_MAX, &ids[used]))
			used++;
	*out = (struct rows){ NULL, 0 };
	return used == 0 || release_list_ids(&c->work, REPOSITORY_CRATES, ids, used, out);
}

static bool
list_by_ids(struct call *c)
{
	struct doc *view = doc_map(c->work.arena), *versions;
	const struct span *values;
	struct rows rows;
	size_t count;

	if (!crates_query_texts(c, "ids[]", &values, &count) || !load_ids(c, values, count, &rows))
		return false;
	versions = version_list_view(c, &rows);
	if (!versions)
		return false;
	doc_put(view, "versions", versions);
	return reply(c, 200, view);
}

static bool
show_by_id(struct call *c)
{
	struct span given = path_span(c, "id");
	struct rows rows;

	if (!load_ids(c, &given, 1, &rows))
		return false;
	if (rows.count == 0)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	return reply_version(c, rows.at);
}

/* ---- documentation ---- */

/*
 * The public registry passes this on to its builder of documentation. There
 * is none here: the wish is recorded in the audit, for whoever runs one.
 */
static bool
rebuild_docs(struct call *c)
{
	const struct package *p = crates_path_package(c);
	const struct release *r = crates_path_release(c, p);

	return r && call_authorize(c, SCOPE_NONE, CRATES_REPOSITORY, p->name) &&
	       crates_require_publisher(c, p, "user doesn't have permission to trigger a docs rebuild") &&
	       audit_add(&c->work, &(struct audit){ .action = "docs.rebuild", .repository_id = p->repository_id,
						    .package_id = p->id, .release_id = r->id }) &&
	       reply_empty(c, 201);
}

const struct route crates_version_routes[] = {
	ROUTE(GET, "/crates/:crate/:version", PUBLIC, show_version, "One version of a crate"),
	ROUTE(GET, "/crates/:crate/:version/dependencies", PUBLIC, list_dependencies, "What a version depends on"),
	ROUTE(GET, "/crates/:crate/:version/downloads", PUBLIC, show_downloads, "Downloads of a version by day"),
	ROUTE(GET, "/crates/:crate/:version/authors", PUBLIC, list_authors, "The authors that a version names"),
	ROUTE(POST, "/crates/:crate/:version/rebuild_docs", LATE, rebuild_docs,
	      "Ask for the documentation to be built again", .flags = ROUTE_WRITES),
	ROUTE(GET, "/versions", PUBLIC, list_by_ids, "Versions by their ids"),
	ROUTE(GET, "/versions/:id", PUBLIC, show_by_id, "One version by its id"),
	ROUTE_END
};
