/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OAuth for programs that act for a user: the device flow (RFC 8628), the
 * authorization code with PKCE (RFC 7636), refresh tokens, and the exchange of
 * a key for a token. Scopes are grants (grant.h); "repositories" becomes one
 * scope per repository whenever a token is made.
 *
 * Refusals carry OAuth's own word as the only field of the fault, with the
 * description as its message: BAD_REQUEST with "invalid_grant", "invalid_scope",
 * "authorization_pending", "slow_down", "expired_token" …, UNAUTHENTICATED with
 * "invalid_client", FORBIDDEN with "access_denied".
 */
#ifndef ENTREPOT_DOMAIN_OAUTH_H
#define ENTREPOT_DOMAIN_OAUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/fault.h"
#include "base/span.h"
#include "db/db.h"

struct work;

#define OAUTH_DEVICE_SECONDS 600
#define OAUTH_DEVICE_INTERVAL 5
#define OAUTH_ACCESS_SECONDS 1800
#define OAUTH_JOB_SECONDS 900

/* Raise a refusal of OAuth. Always false. */
bool oauth_refuse(struct work *w, enum fault_kind kind, const char *error, const char *description);

/* ---- clients ---- */

struct oauth_client {
	const char *id;
	const char *name;
	struct texts redirect_uris;
};

/* UNAUTHENTICATED invalid_client when there is none of that id (at == NULL: "Missing client_id"). */
const struct oauth_client *oauth_client_get(struct work *w, struct span id) MUST_CHECK;

/* As struct oauth_client, by name. */
bool oauth_client_list(struct work *w, struct rows *out) MUST_CHECK;

/* A client with a random id; the addresses are http(s) URLs without a fragment. INVALID otherwise. */
const struct oauth_client *oauth_client_add(struct work *w, const char *name, struct texts redirect_uris) MUST_CHECK;

/* NOT_FOUND when there is none. Its sessions end with it. */
bool oauth_client_remove(struct work *w, const char *id) MUST_CHECK;

/*
 * Whether the client may be answered at that address: one of its own; on the
 * loopback address whatever the port (RFC 8252 §7.3). Pure.
 */
bool oauth_client_redirects_to(const struct oauth_client *client, struct span uri);

/* ---- tokens ---- */

struct oauth_tokens {
	const char *access_token;
	const char *refresh_token;	/* NULL: none */
	const char *scope;		/* what the access token covers */
	int64_t seconds;		/* how long */
};

/* The words of TEXT (at == NULL or empty: USUAL) as scopes; invalid_scope, also beyond 100 of them or 8 KiB. */
bool oauth_scopes(struct work *w, struct span text, const char *usual, struct texts *out) MUST_CHECK;

/* ---- the device flow ---- */

struct oauth_device {
	int64_t id;
	const char *client_id;
	const char *client;		/* its name */
	const char *name;		/* what the program calls the machine; NULL: nothing */
	struct texts scopes;
	const char *status;
	int64_t account_id;
	int64_t interval;
	int64_t polled_at;
	int64_t expires_at;
};

struct oauth_device_codes {
	const char *device_code;
	const char *user_code;		/* without a dash */
};

bool oauth_device_begin(struct work *w, const struct oauth_client *client, struct texts scopes, const char *name,
			struct oauth_device_codes *out) MUST_CHECK;

/* The program that waits for this code, in any spelling; NULL without a fault when none does. */
const struct oauth_device *oauth_device_find(struct work *w, struct span user_code) MUST_CHECK;

/* The user was recognized and is asked now: the ticket that the form carries. */
const char *oauth_device_ticket(struct work *w, const struct oauth_device *device, int64_t account_id) MUST_CHECK;

/* What the user said; *FOUND is false when the ticket is not good. */
bool oauth_device_decide(struct work *w, struct span ticket, bool approved, bool *found) MUST_CHECK;

bool oauth_device_exchange(struct work *w, const struct oauth_client *client, struct span device_code,
			   struct oauth_tokens *out) MUST_CHECK;

/* ---- authorization codes ---- */

struct oauth_code {
	int64_t id;
	int64_t account_id;
	const char *client_id;
	const char *redirect_uri;
	struct texts scopes;
	const char *challenge;		/* S256: base64url of the verifier's SHA-256 */
	const char *state;		/* NULL: none */
	int64_t session_id;
	int64_t expires_at;
};

/* Whether it is the form of an S256 challenge. Pure. */
bool oauth_challenge_is_valid(struct span challenge);

/* The user was recognized and is asked now: the ticket. Id, session and expiry of REQUEST are not used. */
const char *oauth_code_ticket(struct work *w, const struct oauth_code *request) MUST_CHECK;

/* What the user said: the request, and its *CODE if it was yes; NULL without a fault when the ticket is not good. */
const struct oauth_code *oauth_code_decide(struct work *w, struct span ticket, bool approved,
					   const char **code) MUST_CHECK;

struct oauth_code_proof {
	struct span code;
	struct span redirect_uri;	/* the same as before */
	struct span verifier;		/* what the challenge was made of */
};

/* A code that is used twice ends the session that it was exchanged for. */
bool oauth_code_exchange(struct work *w, const struct oauth_client *client, const struct oauth_code_proof *proof,
			 struct oauth_tokens *out) MUST_CHECK;

/* ---- the others ---- */

/* SCOPE (at == NULL: all): what the new access token covers, no more than the session. */
bool oauth_refresh(struct work *w, const struct oauth_client *client, struct span refresh_token, struct span scope,
		   struct oauth_tokens *out) MUST_CHECK;

/* A key's secret for a token that covers those of the scopes that the key does; invalid_scope when it lacks one. */
bool oauth_key_exchange(struct work *w, struct span secret, struct texts scopes, struct oauth_tokens *out) MUST_CHECK;

/*
 * The token of a CI job, signed by its provider, for one of ours of
 * OAUTH_JOB_SECONDS (trusted publishing). The scopes are package:REPOSITORY/NAME
 * for packages that the job publishes, and repository:NAME for what these
 * packages are in. invalid_grant when the token is not good, access_denied
 * when the job may not have what it asks for; UNAVAILABLE when the provider's
 * keys cannot be had.
 */
bool oauth_job_exchange(struct work *w, struct span assertion, struct texts scopes,
			struct oauth_tokens *out) MUST_CHECK;

/* What such a token must be made for. */
const char *oauth_job_audience(const struct work *w);

/* End what the refresh or access token belongs to; what is unknown is no error. */
bool oauth_revoke(struct work *w, const struct oauth_client *client, struct span token) MUST_CHECK;

/* The same by the SHA-256 of the refresh token in hex. */
bool oauth_revoke_hash(struct work *w, const struct oauth_client *client, struct span hex) MUST_CHECK;

/* End all sessions of an account. */
bool oauth_revoke_all(struct work *w, int64_t account_id) MUST_CHECK;

#endif
