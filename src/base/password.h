/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Password hashes (Argon2id, libsodium) and comparing secrets.
 */
#ifndef ENTREPOT_BASE_PASSWORD_H
#define ENTREPOT_BASE_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct arena;

/* The storable hash of a password, on the arena. Takes tens of milliseconds. */
char *password_hash(struct arena *a, const char *password);

/* Whether the password is the one hashed; with HASH NULL the same time is spent and the answer is false. */
bool password_matches(const char *hash, const char *password) MUST_CHECK;

/* Equality of two secrets of the same length, in constant time. */
bool secret_equal(const void *a, const void *b, size_t len) MUST_CHECK;

/* Overwrite a secret so that the compiler cannot leave it out. */
void secret_wipe(void *secret, size_t len);

#endif
