/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures by OpenSSL's EVP; see the header.
 */
#include "base/signature.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include "base/arena.h"
#include "base/openssl.h"

#define RSA_MIN_BYTES (2048 / 8)
#define RSA_MAX_BYTES (8192 / 8)
/* Larger ones are unheard of and slow. */
#define RSA_MAX_EXPONENT_BYTES 4
#define P256_BYTES 32
/* Two DER integers of at most 33 bytes each with two bytes of head, and the sequence's head. */
#define P256_DER_MAX (2 + 2 * (2 + P256_BYTES + 1))

struct public_key {
	EVP_PKEY *key;
	bool is_p256;
};

static void
release(void *arg)
{
	struct public_key *k = arg;

	EVP_PKEY_free(k->key);
}

/* The key behind the parameters, which are taken over; NULL when OpenSSL refuses them. */
static struct public_key *
import(struct arena *a, const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	struct public_key *k = NULL;
	EVP_PKEY *key = NULL;

	if (params && context && EVP_PKEY_fromdata_init(context) > 0 &&
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) > 0) {
		k = arena_new(a, struct public_key);
		k->key = key;
		arena_on_clear(a, release, k);
	}
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params);
	ERR_clear_error();
	return k;
}

static struct span
without_zeros(struct span number)
{
	while (number.len > 0 && number.at[0] == '\0')
		number = span_skip(number, 1);
	return number;
}

static BIGNUM *
bignum(struct span number)
{
	return BN_bin2bn((const unsigned char *)number.at, (int)number.len, NULL);
}

struct public_key *
public_key_rsa(struct arena *a, struct span modulus, struct span exponent)
{
	OSSL_PARAM *params = NULL;
	OSSL_PARAM_BLD *builder;
	BIGNUM *n, *e;

	modulus = without_zeros(modulus);
	exponent = without_zeros(exponent);
	if (modulus.len < RSA_MIN_BYTES || modulus.len > RSA_MAX_BYTES || exponent.len > RSA_MAX_EXPONENT_BYTES)
		return NULL;
	builder = OSSL_PARAM_BLD_new();
	n = bignum(modulus);
	e = bignum(exponent);
	/* The exponent 1 would accept everything, an even one belongs to no key. */
	if (builder && n && e && BN_is_odd(n) && BN_is_odd(e) && !BN_is_one(e) &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e))
		params = OSSL_PARAM_BLD_to_param(builder);
	OSSL_PARAM_BLD_free(builder);
	BN_free(n);
	BN_free(e);
	return import(a, "RSA", params);
}

struct public_key *
public_key_p256(struct arena *a, struct span x, struct span y)
{
	unsigned char point[1 + 2 * P256_BYTES] = { 0x04 };
	OSSL_PARAM_BLD *builder;
	OSSL_PARAM *params = NULL;
	struct public_key *k;

	if (x.len != P256_BYTES || y.len != P256_BYTES)
		return NULL;
	memcpy(point + 1, x.at, P256_BYTES);
	memcpy(point + 1 + P256_BYTES, y.at, P256_BYTES);
	builder = OSSL_PARAM_BLD_new();
	if (builder && OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) &&
	    OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)))
		params = OSSL_PARAM_BLD_to_param(builder);
	OSSL_PARAM_BLD_free(builder);
	k = import(a, "EC", params);
	if (k)
		k->is_p256 = true;
	return k;
}

/* A positive DER integer; returns the place behind it. */
static unsigned char *
put_integer(unsigned char *to, struct span number)
{
	bool pad;

	number = without_zeros(number);
	pad = number.len == 0 || (unsigned char)number.at[0] >= 0x80;
	*to++ = 0x02;
	*to++ = (unsigned char)(number.len + pad);
	if (pad)
		*to++ = 0;
	if (number.len > 0)
		memcpy(to, number.at, number.len);
	return to + number.len;
}

/* r and s side by side (RFC 7518 §3.4) as the sequence that OpenSSL reads. */
static size_t
ecdsa_sequence(unsigned char der[P256_DER_MAX], struct span signature)
{
	unsigned char *end = put_integer(der + 2, span_make(signature.at, P256_BYTES));

	end = put_integer(end, span_skip(signature, P256_BYTES));
	der[0] = 0x30;
	der[1] = (unsigned char)(end - der - 2);
	return (size_t)(end - der);
}

bool
signature_is_valid(const struct public_key *key, struct span text, struct span signature)
{
	const unsigned char *bytes = (const unsigned char *)signature.at;
	unsigned char der[P256_DER_MAX];
	size_t len = signature.len;
	EVP_MD_CTX *context;
	bool valid;

	if (len == 0 || (key->is_p256 && len != 2 * P256_BYTES))
		return false;
	if (key->is_p256) {
		len = ecdsa_sequence(der, signature);
		bytes = der;
	}
	context = EVP_MD_CTX_new();
	valid = context && EVP_DigestVerifyInit_ex(context, NULL, "SHA256", NULL, NULL, key->key, NULL) > 0 &&
		EVP_DigestVerify(context, bytes, len, (const unsigned char *)text.at, text.len) == 1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return valid;
}
