/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several digests of the same bytes in one pass (OpenSSL libcrypto).
 */
#ifndef ENTREPOT_BASE_DIGEST_H
#define ENTREPOT_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct arena;

enum digest_kind {
	DIGEST_MD5 = 1 << 0,
	DIGEST_SHA1 = 1 << 1,
	DIGEST_SHA256 = 1 << 2,
	DIGEST_SHA512 = 1 << 3,
	DIGEST_BLAKE2B_256 = 1 << 4,
	DIGEST_ALL = 31
};

#define SHA256_SIZE 32

struct digests {
	unsigned kinds;			/* which members are filled */
	uint8_t md5[16];
	uint8_t sha1[20];
	uint8_t sha256[SHA256_SIZE];
	uint8_t sha512[64];
	uint8_t blake2b_256[32];
};

struct digest;				/* a computation under way */

/* Start computing KINDS; released with the arena. */
struct digest *digest_new(struct arena *a, unsigned kinds);
void digest_update(struct digest *d, const void *bytes, size_t len);
/* Close the computation. Call once. */
void digest_finish(struct digest *d, struct digests *out);

/* SHA-256 of the bytes at once. */
void digest_sha256(struct span bytes, uint8_t out[SHA256_SIZE]);

#endif
