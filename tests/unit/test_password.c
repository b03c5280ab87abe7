/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Password hashes and comparing secrets.
 */
#include "unit.h"

#include <time.h>

#include "base/password.h"
#include "base/span.h"

static void
a_hash_matches_its_own_password_only(void **state)
{
	const char *hash = password_hash(arena, "correct horse");

	(void)state;
	assert_true(span_starts(span_of(hash), "$argon2id$"));
	assert_true(password_matches(hash, "correct horse"));
	assert_false(password_matches(hash, "correct hors"));
	assert_false(password_matches(hash, "Correct horse"));
	assert_false(password_matches(hash, ""));
}

static void
the_same_password_hashes_differently_each_time(void **state)
{
	(void)state;
	assert_string_not_equal(password_hash(arena, "a"), password_hash(arena, "a"));
}

/* Processor time: what else the machine does is none of the password's business. */
static int64_t
spent_on(const char *hash)
{
	clock_t start = clock();

	assert_false(password_matches(hash, "b"));
	return (int64_t)(clock() - start);
}

static void
nobody_costs_as_much_as_somebody(void **state)
{
	const char *hash = password_hash(arena, "a");
	int64_t somebody = spent_on(hash), nobody = spent_on(NULL);

	(void)state;
	assert_true(nobody > somebody / 10);
}

static void
a_malformed_hash_matches_nothing(void **state)
{
	(void)state;
	assert_false(password_matches("", ""));
	assert_false(password_matches("x", "x"));
	assert_false(password_matches("$argon2id$", "x"));
	assert_false(password_matches("$argon2id$v=19$m=4294967295,t=2,p=1$aaaa$bbbb", "x"));
}

static void
secrets_are_equal_in_every_byte_or_not_at_all(void **state)
{
	(void)state;
	assert_true(secret_equal("abc\0d", "abc\0d", 5));
	assert_false(secret_equal("abc\0d", "abc\0e", 5));
	assert_false(secret_equal("xbc", "abc", 3));
	assert_true(secret_equal("a", "b", 0));
}

static void
a_wiped_secret_is_zero(void **state)
{
	char secret[] = "secret";

	(void)state;
	secret_wipe(secret, sizeof(secret));
	assert_memory_equal(secret, "\0\0\0\0\0\0\0", sizeof(secret));
}

TESTS(password,
	TEST(a_hash_matches_its_own_password_only),
	TEST(the_same_password_hashes_differently_each_time),
	TEST(nobody_costs_as_much_as_somebody),
	TEST(a_malformed_hash_matches_nothing),
	TEST(secrets_are_equal_in_every_byte_or_not_at_all),
	TEST(a_wiped_secret_is_zero)
);
