/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may change a package: its owners, and who was invited to be one. An
 * organization as owner lets its members publish and yank, nothing more.
 */
#ifndef ENTREPOT_DOMAIN_OWNER_H
#define ENTREPOT_DOMAIN_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct account;
struct package;
struct work;

/* How long an invitation can be accepted. */
#define INVITATION_LIFETIME (30 * CLOCK_DAY)

struct owner {
	int64_t id;			/* of the account */
	const char *kind;		/* "user", "organization" */
	const char *name;
	const char *full_name;
	const char *avatar_url;
	const char *url;
	int64_t created_at;
};

/* Users by id, then organizations by id, as struct owner. */
bool owner_list(struct work *w, int64_t package_id, struct rows *out) MUST_CHECK;

/* Accounts by id as struct owner (who appears in a listing); unknown ids are left out. */
bool owner_accounts(struct work *w, const int64_t *ids, size_t count, struct rows *out) MUST_CHECK;

enum owner_rights {
	RIGHTS_NONE,
	RIGHTS_PUBLISH,			/* member of an organization that owns it */
	RIGHTS_FULL			/* owns it itself */
};
bool owner_rights(struct work *w, int64_t package_id, int64_t account_id, enum owner_rights *out) MUST_CHECK;

/* Make the account an owner at once; nothing happens when it is one. */
bool owner_add(struct work *w, int64_t package_id, int64_t account_id) MUST_CHECK;

/* Within a transaction that holds the package's lock. *REMOVED is false when it was none. */
bool owner_remove(struct work *w, int64_t package_id, int64_t account_id, bool *removed) MUST_CHECK;

/* How many persons own the package. */
bool owner_user_count(struct work *w, int64_t package_id, int64_t *count) MUST_CHECK;

/* The packages of a repository that the account owns itself, by name. */
struct owned_package {
	int64_t id;
	const char *name;
	bool email_notifications;
};
bool owner_packages(struct work *w, int64_t account_id, int64_t repository_id, struct rows *out) MUST_CHECK;

/* All downloads of those. */
bool owner_downloads(struct work *w, int64_t account_id, int64_t repository_id, int64_t *count) MUST_CHECK;

/* Whether the account gets mail about the package; packages it does not own are ignored. */
bool owner_set_notifications(struct work *w, int64_t account_id, int64_t package_id, bool wanted) MUST_CHECK;

/* Queue a mail to every owner that wants mail about the package. */
bool owner_notify(struct work *w, int64_t package_id, const char *subject, const char *body) MUST_CHECK;

/* The same to every owner with a verified address, wanted or not: who may publish has changed. */
bool owner_warn(struct work *w, int64_t package_id, const char *subject, const char *body) MUST_CHECK;

/* ---- invitations ---- */

struct invitation {
	int64_t package_id;
	int64_t account_id;
	int64_t invited_by;		/* 0: unknown */
	int64_t created_at;
	int64_t expires_at;
	const char *package_name;
	const char *inviter_name;
};

/*
 * Invite the account and mail it a link, unless an invitation is pending:
 * *PENDING is true then. An expired one is replaced.
 */
bool invitation_add(struct work *w, const struct package *package, const struct account *invitee,
	bool *pending) MUST_CHECK;

/* NULL without a fault when there is none. Expired ones are found too. */
const struct invitation *invitation_find(struct work *w, int64_t package_id, int64_t account_id) MUST_CHECK;
const struct invitation *invitation_find_token(struct work *w, struct span token) MUST_CHECK;

/* Pending ones as struct invitation, by package id. */
bool invitation_list_account(struct work *w, int64_t account_id, int64_t repository_id, struct slice slice,
			     struct rows *out) MUST_CHECK;
/* The same of a package, by account id behind AFTER. */
bool invitation_list_package(struct work *w, int64_t package_id, int64_t after, int64_t limit,
	struct rows *out) MUST_CHECK;

/* Turn the invitation into ownership, or drop it; NOT_FOUND when somebody just did. Within a transaction. */
bool invitation_accept(struct work *w, const struct invitation *i) MUST_CHECK;
bool invitation_decline(struct work *w, const struct invitation *i) MUST_CHECK;

#endif
