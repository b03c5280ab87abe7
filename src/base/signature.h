/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking signatures of other parties (OpenSSL libcrypto). A key knows its
 * one algorithm; nothing that comes with a signature can choose another.
 */
#ifndef ENTREPOT_BASE_SIGNATURE_H
#define ENTREPOT_BASE_SIGNATURE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct public_key;

/* RSASSA-PKCS1-v1_5 with SHA-256, 2048 to 8192 bits; big-endian numbers. NULL when it is no such key. */
struct public_key *public_key_rsa(struct arena *a, struct span modulus, struct span exponent) MUST_CHECK;

/* ECDSA on P-256 with SHA-256; the point's coordinates, 32 bytes each. NULL when the point is not on the curve. */
struct public_key *public_key_p256(struct arena *a, struct span x, struct span y) MUST_CHECK;

/* Whether SIGNATURE (of P-256: r and s, 32 bytes each) was made over TEXT by the owner of KEY. */
bool signature_is_valid(const struct public_key *key, struct span text, struct span signature);

#endif
