/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Temporary tokens of trusted publishing: a provider's token in, one of ours
 * out, and its end.
 */
#include "protocols/crates/crates.h"

#include "base/arena.h"
#include "base/clock.h"
#include "domain/repository.h"
#include "domain/trustpub.h"
#include "http/credentials.h"

#define LIFETIME (30 * CLOCK_MINUTE)

/* {"jwt": string}: the token in the body is the credential. */
static bool
exchange_token(struct call *c)
{
	const struct trustpub_place place = { .repository_id = REPOSITORY_CRATES };
	const struct trustpub_offer offer = { .ecosystem = "crates", .lifetime = LIFETIME };
	const char *jwt = doc_find_text(c->document, "jwt");
	struct doc *view = doc_map(c->work.arena);
	const char *token;

	if (!jwt)
		return crates_refuse_document(c, "missing field `jwt`");
	token = trustpub_exchange(&c->work, span_of(jwt), &place, offer);
	if (!token)
		return false;
	c->authorized = true;
	doc_text(view, "token", token);
	call_header(c, "Cache-Control", "no-store");
	return reply(c, 200, view);
}

/* Knowing the token is the right to end it; whether it was still good is nobody's business. */
static bool
revoke_token(struct call *c)
{
	struct credentials given = credentials_read(c->work.arena, c->request);
	uint8_t hash[SHA256_SIZE];

	if (given.scheme == CREDENTIAL_NONE)
		return fault_raise(&c->fault, FAULT_UNAUTHENTICATED, "Missing authorization header");
	if ((given.scheme != CREDENTIAL_BARE && given.scheme != CREDENTIAL_BEARER) ||
	    !auth_trusted_hash(span_of(given.secret), hash))
		return fault_raise(&c->fault, FAULT_UNAUTHENTICATED, "Invalid authorization header");
	c->authorized = true;
	return trustpub_revoke(&c->work, hash) && reply_empty(c, 204);
}

const struct route crates_trustpub_token_routes[] = {
	ROUTE(POST, "/trusted_publishing/tokens", LATE, exchange_token,
	      "Exchange a CI provider's token for a temporary one", .body = BODY_DOCUMENT,
	      .flags = ROUTE_WRITES | ROUTE_BY_SECRET),
	ROUTE(DELETE, "/trusted_publishing/tokens", LATE, revoke_token, "End the temporary token of this request",
	      .flags = ROUTE_WRITES),
	ROUTE_END
};
