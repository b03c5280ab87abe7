/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The endpoints that programs ask for OAuth's tokens (RFC 6749, 7009, 8628).
 * Errors have OAuth's shape.
 */
#include "protocols/hex/people.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "domain/oauth.h"
#include "protocols/hex/hex.h"

#define DEVICE_GRANT "urn:ietf:params:oauth:grant-type:device_code"
#define JWT_GRANT "urn:ietf:params:oauth:grant-type:jwt-bearer"
#define MAX_NAME 255

static struct span
param(struct call *c, const char *name)
{
	return span_of(hex_param(c, name));
}

static bool
missing(struct call *c, const char *name)
{
	return oauth_refuse(&c->work, FAULT_BAD_REQUEST, "invalid_request",
			    arena_printf(c->work.arena, "Missing required parameter: %s", name));
}

static const struct oauth_client *
client(struct call *c)
{
	arena_hold_secret(c->work.arena);
	call_header(c, "Cache-Control", "no-store");
	return oauth_client_get(&c->work, param(c, "client_id"));
}

/* ---- devices ---- */

/* A label of the client's choice, cut where a character ends. */
static const char *
label(struct call *c)
{
	const char *name = hex_param(c, "name");
	size_t len = name ? strlen(name) : 0;

	if (len <= MAX_NAME)
		return name;
	len = MAX_NAME;
	while (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80)
		len--;
	return arena_dup(c->work.arena, name, len);
}

static bool
authorize_device(struct call *c)
{
	const struct oauth_client *who = client(c);
	struct doc *view = doc_map(c->work.arena);
	struct oauth_device_codes codes;
	struct texts scopes;

	if (!who || !oauth_scopes(&c->work, param(c, "scope"), "api:read", &scopes) ||
	    !oauth_device_begin(&c->work, who, scopes, label(c), &codes))
		return false;
	doc_text(view, "device_code", codes.device_code);
	doc_text(view, "user_code", codes.user_code);
	doc_text(view, "verification_uri", call_url(c, "/oauth/device"));
	doc_text(view, "verification_uri_complete", call_url(c, "/oauth/device?user_code=%s", codes.user_code));
	doc_int(view, "expires_in", OAUTH_DEVICE_SECONDS);
	doc_int(view, "interval", OAUTH_DEVICE_INTERVAL);
	return reply(c, 200, view);
}

/* ---- tokens ---- */

static bool
by_device(struct call *c, const struct oauth_client *who, struct oauth_tokens *out)
{
	struct span code = param(c, "device_code");

	return code.at ? oauth_device_exchange(&c->work, who, code, out) : missing(c, "device_code");
}

static bool
by_refresh(struct call *c, const struct oauth_client *who, struct oauth_tokens *out)
{
	struct span token = param(c, "refresh_token");

	return token.at ? oauth_refresh(&c->work, who, token, param(c, "scope"), out) : missing(c, "refresh_token");
}

static bool
by_code(struct call *c, const struct oauth_client *who, struct oauth_tokens *out)
{
	struct oauth_code_proof proof = {
		.code = param(c, "code"),
		.redirect_uri = param(c, "redirect_uri"),
		.verifier = param(c, "code_verifier"),
	};

	if (!proof.code.at)
		return missing(c, "code");
	if (!proof.redirect_uri.at)
		return missing(c, "redirect_uri");
	return proof.verifier.at ? oauth_code_exchange(&c->work, who, &proof, out) : missing(c, "code_verifier");
}

static bool
by_key(struct call *c, const struct oauth_client *who, struct oauth_tokens *out)
{
	struct span secret = param(c, "client_secret");
	struct texts scopes;

	(void)who;
	if (!secret.at)
		return oauth_refuse(&c->work, FAULT_UNAUTHENTICATED, "invalid_client", "Invalid API key");
	return oauth_scopes(&c->work, param(c, "scope"), "api:read", &scopes) &&
	       oauth_key_exchange(&c->work, secret, scopes, out);
}

/* A CI job is no client that anybody has made known here. */
static bool
by_job(struct call *c, struct oauth_tokens *out)
{
	struct span assertion = param(c, "assertion");
	struct texts scopes;

	arena_hold_secret(c->work.arena);
	call_header(c, "Cache-Control", "no-store");
	if (!assertion.at)
		return missing(c, "assertion");
	return oauth_scopes(&c->work, param(c, "scope"), "", &scopes) &&
	       oauth_job_exchange(&c->work, assertion, scopes, out);
}

static const struct {
	const char *name;
	bool (*run)(struct call *, const struct oauth_client *, struct oauth_tokens *);
} grants[] = {
	{ DEVICE_GRANT, by_device },
	{ "refresh_token", by_refresh },
	{ "authorization_code", by_code },
	{ "client_credentials", by_key },
};

static bool
exchange(struct call *c, struct oauth_tokens *out)
{
	const char *type = hex_param(c, "grant_type");
	const struct oauth_client *who;

	if (type && strcmp(type, JWT_GRANT) == 0)
		return by_job(c, out);
	who = client(c);
	if (!who)
		return false;
	if (!type)
		return missing(c, "grant_type");
	for (size_t i = 0; i < ARRAY_LEN(grants); i++)
		if (strcmp(grants[i].name, type) == 0)
			return grants[i].run(c, who, out);
	return oauth_refuse(&c->work, FAULT_BAD_REQUEST, "unsupported_grant_type", "Unsupported grant type");
}

static bool
issue(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);
	struct oauth_tokens tokens;

	if (!exchange(c, &tokens))
		return false;
	doc_text(view, "access_token", tokens.access_token);
	doc_text(view, "token_type", "bearer");
	doc_int(view, "expires_in", tokens.seconds);
	doc_text(view, "scope", tokens.scope);
	if (tokens.refresh_token)
		doc_text(view, "refresh_token", tokens.refresh_token);
	return reply(c, 200, view);
}

/* ---- revoking ---- */

static bool
revoke(struct call *c)
{
	const struct oauth_client *who = client(c);
	struct span token = param(c, "token");

	if (!who)
		return false;
	if (!token.at)
		return missing(c, "token");
	return oauth_revoke(&c->work, who, token) && reply(c, 200, doc_map(c->work.arena));
}

static bool
revoke_by_hash(struct call *c)
{
	const struct oauth_client *who = client(c);
	struct span hash = param(c, "token_hash");

	if (!who)
		return false;
	if (!hash.at)
		return missing(c, "token_hash");
	return oauth_revoke_hash(&c->work, who, hash) && reply(c, 200, doc_map(c->work.arena));
}

#define FORM .body = BODY_DOCUMENT, .flags = ROUTE_WRITES | ROUTE_BY_SECRET

const struct route hex_oauth_routes[] = {
	ROUTE(POST, "/device_authorization", PUBLIC, authorize_device, "Codes for a program without a browser", FORM),
	ROUTE(POST, "/token", PUBLIC, issue, "An access token", FORM),
	ROUTE(POST, "/revoke", PUBLIC, revoke, "End a session by one of its tokens", FORM),
	ROUTE(POST, "/revoke_by_hash", PUBLIC, revoke_by_hash, "End a session by the hash of its refresh token", FORM),
	ROUTE_END
};

bool
hex_speaks_oauth(const struct route *route)
{
	for (const struct route *r = hex_oauth_routes; r->pattern; r++)
		if (r == route)
			return true;
	return false;
}
