/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-512 that is put aside and gone on with.
 */
#include "unit.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/sha512.h"

#define LONG 1000

static struct span
some_bytes(size_t len)
{
	char *at = arena_alloc(arena, len + 1);

	for (size_t i = 0; i < len; i++)
		at[i] = (char)(i * 31 + i / 7);
	return span_make(at, len);
}

static void
assert_digest(const struct sha512 *s, struct span bytes)
{
	struct digest *d = digest_new(arena, DIGEST_SHA512);
	uint8_t out[SHA512_SIZE];
	struct digests expected;

	digest_update(d, bytes.at, bytes.len);
	digest_finish(d, &expected);
	sha512_finish(s, out);
	assert_memory_equal(out, expected.sha512, SHA512_SIZE);
}

static void
it_agrees_with_the_other_digests(void **state)
{
	struct span bytes = some_bytes(LONG);
	struct sha512 s;

	(void)state;
	sha512_begin(&s);
	assert_digest(&s, SPAN(""));
	for (size_t i = 0; i < LONG; i++) {
		sha512_update(&s, span_make(bytes.at + i, 1));
		assert_digest(&s, span_make(bytes.at, i + 1));
	}
}

static void
saved_anywhere_it_goes_on_as_if_nothing_had_been(void **state)
{
	struct span bytes = some_bytes(LONG);

	(void)state;
	for (size_t at = 0; at <= LONG; at++) {
		struct buf saved = buf_on(arena);
		struct sha512 before, behind;
		struct span rest;

		sha512_begin(&before);
		sha512_update(&before, span_make(bytes.at, at));
		sha512_save(&before, &saved);
		buf_puts(&saved, "more");
		rest = buf_span(&saved);
		assert_true(sha512_load(&behind, &rest));
		assert_true(span_is(rest, "more"));
		assert_int_equal(behind.length, at);
		sha512_update(&behind, span_skip(bytes, at));
		assert_digest(&behind, bytes);
	}
}

static struct span
saved_abc(void)
{
	struct buf saved = buf_on(arena);
	struct sha512 s;

	sha512_begin(&s);
	sha512_update(&s, SPAN("abc"));
	sha512_save(&s, &saved);
	return buf_span(&saved);
}

static void
what_is_saved_is_the_same_on_every_machine(void **state)
{
	struct span saved = saved_abc();

	(void)state;
	/* the initial values of FIPS 180-4, the length, the bytes */
	assert_string_equal(encode_hex(arena, saved.at, saved.len),
		"6a09e667f3bcc908bb67ae8584caa73b3c6ef372fe94f82ba54ff53a5f1d36f1"
		"510e527fade682d19b05688c2b3e6c1f1f83d9abfb41bd6b5be0cd19137e2179"
		"0000000000000003" "616263");
}

static void
what_is_cut_off_is_not_loaded(void **state)
{
	struct span saved = saved_abc();

	(void)state;
	for (size_t len = 0; len < saved.len; len++) {
		struct span rest = span_make(saved.at, len);
		struct sha512 s;

		assert_false(sha512_load(&s, &rest));
	}
}

TESTS(sha512,
	TEST(it_agrees_with_the_other_digests),
	TEST(saved_anywhere_it_goes_on_as_if_nothing_had_been),
	TEST(what_is_saved_is_the_same_on_every_machine),
	TEST(what_is_cut_off_is_not_loaded)
);
