/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON Web Tokens and key sets; see the header. The algorithm is a property
 * of the key: a token whose header names another one is refused, so neither
 * "none" nor a public key used as a secret gets anywhere.
 */
#include "formats/jwt.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/signature.h"
#include "wire/json.h"

/* The end of the year 9999: later times are not meant. */
#define LAST_SECOND INT64_C(253402300799)

/* ---- tokens ---- */

static struct span
decode_part(struct arena *a, struct span part)
{
	/* RFC 7515 §2: without padding. */
	if (part.len == 0 || part.at[part.len - 1] == '=')
		return span_make(NULL, 0);
	return decode_base64url(a, part);
}

static const struct doc *
read_object(struct arena *a, struct span json)
{
	struct fault ignored;
	const struct doc *d;

	if (!json.at)
		return NULL;
	fault_init(&ignored, a);
	d = json_read(a, &ignored, json);
	return doc_is(d, DOC_MAP) ? d : NULL;
}

const struct jwt *
jwt_read(struct arena *a, struct span text)
{
	struct span rest = text, header, payload;
	struct jwt *t = arena_new(a, struct jwt);
	const struct doc *head;

	if (text.len > JWT_MAX)
		return NULL;
	header = span_cut(&rest, '.');
	payload = rest.at ? span_cut(&rest, '.') : span_make(NULL, 0);
	if (!rest.at || memchr(rest.at, '.', rest.len))
		return NULL;
	head = read_object(a, decode_part(a, header));
	t->claims = read_object(a, decode_part(a, payload));
	t->signature = decode_part(a, rest);
	/* "crit" names extensions that must be understood (RFC 7515 §4.1.11); none is. */
	if (!head || !t->claims || !t->signature.at || doc_find(head, "crit"))
		return NULL;
	t->algorithm = doc_find_text(head, "alg");
	t->key_id = doc_find_text(head, "kid");
	t->issuer = doc_find_text(t->claims, "iss");
	t->signed_text = span_make(text.at, (size_t)(payload.at + payload.len - text.at));
	return t->algorithm ? t : NULL;
}

/* ---- key sets ---- */

static struct span
number_member(struct arena *a, const struct doc *key, const char *name)
{
	return decode_part(a, span_of(doc_find_text(key, name)));
}

static bool
says(const struct doc *key, const char *member, const char *value)
{
	const char *found = doc_find_text(key, member);

	return found && strcmp(found, value) == 0;
}

static bool
read_key(struct arena *a, const struct doc *d, struct jwk *out)
{
	const char *id = doc_find_text(d, "kid");

	if (!id || (doc_find(d, "use") && !says(d, "use", "sig")))
		return false;
	*out = (struct jwk){ .id = id };
	if (says(d, "kty", "RSA")) {
		out->algorithm = "RS256";
		out->key = public_key_rsa(a, number_member(a, d, "n"), number_member(a, d, "e"));
	} else if (says(d, "kty", "EC") && says(d, "crv", "P-256")) {
		out->algorithm = "ES256";
		out->key = public_key_p256(a, number_member(a, d, "x"), number_member(a, d, "y"));
	}
	return out->key && (!doc_find(d, "alg") || says(d, "alg", out->algorithm));
}

const struct jwks *
jwks_read(struct arena *a, struct span text)
{
	const struct doc *list = doc_find(read_object(a, text), "keys");
	struct jwks *set;
	struct jwk *keys;

	if (!doc_is(list, DOC_LIST) || list->count > JWKS_MAX_KEYS)
		return NULL;
	set = arena_new(a, struct jwks);
	keys = arena_zalloc(a, list->count + 1, sizeof(*keys));
	for (const struct doc *d = doc_first(list); d; d = d->next)
		if (doc_is(d, DOC_MAP) && read_key(a, d, &keys[set->count]))
			set->count++;
	set->keys = keys;
	return set;
}

const struct jwk *
jwks_find(const struct jwks *set, const char *id)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->keys[i].id, id) == 0)
			return &set->keys[i];
	return NULL;
}

/* ---- checking ---- */

/* A time among the claims, in seconds; -1 when it is absent or no such number. */
static int64_t
seconds_of(const struct jwt *t, const char *name)
{
	const struct doc *d = doc_find(t->claims, name);

	return doc_is(d, DOC_INT) && d->is.integer >= 0 && d->is.integer <= LAST_SECOND ? d->is.integer : -1;
}

static bool
is_in_time(const struct jwt *t, int64_t now)
{
	int64_t seconds = now / CLOCK_SECOND;
	int64_t issued = seconds_of(t, "iat"), begins = seconds_of(t, "nbf"), ends = seconds_of(t, "exp");

	if (issued < 0 || ends < 0 || (begins < 0 && doc_find(t->claims, "nbf")))
		return false;
	return ends > seconds - JWT_LEEWAY && issued <= seconds + JWT_LEEWAY && begins <= seconds + JWT_LEEWAY;
}

bool
jwt_is_valid(const struct jwt *t, const struct jwt_demand *d)
{
	const char *audience = doc_find_text(t->claims, "aud");

	if (!t->issuer || strcmp(t->issuer, d->issuer) != 0 || !audience || strcmp(audience, d->audience) != 0)
		return false;
	return strcmp(t->algorithm, d->key->algorithm) == 0 && is_in_time(t, d->now) &&
	       signature_is_valid(d->key->key, t->signed_text, t->signature);
}

int64_t
jwt_expiry(const struct jwt *t)
{
	return seconds_of(t, "exp") * CLOCK_SECOND;
}
