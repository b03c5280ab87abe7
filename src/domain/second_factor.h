/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Second factors: what an account proves beside its password, or an
 * application beside its token, by a code of the user's authenticator.
 */
#ifndef ENTREPOT_DOMAIN_SECOND_FACTOR_H
#define ENTREPOT_DOMAIN_SECOND_FACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct account;
struct work;

#define RECOVERY_CODES 10

struct second_factor {
	bool enrolled;			/* there is a secret */
	bool confirmed;			/* and it is asked for */
	int64_t recovery_codes;		/* how many are left */
};

bool second_factor_of(struct work *w, int64_t account_id, struct second_factor *out) MUST_CHECK;

/*
 * Make a new secret: an otpauth:// address for authenticators, on the arena,
 * shown once. It counts only when a code was seen. CONFLICT when the account
 * has a confirmed one; INVALID for an organization.
 */
const char *second_factor_enrol(struct work *w, const struct account *account) MUST_CHECK;

/* A code of the new secret: from now on it is asked for. INVALID when it is wrong; NOT_FOUND when there is none. */
bool second_factor_confirm(struct work *w, int64_t account_id, struct span code) MUST_CHECK;

/* New recovery codes in place of the old ones, shown once. NOT_FOUND without a confirmed factor. */
bool second_factor_recovery(struct work *w, int64_t account_id, struct texts *out) MUST_CHECK;

/* NOT_FOUND when there is none. */
bool second_factor_remove(struct work *w, int64_t account_id) MUST_CHECK;

enum second_factor_answer {
	SECOND_FACTOR_RIGHT,
	SECOND_FACTOR_WRONG,
	SECOND_FACTOR_TOO_MANY		/* wrong ones lately, of the account or from the address */
};

/*
 * Whether CODE is one of the account's: of the authenticator, which may be used
 * again, or a recovery code, which may not. Wrong ones are counted, so call it
 * outside of a transaction. An account without a confirmed factor has no right
 * code.
 */
bool second_factor_check(struct work *w, int64_t account_id, struct span code,
			 enum second_factor_answer *out) MUST_CHECK;

#endif
