/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What paths and parameters name, and who may have it. What is private does not
 * exist for strangers, by any path.
 */
#include "protocols/hex/hex.h"

#include <string.h>

#include "base/arena.h"
#include "base/number.h"
#include "base/text.h"
#include "domain/auth.h"
#include "domain/email.h"
#include "domain/hex_repository.h"
#include "domain/repository.h"
#include "http/query.h"
#include "version/semver.h"

const char *
hex_api_path(struct call *c, const struct repository *r)
{
	return r->id == REPOSITORY_HEX ? "/api" : arena_printf(c->work.arena, "/api/repos/%s", r->name);
}

const char *
hex_repo_path(struct call *c, const struct repository *r)
{
	return r->id == REPOSITORY_HEX ? "/repo" : arena_printf(c->work.arena, "/repo/repos/%s", r->name);
}

/* ---- repositories ---- */

const struct repository hex_public_repository = { .id = REPOSITORY_HEX, .ecosystem = "hex", .name = "hexpm" };

static bool
not_found(struct call *c)
{
	return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
}

const struct repository *
hex_path_repository(struct call *c, enum access right)
{
	struct span name = path_span(c, "repository");
	const struct repository *r = &hex_public_repository;
	enum access has;

	if (!call_authenticate(c))
		return NULL;
	if (name.at)
		r = memchr(name.at, '\0', name.len) ? NULL : hex_repository_find(&c->work, name);
	if (!r || !access_repository(&c->work, r, &has) || has == ACCESS_NONE) {
		not_found(c);
		return NULL;
	}
	if (has >= right)
		return r;
	if (actor_is_nobody(&c->actor) && !call_authorize(c, SCOPE_NONE, NULL, NULL))
		return NULL;
	fault_raise(&c->fault, FAULT_FORBIDDEN, "account not authorized for this action");
	return NULL;
}

const struct repository *
hex_path_to_fetch(struct call *c, enum scope scope)
{
	const struct repository *r;

	/* What everybody may have is not worth a look at who asks, nor a query. */
	if (!path_span(c, "repository").at)
		return &hex_public_repository;
	r = hex_path_repository(c, ACCESS_READ);
	if (r && r->private && !call_authorize(c, scope, r->name, "*"))
		return NULL;
	return r;
}

/* ---- packages ---- */

bool
hex_path_package(struct call *c, struct hex_place *out)
{
	out->repository = hex_path_repository(c, ACCESS_READ);
	if (!out->repository)
		return false;
	out->package = hex_package_find(&c->work, out->repository->id, path_span(c, "package"));
	return out->package || not_found(c);
}

static bool
check_email(struct call *c)
{
	bool verified;

	/* An organization has no address of its own. */
	if (!email_is_verified(&c->work, c->actor.account_id, &verified))
		return false;
	return verified || fault_raise(&c->fault, FAULT_FORBIDDEN, "email not verified");
}

bool
hex_require(struct call *c, const struct hex_place *at, const char *name, enum scope scope, enum access right)
{
	const struct repository *r = at->repository;
	const struct hex_package *p = at->package;
	enum access has = ACCESS_NONE;

	if (!call_authorize(c, scope, r->name, name))
		return false;
	if (p ? !access_package(&c->work, r, p->id, &has) : !access_repository(&c->work, r, &has))
		return false;
	/* Everybody may bring a new package to the public repository, but for a job, which was let into another one. */
	if (!p && !r->private && !c->actor.trusted)
		has = ACCESS_FULL;
	if (has < right)
		return fault_raise(&c->fault, FAULT_FORBIDDEN, "account not authorized for this action");
	return c->actor.trusted || c->actor.account_id == r->owner_id || c->actor.is_admin || check_email(c);
}

bool
hex_path_package_for(struct call *c, enum scope scope, enum access right, struct hex_place *out)
{
	if (!call_authenticate(c))
		return false;
	if (actor_is_nobody(&c->actor)) {
		/* A stranger hears of the missing credential first, whether or not there is such a package here. */
		if (!path_span(c, "repository").at)
			return call_authorize(c, scope, NULL, NULL);
		return not_found(c);
	}
	return hex_path_package(c, out) &&
	       hex_require(c, out, out->package->name, scope, right);
}

const struct hex_release *
hex_path_release(struct call *c, const struct hex_package *p)
{
	struct span text = path_span(c, "version");
	char why[SEMVER_WHY_SIZE];
	const struct hex_release *r;
	struct semver version;

	if (!semver_parse(text, &version, why, sizeof(why))) {
		fault_raise(&c->fault, FAULT_BAD_REQUEST, "invalid version: %.*s", (int)text.len, text.at);
		return NULL;
	}
	r = hex_release_find(&c->work, p->id, text);
	if (!r)
		not_found(c);
	return r;
}

/* ---- parameters ---- */

const char *
hex_param(struct call *c, const char *name)
{
	const char *value = doc_find_text(c->document, name);
	struct span given;

	if (!doc_find(c->document, name) && c->query) {
		given = query_find(c->query, name);
		if (given.at && span_find_nul(given) < 0)
			value = arena_dup(c->work.arena, given.at, given.len);
	}
	return value && *value ? value : NULL;
}

bool
hex_param_flag(struct call *c, const char *name, bool missing)
{
	const struct doc *d = doc_find(c->document, name);
	const char *text;

	if (doc_is(d, DOC_BOOL))
		return d->is.boolean;
	text = hex_param(c, name);
	return text ? strcmp(text, "true") == 0 || strcmp(text, "1") == 0 : missing;
}

/* Beyond this nothing is listed any more, and an offset stays a number. */
#define MAX_PAGE 1000000

int64_t
hex_page_offset(struct call *c)
{
	const char *text = hex_param(c, "page");
	int64_t page;

	if (!text || !number_parse(span_of(text), 1, MAX_PAGE, &page))
		page = 1;
	return (page - 1) * HEX_PER_PAGE;
}
