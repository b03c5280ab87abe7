/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users and organizations: one table and one name space, because every
 * protocol shows both in the same places. Names are compared without case and
 * with '-' as '_'.
 */
#ifndef ENTREPOT_DOMAIN_ACCOUNT_H
#define ENTREPOT_DOMAIN_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct work;

#define ACCOUNT_MAX_NAME 64
#define ACCOUNT_MIN_PASSWORD 8
#define ACCOUNT_MAX_PASSWORD 1024
/* Locked until somebody unlocks it. */
#define ACCOUNT_LOCKED_FOREVER INT64_MAX

struct account {
	int64_t id;
	const char *kind;		/* "user" or "organization" */
	const char *name;
	const char *full_name;		/* NULL when not known; so are the next two */
	const char *avatar_url;
	const char *url;
	bool is_admin;
	bool publish_notifications;
	int64_t locked_until;		/* 0: never was; ACCOUNT_LOCKED_FOREVER */
	const char *lock_reason;
	const char *handles;		/* JSON object: names elsewhere; NULL: none */
	int64_t seats;			/* most members of an organization; 0: any number */
	int64_t created_at;
	int64_t updated_at;
};

/* Column table for results that are accounts (queries of other modules may use it). */
extern const struct row_type account_row;

static inline bool
account_is_organization(const struct account *a)
{
	return a->kind[0] == 'o';
}

static inline bool
account_is_locked(const struct account *a, int64_t now)
{
	return a->locked_until > now;
}

/* The account of that name in any spelling; NULL without a fault when there is none. */
const struct account *account_find(struct work *w, struct span name) MUST_CHECK;
const struct account *account_find_id(struct work *w, int64_t id) MUST_CHECK;

/* Accounts by id, in the order of their ids, as struct account; unknown ids are left out. At most 1000. */
bool account_find_ids(struct work *w, const int64_t *ids, size_t count, struct rows *out) MUST_CHECK;

/* The user who shows that address to everybody; NULL without a fault when there is none. */
const struct account *account_find_public_email(struct work *w, struct span address) MUST_CHECK;

struct account_new {
	const char *kind;		/* NULL: "user" */
	const char *name;
	const char *full_name;
	const char *avatar_url;
	const char *url;
	const char *password;		/* NULL: cannot log in with a password */
	bool is_admin;
	bool registers;			/* the user made it, not somebody else */
	const char *const *reserved;	/* names that would shadow a path, ended by NULL; NULL: none */
};

/*
 * Create an account. Raises INVALID (field "name", "password" …) on a name
 * that is not an ASCII letter or digit followed by at most 63 of
 * [A-Za-z0-9_.-], on a reserved name, on a password outside
 * [ACCOUNT_MIN_PASSWORD, ACCOUNT_MAX_PASSWORD] bytes; CONFLICT
 * "the name `x` is already taken".
 */
const struct account *account_create(struct work *w, const struct account_new *n) MUST_CHECK;

/* Whether the name has the form that account_create() accepts. Pure. */
bool account_name_is_valid(struct span name);

/* NULL leaves a member as it is; the empty text clears it. */
struct account_change {
	const char *full_name;
	const char *avatar_url;
	const char *url;
	const bool *is_admin;
	const bool *publish_notifications;
};

/* NOT_FOUND when there is no such account; INVALID on texts that are too long or not UTF-8. */
bool account_update(struct work *w, int64_t id, const struct account_change *c) MUST_CHECK;

/* NULL takes the password away. */
bool account_set_password(struct work *w, int64_t id, const char *password) MUST_CHECK;

/* Lock until UNTIL (ACCOUNT_LOCKED_FOREVER; 0 unlocks). REASON is shown to the user; NULL: none. */
bool account_lock(struct work *w, int64_t id, int64_t until, const char *reason) MUST_CHECK;

/*
 * At most LIMIT (≤ 1000) accounts of KIND (NULL: both) whose canonical name
 * sorts behind that of AFTER (empty: from the start), by canonical name.
 */
bool account_list(struct work *w, const char *kind, struct span after, int64_t limit, struct rows *out) MUST_CHECK;

#endif
