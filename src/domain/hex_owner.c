/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners of Hex packages; see the header. Private packages can do without
 * owners: whoever administers the organization has every right on them.
 */
#include "domain/hex_owner.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/work.h"
#include "domain/account.h"
#include "domain/audit.h"
#include "domain/auth.h"
#include "domain/hex_package.h"
#include "domain/organization.h"
#include "domain/owner.h"
#include "domain/repository.h"
#include "wire/dialect.h"
#include "wire/doc.h"
#include "wire/json.h"

static const struct column owner_columns[] = {
	COLUMN(hex_owner, id), COLUMN(hex_owner, kind), COLUMN(hex_owner, name), COLUMN(hex_owner, full_name),
	COLUMN(hex_owner, handles), COLUMN(hex_owner, email), COLUMN(hex_owner, created_at),
	COLUMN(hex_owner, updated_at), COLUMN(hex_owner, role), COLUMNS_END
};
static const struct row_type owner_row = ROW_TYPE(hex_owner, owner_columns);

static bool
is_full(const struct hex_owner *o)
{
	return strcmp(o->role, "owner") == 0;
}

const char *
hex_owner_level(const struct hex_owner *o)
{
	return is_full(o) ? "full" : "maintainer";
}

bool
hex_owner_list(struct work *w, int64_t package_id, struct rows *out)
{
	return db_many(w, Q_HEX_OWNER_LIST, &owner_row, ARGS(num(package_id)), out);
}

const struct account *
hex_owner_account(struct work *w, struct span who)
{
	if (memchr(who.at, '\0', who.len))
		return NULL;
	if (memchr(who.at, '@', who.len))
		return db_one(w, Q_HEX_OWNER_BY_ADDRESS, &account_row, ARGS(text_span(who)));
	return account_find(w, who);
}

/* ---- rules ---- */

static bool
refuse(struct work *w, const char *message)
{
	return fault_raise_field(w->fault, FAULT_INVALID, "username", "%s", message);
}

static const struct hex_owner *
find(const struct rows *owners, int64_t account_id)
{
	const struct hex_owner *o = owners->at;

	for (size_t i = 0; i < owners->count; i++)
		if (o[i].id == account_id)
			return &o[i];
	return NULL;
}

static bool
has_other_full(const struct rows *owners, int64_t account_id)
{
	const struct hex_owner *o = owners->at;

	for (size_t i = 0; i < owners->count; i++)
		if (o[i].id != account_id && is_full(&o[i]))
			return true;
	return false;
}

static bool
check_member(struct work *w, const struct hex_ownership *o)
{
	enum member_role role;

	if (!o->repository->private || o->account->id == o->repository->owner_id)
		return true;
	if (!organization_role(w, o->repository->owner_id, o->account->id, &role))
		return false;
	return role != ROLE_NONE || refuse(w, "cannot add owner to private package when the user is not a member"
					   " of the organization");
}

static bool
check_organization(struct work *w, const struct hex_ownership *o)
{
	if (!account_is_organization(o->account))
		return true;
	if (!o->transfer)
		return refuse(w, "organization ownership can only be transferred, removing all existing owners");
	return !o->maintainer ||
	       fault_raise_field(w->fault, FAULT_INVALID, "level",
				 "ownership level is required to be \"full\" for organization ownership");
}

static bool
check_level(struct work *w, const struct hex_ownership *o, const struct rows *owners)
{
	if (!o->maintainer || o->repository->private)
		return true;
	return (!o->transfer && has_other_full(owners, o->account->id)) ||
	       refuse(w, "cannot demote the last full owner of a package");
}

/* ---- changing them ---- */

static bool
note(struct work *w, const char *action, const struct hex_ownership *o, const char *level)
{
	struct doc *details = doc_map(w->arena), *d = doc_add_map(details, "package");
	struct buf json = buf_on(w->arena);

	doc_int(d, "id", o->package->id);
	doc_text(d, "name", o->package->name);
	d = doc_add_map(details, "user");
	doc_int(d, "id", o->account->id);
	doc_text(d, "username", o->account->name);
	doc_text(details, "level", level);
	json_write(&json, details, &(struct dialect){ .zone = "Z" });
	return audit_add(w, &(struct audit){ .action = action, .repository_id = o->repository->id,
					     .package_id = o->package->id, .subject_account_id = o->account->id,
					     .details = buf_text(&json) });
}

/* All who may publish it shall know who else may. */
static bool
warn(struct work *w, const struct hex_ownership *o, const char *deed)
{
	const char *name = o->package->name;
	const char *where = o->repository->private ? arena_printf(w->arena, "%s/", o->repository->name) : "";

	return owner_warn(w, o->package->id, arena_printf(w->arena, "Owners of %s have changed", name),
			  arena_printf(w->arena, "%s %s an owner of the package %s, by the hand of %s:\n%s/packages/%s%s\n",
				       o->account->name, deed, name, w->actor ? w->actor->name : "the administrator",
				       w->config->base_url, where, name));
}

static bool
store(struct work *w, const struct hex_ownership *o)
{
	const char *role = o->maintainer ? "maintainer" : "owner";

	return db_exec(w, Q_HEX_OWNER_PUT,
		       ARGS(num(o->package->id), num(o->account->id), text(role),
			    ref(w->actor ? w->actor->account_id : 0)), NULL);
}

bool
hex_owner_put(struct work *w, const struct hex_ownership *o)
{
	const char *level = o->maintainer ? "maintainer" : "full";
	const struct hex_owner *known;
	struct rows owners;

	if (!hex_owner_list(w, o->package->id, &owners) || !check_member(w, o) || !check_organization(w, o) ||
	    !check_level(w, o, &owners))
		return false;
	known = find(&owners, o->account->id);
	if (o->transfer)
		return store(w, o) && note(w, "owner.transfer", o, level) && warn(w, o, "is from now on") &&
		       db_exec(w, Q_HEX_OWNER_REMOVE_OTHERS, ARGS(num(o->package->id), num(o->account->id)), NULL);
	if (known && is_full(known) == !o->maintainer)
		return true;
	return store(w, o) && note(w, known ? "owner.update" : "owner.add", o, level) &&
	       (known || warn(w, o, "has become"));
}

bool
hex_owner_remove(struct work *w, const struct hex_ownership *o)
{
	const struct hex_owner *known;
	struct rows owners;
	bool removed;

	if (!hex_owner_list(w, o->package->id, &owners))
		return false;
	known = find(&owners, o->account->id);
	if (!known)
		return refuse(w, "user is not an owner of package");
	if (!o->repository->private && owners.count == 1)
		return refuse(w, "cannot remove last owner of package");
	if (!o->repository->private && is_full(known) && !has_other_full(&owners, o->account->id))
		return refuse(w, "cannot remove the last full owner of package");
	return note(w, "owner.remove", o, hex_owner_level(known)) && warn(w, o, "is no longer") &&
	       owner_remove(w, o->package->id, o->account->id, &removed);
}
