/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often an account may do a thing: a token bucket per account and action,
 * kept in the database.
 */
#ifndef ENTREPOT_DOMAIN_LIMIT_H
#define ENTREPOT_DOMAIN_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct work;

struct limit {
	const char *action;		/* "publish-new" … */
	int64_t burst;
	int64_t every;			/* µs per token */
	const char *message;		/* beginning of what is said when it is used up */
	const char *explained_at;	/* address that tells more */
};

/*
 * Take a token for the account. Raises LIMITED with retry_at set when there is
 * none; the text is "MESSAGE. Please try again after <HTTP date> and see ADDRESS
 * for more details."
 */
bool limit_take(struct work *w, int64_t account_id, const struct limit *limit) MUST_CHECK;

#endif
