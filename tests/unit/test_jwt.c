/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of identity providers, made here with OpenSSL; and what pretends to
 * be one.
 */
#include "unit.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/signature.h"
#include "base/transfer.h"
#include "domain/trustpub_identity.h"
#include "formats/jwt.h"

#define NOW (1700000000 * CLOCK_SECOND)
#define RSA_HEADER "{\"alg\":\"RS256\",\"kid\":\"rsa\"}"
#define EC_HEADER "{\"alg\":\"ES256\",\"kid\":\"ec\"}"
#define CLAIMS "{\"iss\":\"https://i.example\",\"aud\":\"us\",\"iat\":1700000000,\"exp\":1700000300}"

/* ---- making ---- */

/* Made once: looking for primes takes its time. */
static EVP_PKEY *
rsa_key(void)
{
	static EVP_PKEY *key;

	if (!key)
		key = EVP_RSA_gen(2048);
	assert_non_null(key);
	return key;
}

static EVP_PKEY *
ec_key(void)
{
	static EVP_PKEY *key;

	if (!key)
		key = EVP_EC_gen("P-256");
	assert_non_null(key);
	return key;
}

static const char *
number_of(EVP_PKEY *key, const char *name, size_t size)
{
	unsigned char bytes[1024];
	BIGNUM *n = NULL;

	assert_true(EVP_PKEY_get_bn_param(key, name, &n));
	if (size == 0)
		size = (size_t)BN_num_bytes(n);
	assert_true(BN_bn2binpad(n, bytes, (int)size) > 0);
	BN_free(n);
	return encode_base64url(arena, bytes, size);
}

static const char *
rsa_jwk(const char *more)
{
	return arena_printf(arena, "{\"kty\":\"RSA\",\"kid\":\"rsa\",\"n\":\"%s\",\"e\":\"%s\"%s}",
		number_of(rsa_key(), OSSL_PKEY_PARAM_RSA_N, 0), number_of(rsa_key(), OSSL_PKEY_PARAM_RSA_E, 0), more);
}

static const char *
ec_jwk(const char *more)
{
	return arena_printf(arena, "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"ec\",\"x\":\"%s\",\"y\":\"%s\"%s}",
		number_of(ec_key(), OSSL_PKEY_PARAM_EC_PUB_X, 32), number_of(ec_key(), OSSL_PKEY_PARAM_EC_PUB_Y, 32),
		more);
}

static const struct jwks *
key_set(void)
{
	const char *text = arena_printf(arena, "{\"keys\":[%s,%s]}", rsa_jwk(""), ec_jwk(""));
	const struct jwks *set = jwks_read(arena, span_of(text));

	assert_non_null(set);
	assert_int_equal(set->count, 2);
	return set;
}

/* The two integers of a DER sequence side by side. */
static struct span
raw_ecdsa(const unsigned char *der)
{
	char *raw = arena_zalloc(arena, 64, 1);
	const unsigned char *at = der + 2;

	for (int i = 0; i < 2; i++) {
		size_t len = at[1];
		const unsigned char *number = at + 2;

		at = number + len;
		while (len > 32) {
			number++;
			len--;
		}
		memcpy(raw + 32 * i + (32 - len), number, len);
	}
	return span_make(raw, 64);
}

static struct span
sign(EVP_PKEY *key, const char *text)
{
	unsigned char *made = arena_alloc(arena, 1024);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t len = 1024;

	assert_true(EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, key, NULL) > 0);
	assert_true(EVP_DigestSign(context, made, &len, (const unsigned char *)text, strlen(text)) > 0);
	EVP_MD_CTX_free(context);
	return key == ec_key() ? raw_ecdsa(made) : span_make((const char *)made, len);
}

static const char *
token(EVP_PKEY *key, const char *header, const char *claims)
{
	const char *text = arena_printf(arena, "%s.%s", encode_base64url(arena, header, strlen(header)),
		encode_base64url(arena, claims, strlen(claims)));
	struct span signature = sign(key, text);

	return arena_printf(arena, "%s.%s", text, encode_base64url(arena, signature.at, signature.len));
}

static bool
is_valid_at(const char *text, const char *key_id, int64_t now)
{
	const struct jwt *t = jwt_read(arena, span_of(text));
	struct jwt_demand demand = { .key = jwks_find(key_set(), key_id), .issuer = "https://i.example",
		.audience = "us", .now = now };

	assert_non_null(demand.key);
	assert_non_null(t);
	return jwt_is_valid(t, &demand);
}

static bool
is_valid(const char *text)
{
	return is_valid_at(text, "rsa", NOW);
}

static bool
claims_are_valid(const char *claims)
{
	return is_valid(token(rsa_key(), RSA_HEADER, claims));
}

/* ---- signatures ---- */

static void
a_token_of_an_rsa_key_is_valid(void **state)
{
	const char *text = token(rsa_key(), RSA_HEADER, CLAIMS);
	const struct jwt *t = jwt_read(arena, span_of(text));

	(void)state;
	assert_string_equal(t->algorithm, "RS256");
	assert_string_equal(t->key_id, "rsa");
	assert_string_equal(t->issuer, "https://i.example");
	assert_int_equal(jwt_expiry(t), 1700000300 * CLOCK_SECOND);
	assert_true(is_valid(text));
}

/* Small numbers have leading zeros, in one form or the other: several signatures meet them. */
static void
tokens_of_a_p256_key_are_valid(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++)
		assert_true(is_valid_at(token(ec_key(), EC_HEADER, CLAIMS), "ec", NOW));
}

static void
a_changed_token_is_not_valid(void **state)
{
	const char *text = token(rsa_key(), RSA_HEADER, CLAIMS);
	const char *other = token(rsa_key(), RSA_HEADER, "{\"iss\":\"https://i.example\",\"aud\":\"us\"}");
	const char *dot = strrchr(text, '.');

	(void)state;
	assert_false(is_valid(arena_printf(arena, "%.*s%s", (int)(strrchr(other, '.') - other), other, dot)));
	assert_false(is_valid(arena_printf(arena, "%.*s.AAAA", (int)(dot - text), text)));
	assert_false(is_valid(arena_printf(arena, "%.*s%s", (int)(dot - text), text, strrchr(other, '.'))));
}

static void
the_key_decides_the_algorithm(void **state)
{
	(void)state;
	assert_false(is_valid(token(rsa_key(), "{\"alg\":\"none\"}", CLAIMS)));
	assert_false(is_valid(token(rsa_key(), "{\"alg\":\"HS256\"}", CLAIMS)));
	assert_false(is_valid(token(rsa_key(), "{\"alg\":\"RS512\"}", CLAIMS)));
	assert_false(is_valid(token(rsa_key(), "{\"alg\":\"rs256\"}", CLAIMS)));
	assert_false(is_valid(token(rsa_key(), "{\"alg\":\"ES256\"}", CLAIMS)));
	assert_false(is_valid_at(token(rsa_key(), "{\"alg\":\"ES256\"}", CLAIMS), "ec", NOW));
	assert_false(is_valid_at(token(ec_key(), RSA_HEADER, CLAIMS), "rsa", NOW));
}

static void
zeros_are_no_signature(void **state)
{
	static const char zeros[64];
	const struct jwk *ec = jwks_find(key_set(), "ec");

	(void)state;
	assert_false(signature_is_valid(ec->key, SPAN("x"), span_make(zeros, 64)));
	assert_false(signature_is_valid(ec->key, SPAN("x"), span_make(zeros, 63)));
	assert_false(signature_is_valid(ec->key, SPAN("x"), span_make(NULL, 0)));
}

/* ---- claims ---- */

static void
a_token_is_for_one_audience_of_one_issuer(void **state)
{
	(void)state;
	assert_true(claims_are_valid(CLAIMS));
	assert_false(claims_are_valid("{\"iss\":\"https://j.example\",\"aud\":\"us\",\"iat\":1700000000,\"exp\":1700000300}"));
	assert_false(claims_are_valid("{\"aud\":\"us\",\"iat\":1700000000,\"exp\":1700000300}"));
	assert_false(claims_are_valid("{\"iss\":\"https://i.example\",\"aud\":\"them\",\"iat\":1700000000,\"exp\":1700000300}"));
	assert_false(claims_are_valid("{\"iss\":\"https://i.example\",\"aud\":[\"us\"],\"iat\":1700000000,\"exp\":1700000300}"));
	assert_false(claims_are_valid("{\"iss\":\"https://i.example\",\"aud\":\"us\\u0000\",\"iat\":1700000000,\"exp\":1700000300}"));
}

static bool
times_are_valid(const char *times)
{
	return claims_are_valid(arena_printf(arena, "{\"iss\":\"https://i.example\",\"aud\":\"us\",%s}", times));
}

static void
a_token_is_valid_from_its_issue_to_its_end_and_a_minute(void **state)
{
	(void)state;
	assert_true(times_are_valid("\"iat\":1700000060,\"exp\":1700000300"));
	assert_false(times_are_valid("\"iat\":1700000061,\"exp\":1700000300"));
	assert_true(times_are_valid("\"iat\":1699990000,\"exp\":1699999941"));
	assert_false(times_are_valid("\"iat\":1699990000,\"exp\":1699999940"));
	assert_true(times_are_valid("\"iat\":1700000000,\"nbf\":1700000060,\"exp\":1700000300"));
	assert_false(times_are_valid("\"iat\":1700000000,\"nbf\":1700000061,\"exp\":1700000300"));
}

static void
times_are_numbers_of_this_age(void **state)
{
	(void)state;
	assert_false(times_are_valid("\"exp\":1700000300"));
	assert_false(times_are_valid("\"iat\":1700000000"));
	assert_false(times_are_valid("\"iat\":\"1700000000\",\"exp\":1700000300"));
	assert_false(times_are_valid("\"iat\":1700000000,\"exp\":9223372036854775807"));
	assert_false(times_are_valid("\"iat\":-1,\"exp\":1700000300"));
	assert_false(times_are_valid("\"iat\":1700000000,\"exp\":1e300"));
	assert_false(times_are_valid("\"iat\":1700000000,\"nbf\":\"x\",\"exp\":1700000300"));
}

/* ---- forms ---- */

static void
what_has_not_three_parts_is_no_token(void **state)
{
	static const char *const texts[] = {
		"", ".", "..", "...", "a", "a.b", "e30.e30", "e30.e30.", "e30.e30.eA", "e30.e30.eA.eA", ".e30.eA",
		/* {"alg":"RS256"}: padded, then with claims that are a list, then with bytes that are not base64url */
		"eyJhbGciOiJSUzI1NiJ9.e30=.eA", "eyJhbGciOiJSUzI1NiJ9.W10.eA", "eyJhbGciOiJSUzI1NiJ9.e+0.eA",
		"eyJhbGciOiJSUzI1NiJ9.e30.eA==", "eyJhbGciOiJSUzI1NiJ9 .e30.eA",
		/* {"alg":"RS256","crit":[]} */
		"eyJhbGciOiJSUzI1NiIsImNyaXQiOltdfQ.e30.eA",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_null(jwt_read(arena, span_of(texts[i])));
	assert_non_null(jwt_read(arena, SPAN("eyJhbGciOiJSUzI1NiJ9.e30.eA")));
}

static void
a_token_of_more_than_16_kib_is_none(void **state)
{
	char *text = arena_alloc(arena, JWT_MAX + 2);

	(void)state;
	memset(text, 'A', JWT_MAX + 1);
	memcpy(text, "eyJhbGciOiJSUzI1NiJ9.e30.", 25);
	assert_non_null(jwt_read(arena, span_make(text, JWT_MAX - 3)));
	assert_null(jwt_read(arena, span_make(text, JWT_MAX + 1)));
}

static void
keys_of_no_use_are_left_out(void **state)
{
	const char *odd[] = {
		rsa_jwk(",\"use\":\"enc\""), rsa_jwk(",\"alg\":\"RS512\""), rsa_jwk(",\"use\":5"), ec_jwk(",\"crv\":\"P-384\""),
		ec_jwk(",\"x\":\"AAAA\""), ec_jwk(",\"alg\":\"RS256\""), rsa_jwk(",\"kid\":5"), rsa_jwk(",\"e\":\"AQ\""),
		rsa_jwk(",\"e\":\"AA\""), rsa_jwk(",\"n\":\"AQAB\""), rsa_jwk(",\"n\":\"=\""), ec_jwk(",\"y\":null"),
		"{\"kty\":\"oct\",\"kid\":\"k\",\"k\":\"eA\"}", "{}", "[]", "null", "5",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		const struct jwks *set = jwks_read(arena, span_of(arena_printf(arena, "{\"keys\":[%s]}", odd[i])));

		assert_non_null(set);
		if (set->count != 0)
			fail_msg("taken: %s", odd[i]);
	}
	assert_int_equal(jwks_read(arena, span_of(arena_printf(arena, "{\"keys\":[%s,{},%s]}",
		rsa_jwk(",\"use\":\"sig\",\"alg\":\"RS256\""), ec_jwk(",\"alg\":\"ES256\""))))->count, 2);
}

/* A point that is not on the curve tells whoever checks with it about other keys. */
static void
a_point_beside_the_curve_is_no_key(void **state)
{
	const char *x = number_of(ec_key(), OSSL_PKEY_PARAM_EC_PUB_X, 32);
	struct span bytes = decode_base64url(arena, span_of(x));

	(void)state;
	assert_null(public_key_p256(arena, bytes, bytes));
	assert_null(public_key_p256(arena, span_make(arena_zalloc(arena, 32, 1), 32), bytes));
}

static void
what_is_no_key_set_is_refused(void **state)
{
	struct buf many = buf_on(arena);

	(void)state;
	assert_null(jwks_read(arena, SPAN("")));
	assert_null(jwks_read(arena, SPAN("<html>")));
	assert_null(jwks_read(arena, SPAN("[]")));
	assert_null(jwks_read(arena, SPAN("{}")));
	assert_null(jwks_read(arena, SPAN("{\"keys\":{}}")));
	buf_puts(&many, "{\"keys\":[{}");
	for (int i = 0; i < JWKS_MAX_KEYS; i++)
		buf_puts(&many, ",{}");
	buf_puts(&many, "]}");
	assert_null(jwks_read(arena, buf_span(&many)));
}

/* ---- claims of the providers ---- */

static void
check_workflow(enum issuer provider, const char *claim, const char *expected)
{
	struct span found = workflow_of(provider, span_of(claim));

	if (!expected ? found.at != NULL : !found.at || !span_is(found, expected))
		fail_msg("%s: %.*s", claim, found.at ? (int)found.len : 4, found.at ? found.at : "NULL");
}

static void
a_github_workflow_is_the_file_in_its_directory(void **state)
{
	static const char *const cases[][2] = {
		{ "a/b/.github/workflows/ci.yml@refs/heads/main", "ci.yml" },
		{ "a/b/.github/workflows/ci.yaml@f00d", "ci.yaml" },
		{ "a/b/.github/workflows/ci.yml@refs/heads/odd@branch.yml", "ci.yml" },
		{ "a/b/.github/workflows/ci.yml@refs/heads/x/.github/workflows/evil.yml@y", "ci.yml" },
		{ "a/b/.github/workflows/one.yml@two.yml@refs/heads/main", "one.yml@two.yml" },
		{ "a/b/.github/workflows/ci.sh@refs/heads/main", NULL },
		{ "a/b/.github/workflows/.yml@refs/heads/main", NULL },
		{ "a/b/.github/workflows/ci.yml", NULL },
		{ "a/b/.github/workflows/@refs/heads/main", NULL },
		{ "a/b/.github/workflows/sub/ci.yml@refs/heads/main", NULL },
		{ "a/b/ci.yml@refs/heads/main", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_workflow(ISSUER_GITHUB, cases[i][0], cases[i][1]);
}

static void
a_gitlab_workflow_is_the_path_behind_the_project(void **state)
{
	static const char *const cases[][2] = {
		{ "h/a/b//.gitlab-ci.yml@refs/heads/main", ".gitlab-ci.yml" },
		{ "h/a/b//ci/deep/publish.yaml@refs/heads/main", "ci/deep/publish.yaml" },
		{ "h/a/b//too//many.yml@refs/heads/main", "too//many.yml" },
		{ "h/a/b//odd@.yml@refs/heads/main", "odd@.yml" },
		{ "h/a/b//ci.sh@refs/heads/main", NULL },
		{ "h/a/b//.yml@refs/heads/main", NULL },
		{ "h/a/b//ci/.yaml@refs/heads/main", NULL },
		{ "h/a/b//ci.yml", NULL },
		{ "h/a/b/ci.yml@refs/heads/main", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_workflow(ISSUER_GITLAB, cases[i][0], cases[i][1]);
}

static void
documents_come_encrypted_or_from_this_machine(void **state)
{
	static const char *const good[] = { "https://i.example", "https://i.example:8443/a/b", "http://127.0.0.1:8080",
		"http://localhost/x", "http://[::1]:1" };
	static const char *const bad[] = { "", "i.example", "http://i.example", "ftp://127.0.0.1", "file:///etc/passwd",
		"https://", "https:///x", "https://user@i.example", "http://127.0.0.1@evil.example", "http://127.0.0.1.evil.example",
		"http://localhost.evil.example/", "http://127.0.0.1:80x/", "https://a b", "https://a\n", "http://127.0.0.1\\evil",
		"https://i.example/#x", "https://i.example/?x" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(fetch_is_allowed(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(fetch_is_allowed(bad[i]));
}

TESTS(jwt,
	TEST(a_token_of_an_rsa_key_is_valid),
	TEST(tokens_of_a_p256_key_are_valid),
	TEST(a_changed_token_is_not_valid),
	TEST(the_key_decides_the_algorithm),
	TEST(zeros_are_no_signature),
	TEST(a_token_is_for_one_audience_of_one_issuer),
	TEST(a_token_is_valid_from_its_issue_to_its_end_and_a_minute),
	TEST(times_are_numbers_of_this_age),
	TEST(what_has_not_three_parts_is_no_token),
	TEST(a_token_of_more_than_16_kib_is_none),
	TEST(keys_of_no_use_are_left_out),
	TEST(a_point_beside_the_curve_is_no_key),
	TEST(what_is_no_key_set_is_refused),
	TEST(a_github_workflow_is_the_file_in_its_directory),
	TEST(a_gitlab_workflow_is_the_path_behind_the_project),
	TEST(documents_come_encrypted_or_from_this_machine)
);
