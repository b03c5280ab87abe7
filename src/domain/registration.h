/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People who make an account themselves, and who forgot their password: both
 * prove by a mail who they are.
 */
#ifndef ENTREPOT_DOMAIN_REGISTRATION_H
#define ENTREPOT_DOMAIN_REGISTRATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct account;
struct work;

/* Where the link of a forgotten password leads, below base_url; username and key are its parameters. */
#define PASSWORD_RESET_PATH "/password/reset"

struct registration {
	const char *name;
	const char *full_name;		/* NULL: none */
	const char *password;
	const char *address;
	const char *const *reserved;	/* as in struct account_new */
};

/*
 * Create the user and send a mail that confirms its address. A user that never
 * did so and has nothing may be created again with the same address. Raises
 * INVALID with the fields "username" and "emails.email" (taken), and what
 * account_create() and email_set() raise.
 */
const struct account *account_register(struct work *w, const struct registration *r) MUST_CHECK;

/*
 * Send a mail with a link to the user of that name or confirmed address; every
 * five minutes at most. Whether there is such a user shows in nothing.
 */
bool password_reset_begin(struct work *w, struct span login) MUST_CHECK;

/* *OUT: whether the link's parameters are good for a new password. */
bool password_reset_check(struct work *w, struct span name, struct span key, bool *out) MUST_CHECK;

/*
 * Set the new password; the link is then used up, and sessions of applications
 * end. BAD_REQUEST when the link is not good; INVALID as account_set_password().
 */
bool password_reset_finish(struct work *w, struct span name, struct span key, const char *password) MUST_CHECK;

#endif
