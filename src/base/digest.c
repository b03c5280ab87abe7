/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Digests by OpenSSL's EVP; BLAKE2b-256 by libsodium, because OpenSSL before
 * 3.2 computes BLAKE2b with 512 bits only and the shorter one is not a prefix
 * of the longer.
 */
#include "base/digest.h"

#include <stdlib.h>

#include <sodium/crypto_generichash.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/log.h"
#include "base/openssl.h"

static const struct {
	enum digest_kind kind;
	const char *name;
	size_t offset;
} algorithms[] = {
	{ DIGEST_MD5, "MD5", offsetof(struct digests, md5) },
	{ DIGEST_SHA1, "SHA1", offsetof(struct digests, sha1) },
	{ DIGEST_SHA256, "SHA256", offsetof(struct digests, sha256) },
	{ DIGEST_SHA512, "SHA512", offsetof(struct digests, sha512) },
};
#define SHA256_INDEX 2

struct digest {
	unsigned kinds;
	EVP_MD_CTX *contexts[ARRAY_LEN(algorithms)];
	crypto_generichash_state *blake2b;
};

static NORETURN void
broken(const char *what)
{
	log_error("libcrypto: %s failed", what);
	abort();
}

/* Fetched once per process: looking an algorithm up costs more than hashing a token. */
static const EVP_MD *
algorithm(size_t i)
{
	static EVP_MD *fetched[ARRAY_LEN(algorithms)];

	if (!fetched[i])
		fetched[i] = EVP_MD_fetch(NULL, algorithms[i].name, NULL);
	if (!fetched[i])
		broken(algorithms[i].name);
	return fetched[i];
}

static void
release(void *arg)
{
	struct digest *d = arg;

	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		EVP_MD_CTX_free(d->contexts[i]);
}

/* The state wants an alignment that the arena does not give. */
static crypto_generichash_state *
new_blake2b(struct arena *a)
{
	const uintptr_t align = _Alignof(crypto_generichash_state);
	char *space = arena_alloc(a, sizeof(crypto_generichash_state) + align);
	crypto_generichash_state *state =
		(void *)(space + (align - (uintptr_t)space % align) % align);

	crypto_generichash_init(state, NULL, 0, sizeof(((struct digests *)0)->blake2b_256));
	return state;
}

struct digest *
digest_new(struct arena *a, unsigned kinds)
{
	struct digest *d = arena_new(a, struct digest);

	d->kinds = kinds & DIGEST_ALL;
	arena_on_clear(a, release, d);
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
		if (!(kinds & algorithms[i].kind))
			continue;
		d->contexts[i] = EVP_MD_CTX_new();
		if (!d->contexts[i] || !EVP_DigestInit_ex2(d->contexts[i], algorithm(i), NULL))
			broken(algorithms[i].name);
	}
	if (kinds & DIGEST_BLAKE2B_256)
		d->blake2b = new_blake2b(a);
	return d;
}

void
digest_update(struct digest *d, const void *bytes, size_t len)
{
	if (len == 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++)
		if (d->contexts[i] && !EVP_DigestUpdate(d->contexts[i], bytes, len))
			broken(algorithms[i].name);
	if (d->blake2b)
		crypto_generichash_update(d->blake2b, bytes, len);
}

void
digest_finish(struct digest *d, struct digests *out)
{
	*out = (struct digests){ .kinds = d->kinds };
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
		uint8_t *to = (uint8_t *)out + algorithms[i].offset;

		if (d->contexts[i] && !EVP_DigestFinal_ex(d->contexts[i], to, NULL))
			broken(algorithms[i].name);
	}
	if (d->blake2b)
		crypto_generichash_final(d->blake2b, out->blake2b_256, sizeof(out->blake2b_256));
}

void
digest_sha256(struct span bytes, uint8_t out[SHA256_SIZE])
{
	if (!EVP_Digest(bytes.len > 0 ? bytes.at : "", bytes.len, out, NULL,
			algorithm(SHA256_INDEX), NULL))
		broken("SHA256");
}
