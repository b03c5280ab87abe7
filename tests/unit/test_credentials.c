/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Authorization header.
 */
#include "unit.h"

#include "http/credentials.h"
#include "http/request.h"

static struct credentials
read_header(const char *value)
{
	struct request r = { .method = METHOD_GET };

	if (value)
		request_add_header(arena, &r, "Authorization", value);
	return credentials_read(arena, &r);
}

static void
no_header_or_an_empty_one_is_no_credential(void **state)
{
	(void)state;
	assert_int_equal(read_header(NULL).scheme, CREDENTIAL_NONE);
	assert_int_equal(read_header("").scheme, CREDENTIAL_NONE);
	assert_int_equal(read_header(" \t ").scheme, CREDENTIAL_NONE);
}

static void
one_word_is_a_bare_token(void **state)
{
	struct credentials c = read_header(" cio123 ");

	(void)state;
	assert_int_equal(c.scheme, CREDENTIAL_BARE);
	assert_string_equal(c.secret, "cio123");
	assert_null(c.user);
}

static void
a_bearer_token_is_read_whatever_the_case_of_its_scheme(void **state)
{
	struct credentials c = read_header("bEARER   cio123");

	(void)state;
	assert_int_equal(c.scheme, CREDENTIAL_BEARER);
	assert_string_equal(c.secret, "cio123");
	assert_string_equal(c.scheme_text, "bEARER");
}

static void
basic_gives_user_and_password(void **state)
{
	struct credentials c = read_header("Basic X190b2tlbl9fOmE6Yg==");	/* __token__:a:b */

	(void)state;
	assert_int_equal(c.scheme, CREDENTIAL_BASIC);
	assert_string_equal(c.user, "__token__");
	assert_string_equal(c.secret, "a:b");
	c = read_header("Basic dG9rZW46");				/* token: */
	assert_int_equal(c.scheme, CREDENTIAL_BASIC);
	assert_string_equal(c.user, "token");
	assert_string_equal(c.secret, "");
}

static void
broken_basic_credentials_are_malformed(void **state)
{
	(void)state;
	assert_int_equal(read_header("Basic !!!").scheme, CREDENTIAL_MALFORMED);
	assert_int_equal(read_header("Basic dG9rZW4=").scheme, CREDENTIAL_MALFORMED);	/* no colon */
	assert_int_equal(read_header("Basic YTpiAGM=").scheme, CREDENTIAL_MALFORMED);	/* a NUL */
	assert_int_equal(read_header("Basic dG9r ZW46").scheme, CREDENTIAL_MALFORMED);
	assert_string_equal(read_header("basic !!!").scheme_text, "basic");
	assert_null(read_header("Basic dG9rZW4=").secret);
}

static void
other_schemes_are_named(void **state)
{
	struct credentials c = read_header("Digest username=\"x\"");

	(void)state;
	assert_int_equal(c.scheme, CREDENTIAL_OTHER);
	assert_string_equal(c.scheme_text, "Digest");
	assert_string_equal(c.secret, "username=\"x\"");
}

static void
anything_but_visible_ascii_is_malformed(void **state)
{
	(void)state;
	assert_int_equal(read_header("Bearer h\xc3\xa9").scheme, CREDENTIAL_MALFORMED);
	assert_int_equal(read_header("a\x01").scheme, CREDENTIAL_MALFORMED);
	assert_int_equal(read_header("Bearer\tabc").scheme, CREDENTIAL_MALFORMED);
	assert_int_equal(read_header("a\x7f").scheme, CREDENTIAL_MALFORMED);
}

static void
an_arena_with_credentials_is_wiped(void **state)
{
	(void)state;
	read_header(NULL);
	assert_false(arena->secret);
	read_header("cio123");
	assert_true(arena->secret);
}

TESTS(credentials,
	TEST(no_header_or_an_empty_one_is_no_credential),
	TEST(one_word_is_a_bare_token),
	TEST(a_bearer_token_is_read_whatever_the_case_of_its_scheme),
	TEST(basic_gives_user_and_password),
	TEST(broken_basic_credentials_are_malformed),
	TEST(other_schemes_are_named),
	TEST(anything_but_visible_ascii_is_malformed),
	TEST(an_arena_with_credentials_is_wiped)
);
