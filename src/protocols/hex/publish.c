/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publishing: the tarball on the release collection of a package, or on
 * /publish, where its metadata names the package. The checks run in the public
 * registry's order: credential, tarball and metadata, right on the package that
 * is named, contents, fields, requirements; all that depends on what is stored
 * is checked in one transaction.
 */
#include "protocols/hex/hex.h"

#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/settings.h"
#include "base/tempfile.h"
#include "domain/audit.h"
#include "domain/hex_publish.h"
#include "domain/owner.h"
#include "domain/package.h"
#include "domain/publish.h"
#include "domain/repository.h"
#include "formats/hex_metadata.h"
#include "formats/hex_tarball.h"
#include "protocols/body.h"
#include "protocols/hex/views.h"

struct upload {
	const struct repository *repository;
	struct hex_tarball tarball;
	struct hex_metadata metadata;
	struct tempfile *spool;
	struct digests digests;
	int64_t size;
	struct hex_place place;			/* the package, once it is known or made */
	struct publish_package taken;
	const struct hex_release *replaced;
	struct hex_target *targets;
	int64_t release_id;
};

/* ---- the bytes ---- */

static bool
too_big(struct call *c)
{
	return hex_refuse_field(c, "tar", "too big");
}

static bool
receive(struct call *c, struct upload *u)
{
	int64_t limit = c->work.config->hex_max_tarball;

	if (c->request->body.length > limit)
		return too_big(c);
	u->spool = body_spool(c, limit + 1, DIGEST_SHA256, &u->digests, &u->size);
	if (!u->spool)
		return false;
	if (u->size > limit)
		return too_big(c);
	return hex_tarball_open(c->work.arena, &c->fault, u->spool->fd, (uint64_t)u->size, &u->tarball);
}

/* ---- who publishes what ---- */

/* The name that the metadata gives, as far as a package can be called so; NULL otherwise. */
static const char *
named(const struct upload *u)
{
	const char *name = doc_find_text(u->tarball.metadata, "name");

	return name && hex_name_is_valid(span_of(name)) ? name : NULL;
}

static bool
authorize(struct call *c, struct upload *u)
{
	const char *name = named(u);
	const struct hex_package *p = NULL;

	if (name)
		p = hex_package_find(&c->work, u->repository->id, span_of(name));
	if (fault_is_set(&c->fault))
		return false;
	u->place = (struct hex_place){ u->repository, p };
	return hex_require(c, &u->place, name ? name : "", p ? SCOPE_PUBLISH_UPDATE : SCOPE_PUBLISH_NEW, ACCESS_WRITE);
}

static bool
check_metadata(struct call *c, struct upload *u)
{
	struct span path = path_span(c, "package");
	struct hex_rules rules = { .private = u->repository->private, .spdx = c->work.config->hex_spdx_license };
	bool read = hex_metadata_read(c->work.arena, &c->fault, u->tarball.metadata, &u->metadata);

	if (read && path.at && u->metadata.name && !span_is(path, u->metadata.name))
		hex_refuse_field(c, "name", "metadata does not match package name");
	return hex_metadata_check(&c->fault, &u->metadata, &rules);
}

/* ---- the transaction ---- */

static bool
check_reserved(struct call *c, const struct upload *u)
{
	enum package_reserved reserved;

	if (!u->taken.is_new)
		return true;
	if (!package_name_reserved(&c->work, "hex", u->metadata.name, &reserved))
		return false;
	return reserved == PACKAGE_NAME_FREE || hex_refuse_field(c, "name", "is reserved");
}

/* The package may have come to life, with other owners, since it was looked at. */
static bool
look_again(struct call *c, struct upload *u)
{
	/* Or be gone: who may publish further releases may not create packages by that. */
	if (u->taken.is_new && !u->place.package)
		return true;
	if (u->taken.is_new) {
		u->place.package = NULL;
		return hex_require(c, &u->place, u->metadata.name, SCOPE_PUBLISH_NEW, ACCESS_WRITE);
	}
	u->place.package = hex_package_find(&c->work, u->repository->id, span_of(u->metadata.name));
	return u->place.package && hex_require(c, &u->place, u->metadata.name, SCOPE_PUBLISH_UPDATE, ACCESS_WRITE);
}

static bool
check_version(struct call *c, struct upload *u)
{
	if (u->taken.is_new)
		return true;
	u->replaced = hex_release_find(&c->work, u->taken.id, span_of(u->metadata.version));
	if (!u->replaced)
		return !fault_is_set(&c->fault);
	if (!hex_param_flag(c, "replace", true))
		return hex_refuse_field(c, "inserted_at",
					"must include the --replace flag to update an existing release");
	return hex_window_is_open(c, u->repository, u->place.package, u->replaced) ||
	       hex_refuse_field(c, "inserted_at", "can only modify a release up to one hour after publication");
}

static bool
notify(struct call *c, const struct upload *u)
{
	struct arena *a = c->work.arena;
	const struct hex_metadata *m = &u->metadata;

	return owner_notify(&c->work, u->taken.id,
		arena_printf(a, "%s: %s %s was published", c->work.config->site_name, m->name, m->version),
		arena_printf(a, "%s published version %s of the package %s in the repository %s.\n\n"
			     "If you did not expect this, tell the administrators of %s.\n",
			     c->actor.name, m->version, m->name, u->repository->name, c->work.config->base_url));
}

static bool
store(struct call *c, struct upload *u)
{
	struct hex_publish p = {
		.repository = u->repository,
		.metadata = &u->metadata,
		.targets = u->targets,
		.spool = u->spool,
		.outer_checksum = u->digests.sha256,
		.inner_checksum = u->tarball.checksum,
		.size = u->size,
		.package_id = u->taken.id,
		.is_new_package = u->taken.is_new,
		.replaced = u->replaced,
	};

	if (!hex_publish_store(&c->work, &p, &u->release_id) || !notify(c, u))
		return false;
	u->place.package = hex_package_find(&c->work, u->repository->id, span_of(u->metadata.name));
	return u->place.package && hex_objects_changed(c, &u->place) &&
	       change_add(&c->work, u->repository->id, u->taken.id, u->release_id, "publish");
}

static bool
commit(struct call *c, struct upload *u)
{
	struct work *w = &c->work;
	const struct hex_metadata *m = &u->metadata;
	struct tx *tx = tx_begin(w);

	return tx && publish_take_name(w, u->repository->id, m->name, m->name, &u->taken) &&
	       look_again(c, u) && check_reserved(c, u) && check_version(c, u) &&
	       hex_targets_find(w, u->repository, m, w->config->hex_known_dependencies, &u->targets) &&
	       store(c, u) && tx_commit(w, tx);
}

/* ---- the answer ---- */

static bool
answer(struct call *c, const struct upload *u)
{
	const char *url = call_url(c, "%s/packages/%s/releases/%s", hex_api_path(c, u->repository), u->metadata.name,
				   u->metadata.version);
	int status = u->replaced ? 200 : 201;
	const struct hex_release *r = hex_release_find(&c->work, u->taken.id, span_of(u->metadata.version));
	struct doc *view = r ? hex_release_view(c, u->repository, r) : NULL;

	if (fault_is_set(&c->fault)) {
		/* It is published, whatever became of the connection since: the client must hear that. */
		log_warn("%s: %s", c->fault.message, c->fault.detail ? c->fault.detail : "");
		fault_clear(&c->fault);
	}
	if (!view) {
		view = doc_map(c->work.arena);
		doc_text(view, "version", u->metadata.version);
		doc_text(view, "url", url);
	}
	doc_int(view, "downloads", r ? r->downloads : 0);
	call_header(c, "Location", url);
	return reply(c, status, view);
}

static bool
publish(struct call *c)
{
	struct upload *u = arena_new(c->work.arena, struct upload);
	struct hex_limits limits = {
		.unpacked = (uint64_t)c->work.config->hex_max_unpacked,
		.entries = (uint64_t)c->work.config->hex_max_entries,
	};

	u->repository = hex_path_repository(c, ACCESS_READ);
	if (!u->repository)
		return false;
	if (actor_is_nobody(&c->actor))
		return call_authorize(c, SCOPE_PUBLISH_UPDATE, NULL, NULL);
	return receive(c, u) && authorize(c, u) &&
	       hex_tarball_check(c->work.arena, &c->fault, &u->tarball, &limits) &&
	       check_metadata(c, u) && commit(c, u) && answer(c, u);
}

const struct route hex_publish_routes[] = {
	ROUTE(POST, "/publish", LATE, publish, "Publish a release",
	      .scope = SCOPE_PUBLISH_UPDATE, .body = BODY_STREAM, .flags = ROUTE_WRITES),
	ROUTE(POST, "/packages/:package/releases", LATE, publish, "Publish a release of a package",
	      .scope = SCOPE_PUBLISH_UPDATE, .body = BODY_STREAM, .flags = ROUTE_WRITES),
	ROUTE_END
};
