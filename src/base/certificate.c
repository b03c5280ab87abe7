/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates by OpenSSL; see the header.
 */
#include "base/certificate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/openssl.h"
#include "base/text.h"

struct certificate_roots {
	X509_STORE *store;
};

struct certificate {
	X509 *x;
};

static void
release_roots(void *arg)
{
	struct certificate_roots *r = arg;

	X509_STORE_free(r->store);
}

static void
release_certificate(void *arg)
{
	struct certificate *c = arg;

	X509_free(c->x);
}

struct certificate_roots *
certificate_roots_read(struct arena *a, struct fault *f, const char *path)
{
	struct certificate_roots *r = arena_new(a, struct certificate_roots);
	X509_LOOKUP *lookup;

	r->store = X509_STORE_new();
	arena_on_clear(a, release_roots, r);
	lookup = r->store ? X509_STORE_add_lookup(r->store, X509_LOOKUP_file()) : NULL;
	if (!lookup || X509_load_cert_file(lookup, path, X509_FILETYPE_PEM) <= 0) {
		fault_raise_internal(f, FAULT_UNAVAILABLE, "no certificates in %s", path);
		r = NULL;
	}
	ERR_clear_error();
	return r;
}

struct certificate *
certificate_read(struct arena *a, struct span der)
{
	const unsigned char *at = (const unsigned char *)der.at;
	struct certificate *c;
	X509 *x;

	if (der.len == 0 || der.len > CERTIFICATE_MAX)
		return NULL;
	x = d2i_X509(NULL, &at, (long)der.len);
	ERR_clear_error();
	if (!x)
		return NULL;
	c = arena_new(a, struct certificate);
	c->x = x;
	arena_on_clear(a, release_certificate, c);
	return (const char *)at == der.at + der.len ? c : NULL;
}

/* When it was issued, in seconds since 1970; false when that cannot be told. */
static bool
issued_at(const struct certificate *c, time_t *out)
{
	struct tm when;

	if (!ASN1_TIME_to_tm(X509_get0_notBefore(c->x), &when))
		return false;
	*out = timegm(&when);
	return true;
}

/* Clocks differ. */
#define LEEWAY 60

bool
certificate_is_trusted(const struct certificate *c, const struct certificate_roots *roots, int64_t now)
{
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	bool trusted = false;
	time_t issued;

	if (context && issued_at(c, &issued) && issued <= now / CLOCK_SECOND + LEEWAY &&
	    X509_STORE_CTX_init(context, roots->store, c->x, NULL)) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(context);

		X509_VERIFY_PARAM_set_time(param, issued);
		/* An issuing certificate may be listed without the root above it. */
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		trusted = X509_verify_cert(context) == 1 &&
			  X509_get_extended_key_usage(c->x) != UINT32_MAX &&
			  (X509_get_extended_key_usage(c->x) & XKU_CODE_SIGN);
	}
	X509_STORE_CTX_free(context);
	ERR_clear_error();
	return trusted;
}

static bool
is_p256(EVP_PKEY *key)
{
	char group[32];
	size_t len;

	return key && EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof(group), &len) == 1 &&
	       (strcmp(group, "prime256v1") == 0 || strcmp(group, "P-256") == 0);
}

bool
certificate_has_signed(const struct certificate *c, struct span text, struct span signature)
{
	EVP_PKEY *key = X509_get0_pubkey(c->x);
	EVP_MD_CTX *context;
	bool valid;

	if (!is_p256(key) || signature.len == 0)
		return false;
	context = EVP_MD_CTX_new();
	valid = context && EVP_DigestVerifyInit_ex(context, NULL, "SHA256", NULL, NULL, key, NULL) > 0 &&
		EVP_DigestVerify(context, (const unsigned char *)signature.at, signature.len,
				 (const unsigned char *)text.at, text.len) == 1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return valid;
}

/* Text without NUL and control characters, or NULL. */
static const char *
clean(struct arena *a, const unsigned char *at, int len)
{
	struct span s = span_make((const char *)at, len > 0 ? (size_t)len : 0);

	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < ' ' || s.at[i] == 0x7f)
			return NULL;
	return s.len > 0 && text_is_utf8(s) ? arena_dup(a, s.at, s.len) : NULL;
}

const char *
certificate_identity(struct arena *a, const struct certificate *c)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(c->x, NID_subject_alt_name, NULL, NULL);
	static const int kinds[] = { GEN_URI, GEN_EMAIL };
	const char *found = NULL;

	for (size_t k = 0; k < ARRAY_LEN(kinds) && !found; k++)
		for (int i = 0; i < sk_GENERAL_NAME_num(names) && !found; i++) {
			const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

			if (name->type == kinds[k])
				found = clean(a, ASN1_STRING_get0_data(name->d.ia5), ASN1_STRING_length(name->d.ia5));
		}
	GENERAL_NAMES_free(names);
	ERR_clear_error();
	return found;
}

const char *
certificate_extension(struct arena *a, const struct certificate *c, const char *oid)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	int at = object ? X509_get_ext_by_OBJ(c->x, object, -1) : -1;
	const ASN1_OCTET_STRING *value;
	const unsigned char *bytes;
	ASN1_UTF8STRING *decoded;
	const char *found;
	int len;

	ASN1_OBJECT_free(object);
	if (at < 0)
		return NULL;
	value = X509_EXTENSION_get_data(X509_get_ext(c->x, at));
	bytes = ASN1_STRING_get0_data(value);
	len = ASN1_STRING_length(value);
	decoded = d2i_ASN1_UTF8STRING(NULL, &bytes, len);
	found = decoded ? clean(a, ASN1_STRING_get0_data(decoded), ASN1_STRING_length(decoded))
			: clean(a, ASN1_STRING_get0_data(value), len);
	ASN1_UTF8STRING_free(decoded);
	ERR_clear_error();
	return found;
}
