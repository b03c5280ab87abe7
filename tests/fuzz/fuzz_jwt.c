/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens and key sets of identity providers: what comes in is a token, a key
 * set, or a claim that names a workflow.
 */
#include "fuzz.h"

#include "domain/trustpub_identity.h"
#include "formats/jwt.h"

static void
check_token(const struct jwt *t, struct span input)
{
	if (!t)
		return;
	REQUIRE(input.len <= JWT_MAX);
	REQUIRE(t->algorithm && t->claims);
	REQUIRE(t->signed_text.at == input.at && t->signed_text.len < input.len);
	REQUIRE(input.at[t->signed_text.len] == '.');
	REQUIRE(t->signature.at && memchr(t->signed_text.at, '.', t->signed_text.len));
}

static void
check_set(struct arena *a, const struct jwks *set, const struct jwt *t)
{
	if (!set)
		return;
	REQUIRE(set->count <= JWKS_MAX_KEYS);
	for (size_t i = 0; i < set->count; i++) {
		const struct jwk *key = &set->keys[i];
		struct jwt forged = { .algorithm = key->algorithm, .issuer = "i", .claims = NULL,
			.signed_text = SPAN("x"), .signature = span_make(arena_zalloc(a, 64, 1), 64) };
		struct jwt_demand demand = { .key = key, .issuer = "i", .audience = "a", .now = 1 };

		REQUIRE(key->key && jwks_find(set, key->id));
		REQUIRE(strcmp(key->algorithm, "RS256") == 0 || strcmp(key->algorithm, "ES256") == 0);
		REQUIRE(!jwt_is_valid(&forged, &demand));
		if (t)
			jwt_is_valid(t, &demand);
	}
}

static void
check_workflow(enum issuer provider, struct span claim)
{
	struct span found = workflow_of(provider, claim);

	if (!found.at)
		return;
	REQUIRE(found.at >= claim.at && found.at + found.len < claim.at + claim.len);
	REQUIRE(found.len > 4 && found.at[found.len] == '@');
	REQUIRE(provider == ISSUER_GITLAB || !memchr(found.at, '/', found.len));
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	const struct jwt *t = jwt_read(a, input);

	(void)f;
	check_token(t, input);
	check_set(a, jwks_read(a, input), t);
	check_workflow(ISSUER_GITHUB, input);
	check_workflow(ISSUER_GITLAB, input);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
