/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hex repositories and rights; see the header.
 */
#include "domain/hex_access.h"

#include "base/fault.h"
#include "base/work.h"
#include "domain/auth.h"
#include "domain/grant.h"
#include "domain/organization.h"
#include "domain/repository.h"

const struct repository *
hex_repository_find(struct work *w, struct span name)
{
	return db_one(w, Q_HEX_REPOSITORY_BY_NAME, &repository_row, ARGS(text_span(name)));
}

bool
hex_repository_list(struct work *w, struct rows *out)
{
	return db_many(w, Q_HEX_REPOSITORY_LIST, &repository_row, ARGS(num(w->actor ? w->actor->account_id : 0)), out);
}

static enum hex_right
right_of_role(enum member_role role)
{
	switch (role) {
	case ROLE_NONE:
		break;
	case ROLE_READ:
		return HEX_READ;
	case ROLE_WRITE:
		return HEX_WRITE;
	case ROLE_ADMIN:
		return HEX_FULL;
	}
	return HEX_NOTHING;
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
hex_repository_right(struct work *w, const struct repository *r, enum hex_right *out)
{
	int64_t account_id = w->actor ? w->actor->account_id : 0;
	enum member_role role;
	enum hex_right right;

	*out = !r->private || (w->actor && admits_job(w->actor, r)) ? HEX_READ : HEX_NOTHING;
	if (account_id == 0)
		return true;
	if (w->actor->is_admin || account_id == r->owner_id) {
		*out = HEX_FULL;
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
hex_package_right(struct work *w, const struct repository *r, int64_t package_id, enum hex_right *out)
{
	int64_t right;

	if (!hex_repository_right(w, r, out))
		return false;
	if (*out == HEX_READ && w->actor && auth_trusted_covers(w->actor, package_id))
		*out = HEX_WRITE;
	/* Who left the organization keeps nothing of a private package. */
	if (*out == HEX_NOTHING || *out == HEX_FULL || !w->actor || w->actor->account_id == 0)
		return true;
	if (!db_int(w, Q_HEX_PACKAGE_RIGHT, ARGS(num(package_id), num(w->actor->account_id)), &right))
		return false;
	if (right > (int64_t)*out)
		*out = (enum hex_right)right;
	return true;
}
