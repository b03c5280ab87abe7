/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rights in repositories; see the header.
 */
#include "domain/access.h"

#include "base/fault.h"
#include "base/work.h"
#include "domain/auth.h"
#include "domain/grant.h"
#include "domain/organization.h"
#include "domain/repository.h"

static enum access
right_of_role(enum member_role role)
{
	switch (role) {
	case ROLE_NONE:
		break;
	case ROLE_READ:
		return ACCESS_READ;
	case ROLE_WRITE:
		return ACCESS_WRITE;
	case ROLE_ADMIN:
		return ACCESS_FULL;
	}
	return ACCESS_NONE;
}

/* A CI job may look at the repositories that it was let into, and into those of the packages that it publishes. */
static bool
admits_job(const struct actor *actor, const struct repository *r)
{
	struct grant g;

	for (const char *const *text = actor->trusted ? actor->grants : NULL; text && *text; text++) {
		struct span name;

		if (!grant_parse(span_of(*text), &g))
			continue;
		name = g.resource;
		if ((g.domain == GRANT_PACKAGE || g.domain == GRANT_REPOSITORY) &&
		    span_is(span_cut(&name, '/'), r->name))
			return true;
	}
	return false;
}

bool
access_repository(struct work *w, const struct repository *r, enum access *out)
{
	int64_t account_id = w->actor ? w->actor->account_id : 0;
	enum member_role role;
	enum access right;

	*out = !r->private || (w->actor && admits_job(w->actor, r)) ? ACCESS_READ : ACCESS_NONE;
	if (account_id == 0)
		return true;
	if (w->actor->is_admin || account_id == r->owner_id) {
		*out = ACCESS_FULL;
		return true;
	}
	if (r->owner_id == 0)
		return true;
	if (!organization_role(w, r->owner_id, account_id, &role))
		return false;
	right = right_of_role(role);
	if (right > *out)
		*out = right;
	return true;
}

bool
access_package(struct work *w, const struct repository *r, int64_t package_id, enum access *out)
{
	int64_t right;

	if (!access_repository(w, r, out))
		return false;
	if (*out == ACCESS_READ && w->actor && auth_trusted_covers(w->actor, package_id))
		*out = ACCESS_WRITE;
	/* Who left the organization keeps nothing of a private package. */
	if (*out == ACCESS_NONE || *out == ACCESS_FULL || !w->actor || w->actor->account_id == 0)
		return true;
	if (!db_int(w, Q_ACCESS_PACKAGE, ARGS(num(package_id), num(w->actor->account_id)), &right))
		return false;
	if (right > (int64_t)*out)
		*out = (enum access)right;
	return true;
}
