/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The repository: signed objects, tarballs and documentation archives, all
 * stored. Whatever is in it is gzip already and must arrive as it is, so there
 * never is a Content-Encoding. rebar3 refuses a tarball without ETag.
 */
#include "protocols/hex/hex.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/settings.h"
#include "domain/download.h"
#include "domain/file.h"
#include "domain/hex_index.h"
#include "domain/hex_key.h"
#include "domain/index.h"
#include "domain/repository.h"
#include "http/conditional.h"

#define OCTETS "application/octet-stream"

/* A document's list of versions may change in a second; its tag says so. */
static void
cache_briefly(struct call *c, const struct repository *r)
{
	call_header(c, "Cache-Control", r->private ? "private, no-cache" : "public, no-cache");
}

static bool
reply_object(struct call *c, const struct repository *r, const char *path)
{
	const char *known = conditional_known_tag(c->request);
	const struct index_object *o = r ? hex_index_get_changed(&c->work, r->id, path, known) : NULL;

	if (!o)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	call_header(c, "ETag", o->etag);
	hex_modified(c, o->modified);
	cache_briefly(c, r);
	if (conditional_not_modified(c->request, o->etag, o->modified))
		return reply_empty(c, 304);
	return reply_bytes(c, 200, OCTETS, o->body);
}

static bool
package_object(struct call *c)
{
	const char *name = path_text(c, "package");
	const struct repository *r = hex_path_to_fetch(c, SCOPE_REPOSITORY);

	if (!r || !name)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	return reply_object(c, r, hex_index_path(&c->work, name));
}

static bool
names_object(struct call *c)
{
	return reply_object(c, hex_path_to_fetch(c, SCOPE_REPOSITORY), "names");
}

static bool
versions_object(struct call *c)
{
	return reply_object(c, hex_path_to_fetch(c, SCOPE_REPOSITORY), "versions");
}

static const struct file *
send_stored(struct call *c, const struct repository *r, const char *directory)
{
	const char *name = path_text(c, "file");
	const struct file *f;

	if (!r || !name) {
		fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
		return NULL;
	}
	f = file_find(&c->work, r->id, arena_printf(c->work.arena, "%s/%s", directory, name));
	if (!f) {
		fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
		return NULL;
	}
	hex_modified(c, f->created_at);
	cache_briefly(c, r);
	return reply_blob(c, f->content_type, (const uint8_t *)f->sha256.at, f->size, f->created_at) ? f : NULL;
}

static bool
tarball(struct call *c)
{
	const struct file *f = send_stored(c, hex_path_to_fetch(c, SCOPE_REPOSITORY), "tarballs");

	if (f && call_is_download(c, f->size, f->created_at))
		download_count(&c->work, f->id);
	return f != NULL;
}

static bool
docs_archive(struct call *c)
{
	return send_stored(c, hex_path_to_fetch(c, SCOPE_DOCS), "docs") != NULL;
}

static bool
public_key(struct call *c)
{
	struct span pem;

	/* It is no secret, but that there is such a repository may be one. */
	if (!hex_path_to_fetch(c, SCOPE_REPOSITORY))
		return false;
	pem = hex_key_public(&c->work);
	if (!pem.at)
		return false;
	call_header(c, "Cache-Control", "public, max-age=600");
	return reply_bytes(c, 200, "application/x-pem-file",
			   span_make(arena_dup(c->work.arena, pem.at, pem.len), pem.len));
}

/* New versions of mix's client are not ours to offer: an empty list says so. */
static bool
installs(struct call *c)
{
	call_header(c, "Cache-Control", "public, max-age=3600");
	return reply_bytes(c, 200, "text/csv; charset=utf-8", SPAN(""));
}

/* ---- keeping them ---- */

bool
hex_objects_changed(struct call *c, const struct hex_place *at)
{
	return hex_index_refresh_package(&c->work, at->repository->id, at->package->id) &&
	       hex_index_refresh_lists(&c->work, at->repository->id, at->package->id);
}

bool
hex_objects_removed(struct call *c, const struct repository *r, const struct hex_package *p)
{
	return hex_index_remove_package(&c->work, r->id, p->name);
}

#define ANY (ROUTE_ANY_CLIENT | ROUTE_ANY_ACCEPT)

const struct route hex_object_routes[] = {
	ROUTE(GET, "/packages/:package", PUBLIC, package_object, "Signed releases of a package", .flags = ANY),
	ROUTE(GET, "/names", PUBLIC, names_object, "Signed names of all packages", .flags = ANY),
	ROUTE(GET, "/versions", PUBLIC, versions_object, "Signed versions of all packages", .flags = ANY),
	ROUTE(GET, "/tarballs/:file", PUBLIC, tarball, "A release's tarball", .flags = ANY),
	ROUTE(GET, "/docs/:file", PUBLIC, docs_archive, "A release's documentation", .flags = ANY),
	ROUTE(GET, "/public_key", PUBLIC, public_key, "The key that signs", .flags = ANY),
	ROUTE_END
};

const struct route hex_key_routes[] = {
	ROUTE(GET, "/installs/:file", PUBLIC, installs, "Versions of the client: none", .flags = ANY),
	ROUTE_END
};
