/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attestations made here with OpenSSL, an authority of its own and short-lived
 * certificates; and what pretends to be one.
 */
#include "unit.h"

#include <stdio.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/certificate.h"
#include "base/clock.h"
#include "base/encode.h"
#include "formats/attestation.h"

#define ISSUED 1700000000
#define NOW ((ISSUED + 30) * CLOCK_SECOND)
#define FILENAME "sample-1.0-py3-none-any.whl"
#define GITHUB "https://token.actions.githubusercontent.com"
#define WORKFLOW "URI:https://github.com/octo/sample/.github/workflows/release.yml@refs/tags/v1"
#define PUBLISH "https://registry.example/attestations/publish/v1"
#define SLSA "https://slsa.dev/provenance/v1"

static const uint8_t sha256[SHA256_SIZE] = { 0xab, 0xcd };

/* ---- an authority and its certificates ---- */

static EVP_PKEY *
key_named(size_t which)
{
	static EVP_PKEY *keys[3];

	if (!keys[which])
		keys[which] = EVP_EC_gen("P-256");
	assert_non_null(keys[which]);
	return keys[which];
}
#define AUTHORITY 0
#define STRANGER 1
#define BUILDER 2

/* What a certificate may say beyond its key. */
struct kind {
	const char *san;		/* in OpenSSL's words; NULL: none */
	const char *usage;
	const char *issuer;		/* NULL: not said */
	size_t signer;
	EVP_PKEY *key;
};

static void
extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(extension);
	assert_true(X509_add_ext(x, extension, -1));
	X509_EXTENSION_free(extension);
}

static void
extend_issuer(X509 *x, const char *issuer)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("1.3.6.1.4.1.57264.1.1", 1);
	ASN1_OCTET_STRING *bytes = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	assert_true(ASN1_OCTET_STRING_set(bytes, (const unsigned char *)issuer, (int)strlen(issuer)));
	extension = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, bytes);
	assert_true(X509_add_ext(x, extension, -1));
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(bytes);
	ASN1_OBJECT_free(oid);
}

static void
name_it(X509_NAME *name, const char *text)
{
	assert_true(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)text, -1, -1, 0));
}

static X509 *
new_certificate(EVP_PKEY *key, const char *subject, const char *issuer)
{
	X509 *x = X509_new();

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	ASN1_TIME_set(X509_getm_notBefore(x), ISSUED);
	ASN1_TIME_set(X509_getm_notAfter(x), ISSUED + 600);
	X509_set_pubkey(x, key);
	if (*subject)
		name_it(X509_get_subject_name(x), subject);
	name_it(X509_get_issuer_name(x), issuer);
	return x;
}

/* The authority's own certificate, as roots. */
static const struct certificate_roots *
roots(void)
{
	X509 *x = new_certificate(key_named(AUTHORITY), "authority", "authority");
	char path[] = "/tmp/entrepot-roots-XXXXXX";
	struct certificate_roots *r;
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	extend(x, NID_basic_constraints, "critical,CA:TRUE");
	assert_true(X509_sign(x, key_named(AUTHORITY), EVP_sha256()) > 0);
	assert_true(PEM_write_X509(file, x));
	assert_int_equal(fclose(file), 0);
	X509_free(x);
	r = certificate_roots_read(arena, fault, path);
	unlink(path);
	assert_non_null(r);
	return r;
}

static struct span
certificate(const struct kind *kind)
{
	X509 *x = new_certificate(kind->key ? kind->key : key_named(BUILDER), "", "authority");
	unsigned char *der = NULL;
	struct span out;
	int len;

	extend(x, NID_ext_key_usage, kind->usage ? kind->usage : "codeSigning");
	if (kind->san)
		extend(x, NID_subject_alt_name, kind->san);
	if (kind->issuer)
		extend_issuer(x, kind->issuer);
	assert_true(X509_sign(x, key_named(kind->signer), EVP_sha256()) > 0);
	len = i2d_X509(x, &der);
	assert_true(len > 0);
	out = span_make(arena_dup(arena, (const char *)der, (size_t)len), (size_t)len);
	OPENSSL_free(der);
	X509_free(x);
	return out;
}

static const struct kind from_github = { .san = WORKFLOW, .issuer = GITHUB };

/* ---- attestations ---- */

static const char *
base64(struct span s)
{
	return encode_base64(arena, s.at, s.len);
}

static struct span
sign(const char *statement)
{
	const char *text = arena_printf(arena, "DSSEv1 28 application/vnd.in-toto+json %zu %s", strlen(statement), statement);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char signature[128];
	size_t len = sizeof(signature);

	assert_true(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key_named(BUILDER)) > 0);
	assert_true(EVP_DigestSign(context, signature, &len, (const unsigned char *)text, strlen(text)) > 0);
	EVP_MD_CTX_free(context);
	return span_make(arena_dup(arena, (const char *)signature, len), len);
}

static const char *
statement(const char *name, const char *predicate)
{
	return arena_printf(arena, "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"name\":\"%s\","
			    "\"digest\":{\"sha256\":\"%s\"}}],\"predicateType\":\"%s\",\"predicate\":null}",
			    name, encode_hex(arena, sha256, SHA256_SIZE), predicate);
}

static const char *
attestation_of(const char *text, struct span signature, const struct kind *kind)
{
	return arena_printf(arena, "{\"version\":1,\"verification_material\":{\"certificate\":\"%s\","
			    "\"transparency_entries\":[{\"logIndex\":\"7\"}]},"
			    "\"envelope\":{\"statement\":\"%s\",\"signature\":\"%s\"}}",
			    base64(certificate(kind)), base64(span_of(text)), base64(signature));
}

static const char *
attestation(const char *predicate, const struct kind *kind)
{
	const char *text = statement(FILENAME, predicate);

	return attestation_of(text, sign(text), kind);
}

/* What becomes of the list of attestations: the provenance object or the message. */
static const char *
outcome_with(const struct certificate_roots *trusted, const char *json)
{
	struct attested_file file = { .filename = FILENAME, .sha256 = sha256, .roots = trusted, .now = NOW };
	struct span out;

	fault_clear(fault);
	if (attestations_check(arena, fault, span_of(json), &file, &out))
		return arena_dup(arena, out.at, out.len);
	assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
	return fault->message;
}

static const char *
outcome(const char *json)
{
	return outcome_with(roots(), json);
}

static const char *
one(const char *attestation_json)
{
	return arena_printf(arena, "[%s]", attestation_json);
}

static void
holds(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("%s does not hold %s", text, part);
}

/* ---- tests ---- */

static void
an_attestation_becomes_provenance_of_its_workflow(void **state)
{
	const char *got = outcome(one(attestation(PUBLISH, &from_github)));

	(void)state;
	holds(got, "{\"version\":1,\"attestation_bundles\":[{\"publisher\":{\"kind\":\"GitHub\","
	      "\"repository\":\"octo/sample\",\"workflow\":\"release.yml\",\"environment\":null},");
	holds(got, "\"transparency_entries\":[{\"logIndex\":\"7\"}]");
	holds(got, base64(span_of(statement(FILENAME, PUBLISH))));
}

static void
two_attestations_of_different_kinds_are_one_bundle(void **state)
{
	const char *publish = attestation(PUBLISH, &from_github), *slsa = attestation(SLSA, &from_github);
	const char *got = outcome(arena_printf(arena, "[%s,%s]", publish, slsa));

	(void)state;
	holds(got, base64(span_of(statement(FILENAME, PUBLISH))));
	holds(got, base64(span_of(statement(FILENAME, SLSA))));
	assert_string_equal(outcome(arena_printf(arena, "[%s,%s]", publish, publish)),
			    "Invalid attestations supplied during upload: two attestations have the same predicate type");
}

static void
a_publisher_of_another_kind_is_named_as_the_certificate_says(void **state)
{
	struct kind mail = { .san = "email:ada@registry.example", .issuer = "https://login.registry.example" };

	(void)state;
	holds(outcome(one(attestation(PUBLISH, &mail))),
	      "\"publisher\":{\"kind\":\"Email\",\"issuer\":\"https://login.registry.example\","
	      "\"identity\":\"ada@registry.example\"}");
}

static void
what_the_certificate_cannot_vouch_for_is_refused(void **state)
{
	struct kind stranger = { .san = WORKFLOW, .issuer = GITHUB, .signer = STRANGER };
	struct kind server = { .san = WORKFLOW, .issuer = GITHUB, .usage = "serverAuth" };
	struct kind nobody = { .issuer = GITHUB };
	struct kind rsa = { .san = WORKFLOW, .issuer = GITHUB, .key = EVP_RSA_gen(2048) };

	(void)state;
	holds(outcome(one(attestation(PUBLISH, &stranger))), "does not descend from a trusted one");
	holds(outcome(one(attestation(PUBLISH, &server))), "does not descend from a trusted one");
	holds(outcome(one(attestation(PUBLISH, &nobody))), "does not say whom it was issued to");
	holds(outcome(one(attestation(PUBLISH, &rsa))), "not that of the certificate's key");
	EVP_PKEY_free(rsa.key);
}

static void
a_certificate_of_the_future_is_refused(void **state)
{
	struct attested_file file = { .filename = FILENAME, .sha256 = sha256, .roots = roots() };
	struct span out;

	(void)state;
	file.now = (ISSUED - 3600) * CLOCK_SECOND;
	assert_false(attestations_check(arena, fault, span_of(one(attestation(PUBLISH, &from_github))), &file, &out));
	holds(fault->message, "does not descend from a trusted one");
}

static void
a_signature_over_something_else_is_refused(void **state)
{
	const char *signed_text = statement(FILENAME, PUBLISH), *shown = statement(FILENAME, SLSA);

	(void)state;
	holds(outcome(one(attestation_of(shown, sign(signed_text), &from_github))), "not that of the certificate's key");
}

static void
a_statement_about_another_file_is_refused(void **state)
{
	const char *text = statement("other-1.0-py3-none-any.whl", PUBLISH);

	(void)state;
	holds(outcome(one(attestation_of(text, sign(text), &from_github))), "about another file");
	text = "{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[],\"predicateType\":\"" SLSA "\"}";
	holds(outcome(one(attestation_of(text, sign(text), &from_github))), "exactly one subject");
	text = statement(FILENAME, "https://registry.example/anything");
	holds(outcome(one(attestation_of(text, sign(text), &from_github))), "predicate type is not supported");
	text = "[]";
	holds(outcome(one(attestation_of(text, sign(text), &from_github))), "no in-toto statement");
}

static void
malformed_attestations_are_refused(void **state)
{
	static const char *const cases[][2] = {
		{ "", "a JSON list is expected" },
		{ "{}", "a JSON list is expected" },
		{ "[]", "an empty attestation set is not permitted" },
		{ "[1]", "an attestation must be an object" },
		{ "[{},{},{}]", "A maximum of 2 attestations per file are supported" },
		{ "[{}]", "only version 1 is known" },
		{ "[{\"version\":2}]", "only version 1 is known" },
		{ "[{\"version\":1,\"envelope\":[],\"verification_material\":7}]", "must be base64" },
		{ "[{\"version\":1,\"envelope\":{\"statement\":\"%\",\"signature\":\"AA==\"},"
		  "\"verification_material\":{\"certificate\":\"AA==\",\"transparency_entries\":[]}}]", "must be base64" },
		{ "[{\"version\":1,\"envelope\":{\"statement\":\"AA==\",\"signature\":\"AA==\"},"
		  "\"verification_material\":{\"certificate\":\"AA==\"}}]", "transparency_entries must be a list" },
		{ "[{\"version\":1,\"envelope\":{\"statement\":\"AA==\",\"signature\":\"AA==\"},"
		  "\"verification_material\":{\"certificate\":\"AA==\",\"transparency_entries\":[]}}]",
		  "not an X.509 certificate" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		holds(outcome(cases[i][0]), cases[i][1]);
}

static void
without_roots_no_attestation_is_taken(void **state)
{
	(void)state;
	assert_string_equal(outcome_with(NULL, one(attestation(PUBLISH, &from_github))),
			    "Invalid attestations supplied during upload: "
			    "Attestations are only supported when using Trusted Publishing");
	assert_null(certificate_roots_read(arena, fault, "/nonexistent"));
}

TESTS(attestation,
	TEST(an_attestation_becomes_provenance_of_its_workflow),
	TEST(two_attestations_of_different_kinds_are_one_bundle),
	TEST(a_publisher_of_another_kind_is_named_as_the_certificate_says),
	TEST(what_the_certificate_cannot_vouch_for_is_refused),
	TEST(a_certificate_of_the_future_is_refused),
	TEST(a_signature_over_something_else_is_refused),
	TEST(a_statement_about_another_file_is_refused),
	TEST(malformed_attestations_are_refused),
	TEST(without_roots_no_attestation_is_taken)
);
