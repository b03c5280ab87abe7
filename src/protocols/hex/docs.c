/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documentation archives of releases, which may be brought, replaced and taken
 * away at any time.
 */
#include "protocols/hex/hex.h"

#include "base/arena.h"
#include "base/settings.h"
#include "base/tempfile.h"
#include "domain/audit.h"
#include "domain/file.h"
#include "domain/hex_publish.h"
#include "domain/package.h"
#include "domain/repository.h"
#include "formats/hex_docs.h"
#include "formats/hex_tarball.h"
#include "protocols/body.h"

static const char *
archive_url(struct call *c, const struct hex_place *at, const struct hex_release *r)
{
	return call_url(c, "%s/%s", hex_repo_path(c, at->repository),
			hex_docs_path(&c->work, at->package->name, r->version));
}

static bool
show(struct call *c)
{
	const struct hex_release *r;
	struct hex_place at;

	if (!hex_path_package(c, &at))
		return false;
	r = hex_path_release(c, at.package);
	if (!r)
		return false;
	return r->has_docs ? redirect(c, 302, archive_url(c, &at, r)) : fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
}

/* ---- changing them ---- */

struct upload {
	struct tempfile *spool;
	struct digests digests;
	int64_t size;
};

static bool
too_big(struct call *c)
{
	return hex_refuse_field(c, "tar", "too big");
}

/* Whatever Content-Encoding says: the archive is gzip by itself. */
static bool
receive(struct call *c, struct upload *u)
{
	const struct config *config = c->work.config;
	const struct hex_limits limits = {
		.unpacked = (uint64_t)config->hex_max_docs_unpacked,
		.entries = (uint64_t)config->hex_max_entries,
	};
	struct hex_docs docs;

	if (c->request->body.length > config->hex_max_docs)
		return too_big(c);
	u->spool = body_spool(c, config->hex_max_docs + 1, DIGEST_SHA256, &u->digests, &u->size);
	if (!u->spool)
		return false;
	if (u->size > config->hex_max_docs)
		return too_big(c);
	docs = (struct hex_docs){ u->spool->fd, (uint64_t)u->size };
	return hex_docs_check(c->work.arena, &c->fault, &docs, &limits);
}

static bool
note(struct call *c, const struct hex_place *at, const struct hex_release *r, const char *action)
{
	return hex_release_note(&c->work, r, action) && package_touch(&c->work, at->package->id) &&
	       hex_objects_changed(c, at) &&
	       change_add(&c->work, at->repository->id, at->package->id, r->id, "docs");
}

/* The release, within a transaction *TX that holds the package's lock. */
static const struct hex_release *
begin(struct call *c, const struct hex_place *at, struct tx **tx)
{
	*tx = tx_begin(&c->work);
	if (!*tx || !package_lock(&c->work, at->package->id))
		return NULL;
	return hex_path_release(c, at->package);
}

static bool
store(struct call *c, const struct hex_place *at, const struct hex_release *r, const struct upload *u)
{
	const char *name = at->package->name;

	return file_put(&c->work, &(struct file_new){
		.repository_id = at->repository->id,
		.release_id = r->id,
		.path = hex_docs_path(&c->work, name, r->version),
		.filename = arena_printf(c->work.arena, "%s-%s.tar.gz", name, r->version),
		.kind = "docs",
		.content_type = "application/octet-stream",
		.spool = u->spool,
		.sha256 = u->digests.sha256,
		.size = u->size,
	}, NULL);
}

static bool
publish(struct call *c)
{
	const struct hex_release *r;
	struct upload u = { 0 };
	struct hex_place at;
	struct tx *tx;

	if (!hex_path_package_for(c, SCOPE_PUBLISH_UPDATE, ACCESS_WRITE, &at) || !hex_path_release(c, at.package) ||
	    !receive(c, &u))
		return false;
	r = begin(c, &at, &tx);
	if (!r || !store(c, &at, r, &u) || !note(c, &at, r, "docs.publish") || !tx_commit(&c->work, tx))
		return false;
	call_header(c, "Location", archive_url(c, &at, r));
	return reply_empty(c, 201);
}

static bool
revert(struct call *c)
{
	const struct hex_release *r;
	struct hex_place at;
	const char *path;
	struct tx *tx;
	bool found;

	if (!hex_path_package_for(c, SCOPE_DELETE, ACCESS_WRITE, &at))
		return false;
	r = begin(c, &at, &tx);
	if (!r)
		return false;
	path = hex_docs_path(&c->work, at.package->name, r->version);
	if (!file_delete(&c->work, at.repository->id, path, &found))
		return false;
	return (!found || note(c, &at, r, "docs.revert")) && tx_commit(&c->work, tx) && reply_empty(c, 204);
}

#define PATTERN "/packages/:package/releases/:version/docs"

const struct route hex_docs_routes[] = {
	ROUTE(GET, PATTERN, OPTIONAL, show, "Where the documentation of a release is", .scope = SCOPE_READ),
	ROUTE(POST, PATTERN, LATE, publish, "Bring documentation", .scope = SCOPE_PUBLISH_UPDATE,
	      .body = BODY_STREAM, .flags = ROUTE_WRITES),
	ROUTE(DELETE, PATTERN, LATE, revert, "Take documentation away", .scope = SCOPE_DELETE, .flags = ROUTE_WRITES),
	ROUTE_END
};
