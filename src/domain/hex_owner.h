/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners of Hex packages: full ones, and maintainers, who may not change the
 * owners. An organization as owner lets its members act.
 */
#ifndef ENTREPOT_DOMAIN_HEX_OWNER_H
#define ENTREPOT_DOMAIN_HEX_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct account;
struct hex_package;
struct repository;
struct work;

struct hex_owner {
	int64_t id;			/* of the account */
	const char *kind;		/* "user", "organization" */
	const char *name;
	const char *full_name;		/* NULL when not known */
	const char *handles;		/* JSON object, or NULL */
	const char *email;		/* NULL unless everybody may see it */
	int64_t created_at;
	int64_t updated_at;
	const char *role;		/* "owner", "maintainer" */
};

/* "full" or "maintainer": what the protocol calls the role. */
const char *hex_owner_level(const struct hex_owner *o);

/* As struct hex_owner, by name. */
bool hex_owner_list(struct work *w, int64_t package_id, struct rows *out) MUST_CHECK;

/* The account of that name or confirmed address; NULL without a fault when there is none. */
const struct account *hex_owner_account(struct work *w, struct span who) MUST_CHECK;

struct hex_ownership {
	const struct repository *repository;
	const struct hex_package *package;
	const struct account *account;
	bool maintainer;		/* else a full owner */
	bool transfer;			/* and nobody else stays one */
};

/*
 * Make the account an owner, or change its level. INVALID with the field
 * "username" or "level" when it may not be one, or when a public package would
 * have no full owner any more. Within a transaction that holds the package's
 * lock; so is the other one.
 */
bool hex_owner_put(struct work *w, const struct hex_ownership *o) MUST_CHECK;

/* INVALID with the field "username" when it is none, or the last one of a public package. */
bool hex_owner_remove(struct work *w, const struct hex_ownership *o) MUST_CHECK;

#endif
