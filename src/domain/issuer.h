/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two identity providers whose tokens are believed, and their keys: found
 * through OpenID discovery, kept for ten minutes in the process.
 */
#ifndef ENTREPOT_DOMAIN_ISSUER_H
#define ENTREPOT_DOMAIN_ISSUER_H

#include <stdbool.h>

#include "base/compiler.h"

struct config;
struct jwk;
struct work;

enum issuer { ISSUER_GITHUB, ISSUER_GITLAB, ISSUER__MAX };

/* "github", "gitlab": as stored and shown. */
const char *issuer_name(enum issuer i);
/* The configured address; "" when the provider is switched off. */
const char *issuer_url(const struct config *c, enum issuer i);
/* Which provider has the address; false when none. */
bool issuer_find(const struct config *c, const char *url, enum issuer *out);

/*
 * The provider's key of that id, good until the next call. NULL without a
 * fault when it has none; NULL and UNAVAILABLE when its keys cannot be had.
 * An unknown id makes it ask again; it asks at most once a minute, whatever
 * came of it.
 */
const struct jwk *issuer_key(struct work *w, enum issuer i, const char *key_id) MUST_CHECK;

#endif
