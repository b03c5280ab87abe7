/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Crates, versions and what hangs on them, as the crates.io API shows them.
 * Members stand in the order of its documentation, so that answers read like
 * the documented examples.
 */
#include "protocols/crates/views.h"

#include <string.h>

#include "base/arena.h"
#include "base/encode.h"
#include "domain/dependency.h"
#include "domain/download.h"
#include "domain/package.h"
#include "domain/release.h"
#include "domain/taxonomy.h"
#include "protocols/call.h"

/* What is shown instead of a highest version that is not there or was not asked for. */
#define NO_VERSION "0.0.0"

/* BASE and TAIL together; printf shows in the time that a crate with many versions takes. */
static void
put_path(struct doc *to, const char *key, struct span base, const char *tail)
{
	size_t len = strlen(tail);
	char *path = arena_alloc(to->is.members.arena, base.len + len + 1);

	memcpy(path, base.at, base.len);
	memcpy(path + base.len, tail, len + 1);
	doc_span(to, key, span_make(path, base.len + len));
}

/* ---- crates ---- */

static void
put_release_ids(struct doc *to, const struct rows *rows)
{
	const struct release *releases = rows ? rows->at : NULL;
	struct doc *list;

	if (!rows) {
		doc_null(to, "versions");
		return;
	}
	list = doc_add_list(to, "versions");
	for (size_t i = 0; i < rows->count; i++)
		doc_int(list, NULL, releases[i].id);
}

static void
put_keyword_names(struct doc *to, const struct rows *rows)
{
	const struct keyword *keywords = rows ? rows->at : NULL;
	struct doc *list;

	if (!rows) {
		doc_null(to, "keywords");
		return;
	}
	list = doc_add_list(to, "keywords");
	for (size_t i = 0; i < rows->count; i++)
		doc_text(list, NULL, keywords[i].name);
}

static void
put_category_slugs(struct doc *to, const struct rows *rows)
{
	const struct category *categories = rows ? rows->at : NULL;
	struct doc *list;

	if (!rows) {
		doc_null(to, "categories");
		return;
	}
	list = doc_add_list(to, "categories");
	for (size_t i = 0; i < rows->count; i++)
		doc_text(list, NULL, categories[i].slug);
}

static void
put_counts(struct doc *to, const struct package *p, const struct crate_parts *parts)
{
	doc_int(to, "downloads", p->downloads);
	if (parts->downloads)
		doc_int(to, "recent_downloads", p->recent_downloads);
	else
		doc_null(to, "recent_downloads");
	doc_text(to, "default_version", p->default_version);
	doc_int(to, "num_versions", p->release_count);
	doc_bool(to, "yanked", p->all_yanked);
}

static void
put_versions(struct doc *to, const struct package *p, bool known)
{
	doc_text(to, "max_version", known && p->max_version ? p->max_version : NO_VERSION);
	doc_text(to, "newest_version", known && p->newest_version ? p->newest_version : NO_VERSION);
	doc_text(to, "max_stable_version", known ? p->max_stable_version : NULL);
}

static void
put_crate_links(struct doc *to, struct span base, bool versions_inlined)
{
	struct doc *links = doc_add_map(to, "links");

	put_path(links, "version_downloads", base, "/downloads");
	if (versions_inlined)
		doc_null(links, "versions");
	else
		put_path(links, "versions", base, "/versions");
	put_path(links, "owners", base, "/owners");
	put_path(links, "owner_team", base, "/owner_team");
	put_path(links, "owner_user", base, "/owner_user");
	put_path(links, "reverse_dependencies", base, "/reverse_dependencies");
}

struct doc *
crate_view(struct call *c, const struct package *p, const struct crate_parts *parts)
{
	struct arena *a = c->work.arena;
	struct doc *d = doc_map(a);

	doc_text(d, "id", p->name);
	doc_text(d, "name", p->name);
	doc_time(d, "updated_at", p->updated_at);
	put_release_ids(d, parts->releases);
	put_keyword_names(d, parts->keywords);
	put_category_slugs(d, parts->categories);
	doc_add_list(d, "badges");
	doc_time(d, "created_at", p->created_at);
	put_counts(d, p, parts);
	put_versions(d, p, parts->versions);
	doc_text(d, "description", p->description);
	doc_text(d, "homepage", p->homepage);
	doc_text(d, "documentation", p->documentation);
	doc_text(d, "repository", p->source_url);
	put_crate_links(d, span_of(arena_printf(a, "/api/v1/crates/%s", p->name)), parts->releases != NULL);
	doc_bool(d, "exact_match", p->exact_match);
	doc_bool(d, "trustpub_only", p->trustpub_only);
	return d;
}

void
crate_list_view(struct call *c, struct doc *to, const char *key, const struct rows *rows)
{
	static const struct crate_parts parts = { .versions = true, .downloads = true };
	const struct package *packages = rows->at;
	struct doc *list = doc_add_list(to, key);

	for (size_t i = 0; i < rows->count; i++)
		doc_put(list, NULL, crate_view(c, &packages[i], &parts));
}

/* ---- versions ---- */

static struct doc *
publisher_view(struct call *c, const struct release *r)
{
	if (r->publisher_id == 0)
		return NULL;
	return user_view(c, &(struct person){
		.id = r->publisher_id,
		.login = r->publisher_name,
		.name = r->publisher_full_name,
		.avatar = r->publisher_avatar_url,
		.url = r->publisher_url,
		.created_at = r->publisher_created_at,
	});
}

static struct doc *
event_view(struct call *c, const struct release_event *e)
{
	struct doc *d = doc_map(c->work.arena);

	doc_text(d, "action", e->action);
	doc_put(d, "user", user_view(c, &(struct person){
		.id = e->account_id,
		.login = e->name,
		.name = e->full_name,
		.avatar = e->avatar_url,
		.url = e->url,
		.created_at = e->created_at,
	}));
	doc_time(d, "time", e->at);
	return d;
}

/* Index of the first event of the release; they are ordered by release. */
static size_t
first_event(const struct rows *rows, int64_t release_id)
{
	const struct release_event *events = rows->at;
	size_t low = 0, high = rows->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (events[middle].release_id < release_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
put_events(struct call *c, struct doc *to, int64_t release_id, const struct rows *rows)
{
	const struct release_event *events = rows->at;
	struct doc *list = doc_add_list(to, "audit_actions");

	for (size_t i = first_event(rows, release_id); i < rows->count && events[i].release_id == release_id; i++)
		doc_put(list, NULL, event_view(c, &events[i]));
}

/* What the archive holds; nothing is known of it when even the list of programs is missing. */
static void
put_targets(struct doc *to, const struct release *r)
{
	struct doc *names;

	if (!r->bin_names.items) {
		doc_null(to, "has_lib");
		doc_null(to, "bin_names");
		return;
	}
	doc_bool(to, "has_lib", r->has_lib);
	names = doc_add_list(to, "bin_names");
	for (size_t i = 0; i < r->bin_names.count; i++)
		doc_text(names, NULL, r->bin_names.items[i]);
}

static void
put_manifest(struct doc *to, const struct release *r)
{
	doc_text(to, "rust_version", r->rust_version);
	put_targets(to, r);
	doc_text(to, "edition", r->edition);
	doc_text(to, "description", r->description);
	doc_text(to, "homepage", r->homepage);
	doc_text(to, "documentation", r->documentation);
	doc_text(to, "repository", r->source_url);
	if (r->trustpub_data.at)
		doc_raw(to, "trustpub_data", r->trustpub_data);
	else
		doc_null(to, "trustpub_data");
	doc_null(to, "linecounts");
}

static void
put_version_links(struct doc *to, struct span base)
{
	struct doc *links = doc_add_map(to, "links");

	put_path(links, "dependencies", base, "/dependencies");
	put_path(links, "version_downloads", base, "/downloads");
	put_path(links, "authors", base, "/authors");
}

struct doc *
version_view(struct call *c, const struct release *r, const struct rows *events)
{
	struct arena *a = c->work.arena;
	struct doc *d = doc_map(a);
	struct span base = span_of(arena_printf(a, "/api/v1/crates/%s/%s", r->package_name, r->version));

	doc_int(d, "id", r->id);
	doc_text(d, "crate", r->package_name);
	doc_text(d, "num", r->version);
	put_path(d, "dl_path", base, "/download");
	put_path(d, "readme_path", base, "/readme");
	doc_time(d, "updated_at", r->updated_at);
	doc_time(d, "created_at", r->published_at);
	doc_int(d, "downloads", r->downloads);
	doc_raw(d, "features", r->features);
	doc_bool(d, "yanked", r->yanked);
	doc_text(d, "yank_message", r->yank_message);
	doc_text(d, "lib_links", r->links);
	doc_text(d, "license", r->license);
	put_version_links(d, base);
	doc_int(d, "crate_size", r->size);
	doc_put(d, "published_by", publisher_view(c, r));
	put_events(c, d, r->id, events);
	doc_text(d, "checksum", encode_hex(a, r->sha256.at, r->sha256.len));
	put_manifest(d, r);
	return d;
}

struct doc *
version_list_view(struct call *c, const struct rows *rows)
{
	const struct release *releases = rows->at;
	struct doc *list = doc_list(c->work.arena);
	int64_t *ids = arena_zalloc(c->work.arena, rows->count, sizeof(*ids));
	struct rows events = { NULL, 0 };

	for (size_t i = 0; i < rows->count; i++)
		ids[i] = releases[i].id;
	if (rows->count > 0 && !release_events(&c->work, ids, rows->count, &events))
		return NULL;
	for (size_t i = 0; i < rows->count; i++)
		doc_put(list, NULL, version_view(c, &releases[i], &events));
	return list;
}

struct doc *
version_full_view(struct call *c, const struct release *r)
{
	struct rows events;

	return release_events(&c->work, &r->id, 1, &events) ? version_view(c, r, &events) : NULL;
}

void
dependency_list_view(struct doc *to, const char *key, const struct rows *rows)
{
	const struct dependency *dependencies = rows->at;
	struct doc *list = doc_add_list(to, key);

	for (size_t i = 0; i < rows->count; i++) {
		const struct dependency *each = &dependencies[i];
		struct doc *d = doc_add_map(list, NULL), *features;

		doc_int(d, "id", each->id);
		doc_int(d, "version_id", each->release_id);
		doc_text(d, "crate_id", each->package_name);
		doc_text(d, "req", each->requirement);
		doc_bool(d, "optional", each->optional);
		doc_bool(d, "default_features", each->default_features);
		features = doc_add_list(d, "features");
		for (size_t k = 0; k < each->features.count; k++)
			doc_text(features, NULL, each->features.items[k]);
		doc_text(d, "target", each->platform);
		doc_text(d, "kind", each->kind);
		doc_int(d, "downloads", each->downloads);
	}
}

void
download_list_view(struct doc *to, const char *key, const struct rows *rows)
{
	const struct download_day *days = rows->at;
	struct doc *list = doc_add_list(to, key);

	for (size_t i = 0; i < rows->count; i++) {
		struct doc *d = doc_add_map(list, NULL);

		doc_int(d, "version", days[i].release_id);
		doc_int(d, "downloads", days[i].downloads);
		doc_date(d, "date", days[i].day);
	}
}
