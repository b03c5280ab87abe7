/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Organizations and their members.
 */
#include "domain/organization.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/text.h"
#include "base/work.h"
#include "domain/account.h"
#include "domain/audit.h"
#include "domain/hex_index.h"
#include "domain/repository.h"
#include "wire/dialect.h"
#include "wire/doc.h"
#include "wire/json.h"

#define MAX_SEATS 1000000

static const char *const role_names[] = { NULL, "read", "write", "admin" };

static const struct column member_columns[] = {
	COLUMN(member, organization_id),
	COLUMN(member, account_id),
	COLUMN(member, organization),
	COLUMN(member, name),
	COLUMN(member, full_name),
	COLUMN(member, role),
	COLUMN(member, email),
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

/* ---- making ---- */

bool
organization_fits_hex(struct span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!(is_alnum(name.at[i]) && !is_upper(name.at[i])) && name.at[i] != '_')
			return false;
	return name.len >= 3;
}

/* A name that no package may have is none for a repository either. */
static bool
add_hex_repository(struct work *w, const struct account *account)
{
	struct repository_new n = { .ecosystem = "hex", .owner_id = account->id, .name = account->name, .private = true };
	const struct repository *r;
	int64_t reserved;

	if (!organization_fits_hex(span_of(account->name)))
		return true;
	if (!db_int(w, Q_ORGANIZATION_NAME_RESERVED, ARGS(text(account->name)), &reserved))
		return false;
	if (reserved > 0)
		return true;
	r = repository_create(w, &n);
	return r && hex_index_begin(w, r->id);
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
	if (!add_hex_repository(w, account))
		return NULL;
	return tx_commit(w, tx) ? account : NULL;
}

/* ---- members ---- */

/* The administrators stay locked. DEED: what is about to happen to the member. */
static bool
keep_an_admin(struct work *w, int64_t organization_id, int64_t account_id, const char *deed)
{
	struct rows rows;
	const struct role_of *admins;

	if (!db_many(w, Q_MEMBER_LOCK, &role_row, ARGS(num(organization_id)), &rows))
		return false;
	admins = rows.at;
	if (rows.count != 1 || admins[0].account_id != account_id)
		return true;
	return fault_raise(w->fault, FAULT_INVALID, "cannot %s last admin member", deed);
}

static bool
note(struct work *w, const char *action, const struct account *organization, const struct account *user,
	enum member_role role)
{
	struct doc *details = doc_map(w->arena), *d = doc_add_map(details, "organization");
	struct buf json = buf_on(w->arena);

	doc_int(d, "id", organization->id);
	doc_text(d, "name", organization->name);
	if (user) {
		d = doc_add_map(details, "user");
		doc_int(d, "id", user->id);
		doc_text(d, "username", user->name);
	}
	if (role != ROLE_NONE)
		doc_text(details, "role", member_role_name(role));
	json_write(&json, details, &(struct dialect){ .zone = "Z" });
	return audit_add(w, &(struct audit){
		.action = action,
		.subject_account_id = user ? user->id : organization->id,
		.organization_id = organization->id,
		.details = buf_text(&json),
	});
}

/* Whoever adds members of one organization at once, or changes its seats, waits for each other here. */
static bool
take_seat(struct work *w, int64_t organization_id)
{
	const struct account *organization;
	int64_t locked, members;

	if (!db_int(w, Q_TOKEN_LOCK_ACCOUNT, ARGS(num(organization_id)), &locked) ||
	    !db_int(w, Q_MEMBER_COUNT, ARGS(num(organization_id)), &members))
		return false;
	organization = account_find_id(w, organization_id);
	if (!organization || organization->seats == 0 || members < organization->seats)
		return !fault_is_set(w->fault);
	return fault_raise(w->fault, FAULT_INVALID, "not enough seats to add member");
}

static bool
add(struct work *w, const struct account *organization, const struct account *user, enum member_role role)
{
	int64_t affected;

	if (!take_seat(w, organization->id) ||
	    !db_exec(w, Q_MEMBER_ADD,
		ARGS(num(organization->id), num(user->id), text(member_role_name(role))), &affected))
		return false;
	if (affected == 0)
		return fault_raise_field(w->fault, FAULT_INVALID, "user_id", "is already member");
	return note(w, "organization.member.add", organization, user, role);
}

static bool
change_role(struct work *w, const struct account *organization, const struct account *user, enum member_role role)
{
	if (role != ROLE_ADMIN && !keep_an_admin(w, organization->id, user->id, "demote"))
		return false;
	return db_exec(w, Q_MEMBER_SET_ROLE,
		       ARGS(num(organization->id), num(user->id), text(member_role_name(role))), NULL) &&
	       note(w, "organization.member.role", organization, user, role);
}

static bool
check_pair(struct work *w, const struct account *organization, const struct account *user, enum member_role role)
{
	if (!organization || !user)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "no such account");
	if (!account_is_organization(organization))
		return fault_raise(w->fault, FAULT_INVALID, "`%s` is not an organization", organization->name);
	if (account_is_organization(user))
		return fault_raise(w->fault, FAULT_INVALID, "cannot add an organization as member to an organization");
	return role != ROLE_NONE || fault_raise(w->fault, FAULT_INVALID, "a role is admin, write or read");
}

bool
organization_set_member(struct work *w, int64_t organization_id, int64_t account_id, enum member_role role)
{
	const struct account *organization = account_find_id(w, organization_id);
	const struct account *user = account_find_id(w, account_id);
	enum member_role present;
	struct tx *tx;

	if (!check_pair(w, organization, user, role))
		return false;
	tx = tx_begin(w);
	if (!organization_role(w, organization_id, account_id, &present))
		return false;
	if (present == ROLE_NONE ? !add(w, organization, user, role) : !change_role(w, organization, user, role))
		return false;
	return tx_commit(w, tx);
}

bool
organization_add_member(struct work *w, int64_t organization_id, int64_t account_id, enum member_role role)
{
	const struct account *organization = account_find_id(w, organization_id);
	const struct account *user = account_find_id(w, account_id);
	struct tx *tx;

	if (!check_pair(w, organization, user, role))
		return false;
	tx = tx_begin(w);
	return tx && add(w, organization, user, role) && tx_commit(w, tx);
}

bool
organization_remove_member(struct work *w, int64_t organization_id, int64_t account_id)
{
	const struct account *organization = account_find_id(w, organization_id);
	const struct account *user = account_find_id(w, account_id);
	enum member_role role;
	int64_t members;
	struct tx *tx;

	if (!organization || !user)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "no such account");
	tx = tx_begin(w);
	if (!tx || !organization_role(w, organization_id, account_id, &role) ||
	    !db_int(w, Q_MEMBER_COUNT, ARGS(num(organization_id)), &members))
		return false;
	if (role == ROLE_NONE)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "not a member of this organization");
	if (members == 1)
		return fault_raise(w->fault, FAULT_INVALID, "cannot remove last member");
	if (!keep_an_admin(w, organization_id, account_id, "remove") ||
	    !db_exec(w, Q_MEMBER_REMOVE, ARGS(num(organization_id), num(account_id)), NULL) ||
	    !note(w, "organization.member.remove", organization, user, ROLE_NONE))
		return false;
	return tx_commit(w, tx);
}

bool
organization_set_seats(struct work *w, int64_t organization_id, int64_t seats)
{
	const struct account *organization = account_find_id(w, organization_id);
	int64_t locked, members;
	struct tx *tx;

	if (!organization || !account_is_organization(organization))
		return fault_raise(w->fault, FAULT_NOT_FOUND, "no such organization");
	if (seats < 0 || seats > MAX_SEATS)
		return fault_raise(w->fault, FAULT_INVALID, "there are at most %d seats", MAX_SEATS);
	tx = tx_begin(w);
	if (!tx || !db_int(w, Q_TOKEN_LOCK_ACCOUNT, ARGS(num(organization_id)), &locked) ||
	    !db_int(w, Q_MEMBER_COUNT, ARGS(num(organization_id)), &members))
		return false;
	if (seats != 0 && seats < members)
		return fault_raise(w->fault, FAULT_INVALID, "number of seats cannot be less than number of members");
	return db_exec(w, Q_ORGANIZATION_SET_SEATS, ARGS(num(organization_id), ref(seats)), NULL) &&
	       note(w, "organization.seats", organization, NULL, ROLE_NONE) && tx_commit(w, tx);
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

const struct member *
organization_member(struct work *w, int64_t organization_id, int64_t account_id)
{
	return db_one(w, Q_MEMBER_FIND, &member_row, ARGS(num(organization_id), num(account_id)));
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
