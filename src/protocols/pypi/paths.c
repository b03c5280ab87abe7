/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What paths name, and who may have it. What is private does not exist for
 * strangers: whoever shows no credential is asked for one below every
 * /OWNER/REPOSITORY/pypi that is not public, whether it exists or not.
 */
#include "protocols/pypi/pypi.h"

#include <string.h>

#include "base/arena.h"
#include "base/settings.h"
#include "base/text.h"
#include "domain/access.h"
#include "domain/auth.h"
#include "domain/email.h"
#include "domain/repository.h"
#include "formats/pypi_name.h"
#include "version/pep440.h"

const struct repository pypi_public_repository = { .id = REPOSITORY_PYPI, .ecosystem = "pypi", .name = "pypi" };

const char *
pypi_prefix(struct call *c, const struct repository *r)
{
	return r->id == REPOSITORY_PYPI ? "" : arena_printf(c->work.arena, "/%s/%s/pypi", r->owner, r->name);
}

static bool
not_found(struct call *c)
{
	return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
}

/* ---- repositories ---- */

/* NULL without a fault when there is none. */
static const struct repository *
named_repository(struct call *c)
{
	struct span owner = path_span(c, "owner"), name = path_span(c, "repository");

	if (!owner.at)
		return &pypi_public_repository;
	if (span_find_nul(owner) >= 0 || span_find_nul(name) >= 0)
		return NULL;
	return repository_find(&c->work, "pypi", owner, name);
}

static bool
is_private(const struct call *c, const struct repository *r)
{
	return r->private || (r->id == REPOSITORY_PYPI && c->work.config->pypi_auth_required);
}

/* Who asks is known. */
static bool
demand_credential(struct call *c)
{
	if (!call_authenticate(c))
		return false;
	return c->actor.account_id != 0 || c->actor.trusted || pypi_refuse_credential(c, AUTH_MISSING);
}

/* Who may not even read it is told that there is none. */
static bool
may_read(struct call *c, const struct repository *r)
{
	enum access has;

	return (r && access_repository(&c->work, r, &has) && has != ACCESS_NONE) || not_found(c);
}

const struct repository *
pypi_path_repository(struct call *c)
{
	const struct repository *r = named_repository(c);

	if (fault_is_set(&c->fault))
		return NULL;
	if (r && !is_private(c, r))
		return r;
	pypi_state(c)->private = true;
	/* What the credential covers is told last, to those who may read it: others learn of nothing to cover. */
	if (!demand_credential(c) || !may_read(c, r) || !call_authorize(c, SCOPE_REPOSITORY, r->name, "*"))
		return NULL;
	return r;
}

const struct repository *
pypi_path_repository_for(struct call *c)
{
	const struct repository *r;

	if (!demand_credential(c))
		return NULL;
	r = named_repository(c);
	if (fault_is_set(&c->fault) || !may_read(c, r))
		return NULL;
	pypi_state(c)->private = is_private(c, r);
	return r;
}

/* ---- projects ---- */

bool
pypi_path_project(struct call *c, struct pypi_place *out)
{
	out->repository = pypi_path_repository(c);
	if (!out->repository)
		return false;
	out->project = pypi_project_find(&c->work, out->repository->id, path_span(c, "name"));
	if (out->project && strcmp(out->project->status, "quarantined") != 0)
		return true;
	return not_found(c);
}

const struct pypi_release *
pypi_path_release(struct call *c, const struct pypi_place *at)
{
	struct pep440 version;

	if (!pep440_parse(c->work.arena, path_span(c, "version"), &version))
		return NULL;
	return pypi_release_find(&c->work, at->project->id,
				 span_of(pep440_canonical(c->work.arena, &version)));
}

/* What is refused. */
static const char *
deed(struct call *c)
{
	return pypi_state(c)->area == PYPI_AREA_UPLOAD ? "upload to" : "change";
}

static bool
refuse_project(struct call *c, const char *name)
{
	return fault_raise(&c->fault, FAULT_FORBIDDEN, "The user '%s' isn't allowed to %s project '%s'. "
			   "See %s for more information.", c->actor.name, deed(c), name, call_url(c, "/"));
}

static bool
check_email(struct call *c)
{
	bool verified;

	if (!c->work.config->pypi_verified_email || c->actor.is_organization)
		return true;
	if (!email_is_verified(&c->work, c->actor.account_id, &verified))
		return false;
	return verified ||
	       fault_raise(&c->fault, FAULT_FORBIDDEN, "User '%s', associated with the API token used, does not have a "
			   "verified primary email address. Please add a verified primary email before attempting to "
			   "upload. See %s for more information.", c->actor.name, call_url(c, "/"));
}

bool
pypi_covers(struct call *c, const struct repository *r, const char *name, enum scope scope)
{
	const char *canonical = pypi_name_normal(c->work.arena, span_of(name));

	if (auth_allows(&c->actor, scope, r->name, canonical))
		return call_authorize(c, scope, r->name, canonical);
	return fault_raise(&c->fault, FAULT_FORBIDDEN, "The given token isn't allowed to %s project '%s'. "
			   "See %s for more information.", deed(c), name, call_url(c, "/"));
}

bool
pypi_require(struct call *c, const struct pypi_place *at, const char *name, enum scope scope, bool full)
{
	const struct repository *r = at->repository;
	const struct pypi_project *p = at->project;
	enum access has = ACCESS_NONE;

	if (!pypi_covers(c, r, name, scope))
		return false;
	if (p ? !access_package(&c->work, r, p->id, &has) : !access_repository(&c->work, r, &has))
		return false;
	/* Everybody may bring a new project to the registry's own repository. */
	if (!p && r->owner_id == 0)
		has = ACCESS_FULL;
	if (has < (full ? ACCESS_FULL : ACCESS_WRITE))
		return refuse_project(c, name);
	/* Who deletes a project could begin it anew, out of quarantine. */
	if (p && strcmp(p->status, "quarantined") == 0 && !c->actor.is_admin)
		return refuse_project(c, name);
	return check_email(c);
}
