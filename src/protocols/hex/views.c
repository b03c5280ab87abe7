/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages and releases as documents.
 */
#include "protocols/hex/views.h"

#include <string.h>

#include "base/arena.h"
#include "base/encode.h"
#include "domain/hex_owner.h"
#include "domain/hex_package.h"
#include "domain/repository.h"
#include "formats/hex_snippet.h"
#include "protocols/hex/hex.h"
#include "wire/json.h"

const char *
hex_docs_url(struct call *c, const struct repository *r, const char *name, const char *version)
{
	const char *where = r->private ? arena_printf(c->work.arena, "@%s/", r->name) : "";

	return call_url(c, "/hexdocs/%s%s/%s%s", where, name, version ? version : "", version ? "/" : "");
}

static const char *
html_url(struct call *c, const struct repository *r, const char *name, const char *version)
{
	const char *where = r->private ? arena_printf(c->work.arena, "%s/", r->name) : "";

	return call_url(c, "/packages/%s%s%s%s", where, name, version ? "/" : "", version ? version : "");
}

static const char *
package_url(struct call *c, const struct repository *r, const char *name)
{
	return call_url(c, "%s/packages/%s", hex_api_path(c, r), name);
}

static const char *
release_url(struct call *c, const struct repository *r, const struct hex_release *release)
{
	return arena_printf(c->work.arena, "%s/releases/%s", package_url(c, r, release->package_name), release->version);
}

static void
put_configs(struct call *c, struct doc *view, const struct repository *r, const struct hex_snippet *s)
{
	struct doc *configs = doc_add_map(view, "configs");
	struct hex_snippet own = *s;

	own.organization = r->private ? r->name : NULL;
	doc_text(configs, "mix.exs", hex_snippet_mix(c->work.arena, &own));
	doc_text(configs, "rebar.config", hex_snippet_rebar(c->work.arena, &own));
	doc_text(configs, "erlang.mk", hex_snippet_erlang_mk(c->work.arena, &own));
}

/* A member of a stored object, or what takes its place. */
static void
put_meta(struct doc *to, const char *key, const struct doc *meta, enum doc_kind kind)
{
	const struct doc *member = doc_find(meta, key);

	if (doc_is(member, kind)) {
		struct doc *copy = (void *)arena_dup(to->is.members.arena, member, sizeof(*member));

		copy->key = NULL;
		copy->next = NULL;
		doc_put(to, key, copy);
	} else if (kind == DOC_LIST) {
		doc_add_list(to, key);
	} else {
		doc_add_map(to, key);
	}
}

static void
put_package_meta(struct call *c, struct doc *view, const struct hex_package *p)
{
	struct doc *to = doc_add_map(view, "meta");
	const struct doc *meta = p->meta.at ? json_read(c->work.arena, &c->fault, p->meta) : NULL;

	doc_text(to, "description", p->description);
	put_meta(to, "licenses", meta, DOC_LIST);
	put_meta(to, "links", meta, DOC_MAP);
	put_meta(to, "maintainers", meta, DOC_LIST);
}

static void
put_retirement(struct doc *to, const char *key, const struct hex_release *release)
{
	struct doc *d;

	if (!release->retirement_reason) {
		doc_null(to, key);
		return;
	}
	d = doc_add_map(to, key);
	doc_text(d, "reason", release->retirement_reason);
	doc_text(d, "message", release->retirement_message);
}

static void
put_releases(struct call *c, struct doc *view, const struct repository *r, const struct rows *rows)
{
	const struct hex_release *releases = rows->at;
	struct doc *list = doc_add_list(view, "releases"), *retirements = doc_map(c->work.arena);

	for (size_t i = 0; i < rows->count; i++) {
		struct doc *d = doc_add_map(list, NULL);

		doc_text(d, "version", releases[i].version);
		doc_text(d, "url", release_url(c, r, &releases[i]));
		doc_bool(d, "has_docs", releases[i].has_docs);
		doc_time(d, "inserted_at", releases[i].published_at);
		if (releases[i].retirement_reason)
			put_retirement(retirements, releases[i].version, &releases[i]);
	}
	doc_put(view, "retirements", retirements);
}

static void
put_downloads(struct doc *view, const struct hex_package *p)
{
	struct doc *d = doc_add_map(view, "downloads");

	if (p->downloads == 0)
		return;
	doc_int(d, "all", p->downloads);
	doc_int(d, "recent", p->recent_downloads);
	doc_int(d, "week", p->week_downloads);
	doc_int(d, "day", p->day_downloads);
}

struct doc *
hex_minimal_user_view(struct call *c, const char *name)
{
	struct doc *view = doc_map(c->work.arena);

	doc_text(view, "username", name);
	doc_text(view, "url", call_url(c, "/api/users/%s", name));
	return view;
}

struct doc *
hex_package_view(struct call *c, const struct hex_place *at, const struct rows *releases, const struct rows *owners)
{
	const struct repository *r = at->repository;
	const struct hex_package *p = at->package;
	struct doc *view = doc_map(c->work.arena), *list;
	const char *version = p->latest_stable_version ? p->latest_stable_version : p->latest_version;

	doc_text(view, "name", p->name);
	doc_text(view, "repository", r->name);
	doc_text(view, "url", package_url(c, r, p->name));
	doc_text(view, "html_url", html_url(c, r, p->name, NULL));
	doc_text(view, "docs_html_url", p->docs_version ? hex_docs_url(c, r, p->name, NULL) : NULL);
	doc_time(view, "inserted_at", p->created_at);
	doc_time(view, "updated_at", p->updated_at);
	doc_text(view, "latest_version", p->latest_version);
	doc_text(view, "latest_stable_version", p->latest_stable_version);
	put_configs(c, view, r, &(struct hex_snippet){ .app = p->app, .name = p->name, .version = version });
	put_package_meta(c, view, p);
	put_releases(c, view, r, releases);
	put_downloads(view, p);
	if (!owners)
		return view;
	list = doc_add_list(view, "owners");
	for (const struct hex_owner *o = owners->at, *end = o + owners->count; o < end; o++) {
		struct doc *owner = hex_minimal_user_view(c, o->name);

		if (o->email)
			doc_text(owner, "email", o->email);
		doc_put(list, NULL, owner);
	}
	doc_add_list(view, "security_advisories");
	return view;
}

static bool
put_requirements(struct call *c, struct doc *view, const struct hex_release *release)
{
	struct doc *map = doc_add_map(view, "requirements");
	const struct hex_requirement *list;
	struct rows rows;

	if (!hex_requirement_list(&c->work, release->id, &rows))
		return false;
	list = rows.at;
	for (size_t i = 0; i < rows.count; i++) {
		struct doc *d = doc_add_map(map, list[i].package_name);

		doc_text(d, "app", list[i].alias ? list[i].alias : list[i].package_name);
		doc_text(d, "requirement", *list[i].requirement ? list[i].requirement : NULL);
		doc_bool(d, "optional", list[i].optional);
		if (list[i].repository)
			doc_text(d, "repository", list[i].repository);
	}
	return true;
}

struct doc *
hex_release_view(struct call *c, const struct repository *r, const struct hex_release *release)
{
	struct doc *view = doc_map(c->work.arena), *meta, *tools;

	doc_text(view, "version", release->version);
	doc_text(view, "checksum", encode_hex(c->work.arena, release->outer_checksum.at, release->outer_checksum.len));
	doc_bool(view, "has_docs", release->has_docs);
	doc_time(view, "inserted_at", release->published_at);
	doc_time(view, "updated_at", release->updated_at);
	put_retirement(view, "retirement", release);
	doc_text(view, "url", release_url(c, r, release));
	doc_text(view, "package_url", package_url(c, r, release->package_name));
	doc_text(view, "html_url", html_url(c, r, release->package_name, release->version));
	doc_text(view, "docs_html_url",
		 release->has_docs ? hex_docs_url(c, r, release->package_name, release->version) : NULL);
	if (!put_requirements(c, view, release))
		return NULL;
	put_configs(c, view, r, &(struct hex_snippet){ .app = release->app, .name = release->package_name,
						       .version = release->version });
	meta = doc_add_map(view, "meta");
	doc_text(meta, "app", release->app);
	doc_text(meta, "elixir", release->elixir);
	tools = doc_add_list(meta, "build_tools");
	for (size_t i = 0; i < release->build_tools.count; i++)
		doc_text(tools, NULL, release->build_tools.items[i]);
	if (release->publisher)
		doc_put(view, "publisher", hex_minimal_user_view(c, release->publisher));
	else
		doc_null(view, "publisher");
	return view;
}
