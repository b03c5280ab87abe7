/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Yanking, and the settings that a version and a crate can have. Only a real
 * change is recorded and rendered into the index.
 */
#include "protocols/crates/crates.h"

#include "base/settings.h"
#include "db/db.h"
#include "domain/audit.h"
#include "domain/index.h"
#include "domain/limit.h"
#include "domain/package.h"
#include "domain/release.h"
#include "protocols/crates/views.h"

static bool
take_limit(struct call *c)
{
	const struct config *config = c->work.config;
	struct limit limit = {
		.action = "yank",
		.burst = config->crates_yank_burst,
		.every = config->crates_yank_every,
		.message = "You have yanked or unyanked too many versions in a short period of time",
		.explained_at = call_url(c, "/docs/rate-limits"),
	};

	return !config->crates_rate_limits || limit_take(&c->work, c->actor.account_id, &limit);
}

/* All that follows from a changed yank flag. */
static bool
record(struct call *c, const struct package *p, const struct release *r, bool yanked)
{
	struct work *w = &c->work;
	const char *action = yanked ? "yank" : "unyank";

	return package_refresh(w, p->id) &&
	       package_touch(w, p->id) &&
	       index_refresh_crate(w, p->id, p->name) &&
	       audit_add(w, &(struct audit){ .action = action, .repository_id = p->repository_id,
					     .package_id = p->id, .release_id = r->id }) &&
	       change_add(w, p->repository_id, p->id, r->id, action);
}

static bool
set_yanked(struct call *c, const struct package *p, const struct release *r, bool yanked, const char *message)
{
	struct work *w = &c->work;
	struct tx *tx = tx_begin(w);
	bool changed;

	if (!tx || !package_lock(w, p->id) || !release_set_yanked(w, r->id, yanked, message, &changed))
		return false;
	if (changed && !record(c, p, r, yanked))
		return false;
	return tx_commit(w, tx);
}

static bool
authorize(struct call *c, const struct package *p)
{
	return call_authorize(c, SCOPE_YANK, CRATES_REPOSITORY, p->name) &&
	       take_limit(c) &&
	       crates_require_publisher(c, p, "must already be an owner to yank or unyank");
}

static bool
yank_or_unyank(struct call *c, bool yanked)
{
	const struct package *p = crates_path_package(c);
	const struct release *r = crates_path_release(c, p);
	struct doc *view = doc_map(c->work.arena);

	if (!r || !authorize(c, p) || !set_yanked(c, p, r, yanked, NULL))
		return false;
	doc_bool(view, "ok", true);
	return reply(c, 200, view);
}

static bool
yank(struct call *c)
{
	return yank_or_unyank(c, true);
}

static bool
unyank(struct call *c)
{
	return yank_or_unyank(c, false);
}

/* {"version": {"yanked": bool?, "yank_message": string?}} */
static bool
read_change(struct call *c, const struct release *r, bool *yanked, const char **message)
{
	const struct doc *version = doc_find(c->document, "version");
	const struct doc *flag_doc = doc_find(version, "yanked");
	const struct doc *text_doc = doc_find(version, "yank_message");

	if (!doc_is(version, DOC_MAP))
		return crates_refuse_document(c, "missing field `version`");
	if (flag_doc && flag_doc->kind != DOC_BOOL && flag_doc->kind != DOC_NULL)
		return crates_refuse_document(c, "version.yanked: invalid type, expected a boolean");
	*message = doc_find_text(version, "yank_message");
	if (text_doc && !*message && text_doc->kind != DOC_NULL)
		return crates_refuse_document(c, "version.yank_message: invalid type, expected a string");
	*yanked = doc_is(flag_doc, DOC_BOOL) ? flag_doc->is.boolean : r->yanked;
	if (*message && doc_is(flag_doc, DOC_BOOL) && !*yanked)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "Cannot set yank message when unyanking");
	if (*message && !*yanked)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST,
				   "Cannot update yank message for a version that is not yanked");
	if (!*message && *yanked && r->yanked)
		*message = r->yank_message;
	return true;
}

/* What is not given stays as it is when nobody else can change it any more. */
static bool
change_locked(struct call *c, const struct package *p)
{
	struct tx *tx = tx_begin(&c->work);
	const char *message = NULL;
	const struct release *r;
	bool yanked;

	if (!tx || !package_lock(&c->work, p->id))
		return false;
	r = crates_path_release(c, p);
	return r && read_change(c, r, &yanked, &message) && set_yanked(c, p, r, yanked, message) &&
	       tx_commit(&c->work, tx);
}

static bool
change_version(struct call *c)
{
	const struct package *p = crates_path_package(c);
	const struct release *r = crates_path_release(c, p);
	struct doc *view = doc_map(c->work.arena), *version;
	const char *message = NULL;
	bool yanked;

	if (!r || !read_change(c, r, &yanked, &message) || !authorize(c, p) || !change_locked(c, p))
		return false;
	r = release_find(&c->work, p->id, r->version);
	version = r ? version_full_view(c, r) : NULL;
	if (!version)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	doc_put(view, "version", version);
	return reply(c, 200, view);
}

/* {"crate": {"trustpub_only": bool?}} */
static bool
change_crate(struct call *c)
{
	const struct package *p = crates_path_package(c);
	const struct doc *settings = doc_find(c->document, "crate");
	const struct doc *only = doc_find(settings, "trustpub_only");
	struct doc *view = doc_map(c->work.arena);
	const char *owners_only = "only owners have permission to modify crate settings";

	if (!p)
		return false;
	if (!doc_is(settings, DOC_MAP))
		return crates_refuse_document(c, "missing field `crate`");
	if (!call_authorize(c, SCOPE_TRUSTED_PUBLISHING, CRATES_REPOSITORY, p->name))
		return false;
	if (c->actor.token_id != 0 && c->actor.scopes == UINT64_MAX)
		return fault_raise(&c->fault, FAULT_FORBIDDEN,
				   "This endpoint cannot be used with legacy API tokens. Use a scoped API token instead.");
	if (!crates_require_owner(c, p, owners_only, owners_only))
		return false;
	if (doc_is(only, DOC_BOOL) && !package_set_trustpub_only(&c->work, p->id, only->is.boolean))
		return false;
	p = package_find_id(&c->work, p->id);
	if (!p)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	doc_put(view, "crate", crate_view(c, p, &(struct crate_parts){ .versions = true }));
	return reply(c, 200, view);
}

const struct route crates_yank_routes[] = {
	ROUTE(DELETE, "/crates/:crate/:version/yank", LATE, yank, "Yank a version",
	      .scope = SCOPE_YANK, .flags = ROUTE_WRITES),
	ROUTE(PUT, "/crates/:crate/:version/unyank", LATE, unyank, "Take a yank back",
	      .scope = SCOPE_YANK, .flags = ROUTE_WRITES),
	ROUTE(PATCH, "/crates/:crate/:version", LATE, change_version, "Yank or unyank with a message",
	      .scope = SCOPE_YANK, .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE(PATCH, "/crates/:crate", LATE, change_crate, "Change a crate's settings",
	      .scope = SCOPE_TRUSTED_PUBLISHING, .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE_END
};
