/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a client presents to prove who it is, as it stands in the request.
 */
#ifndef ENTREPOT_HTTP_CREDENTIALS_H
#define ENTREPOT_HTTP_CREDENTIALS_H

#include <stdbool.h>

#include "base/span.h"

struct arena;
struct request;

enum credential_scheme {
	CREDENTIAL_NONE,	/* no Authorization header, or an empty one */
	CREDENTIAL_BARE,	/* one word: a token (cargo, hex) */
	CREDENTIAL_BEARER,
	CREDENTIAL_BASIC,
	CREDENTIAL_OTHER,	/* SCHEME says which */
	CREDENTIAL_MALFORMED	/* not visible ASCII, or broken base64 */
};

struct credentials {
	enum credential_scheme scheme;
	const char *scheme_text;	/* as sent, for error texts; NULL when there is none */
	const char *user;		/* BASIC */
	const char *secret;		/* token or password; of OTHER what follows the scheme */
};

/* Read the Authorization header (RFC 9110 §11.4, RFC 7617, RFC 6750 §2.1). The arena then holds secrets. */
struct credentials credentials_read(struct arena *a, const struct request *r);

#endif
