/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking signatures of other parties, and making our own (OpenSSL
 * libcrypto). A key knows its one algorithm; nothing that comes with a
 * signature can choose another.
 */
#ifndef ENTREPOT_BASE_SIGNATURE_H
#define ENTREPOT_BASE_SIGNATURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/sha512.h"
#include "base/span.h"

struct arena;
struct fault;
struct public_key;

/* RSASSA-PKCS1-v1_5 with SHA-256, 2048 to 8192 bits; big-endian numbers. NULL when it is no such key. */
struct public_key *public_key_rsa(struct arena *a, struct span modulus, struct span exponent) MUST_CHECK;

/* ECDSA on P-256 with SHA-256; the point's coordinates, 32 bytes each. NULL when the point is not on the curve. */
struct public_key *public_key_p256(struct arena *a, struct span x, struct span y) MUST_CHECK;

/* Whether SIGNATURE (of P-256: r and s, 32 bytes each) was made over TEXT by the owner of KEY. */
bool signature_is_valid(const struct public_key *key, struct span text, struct span signature);

/* ---- our own: RSASSA-PKCS1-v1_5 with SHA-512 ---- */

struct private_key;
#define RSA_MIN_BITS 2048
#define RSA_MAX_BITS 8192

/* A new RSA key of so many bits, a multiple of 8 within the bounds. Lives with the arena; INTERNAL on failure. */
struct private_key *private_key_generate(struct arena *a, struct fault *f, int bits) MUST_CHECK;

/*
 * The RSA key in a PEM file. UNAVAILABLE, with what is wrong for the operator,
 * when it cannot be read, when anybody but its owner could, when it is no RSA
 * key or one of fewer than RSA_MIN_BITS.
 */
struct private_key *private_key_read(struct arena *a, struct fault *f, const char *path) MUST_CHECK;

/* PEM on the arena: PKCS #8, and the public half as SubjectPublicKeyInfo. */
struct span private_key_pem(struct arena *a, const struct private_key *key);
struct span private_key_public_pem(struct arena *a, const struct private_key *key);

int private_key_bits(const struct private_key *key);

/* "SHA256:…" as ssh-keygen -l prints it. */
const char *private_key_fingerprint(struct arena *a, const struct private_key *key);

/* The signature of the text with that SHA-512, on the arena. */
struct span private_key_sign(struct arena *a, const struct private_key *key, const uint8_t sha512[SHA512_SIZE]);

/* Whether the signature of the text with that SHA-512 was made by KEY. */
bool private_key_has_signed(const struct private_key *key, const uint8_t sha512[SHA512_SIZE], struct span signature);

#endif
