/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages for people, and the addresses that older tools know: /pypi with an
 * action in the query.
 */
#include "protocols/pypi/pypi.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/encode.h"
#include "base/text.h"
#include "domain/repository.h"
#include "formats/classifier.h"
#include "protocols/pypi/page.h"

static bool
not_found(struct call *c)
{
	return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
}

/* 301 to a page of the repository: its prefix, then PATH as it is. */
static bool
move_to(struct call *c, const struct repository *r, const char *path)
{
	return redirect(c, 301, call_url(c, "%s%s", pypi_prefix(c, r), path));
}

/* "/project/NAME/", "/project/NAME/VERSION/" */
static const char *
project_path(struct call *c, struct span name, struct span version)
{
	struct buf b = buf_on(c->work.arena);

	buf_puts(&b, "/project/");
	encode_path_segment(&b, name);
	buf_putc(&b, '/');
	encode_path_segment(&b, version);
	if (version.len > 0)
		buf_putc(&b, '/');
	return buf_text(&b);
}

/* ---- actions ---- */

static struct span
argument(const struct call *c, const char *name)
{
	return c->query ? query_find(c->query, name) : span_make(NULL, 0);
}

static bool
move_to_updates(struct call *c, const struct repository *r)
{
	return move_to(c, r, "/rss/updates.xml");
}

static bool
move_to_packages(struct call *c, const struct repository *r)
{
	return move_to(c, r, "/rss/packages.xml");
}

static bool
move_to_search(struct call *c, const struct repository *r)
{
	struct buf b = buf_on(c->work.arena);

	buf_puts(&b, "/search?q=");
	encode_form(&b, argument(c, "term"));
	return move_to(c, r, buf_text(&b));
}

static bool
move_to_project(struct call *c, const struct repository *r)
{
	if (argument(c, "name").len == 0)
		return not_found(c);
	return move_to(c, r, project_path(c, argument(c, "name"), argument(c, "version")));
}

static bool
move_to_files(struct call *c, const struct repository *r)
{
	if (argument(c, "name").len == 0 || argument(c, "version").len == 0)
		return not_found(c);
	return move_to(c, r, arena_printf(c->work.arena, "%s#files",
					  project_path(c, argument(c, "name"), argument(c, "version"))));
}

static bool
list_classifiers(struct call *c, const struct repository *r)
{
	struct buf b = buf_on(c->work.arena);

	(void)r;
	for (size_t i = 0; i < classifier_count(); i++) {
		if (i > 0)
			buf_putc(&b, '\n');
		buf_puts(&b, classifier_at(i));
	}
	return reply_bytes(c, 200, "text/plain; charset=UTF-8", buf_span(&b));
}

static bool
refuse_doap(struct call *c, const struct repository *r)
{
	(void)r;
	return fault_raise(&c->fault, FAULT_GONE, "DOAP is no longer supported.");
}

static const struct {
	const char *name;
	bool (*act)(struct call *c, const struct repository *r);
} actions[] = {
	{ "list_classifiers", list_classifiers },
	{ "rss", move_to_updates },
	{ "packages_rss", move_to_packages },
	{ "search", move_to_search },
	{ "display", move_to_project },
	{ "files", move_to_files },
	{ "doap", refuse_doap },
};

static bool
act(struct call *c)
{
	const struct repository *r = pypi_path_repository(c);
	struct span action = argument(c, ":action");

	if (!r)
		return false;
	if (!action.at)
		return move_to(c, r, "/");
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (span_is(action, actions[i].name))
			return actions[i].act(c, r);
	return not_found(c);
}

/* ---- pages ---- */

static bool
move_project(struct call *c)
{
	const struct repository *r = pypi_path_repository(c);

	return r && move_to(c, r, project_path(c, path_span(c, "name"), path_span(c, "version")));
}

static void
put_install(struct buf *b, const struct pypi_site *site, const struct pypi_place *at, const char *version)
{
	buf_puts(b, "<pre>pip install --index-url ");
	page_text(b, NULL, site->base);
	buf_puts(b, "/simple/ ");
	page_text(b, NULL, at->project->canonical_name);
	if (version) {
		buf_puts(b, "==");
		page_text(b, NULL, version);
	}
	buf_puts(b, "</pre>\n");
}

static bool
put_files(struct call *c, struct buf *b, const struct pypi_site *site, const struct pypi_release *release)
{
	const struct pypi_file *files;
	struct rows rows;

	if (!pypi_release_files(&c->work, release->id, &rows))
		return false;
	files = rows.at;
	buf_puts(b, "<h2 id=\"files\">Files</h2>\n<ul>\n");
	for (size_t i = 0; i < rows.count; i++) {
		struct buf url = buf_on(c->work.arena);

		pypi_put_file_url(&url, site, &files[i]);
		buf_puts(b, "<li>");
		page_link(b, buf_text(&url), files[i].filename);
		buf_printf(b, " (%lld bytes)</li>\n", (long long)files[i].size);
	}
	buf_puts(b, "</ul>\n");
	return true;
}

/* So many versions people may look through; the simple page has all. */
#define VERSIONS_SHOWN 500

/* Newest first. */
static bool
put_versions(struct call *c, struct buf *b, const struct pypi_site *site, const struct pypi_place *at)
{
	const struct pypi_release *releases;
	struct rows rows;

	if (!pypi_releases(&c->work, at->project->id, VERSIONS_SHOWN, &rows))
		return false;
	releases = rows.at;
	buf_puts(b, "<h2>Versions</h2>\n<ul>\n");
	for (size_t i = 0; i < rows.count; i++) {
		struct buf url = buf_on(c->work.arena);

		pypi_put_release_url(&url, site, at->project->canonical_name, releases[i].version);
		buf_puts(b, "<li>");
		page_link(b, buf_text(&url), releases[i].version);
		buf_puts(b, releases[i].yanked ? " (yanked)</li>\n" : "</li>\n");
	}
	buf_puts(b, "</ul>\n");
	return true;
}

/* CHOSEN: by the path; else RELEASE, which may be NULL, is the one that the project shows. */
static bool
show_project(struct call *c, const struct pypi_place *at, const struct pypi_release *release, bool chosen)
{
	struct pypi_site site = pypi_site_of(&c->work, at->repository);
	struct buf b = buf_on(c->work.arena);
	const char *title = at->project->name;

	if (release)
		title = arena_printf(c->work.arena, "%s %s", title, release->version);
	if (release && release->summary)
		page_text(&b, "p", release->summary);
	put_install(&b, &site, at, chosen ? release->version : NULL);
	if (release && release->yanked) {
		buf_puts(&b, "<p>This version is yanked");
		if (release->yank_message && *release->yank_message)
			buf_puts(&b, ": ");
		page_text(&b, NULL, release->yank_message);
		buf_puts(&b, "</p>\n");
	}
	if (release && !put_files(c, &b, &site, release))
		return false;
	return put_versions(c, &b, &site, at) && page_reply(c, title, &b);
}

/* Whether the path is the page's own; else the answer leads there. */
static bool
is_own_path(struct call *c, const struct pypi_place *at, const char *version)
{
	bool own = c->request->trailing_slash && span_is(path_span(c, "name"), at->project->canonical_name) &&
		   (!version || span_is(path_span(c, "version"), version));

	return own || !move_to(c, at->repository,
			       project_path(c, span_of(at->project->canonical_name), span_of(version)));
}

static bool
project_page(struct call *c)
{
	const struct pypi_release *release;
	struct pypi_place at;

	if (!pypi_path_project(c, &at))
		return false;
	if (!is_own_path(c, &at, NULL))
		return true;
	release = pypi_release_choose(&c->work, at.project->id, PYPI_LATEST);
	return !fault_is_set(&c->fault) && show_project(c, &at, release, false);
}

static bool
release_page(struct call *c)
{
	const struct pypi_release *release;
	struct pypi_place at;

	if (!pypi_path_project(c, &at))
		return false;
	release = pypi_path_release(c, &at);
	if (!release)
		return not_found(c);
	return !is_own_path(c, &at, release->version) || show_project(c, &at, release, true);
}

#define ANY (ROUTE_ANY_CLIENT | ROUTE_ANY_ACCEPT)

const struct route pypi_action_routes[] = {
	ROUTE(GET, "/", PUBLIC, act, "What older tools ask for by an action", .flags = ANY),
	ROUTE(GET, "/:name", PUBLIC, move_project, "Where the page of a project is", .flags = ANY),
	ROUTE(GET, "/:name/:version", PUBLIC, move_project, "Where the page of a release is", .flags = ANY),
	ROUTE_END
};

const struct route pypi_project_routes[] = {
	ROUTE(GET, "/:name", PUBLIC, project_page, "The page of a project", .flags = ANY),
	ROUTE(GET, "/:name/:version", PUBLIC, release_page, "The page of a release", .flags = ANY),
	ROUTE_END
};

const struct route pypi_short_routes[] = {
	ROUTE(GET, "/:name", PUBLIC, move_project, "Where the page of a project is", .flags = ANY),
	ROUTE_END
};
