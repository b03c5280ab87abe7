/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several digests in one pass.
 */
#include "unit.h"

#include "base/digest.h"
#include "base/encode.h"

static void
check(const struct digests *d, const char *const expected[5])
{
	assert_string_equal(encode_hex(arena, d->md5, sizeof(d->md5)), expected[0]);
	assert_string_equal(encode_hex(arena, d->sha1, sizeof(d->sha1)), expected[1]);
	assert_string_equal(encode_hex(arena, d->sha256, sizeof(d->sha256)), expected[2]);
	assert_string_equal(encode_hex(arena, d->sha512, sizeof(d->sha512)), expected[3]);
	assert_string_equal(encode_hex(arena, d->blake2b_256, sizeof(d->blake2b_256)), expected[4]);
}

static const char *const of_nothing[] = {
	"d41d8cd98f00b204e9800998ecf8427e",
	"da39a3ee5e6b4b0d3255bfef95601890afd80709",
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	("cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
	 "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"),
	"0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8",
};
static const char *const of_abc[] = {
	"900150983cd24fb0d6963f7d28e17f72",
	"a9993e364706816aba3e25717850c26c9cd0d89d",
	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"),
	"bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319",
};

static void
all_digests_agree_with_the_published_vectors(void **state)
{
	struct digests out;
	struct digest *d = digest_new(arena, DIGEST_ALL);

	(void)state;
	digest_update(d, "a", 1);
	digest_update(d, NULL, 0);
	digest_update(d, "bc", 2);
	digest_finish(d, &out);

	assert_int_equal(out.kinds, DIGEST_ALL);
	check(&out, of_abc);
}

static void
nothing_has_a_digest_too(void **state)
{
	struct digests out;

	(void)state;
	digest_finish(digest_new(arena, DIGEST_ALL), &out);
	check(&out, of_nothing);
}

static void
only_the_kinds_asked_for_are_filled(void **state)
{
	static const uint8_t zero[64];
	struct digests out;
	struct digest *d = digest_new(arena, DIGEST_SHA256);

	(void)state;
	digest_update(d, "abc", 3);
	digest_finish(d, &out);

	assert_int_equal(out.kinds, DIGEST_SHA256);
	assert_string_equal(encode_hex(arena, out.sha256, SHA256_SIZE), of_abc[2]);
	assert_memory_equal(out.md5, zero, sizeof(out.md5));
	assert_memory_equal(out.sha512, zero, sizeof(out.sha512));
	assert_memory_equal(out.blake2b_256, zero, sizeof(out.blake2b_256));
}

static void
many_small_updates_equal_one_large_one(void **state)
{
	struct digests pieces, whole;
	struct digest *d = digest_new(arena, DIGEST_ALL);
	char *bytes = arena_alloc(arena, 100000);

	(void)state;
	for (int i = 0; i < 100000; i++)
		bytes[i] = (char)(i * 7);
	for (size_t at = 0, n = 1; at < 100000; at += n, n = n * 3 % 1009)
		digest_update(d, bytes + at, n < 100000 - at ? n : 100000 - at);
	digest_finish(d, &pieces);
	d = digest_new(arena, DIGEST_ALL);
	digest_update(d, bytes, 100000);
	digest_finish(d, &whole);

	assert_memory_equal(&pieces, &whole, sizeof(whole));
}

static void
sha256_at_once_is_the_same(void **state)
{
	uint8_t out[SHA256_SIZE];

	(void)state;
	digest_sha256(SPAN("abc"), out);
	assert_string_equal(encode_hex(arena, out, sizeof(out)), of_abc[2]);
	digest_sha256(span_make(NULL, 0), out);
	assert_string_equal(encode_hex(arena, out, sizeof(out)), of_nothing[2]);
}

static void
an_abandoned_digest_is_released_with_the_arena(void **state)
{
	(void)state;
	/* The leak checker speaks up if not. */
	digest_update(digest_new(arena, DIGEST_ALL), "abc", 3);
}

TESTS(digest,
	TEST(all_digests_agree_with_the_published_vectors),
	TEST(nothing_has_a_digest_too),
	TEST(only_the_kinds_asked_for_are_filled),
	TEST(many_small_updates_equal_one_large_one),
	TEST(sha256_at_once_is_the_same),
	TEST(an_abandoned_digest_is_released_with_the_arena)
);
