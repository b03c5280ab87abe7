/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random bytes and tokens.
 */
#include "unit.h"

#include "base/random.h"
#include "base/text.h"

static void
a_token_is_its_prefix_and_so_many_letters_and_digits(void **state)
{
	const char *token = random_token(arena, "ep_", 200);

	(void)state;
	assert_true(span_starts(span_of(token), "ep_"));
	assert_int_equal(strlen(token), 203);
	for (const char *p = token + 3; *p; p++)
		assert_true(is_alnum(*p));
	assert_string_equal(random_token(arena, "x", 0), "x");
}

static void
two_tokens_differ(void **state)
{
	(void)state;
	assert_string_not_equal(random_token(arena, "", 32), random_token(arena, "", 32));
}

static void
every_character_is_about_equally_likely(void **state)
{
	const size_t total = 62000;
	const char *token = random_token(arena, "", total);
	size_t counts[128] = { 0 };

	(void)state;
	for (size_t i = 0; i < total; i++)
		counts[(unsigned char)token[i]]++;
	/* 1000 expected, deviation 31: ten deviations never happen, a biased modulus (1242) does. */
	for (int c = 0; c < 128; c++)
		if (is_alnum((char)c))
			assert_in_range(counts[c], 700, 1200);
}

static void
no_byte_is_left_unfilled(void **state)
{
	unsigned char *bytes = arena_zalloc(arena, 1, 100000);
	size_t zeroes = 0;

	(void)state;
	random_bytes(bytes, 100000);
	for (int i = 0; i < 100000; i++)
		zeroes += bytes[i] == 0;
	assert_in_range(zeroes, 200, 600);
	random_bytes(NULL, 0);
}

TESTS(random,
	TEST(a_token_is_its_prefix_and_so_many_letters_and_digits),
	TEST(two_tokens_differ),
	TEST(every_character_is_about_equally_likely),
	TEST(no_byte_is_left_unfilled)
);
