/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key that the objects of all Hex repositories are signed with: an RSA key
 * in the file that the setting hex_key names.
 */
#ifndef ENTREPOT_DOMAIN_HEX_KEY_H
#define ENTREPOT_DOMAIN_HEX_KEY_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/signature.h"
#include "base/span.h"

struct work;

/*
 * Read when it is first needed and again when the file is another one or
 * changed, so it is never older than the last rotation. Good until the next
 * call. UNAVAILABLE, with what is wrong for the operator, when there is none
 * or it will not do.
 */
const struct private_key *hex_key(struct work *w) MUST_CHECK;

/* Its public half as PEM, good as long; at == NULL after a failure. */
struct span hex_key_public(struct work *w) MUST_CHECK;

#define HEX_KEY_BITS RSA_MIN_BITS

/* A new key of so many bits in the file, durably, for its owner only. CONFLICT when there is one. */
bool hex_key_create(struct work *w, int bits) MUST_CHECK;

/*
 * The same in the place of the present one, which stays beside it under the
 * name *KEPT. From here on everybody signs with the new one; what was signed
 * before is the caller's to sign again.
 */
bool hex_key_rotate(struct work *w, int bits, const char **kept) MUST_CHECK;

/* A copy of the key for its owner only. CONFLICT when FILE exists. */
bool hex_key_backup(struct work *w, const char *file) MUST_CHECK;

/* Whether there is a key that this process may read. */
bool hex_key_exists(const struct work *w);

#endif
