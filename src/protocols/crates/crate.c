/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One crate: itself with as much as is asked for, its versions, its downloads
 * and who depends on it.
 */
#include "protocols/crates/crates.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "domain/dependency.h"
#include "domain/download.h"
#include "domain/package.h"
#include "domain/release.h"
#include "domain/repository.h"
#include "domain/taxonomy.h"
#include "protocols/crates/views.h"
#include "version/semver.h"

/* Versions whose downloads are shown one by one. */
#define SEPARATE_VERSIONS 5

/* ---- include= ---- */

struct component {
	const char *name;
	unsigned bits;
};

/*
 * The comma list include= as bits; ABSENT when there is no such parameter. An
 * unknown word raises an error that lists the EXPECTED ones.
 */
static bool
read_include(struct call *c, const struct component *known, const char *expected, unsigned absent, unsigned *out)
{
	struct span rest = query_find(c->query, "include");

	*out = rest.at ? 0 : absent;
	while (rest.at) {
		struct span word = span_cut(&rest, ',');
		const struct component *k = known;

		while (k->name && !span_is(word, k->name))
			k++;
		if (!k->name && word.len > 0)
			return fault_raise(&c->fault, FAULT_BAD_REQUEST,
					   "invalid component for ?include= (expected %s)", expected);
		*out |= k->bits;
	}
	return true;
}

/* ---- GET /crates/:crate ---- */

enum {
	INCLUDE_VERSIONS = 1,
	INCLUDE_KEYWORDS = 2,
	INCLUDE_CATEGORIES = 4,
	INCLUDE_DOWNLOADS = 8,
	INCLUDE_DEFAULT_VERSION = 16,
	INCLUDE_FULL = 31
};

static const struct component crate_components[] = {
	{ "versions", INCLUDE_VERSIONS },
	{ "keywords", INCLUDE_KEYWORDS },
	{ "categories", INCLUDE_CATEGORIES },
	{ "badges", 0 },
	{ "downloads", INCLUDE_DOWNLOADS },
	{ "default_version", INCLUDE_DEFAULT_VERSION },
	{ "full", INCLUDE_FULL },
	{ NULL, 0 }
};

struct crate_rows {
	struct rows releases, keywords, categories;
};

static bool
load_rows(struct call *c, const struct package *p, unsigned include, struct crate_rows *rows)
{
	struct work *w = &c->work;

	*rows = (struct crate_rows){ { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	if (include & INCLUDE_VERSIONS) {
		if (!release_list(w, p->id, &rows->releases))
			return false;
	} else if (include & INCLUDE_DEFAULT_VERSION && p->default_release_id != 0) {
		if (!release_list_ids(w, REPOSITORY_CRATES, &p->default_release_id, 1, &rows->releases))
			return false;
	}
	if (include & INCLUDE_KEYWORDS && !keyword_list_package(w, p->id, &rows->keywords))
		return false;
	return !(include & INCLUDE_CATEGORIES) || category_list_package(w, p->id, &rows->categories);
}

static struct doc *
answer_view(struct call *c, const struct package *p, unsigned include, const struct crate_rows *rows)
{
	struct doc *view = doc_map(c->work.arena), *versions = NULL;
	struct crate_parts parts = {
		.versions = include & INCLUDE_VERSIONS,
		.downloads = include & INCLUDE_DOWNLOADS,
		.releases = include & (INCLUDE_VERSIONS | INCLUDE_DEFAULT_VERSION) ? &rows->releases : NULL,
		.keywords = include & INCLUDE_KEYWORDS ? &rows->keywords : NULL,
		.categories = include & INCLUDE_CATEGORIES ? &rows->categories : NULL,
	};

	if (parts.releases) {
		versions = version_list_view(c, parts.releases);
		if (!versions)
			return NULL;
	}
	doc_put(view, "crate", crate_view(c, p, &parts));
	doc_put(view, "versions", versions);
	if (parts.keywords)
		keyword_list_view(c, view, "keywords", parts.keywords);
	else
		doc_null(view, "keywords");
	if (parts.categories)
		category_list_view(c, view, "categories", parts.categories);
	else
		doc_null(view, "categories");
	return view;
}

static bool
show_crate(struct call *c)
{
	const struct package *p;
	struct crate_rows rows;
	const struct doc *view;
	unsigned include;

	if (!read_include(c, crate_components, "'versions', 'keywords', 'categories', 'badges', 'downloads', "
			  "'default_version', or 'full'", INCLUDE_FULL, &include))
		return false;
	p = crates_path_package(c);
	if (!p || !load_rows(c, p, include, &rows))
		return false;
	view = answer_view(c, p, include, &rows);
	return view && reply(c, 200, view);
}

/* ---- GET /crates/:crate/versions ---- */

static const struct component version_components[] = {
	{ "release_tracks", 1 },
	{ NULL, 0 }
};

/* Without per_page everything comes at once, and then no other paging parameter is even looked at. */
static bool
read_choice(struct call *c, struct release_choice *choice)
{
	struct span sort = query_find(c->query, "sort");
	struct paging paging;

	*choice = (struct release_choice){
		.order = span_equal_nocase(sort, SPAN("date")) ? RELEASES_BY_DATE : RELEASES_BY_SEMVER,
	};
	if (!crates_query_texts(c, "nums[]", &choice->versions, &choice->version_count))
		return false;
	if (!query_find(c->query, "per_page").at)
		return true;
	if (!crates_paging(c, PAGING_SEEK, &paging))
		return false;
	choice->limit = paging.per_page;
	return !paging.seek || crates_seek_int(c, paging.seek, 0, &choice->after_id);
}

/* "1" or, for what has not come to 1 yet, "0.23". */
static const char *
track_of(struct arena *a, const char *version)
{
	struct semver v;

	if (!semver_parse(span_of(version), &v, NULL, 0))
		return NULL;
	if (v.major > 0)
		return arena_printf(a, "%llu", (unsigned long long)v.major);
	return arena_printf(a, "0.%llu", (unsigned long long)v.minor);
}

/* The highest of each track. Versions come highest first, so those of a track stand together. */
static bool
put_tracks(struct call *c, struct doc *meta, struct release_choice choice)
{
	struct doc *list = doc_add_map(meta, "release_tracks");
	const struct release_track *tracks;
	const char *last = "";
	struct rows rows;

	if (choice.limit != 0)
		choice.versions = NULL;
	if (!release_tracks(&c->work, &choice, &rows))
		return false;
	tracks = rows.at;
	for (size_t i = 0; i < rows.count; i++) {
		const char *track = track_of(c->work.arena, tracks[i].version);

		if (!track || strcmp(track, last) == 0)
			continue;
		doc_text(doc_add_map(list, track), "highest", tracks[i].version);
		last = track;
	}
	return true;
}

/* How many there are; 0 when this page is empty, as ever. */
static bool
put_total(struct call *c, struct doc *meta, const struct release_choice *choice, size_t shown)
{
	int64_t total = (int64_t)shown;

	if (shown > 0 && choice->limit != 0 && !release_count(&c->work, choice, &total))
		return false;
	doc_int(meta, "total", total);
	return true;
}

static void
put_next(struct call *c, struct doc *meta, const struct release_choice *choice, const struct rows *rows)
{
	const struct release *releases = rows->at;
	struct doc *seek = doc_list(c->work.arena);

	if (rows->count == 0 || (int64_t)rows->count != choice->limit) {
		doc_null(meta, "next_page");
		return;
	}
	doc_int(seek, NULL, releases[rows->count - 1].id);
	doc_text(meta, "next_page", crates_query_with(c, "seek", crates_seek(c, seek)));
}

static bool
list_versions(struct call *c)
{
	struct doc *view = doc_map(c->work.arena), *versions, *meta;
	const struct package *p;
	struct release_choice choice;
	struct rows rows;
	unsigned include;

	if (!read_include(c, version_components, "'release_tracks'", 0, &include) || !read_choice(c, &choice))
		return false;
	p = crates_path_package(c);
	if (!p)
		return false;
	choice.package_id = p->id;
	versions = release_choose(&c->work, &choice, &rows) ? version_list_view(c, &rows) : NULL;
	if (!versions)
		return false;
	doc_put(view, "versions", versions);
	meta = doc_add_map(view, "meta");
	if (!put_total(c, meta, &choice, rows.count))
		return false;
	put_next(c, meta, &choice, &rows);
	if (include && !put_tracks(c, meta, choice))
		return false;
	return reply(c, 200, view);
}

/* ---- GET /crates/:crate/downloads ---- */

static const struct component download_components[] = {
	{ "versions", 1 },
	{ NULL, 0 }
};

static void
put_extra(struct doc *view, const struct rows *rows)
{
	const struct download_day *days = rows->at;
	struct doc *list = doc_add_list(doc_add_map(view, "meta"), "extra_downloads");

	for (size_t i = 0; i < rows->count; i++) {
		struct doc *d = doc_add_map(list, NULL);

		doc_date(d, "date", days[i].day);
		doc_int(d, "downloads", days[i].downloads);
	}
}

static bool
show_downloads(struct call *c)
{
	struct doc *view = doc_map(c->work.arena), *versions;
	const struct package *p;
	struct rows releases, days, others;
	int64_t ids[SEPARATE_VERSIONS];
	unsigned include;

	if (!read_include(c, download_components, "'versions'", 0, &include))
		return false;
	p = crates_path_package(c);
	if (!p || !release_list_highest(&c->work, p->id, SEPARATE_VERSIONS, &releases))
		return false;
	for (size_t i = 0; i < releases.count; i++)
		ids[i] = ((const struct release *)releases.at)[i].id;
	if (!download_list_releases(&c->work, ids, releases.count, &days) ||
	    !download_list_others(&c->work, p->id, ids, releases.count, &others))
		return false;
	download_list_view(view, "version_downloads", &days);
	if (include) {
		versions = version_list_view(c, &releases);
		if (!versions)
			return false;
		doc_put(view, "versions", versions);
	}
	put_extra(view, &others);
	return reply(c, 200, view);
}

/* ---- GET /crates/:crate/reverse_dependencies ---- */

/* The versions that the dependencies belong to. */
static struct doc *
dependents_view(struct call *c, const struct rows *rows)
{
	const struct dependency *dependencies = rows->at;
	int64_t *ids = arena_zalloc(c->work.arena, rows->count, sizeof(*ids));
	struct rows releases;

	for (size_t i = 0; i < rows->count; i++)
		ids[i] = dependencies[i].release_id;
	if (!release_list_ids(&c->work, REPOSITORY_CRATES, ids, rows->count, &releases))
		return NULL;
	return version_list_view(c, &releases);
}

static bool
list_dependents(struct call *c)
{
	struct doc *view = doc_map(c->work.arena), *versions;
	const struct package *p;
	struct paging paging;
	struct rows rows;
	int64_t total;

	if (!crates_paging(c, PAGING_PAGE | PAGING_LIMITED, &paging))
		return false;
	p = crates_path_package(c);
	if (!p || !dependency_list_reverse(&c->work, p->id, paging_slice(&paging), &rows, &total))
		return false;
	versions = dependents_view(c, &rows);
	if (!versions)
		return false;
	dependency_list_view(view, "dependencies", &rows);
	doc_put(view, "versions", versions);
	doc_int(doc_add_map(view, "meta"), "total", total);
	return reply(c, 200, view);
}

const struct route crates_crate_routes[] = {
	ROUTE(GET, "/crates/:crate", PUBLIC, show_crate, "One crate with its versions, keywords and categories"),
	ROUTE(GET, "/crates/:crate/versions", PUBLIC, list_versions, "List the versions of a crate"),
	ROUTE(GET, "/crates/:crate/downloads", PUBLIC, show_downloads, "Downloads of a crate by day"),
	ROUTE(GET, "/crates/:crate/reverse_dependencies", PUBLIC, list_dependents, "List the crates that depend on one"),
	ROUTE_END
};
