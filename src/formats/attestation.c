/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attestations; see the header. The signature is made over the statement as
 * DSSE encodes it (in-toto attestation framework, envelope layer).
 */
#include "formats/attestation.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/certificate.h"
#include "base/encode.h"
#include "base/fault.h"
#include "wire/json.h"

#define PAYLOAD_TYPE "application/vnd.in-toto+json"
#define STATEMENT_TYPE "https://in-toto.io/Statement/v1"

/* What a statement may say of a file, each once: how the type ends, whichever index it names as the author. */
static const char *const predicates[] = {
	"/attestations/publish/v1",
	"/provenance/v1",
};

/* One attestation on its way. */
struct attestation {
	const struct doc *given;
	const struct certificate *certificate;
	struct span statement;
	size_t predicate;
	const char *identity;
	const char *issuer;
};

#define PREFIX "Invalid attestations supplied during upload: "

static bool
refuse(struct fault *f, const char *why)
{
	return fault_raise(f, FAULT_BAD_REQUEST, PREFIX "%s", why);
}

static bool
malformed(struct fault *f, const char *why)
{
	return fault_raise(f, FAULT_BAD_REQUEST, PREFIX "Malformed attestations: %s", why);
}

/* ---- one attestation ---- */

static struct span
member_bytes(struct arena *a, const struct doc *map, const char *key)
{
	const char *text = doc_is(map, DOC_MAP) ? doc_find_text(map, key) : NULL;

	return text ? decode_base64(a, span_of(text)) : span_make(NULL, 0);
}

/* DSSE v1: the bytes that are signed. */
static struct span
encoded(struct arena *a, struct span payload)
{
	struct buf b = buf_on(a);

	buf_printf(&b, "DSSEv1 %zu %s %zu ", strlen(PAYLOAD_TYPE), PAYLOAD_TYPE, payload.len);
	buf_put_span(&b, payload);
	return buf_span(&b);
}

static bool
check_signature(struct arena *a, struct fault *f, const struct attested_file *file, struct attestation *out)
{
	const struct doc *envelope = doc_find(out->given, "envelope");
	const struct doc *material = doc_find(out->given, "verification_material");
	const struct doc *version = doc_find(out->given, "version");
	struct span der = member_bytes(a, material, "certificate");
	struct span signature = member_bytes(a, envelope, "signature");

	out->statement = member_bytes(a, envelope, "statement");
	if (!doc_is(version, DOC_INT) || version->is.integer != 1)
		return malformed(f, "only version 1 is known");
	if (!out->statement.at || !signature.at || !der.at)
		return malformed(f, "certificate, statement and signature must be base64");
	if (!doc_is(doc_find(material, "transparency_entries"), DOC_LIST))
		return malformed(f, "transparency_entries must be a list");
	out->certificate = certificate_read(a, der);
	if (!out->certificate)
		return malformed(f, "the certificate is not an X.509 certificate in DER");
	if (!certificate_has_signed(out->certificate, encoded(a, out->statement), signature))
		return refuse(f, "the signature is not that of the certificate's key");
	if (!certificate_is_trusted(out->certificate, file->roots, file->now))
		return refuse(f, "the certificate does not descend from a trusted one");
	return true;
}

static bool
is_subject(struct arena *a, const struct doc *subject, const struct attested_file *file)
{
	const char *name = doc_is(subject, DOC_MAP) ? doc_find_text(subject, "name") : NULL;
	const struct doc *digest = name ? doc_find(subject, "digest") : NULL;
	const char *sha256 = doc_is(digest, DOC_MAP) ? doc_find_text(digest, "sha256") : NULL;

	return sha256 && strcmp(name, file->filename) == 0 &&
	       strcmp(sha256, encode_hex(a, file->sha256, SHA256_SIZE)) == 0;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t len = text ? strlen(text) : 0, tail = strlen(end);

	return len >= tail && strcmp(text + len - tail, end) == 0;
}

static bool
check_statement(struct arena *a, struct fault *f, const struct attested_file *file, struct attestation *out)
{
	const struct doc *statement, *subjects;
	const char *type, *predicate;
	struct fault inner;

	fault_init(&inner, a);
	statement = json_read(a, &inner, out->statement);
	type = doc_is(statement, DOC_MAP) ? doc_find_text(statement, "_type") : NULL;
	if (!type || strcmp(type, STATEMENT_TYPE) != 0)
		return malformed(f, "the statement is no in-toto statement");
	predicate = doc_find_text(statement, "predicateType");
	while (out->predicate < ARRAY_LEN(predicates) && !ends_with(predicate, predicates[out->predicate]))
		out->predicate++;
	if (out->predicate == ARRAY_LEN(predicates))
		return refuse(f, "the statement's predicate type is not supported");
	subjects = doc_find(statement, "subject");
	if (!doc_is(subjects, DOC_LIST) || subjects->count != 1)
		return malformed(f, "a statement has exactly one subject");
	return is_subject(a, doc_first(subjects), file) ||
	       refuse(f, "the statement is about another file");
}

/* ---- who published ---- */

/* Extensions of the certificates: who vouches for the identity, newer spelling first. */
static const char *const issuer_oids[] = { "1.3.6.1.4.1.57264.1.8", "1.3.6.1.4.1.57264.1.1" };

static bool
read_publisher(struct arena *a, struct fault *f, struct attestation *out)
{
	out->identity = certificate_identity(a, out->certificate);
	for (size_t i = 0; i < ARRAY_LEN(issuer_oids) && !out->issuer; i++)
		out->issuer = certificate_extension(a, out->certificate, issuer_oids[i]);
	return (out->identity && out->issuer) ||
	       refuse(f, "the certificate does not say whom it was issued to");
}

/*
 * Providers whose identities have a known form: an address of SERVER, the
 * repository, SEPARATOR, the workflow, '@' and what was built.
 */
static const struct provider {
	const char *issuer;
	const char *kind;
	const char *server;
	const char *separator;
	const char *workflow;		/* member that names the workflow */
} providers[] = {
	{ "https://token.actions.githubusercontent.com", "GitHub", "https://github.com/", "/.github/workflows/", "workflow" },
	{ "https://gitlab.com", "GitLab", "https://gitlab.com/", "//", "workflow_filepath" },
};

static const char *
find_text(struct span s, const char *what)
{
	size_t len = strlen(what);

	for (size_t i = 0; i + len <= s.len; i++)
		if (memcmp(s.at + i, what, len) == 0)
			return s.at + i;
	return NULL;
}

/* False when the identity has not the provider's form. */
static bool
put_repository(struct doc *to, const struct provider *p, const char *identity)
{
	struct span rest = span_of(identity), workflow;
	const char *at, *end;

	if (!span_starts(rest, p->server))
		return false;
	rest = span_skip(rest, strlen(p->server));
	at = find_text(rest, p->separator);
	if (!at)
		return false;
	workflow = span_of(at + strlen(p->separator));
	end = memchr(workflow.at, '@', workflow.len);
	if (!end)
		return false;
	workflow.len = (size_t)(end - workflow.at);
	doc_span(to, "repository", span_make(rest.at, (size_t)(at - rest.at)));
	doc_span(to, p->workflow, workflow);
	doc_null(to, "environment");
	return true;
}

static struct doc *
publisher_view(struct arena *a, const struct attestation *t)
{
	struct doc *view = doc_map(a);

	for (size_t i = 0; i < ARRAY_LEN(providers); i++) {
		if (strcmp(t->issuer, providers[i].issuer) != 0)
			continue;
		doc_text(view, "kind", providers[i].kind);
		if (put_repository(view, &providers[i], t->identity))
			return view;
		view = doc_map(a);
	}
	doc_text(view, "kind", strchr(t->identity, '@') && !strchr(t->identity, '/') ? "Email" : "Other");
	doc_text(view, "issuer", t->issuer);
	doc_text(view, "identity", t->identity);
	return view;
}

/* ---- all of them ---- */

static bool
read_one(struct arena *a, struct fault *f, const struct attested_file *file, struct attestation *out)
{
	if (!doc_is(out->given, DOC_MAP))
		return malformed(f, "an attestation must be an object");
	return check_signature(a, f, file, out) && check_statement(a, f, file, out) && read_publisher(a, f, out);
}

/* Only what is known of an attestation is served again. */
static void
put_attestation(struct arena *a, struct doc *to, const struct attestation *t)
{
	static const char *const members[] = { "certificate", "transparency_entries" };
	const struct doc *material = doc_find(t->given, "verification_material");
	const struct doc *envelope = doc_find(t->given, "envelope");
	struct doc *view = doc_add_map(to, NULL), *inner;
	struct buf b = buf_on(a);

	doc_int(view, "version", 1);
	inner = doc_add_map(view, "verification_material");
	doc_text(inner, members[0], doc_find_text(material, members[0]));
	json_write(&b, doc_find(material, members[1]), NULL);
	doc_raw(inner, members[1], buf_span(&b));
	inner = doc_add_map(view, "envelope");
	doc_text(inner, "statement", doc_find_text(envelope, "statement"));
	doc_text(inner, "signature", doc_find_text(envelope, "signature"));
}

static struct span
provenance_of(struct arena *a, const struct attestation *all, size_t count)
{
	struct doc *view = doc_map(a), *bundle, *list;
	struct buf b = buf_on(a);

	doc_int(view, "version", 1);
	bundle = doc_add_map(doc_add_list(view, "attestation_bundles"), NULL);
	doc_put(bundle, "publisher", publisher_view(a, &all[0]));
	list = doc_add_list(bundle, "attestations");
	for (size_t i = 0; i < count; i++)
		put_attestation(a, list, &all[i]);
	json_write(&b, view, NULL);
	return buf_span(&b);
}

/* Together they are one bundle, of one publisher. */
static bool
check_together(struct fault *f, const struct attestation *all, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (all[i].predicate == all[0].predicate)
			return refuse(f, "two attestations have the same predicate type");
		if (strcmp(all[i].identity, all[0].identity) != 0 || strcmp(all[i].issuer, all[0].issuer) != 0)
			return refuse(f, "the attestations are of different publishers");
	}
	return true;
}

bool
attestations_check(struct arena *a, struct fault *f, struct span json, const struct attested_file *file,
		   struct span *provenance)
{
	struct attestation all[ATTESTATIONS_MAX] = { 0 };
	const struct doc *list;
	struct fault inner;
	size_t count = 0;

	if (!file->roots)
		return refuse(f, "Attestations are only supported when using Trusted Publishing");
	if (json.len > ATTESTATIONS_MAX_SIZE)
		return malformed(f, "they are too large");
	fault_init(&inner, a);
	list = json_read(a, &inner, json);
	if (!doc_is(list, DOC_LIST))
		return malformed(f, "a JSON list is expected");
	if (list->count == 0)
		return malformed(f, "an empty attestation set is not permitted");
	if (list->count > ATTESTATIONS_MAX)
		return refuse(f, "A maximum of 2 attestations per file are supported");
	for (const struct doc *d = doc_first(list); d; d = d->next) {
		all[count].given = d;
		if (!read_one(a, f, file, &all[count++]))
			return false;
	}
	if (!check_together(f, all, count))
		return false;
	*provenance = provenance_of(a, all, count);
	return true;
}
