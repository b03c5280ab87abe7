/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Argon2id by libsodium. Two passes over 19 MiB are the least that current
 * advice allows; libsodium's own preset of 64 MiB would let a handful of
 * concurrent logins exhaust a small machine.
 */
#include "base/password.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/arena.h"
#include "base/log.h"

#define PASSES 2
#define MEMORY ((size_t)19 * 1024 * 1024)

static void
start(void)
{
	if (sodium_init() < 0) {
		log_error("libsodium cannot be initialized");
		abort();
	}
}

static void
hash_into(char hash[crypto_pwhash_STRBYTES], const char *password)
{
	start();
	if (crypto_pwhash_str_alg(hash, password, strlen(password), PASSES, MEMORY,
			crypto_pwhash_ALG_ARGON2ID13) != 0) {
		log_error("out of memory while hashing a password");
		abort();
	}
}

char *
password_hash(struct arena *a, const char *password)
{
	char hash[crypto_pwhash_STRBYTES];

	hash_into(hash, password);
	return arena_strdup(a, hash);
}

bool
password_matches(const char *hash, const char *password)
{
	char nobody[crypto_pwhash_STRBYTES];

	if (!hash) {
		hash_into(nobody, password);
		return false;
	}
	start();
	return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

bool
secret_equal(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

void
secret_wipe(void *secret, size_t len)
{
	sodium_memzero(secret, len);
}
