/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-512 that can be put aside and gone on with later, by another process or
 * on another kind of machine (OpenSSL libcrypto). For everything else there is
 * digest.h.
 */
#ifndef ENTREPOT_BASE_SHA512_H
#define ENTREPOT_BASE_SHA512_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct buf;

#define SHA512_SIZE 64
#define SHA512_BLOCK 128

/* A computation under way; copied, it can be gone on with twice. */
struct sha512 {
	uint64_t h[8];
	uint64_t length;		/* of all bytes so far */
	uint8_t rest[SHA512_BLOCK];	/* LENGTH % SHA512_BLOCK bytes that make no block yet */
};

void sha512_begin(struct sha512 *s);
void sha512_update(struct sha512 *s, struct span bytes);
/* The digest of what came so far; S is as it was. */
void sha512_finish(const struct sha512 *s, uint8_t out[SHA512_SIZE]);

/* At most 8 × 9 + SHA512_BLOCK - 1 bytes, the same everywhere. */
void sha512_save(const struct sha512 *s, struct buf *out);
/* Cut what was saved off the front of *FROM; false when it is too short. */
bool sha512_load(struct sha512 *s, struct span *from) MUST_CHECK;

#endif
