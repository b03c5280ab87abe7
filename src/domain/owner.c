/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners and invitations; see the header.
 */
#include "domain/owner.h"

#include "base/arena.h"
#include "base/digest.h"
#include "base/fault.h"
#include "base/random.h"
#include "base/settings.h"
#include "base/work.h"
#include "domain/account.h"
#include "domain/audit.h"
#include "domain/auth.h"
#include "domain/email.h"
#include "domain/mail.h"
#include "domain/package.h"

static const struct column owner_columns[] = {
	COLUMN(owner, id), COLUMN(owner, kind), COLUMN(owner, name), COLUMN(owner, full_name),
	COLUMN(owner, avatar_url), COLUMN(owner, url), COLUMN(owner, created_at), COLUMNS_END
};
static const struct row_type owner_type = ROW_TYPE(owner, owner_columns);

struct rights_row {
	bool is_owner;
	bool is_member;
};
static const struct column rights_columns[] = {
	COLUMN(rights_row, is_owner), COLUMN(rights_row, is_member), COLUMNS_END
};
static const struct row_type rights_type = ROW_TYPE(rights_row, rights_columns);

static const struct column owned_columns[] = {
	COLUMN(owned_package, id), COLUMN(owned_package, name), COLUMN(owned_package, email_notifications), COLUMNS_END
};
static const struct row_type owned_type = ROW_TYPE(owned_package, owned_columns);

static const struct column invitation_columns[] = {
	COLUMN(invitation, package_id), COLUMN(invitation, account_id), COLUMN(invitation, invited_by),
	COLUMN(invitation, created_at), COLUMN(invitation, expires_at), COLUMN(invitation, package_name),
	COLUMN(invitation, inviter_name), COLUMNS_END
};
static const struct row_type invitation_type = ROW_TYPE(invitation, invitation_columns);

struct address_row {
	const char *address;
	const char *name;
};
static const struct column address_columns[] = {
	COLUMN(address_row, address), COLUMN(address_row, name), COLUMNS_END
};
static const struct row_type address_type = ROW_TYPE(address_row, address_columns);

static int64_t
acting(const struct work *w)
{
	return w->actor ? w->actor->account_id : 0;
}

bool
owner_list(struct work *w, int64_t package_id, struct rows *out)
{
	return db_many(w, Q_OWNER_LIST, &owner_type, ARGS(num(package_id)), out);
}

bool
owner_accounts(struct work *w, const int64_t *ids, size_t count, struct rows *out)
{
	return db_many(w, Q_OWNER_ACCOUNTS_BY_IDS, &owner_type, ARGS(int_array(ids, count)), out);
}

bool
owner_rights(struct work *w, int64_t package_id, int64_t account_id, enum owner_rights *out)
{
	const struct rights_row *row = db_one(w, Q_OWNER_RIGHTS, &rights_type, ARGS(num(package_id), num(account_id)));

	if (!row)
		return false;
	*out = row->is_owner ? RIGHTS_FULL : row->is_member ? RIGHTS_PUBLISH : RIGHTS_NONE;
	return true;
}

bool
owner_add(struct work *w, int64_t package_id, int64_t account_id)
{
	return db_exec(w, Q_OWNER_ADD, ARGS(num(package_id), num(account_id), ref(acting(w))), NULL);
}

bool
owner_remove(struct work *w, int64_t package_id, int64_t account_id, bool *removed)
{
	int64_t affected;

	if (!db_exec(w, Q_OWNER_REMOVE, ARGS(num(package_id), num(account_id)), &affected))
		return false;
	*removed = affected > 0;
	return true;
}

bool
owner_user_count(struct work *w, int64_t package_id, int64_t *count)
{
	return db_int(w, Q_OWNER_USER_COUNT, ARGS(num(package_id)), count);
}

bool
owner_packages(struct work *w, int64_t account_id, int64_t repository_id, struct rows *out)
{
	return db_many(w, Q_OWNER_PACKAGES, &owned_type, ARGS(num(account_id), num(repository_id)), out);
}

bool
owner_downloads(struct work *w, int64_t account_id, int64_t repository_id, int64_t *count)
{
	return db_int(w, Q_OWNER_DOWNLOADS, ARGS(num(account_id), num(repository_id)), count);
}

bool
owner_set_notifications(struct work *w, int64_t account_id, int64_t package_id, bool wanted)
{
	return db_exec(w, Q_OWNER_NOTIFICATIONS, ARGS(num(account_id), num(package_id), flag(wanted)), NULL);
}

static bool
mail_each(struct work *w, const struct rows *rows, const char *subject, const char *body)
{
	const struct address_row *to = rows->at;

	for (size_t i = 0; i < rows->count; i++)
		if (!mail_queue(w, to[i].address, subject, arena_printf(w->arena, "Hello %s!\n\n%s", to[i].name, body)))
			return false;
	return true;
}

bool
owner_notify(struct work *w, int64_t package_id, const char *subject, const char *body)
{
	struct rows rows;

	return db_many(w, Q_OWNER_MAIL_ADDRESSES, &address_type, ARGS(num(package_id)), &rows) &&
	       mail_each(w, &rows, subject, body);
}

bool
owner_warn(struct work *w, int64_t package_id, const char *subject, const char *body)
{
	struct rows rows;

	return db_many(w, Q_OWNER_VERIFIED_ADDRESSES, &address_type, ARGS(num(package_id)), &rows) &&
	       mail_each(w, &rows, subject, body);
}

/* ---- invitations ---- */

static bool
mail_invitation(struct work *w, const struct package *package, const struct account *invitee, const char *token)
{
	const struct email *email = email_of(w, invitee->id);
	const char *site = w->config->site_name;
	const char *inviter = w->actor ? w->actor->name : site;

	if (!email)
		return !fault_is_set(w->fault);
	return mail_queue(w, email->address,
		arena_printf(w->arena, "Ownership invitation for \"%s\"", package->name),
		arena_printf(w->arena,
			"%s has invited you to become an owner of the crate %s on %s!\n\n"
			"To accept, send a PUT request to\n%s/api/v1/me/crate_owner_invitations/accept/%s\n"
			"or accept it among your pending invitations. The invitation ends in 30 days.\n",
			inviter, package->name, site, w->config->base_url, token));
}

bool
invitation_add(struct work *w, const struct package *package, const struct account *invitee, bool *pending)
{
	const char *token = random_token(w->arena, "", 26);
	uint8_t hash[SHA256_SIZE];
	int64_t affected;

	digest_sha256(span_of(token), hash);
	if (!db_exec(w, Q_INVITATION_ADD,
		     ARGS(num(package->id), num(invitee->id), ref(acting(w)), bytes(hash, sizeof(hash)),
			  timestamp(w->now), timestamp(w->now + INVITATION_LIFETIME)), &affected))
		return false;
	*pending = affected == 0;
	return *pending || mail_invitation(w, package, invitee, token);
}

const struct invitation *
invitation_find(struct work *w, int64_t package_id, int64_t account_id)
{
	return db_one(w, Q_INVITATION_BY_PACKAGE, &invitation_type, ARGS(num(package_id), num(account_id)));
}

const struct invitation *
invitation_find_token(struct work *w, struct span token)
{
	uint8_t hash[SHA256_SIZE];

	digest_sha256(token, hash);
	return db_one(w, Q_INVITATION_BY_TOKEN, &invitation_type, ARGS(bytes(hash, sizeof(hash))));
}

bool
invitation_list_account(struct work *w, int64_t account_id, int64_t repository_id, struct slice slice,
			struct rows *out)
{
	return db_many(w, Q_INVITATION_LIST_ACCOUNT, &invitation_type,
		       ARGS(num(account_id), timestamp(w->now), num(slice.after), num(slice.limit),
			    num(repository_id)), out);
}

bool
invitation_list_package(struct work *w, int64_t package_id, int64_t after, int64_t limit, struct rows *out)
{
	return db_many(w, Q_INVITATION_LIST_PACKAGE, &invitation_type,
		       ARGS(num(package_id), timestamp(w->now), num(after), num(limit)), out);
}

/* It is answered once: whoever removes it has done so. */
static bool
use_up(struct work *w, const struct invitation *i)
{
	int64_t affected;

	if (!db_exec(w, Q_INVITATION_REMOVE, ARGS(num(i->package_id), num(i->account_id)), &affected))
		return false;
	return affected > 0 || fault_raise_plain(w->fault, FAULT_NOT_FOUND);
}

bool
invitation_accept(struct work *w, const struct invitation *i)
{
	return use_up(w, i) &&
	       db_exec(w, Q_OWNER_ADD, ARGS(num(i->package_id), num(i->account_id), ref(i->invited_by)), NULL) &&
	       audit_add(w, &(struct audit){ .action = "owner.accept", .package_id = i->package_id,
					     .subject_account_id = i->account_id });
}

bool
invitation_decline(struct work *w, const struct invitation *i)
{
	return use_up(w, i) &&
	       audit_add(w, &(struct audit){ .action = "owner.decline", .package_id = i->package_id,
					     .subject_account_id = i->account_id });
}
