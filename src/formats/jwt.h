/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Web Tokens in their compact form (RFC 7515, RFC 7519) and the key sets
 * that they are checked against (RFC 7517): RS256 and ES256, nothing else.
 */
#ifndef ENTREPOT_FORMATS_JWT_H
#define ENTREPOT_FORMATS_JWT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct doc;
struct public_key;

#define JWT_MAX (16 * 1024)
#define JWKS_MAX_KEYS 100
/* Clocks may differ by so much, in seconds. */
#define JWT_LEEWAY 60

struct jwt {
	const char *algorithm;		/* what the header says; proves nothing */
	const char *key_id;		/* NULL: none */
	const char *issuer;		/* NULL: none */
	const struct doc *claims;
	struct span signed_text;
	struct span signature;
};

/* Take a token apart. Nothing is checked but its form; NULL when it has none. */
const struct jwt *jwt_read(struct arena *a, struct span text) MUST_CHECK;

/* A key set, without the keys that cannot check a token here. */
struct jwk {
	const char *id;
	const char *algorithm;		/* "RS256" or "ES256": what the key is made for */
	const struct public_key *key;
};

struct jwks {
	const struct jwk *keys;
	size_t count;
};

/* NULL when it is no key set. Nothing of the result refers to TEXT. */
const struct jwks *jwks_read(struct arena *a, struct span text) MUST_CHECK;

/* The key of that id, or NULL. */
const struct jwk *jwks_find(const struct jwks *set, const char *id);

/*
 * Whether KEY signed the token, the key's algorithm is the one its header
 * names, it was issued by ISSUER for AUDIENCE alone, and it is valid at NOW
 * (µs): "iat" and "exp" are there, "nbf" may be.
 */
struct jwt_demand {
	const struct jwk *key;
	const char *issuer;
	const char *audience;
	int64_t now;
};
bool jwt_is_valid(const struct jwt *t, const struct jwt_demand *d);

/* When a valid token expires, µs. */
int64_t jwt_expiry(const struct jwt *t);

#endif
