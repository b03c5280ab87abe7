/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON API. The document of a project is stored; that of a version is made
 * on request, with the stored one's list of releases in it.
 */
#include "protocols/pypi/pypi.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/settings.h"
#include "base/text.h"
#include "domain/pypi_index.h"
#include "domain/repository.h"
#include "http/conditional.h"
#include "index/pypi_json.h"

/* Hex digits of the SHA-256 that are enough for a tag. */
#define TAG_BYTES 16

static bool
not_found(struct call *c)
{
	return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
}

static void
put_headers(struct call *c, const char *etag, int64_t serial)
{
	call_header(c, "ETag", etag);
	pypi_cache(c, "max-age=900, public");
	call_header(c, "X-PyPI-Last-Serial", arena_printf(c->work.arena, "%lld", (long long)serial));
}

static bool
redirect_to(struct call *c, const struct pypi_place *at, int status, const char *version)
{
	struct buf path = buf_on(c->work.arena);

	buf_puts(&path, pypi_prefix(c, at->repository));
	pypi_put_url(&path, "/pypi/", at->project->canonical_name);
	if (version)
		pypi_put_url(&path, "/", version);
	buf_puts(&path, "/json");
	return pypi_redirect(c, status, buf_text(&path));
}

/* ---- a project ---- */

static bool
redirect_project(struct call *c)
{
	struct pypi_place at;

	if (!pypi_path_project(c, &at))
		return false;
	/* A project under its own name that has no document has no release. */
	if (span_is(path_span(c, "name"), at.project->canonical_name))
		return not_found(c);
	return redirect_to(c, &at, 301, NULL);
}

static bool
project(struct call *c)
{
	const struct repository *r = pypi_path_repository(c);
	const struct pypi_object *o;

	if (!r)
		return false;
	if (span_find_nul(path_span(c, "name")) >= 0)
		return not_found(c);
	o = pypi_object_get(&c->work, r->id, path_span(c, "name"), PYPI_PAGE_JSON, conditional_known_tag(c->request));
	if (!o)
		return redirect_project(c);
	put_headers(c, o->etag, o->serial);
	if (!o->body.at || conditional_not_modified(c->request, o->etag, 0))
		return reply_empty(c, 304);
	return reply_bytes(c, 200, "application/json", o->body);
}

/* ---- a version ---- */

/* What the document depends on: whatever happens to a project has a serial. */
static const char *
tag_of(struct call *c, const struct pypi_place *at, const struct pypi_release *release)
{
	const struct config *config = c->work.config;
	struct arena *a = c->work.arena;
	uint8_t hash[SHA256_SIZE];

	digest_sha256(span_of(arena_printf(a, PACKAGE_VERSION " %s %lld %s %d", config->base_url,
					   (long long)at->project->last_serial, release->version,
					   config->pypi_version_releases)), hash);
	return arena_printf(a, "\"%s\"", encode_hex(a, hash, TAG_BYTES));
}

static bool
write_document(struct call *c, const struct pypi_place *at, const struct pypi_release *release, struct buf *out)
{
	struct work *w = &c->work;
	struct pypi_site site = pypi_site_of(w, at->repository);
	struct span name = span_of(at->project->canonical_name);
	int64_t serial = at->project->last_serial;
	struct rows files, roles;
	struct pypi_document d = { .project = at->project, .release = release, .organization = at->repository->owner };

	if (!pypi_release_files(w, release->id, &files) || !pypi_roles(w, at->project->id, &roles))
		return false;
	d.roles = roles.at;
	d.role_count = roles.count;
	if (w->config->pypi_version_releases) {
		const struct pypi_object *stored = pypi_object_get(w, at->repository->id, name, PYPI_PAGE_JSON, NULL);

		if (!stored)
			return not_found(c);
		pypi_json_head(out, &site, &d, serial);
		buf_put_span(out, pypi_json_releases(stored->body));
		pypi_json_between(out);
	} else {
		pypi_json_short_head(out, &site, &d, serial);
	}
	pypi_json_files(out, &site, files.at, files.count);
	pypi_json_end(out);
	return true;
}

static bool
version(struct call *c)
{
	const struct pypi_release *release;
	struct buf body = buf_on(c->work.arena);
	struct pypi_place at;
	const char *etag;

	if (!pypi_path_project(c, &at))
		return false;
	release = pypi_path_release(c, &at);
	if (!release)
		return not_found(c);
	if (!span_is(path_span(c, "name"), at.project->canonical_name))
		return redirect_to(c, &at, 301, path_text(c, "version"));
	etag = tag_of(c, &at, release);
	put_headers(c, etag, at.project->last_serial);
	if (conditional_not_modified(c->request, etag, 0))
		return reply_empty(c, 304);
	return write_document(c, &at, release, &body) && reply_bytes(c, 200, "application/json", buf_span(&body));
}

/* ---- the latest ---- */

static bool
redirect_to_latest(struct call *c, enum pypi_choice choice)
{
	const struct pypi_release *release;
	struct pypi_place at;

	if (!pypi_path_project(c, &at))
		return false;
	release = pypi_release_choose(&c->work, at.project->id, choice);
	if (!release)
		return not_found(c);
	pypi_cache(c, "public, no-cache");
	return redirect_to(c, &at, 302, release->version);
}

static bool
latest(struct call *c)
{
	return redirect_to_latest(c, PYPI_LATEST);
}

static bool
latest_stable(struct call *c)
{
	return redirect_to_latest(c, PYPI_LATEST_STABLE);
}

static bool
latest_unstable(struct call *c)
{
	return redirect_to_latest(c, PYPI_LATEST_UNSTABLE);
}

#define ANY (ROUTE_ANY_CLIENT | ROUTE_ANY_ACCEPT)

const struct route pypi_json_routes[] = {
	ROUTE(GET, "/:name/json", PUBLIC, project, "A Python project with its latest release", .flags = ANY),
	ROUTE(GET, "/:name/:version/json", PUBLIC, version, "A release of a Python project", .flags = ANY),
	ROUTE(GET, "/:name/latest/json", PUBLIC, latest, "Its latest release, a final one if there is any", .flags = ANY),
	ROUTE(GET, "/:name/latest-stable/json", PUBLIC, latest_stable, "Its latest final release", .flags = ANY),
	ROUTE(GET, "/:name/latest-unstable/json", PUBLIC, latest_unstable, "Its latest release of any kind", .flags = ANY),
	ROUTE_END
};
