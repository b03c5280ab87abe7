/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Organizations and their members.
 */
#include "domain/organization.h"

#include "base/arena.h"
#include "base/fault.h"
#include "base/work.h"
#include "domain/account.h"
#include "domain/audit.h"

static const char *const role_names[] = { NULL, "read", "write", "admin" };

static const struct column member_columns[] = {
	COLUMN(member, organization_id),
	COLUMN(member, account_id),
	COLUMN(member, organization),
	COLUMN(member, name),
	COLUMN(member, full_name),
	COLUMN(member, role),
	COLUMN(member, created_at),
	COLUMNS_END
};
static const struct row_type member_row = ROW_TYPE(member, member_columns);

struct role_of {
	int64_t account_id;
	const char *role;
};
static const struct column role_columns[] = {
	COLUMN(role_of, account_id),
	COLUMN(role_of, role),
	COLUMNS_END
};
static const struct row_type role_row = ROW_TYPE(role_of, role_columns);

const char *
member_role_name(enum member_role role)
{
	return role_names[role];
}

enum member_role
member_role_parse(struct span name)
{
	for (enum member_role r = ROLE_READ; r <= ROLE_ADMIN; r++)
		if (span_is(name, role_names[r]))
			return r;
	return ROLE_NONE;
}

const struct account *
organization_create(struct work *w, const struct account_new *n, int64_t admin_id)
{
	struct account_new organization = *n;
	const struct account *account;
	struct tx *tx;

	organization.kind = "organization";
	organization.password = NULL;
	organization.is_admin = false;
	tx = tx_begin(w);
	account = account_create(w, &organization);
	if (!account)
		return NULL;
	if (admin_id != 0 && !organization_set_member(w, account->id, admin_id, ROLE_ADMIN))
		return NULL;
	return tx_commit(w, tx) ? account : NULL;
}

/* Whether somebody but ACCOUNT_ID administers the organization; the administrators stay locked. */
static bool
has_other_admin(struct work *w, int64_t organization_id, int64_t account_id, bool *other)
{
	struct rows rows;
	const struct role_of *admins;

	*other = true;
	if (!db_many(w, Q_MEMBER_LOCK, &role_row, ARGS(num(organization_id)), &rows))
		return false;
	admins = rows.at;
	if (rows.count == 1 && admins[0].account_id == account_id)
		*other = false;
	return true;
}

static bool
keep_an_admin(struct work *w, int64_t organization_id, int64_t account_id)
{
	bool other;

	if (!has_other_admin(w, organization_id, account_id, &other))
		return false;
	if (!other)
		return fault_raise(w->fault, FAULT_CONFLICT,
				   "the last administrator of an organization cannot be removed");
	return true;
}

/* ROLE is NULL when the member was removed. */
static bool
note(struct work *w, int64_t organization_id, int64_t account_id, const char *role)
{
	return audit_add(w, &(struct audit){
		.action = role ? "organization.member.set" : "organization.member.remove",
		.subject_account_id = account_id,
		.details = arena_printf(w->arena, "{\"organization\": %lld%s%s%s}", (long long)organization_id,
			role ? ", \"role\": \"" : "", role ? role : "", role ? "\"" : ""),
	});
}

bool
organization_set_member(struct work *w, int64_t organization_id, int64_t account_id, enum member_role role)
{
	const struct account *organization = account_find_id(w, organization_id);
	const struct account *account = account_find_id(w, account_id);
	struct tx *tx;

	if (!organization || !account)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "no such account");
	if (!account_is_organization(organization))
		return fault_raise(w->fault, FAULT_INVALID, "`%s` is not an organization", organization->name);
	if (account_is_organization(account))
		return fault_raise(w->fault, FAULT_INVALID, "`%s` is an organization; only users can be members",
				   account->name);
	if (role == ROLE_NONE)
		return fault_raise(w->fault, FAULT_INVALID, "a role is admin, write or read");
	tx = tx_begin(w);
	if (role != ROLE_ADMIN && !keep_an_admin(w, organization_id, account_id))
		return false;
	if (!db_exec(w, Q_MEMBER_SET,
		ARGS(num(organization_id), num(account_id), text(member_role_name(role))), NULL) ||
	    !note(w, organization_id, account_id, member_role_name(role)))
		return false;
	return tx_commit(w, tx);
}

bool
organization_remove_member(struct work *w, int64_t organization_id, int64_t account_id)
{
	int64_t affected;
	struct tx *tx = tx_begin(w);

	if (!keep_an_admin(w, organization_id, account_id) ||
	    !db_exec(w, Q_MEMBER_REMOVE, ARGS(num(organization_id), num(account_id)), &affected))
		return false;
	if (affected == 0)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "not a member of this organization");
	if (!note(w, organization_id, account_id, NULL))
		return false;
	return tx_commit(w, tx);
}

bool
organization_role(struct work *w, int64_t organization_id, int64_t account_id, enum member_role *out)
{
	static const struct column columns[] = { COLUMN(role_of, role), COLUMNS_END };
	static const struct row_type row = ROW_TYPE(role_of, columns);
	const struct role_of *found = db_one(w, Q_MEMBER_ROLE, &row, ARGS(num(organization_id), num(account_id)));

	*out = found ? member_role_parse(span_of(found->role)) : ROLE_NONE;
	return !fault_is_set(w->fault);
}

bool
organization_members(struct work *w, int64_t organization_id, struct rows *out)
{
	return db_many(w, Q_MEMBER_LIST, &member_row, ARGS(num(organization_id)), out);
}

bool
organization_list_of(struct work *w, int64_t account_id, struct rows *out)
{
	return db_many(w, Q_MEMBER_ORGANIZATIONS, &member_row, ARGS(num(account_id)), out);
}
