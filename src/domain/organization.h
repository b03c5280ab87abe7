/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Organizations: accounts whose members act for them.
 */
#ifndef ENTREPOT_DOMAIN_ORGANIZATION_H
#define ENTREPOT_DOMAIN_ORGANIZATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct account;
struct account_new;
struct work;

/* Each includes the ones before it. */
enum member_role { ROLE_NONE, ROLE_READ, ROLE_WRITE, ROLE_ADMIN };

/* "read", "write", "admin"; NULL for ROLE_NONE. */
const char *member_role_name(enum member_role role);
/* ROLE_NONE when unknown. */
enum member_role member_role_parse(struct span name);

struct member {
	int64_t organization_id;
	int64_t account_id;
	const char *organization;	/* their names */
	const char *name;
	const char *full_name;
	const char *role;
	const char *email;		/* the member's, if everybody may see it, or NULL */
	int64_t created_at;
};

/*
 * account_create() with kind "organization"; ADMIN_ID (0: nobody) becomes its
 * first administrator. Its private Hex repository of the same name comes with
 * it, when the name may be one (organization_fits_hex()).
 */
const struct account *organization_create(struct work *w, const struct account_new *n, int64_t admin_id) MUST_CHECK;

/* At least three of [a-z0-9_]. Pure. */
bool organization_fits_hex(struct span name);

/*
 * Add the user, or change its role. INVALID when they are not an organization
 * and a user, when the organization has no seat left, and "cannot demote last
 * admin member".
 */
bool organization_set_member(struct work *w, int64_t organization_id, int64_t account_id,
			     enum member_role role) MUST_CHECK;

/* The same for one who is not a member yet; INVALID with the field user_id "is already member" otherwise. */
bool organization_add_member(struct work *w, int64_t organization_id, int64_t account_id,
			     enum member_role role) MUST_CHECK;

/* How many members it may have; INVALID when it has more. 0: any number. */
bool organization_set_seats(struct work *w, int64_t organization_id, int64_t seats) MUST_CHECK;

/*
 * NOT_FOUND when it is none; INVALID "cannot remove last member" and "cannot
 * remove last admin member".
 */
bool organization_remove_member(struct work *w, int64_t organization_id, int64_t account_id) MUST_CHECK;

/* *OUT is the role of the account in the organization, ROLE_NONE for strangers. */
bool organization_role(struct work *w, int64_t organization_id, int64_t account_id, enum member_role *out) MUST_CHECK;

/* One of them; NULL without a fault when the account is none. */
const struct member *organization_member(struct work *w, int64_t organization_id, int64_t account_id) MUST_CHECK;

/* Members as struct member, by name. At most 1000. */
bool organization_members(struct work *w, int64_t organization_id, struct rows *out) MUST_CHECK;

/* The organizations of a user as struct member, by the organization's name. At most 1000. */
bool organization_list_of(struct work *w, int64_t account_id, struct rows *out) MUST_CHECK;

#endif
