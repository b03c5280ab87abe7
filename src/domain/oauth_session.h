/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions: what the flows of OAuth end in. For the files oauth*.c only.
 */
#ifndef ENTREPOT_DOMAIN_OAUTH_SESSION_H
#define ENTREPOT_DOMAIN_OAUTH_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "db/db.h"

struct oauth_tokens;
struct work;

struct oauth_session_new {
	int64_t account_id;
	const char *client_id;
	const char *name;		/* NULL: none */
	struct texts scopes;
};

/* Begin a session in the caller's transaction; the account's least used ones end when there are too many. */
bool oauth_session_begin(struct work *w, const struct oauth_session_new *n, int64_t *id,
			 struct oauth_tokens *out) MUST_CHECK;

/* Scopes as one text. */
const char *oauth_scope_text(struct work *w, struct texts scopes);

/* End it and its tokens. */
bool oauth_session_end(struct work *w, int64_t id) MUST_CHECK;

#endif
