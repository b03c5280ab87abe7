/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords that are guessed: failures are counted per name and per address,
 * and beyond a few nothing is looked at for a while.
 */
#ifndef ENTREPOT_DOMAIN_LOGIN_H
#define ENTREPOT_DOMAIN_LOGIN_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"

struct actor;
struct work;

/* LIMITED when there were too many failures of the name or from w->remote_addr lately. */
bool login_check(struct work *w, const char *name) MUST_CHECK;

/* Another one. */
bool login_failed(struct work *w, const char *name) MUST_CHECK;

/*
 * A person at a form: auth_password() with both of the above, then the second
 * factor if the user has one (CODE, or a recovery code). FORBIDDEN, LIMITED.
 * Call it outside of a transaction.
 */
bool login_person(struct work *w, const char *name, const char *password, const char *code,
		  struct actor *out) MUST_CHECK;

#endif
