/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two ways in which a user lets a program in: a code that is typed in a
 * browser, and a code that a browser carries. In both the user is recognized
 * first and asked then; a random ticket ties the answer to the question, so
 * that no other site can answer for the user.
 */
#include "domain/oauth.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/password.h"
#include "base/random.h"
#include "base/text.h"
#include "base/work.h"
#include "domain/oauth_session.h"

#define SECRET_LENGTH 43
#define USER_CODE_LENGTH 8
#define ATTEMPTS 10
#define CODE_LIFETIME CLOCK_MINUTE
#define TICKET_LIFETIME (10 * CLOCK_MINUTE)
/* Clocks and networks are not exact: a program that comes a little early is not too fast. */
#define EARLY CLOCK_SECOND

/* No vowels, so no words, and nothing that looks like something else. */
static const char user_alphabet[] = "23456789BCDFGHJKLMNPQRSTVWXYZ";

static const struct column device_columns[] = {
	COLUMN(oauth_device, id), COLUMN(oauth_device, client_id), COLUMN(oauth_device, client),
	COLUMN(oauth_device, name), COLUMN(oauth_device, scopes), COLUMN(oauth_device, status),
	COLUMN(oauth_device, account_id), COLUMN(oauth_device, interval), COLUMN(oauth_device, polled_at),
	COLUMN(oauth_device, expires_at), COLUMNS_END
};
static const struct row_type device_row = ROW_TYPE(oauth_device, device_columns);

static const struct column code_columns[] = {
	COLUMN(oauth_code, id), COLUMN(oauth_code, account_id), COLUMN(oauth_code, client_id),
	COLUMN(oauth_code, redirect_uri), COLUMN(oauth_code, scopes), COLUMN(oauth_code, challenge),
	COLUMN(oauth_code, state), COLUMN(oauth_code, session_id), COLUMN(oauth_code, expires_at), COLUMNS_END
};
static const struct row_type code_row = ROW_TYPE(oauth_code, code_columns);

static const char *
new_secret(struct work *w, uint8_t hash[SHA256_SIZE])
{
	const char *secret = random_token(w->arena, "", SECRET_LENGTH);

	arena_hold_secret(w->arena);
	digest_sha256(span_of(secret), hash);
	return secret;
}

static bool
refuse_grant(struct work *w, const char *description)
{
	return oauth_refuse(w, FAULT_BAD_REQUEST, "invalid_grant", description);
}

/* ---- devices ---- */

static const char *
new_user_code(struct work *w)
{
	char *code = arena_zalloc(w->arena, 1, USER_CODE_LENGTH + 1);
	size_t used = 0;

	while (used < USER_CODE_LENGTH) {
		unsigned char byte;

		random_bytes(&byte, 1);
		if (byte < 256 / (sizeof(user_alphabet) - 1) * (sizeof(user_alphabet) - 1))
			code[used++] = user_alphabet[byte % (sizeof(user_alphabet) - 1)];
	}
	return code;
}

bool
oauth_device_begin(struct work *w, const struct oauth_client *client, struct texts scopes, const char *name,
		   struct oauth_device_codes *out)
{
	uint8_t hash[SHA256_SIZE];
	int64_t id = 0;

	out->device_code = new_secret(w, hash);
	for (int i = 0; i < ATTEMPTS && id == 0; i++) {
		out->user_code = new_user_code(w);
		if (!db_int(w, Q_OAUTH_DEVICE_INSERT,
			ARGS(bytes(hash, sizeof(hash)), text(out->user_code), text(client->id), text(name),
			     text_list(w->arena, scopes), num(OAUTH_DEVICE_INTERVAL), timestamp(w->now),
			     timestamp(w->now + OAUTH_DEVICE_SECONDS * CLOCK_SECOND)), &id))
			return false;
	}
	return id != 0 || fault_raise_internal(w->fault, FAULT_INTERNAL, "no user code is free");
}

const struct oauth_device *
oauth_device_find(struct work *w, struct span user_code)
{
	char code[USER_CODE_LENGTH + 1] = "";
	size_t used = 0;

	for (size_t i = 0; i < user_code.len; i++) {
		char c = user_code.at[i];

		if (c == '-' || is_space(c))
			continue;
		if (used == USER_CODE_LENGTH || !is_alnum(c))
			return NULL;
		code[used++] = is_upper(c) || is_digit(c) ? c : (char)(c - 32);
	}
	return db_one(w, Q_OAUTH_DEVICE_BY_USER_CODE, &device_row, ARGS(text(code), timestamp(w->now)));
}

const char *
oauth_device_ticket(struct work *w, const struct oauth_device *device, int64_t account_id)
{
	uint8_t hash[SHA256_SIZE];
	const char *ticket = new_secret(w, hash);
	int64_t affected;

	if (!db_exec(w, Q_OAUTH_DEVICE_TICKET,
		ARGS(num(device->id), num(account_id), bytes(hash, sizeof(hash))), &affected))
		return NULL;
	if (affected == 0)
		fault_raise(w->fault, FAULT_BAD_REQUEST, "This code is not valid any more.");
	return affected > 0 ? ticket : NULL;
}

bool
oauth_device_decide(struct work *w, struct span ticket, bool approved, bool *found)
{
	uint8_t hash[SHA256_SIZE];
	int64_t id = 0;
	bool ok;

	digest_sha256(ticket, hash);
	ok = db_int(w, Q_OAUTH_DEVICE_DECIDE,
		ARGS(bytes(hash, sizeof(hash)), text(approved ? "approved" : "denied"), timestamp(w->now)), &id);
	*found = id != 0;
	return ok;
}

/* Keep asking, but not faster; the time is noted whatever becomes of the request. */
static bool
answer_waiting(struct work *w, struct tx *tx, const struct oauth_device *d)
{
	bool fast = d->polled_at != 0 && w->now - d->polled_at < d->interval * CLOCK_SECOND - EARLY;

	if (!db_exec(w, Q_OAUTH_DEVICE_POLLED,
		ARGS(num(d->id), timestamp(w->now), num(d->interval + (fast ? OAUTH_DEVICE_INTERVAL : 0))), NULL) ||
	    !tx_commit(w, tx))
		return false;
	if (fast)
		return oauth_refuse(w, FAULT_BAD_REQUEST, "slow_down", "Polling too frequently");
	return oauth_refuse(w, FAULT_BAD_REQUEST, "authorization_pending", "Authorization pending");
}

bool
oauth_device_exchange(struct work *w, const struct oauth_client *client, struct span device_code,
		      struct oauth_tokens *out)
{
	uint8_t hash[SHA256_SIZE];
	const struct oauth_device *d;
	struct tx *tx;
	int64_t id;

	digest_sha256(device_code, hash);
	tx = tx_begin(w);
	d = db_one(w, Q_OAUTH_DEVICE_LOCK, &device_row, ARGS(bytes(hash, sizeof(hash))));
	if (!d || strcmp(d->client_id, client->id) != 0)
		return refuse_grant(w, "Invalid device code");
	if (d->expires_at <= w->now)
		return oauth_refuse(w, FAULT_BAD_REQUEST, "expired_token", "Device code has expired");
	if (strcmp(d->status, "denied") == 0)
		return oauth_refuse(w, FAULT_FORBIDDEN, "access_denied", "The user denied the request");
	if (strcmp(d->status, "approved") != 0)
		return answer_waiting(w, tx, d);
	return oauth_session_begin(w, &(struct oauth_session_new){
			.account_id = d->account_id,
			.client_id = d->client_id,
			.name = d->name,
			.scopes = d->scopes,
	       }, &id, out) &&
	       db_exec(w, Q_OAUTH_DEVICE_DELETE, ARGS(num(d->id)), NULL) && tx_commit(w, tx);
}

/* ---- authorization codes ---- */

bool
oauth_challenge_is_valid(struct span challenge)
{
	for (size_t i = 0; i < challenge.len; i++)
		if (!is_alnum(challenge.at[i]) && challenge.at[i] != '-' && challenge.at[i] != '_')
			return false;
	return challenge.len == 43;
}

const char *
oauth_code_ticket(struct work *w, const struct oauth_code *request)
{
	uint8_t hash[SHA256_SIZE];
	const char *ticket = new_secret(w, hash);

	if (!db_exec(w, Q_OAUTH_CODE_INSERT,
		ARGS(num(request->account_id), text(request->client_id), text(request->redirect_uri),
		     text_list(w->arena, request->scopes), text(request->challenge), text(request->state),
		     bytes(hash, sizeof(hash)), timestamp(w->now + TICKET_LIFETIME)), NULL))
		return NULL;
	return ticket;
}

const struct oauth_code *
oauth_code_decide(struct work *w, struct span ticket, bool approved, const char **code)
{
	uint8_t ticket_hash[SHA256_SIZE], code_hash[SHA256_SIZE];

	digest_sha256(ticket, ticket_hash);
	*code = approved ? new_secret(w, code_hash) : NULL;
	return db_one(w, Q_OAUTH_CODE_DECIDE, &code_row,
		ARGS(bytes(ticket_hash, sizeof(ticket_hash)), bytes(approved ? code_hash : NULL, sizeof(code_hash)),
		     timestamp(w->now + CODE_LIFETIME), timestamp(w->now)));
}

/* 43 to 128 unreserved characters whose SHA-256 is the challenge (RFC 7636 §4.1, §4.6). */
static bool
verifies(struct work *w, struct span verifier, const char *challenge)
{
	uint8_t hash[SHA256_SIZE];
	const char *given;

	if (verifier.len < 43 || verifier.len > 128)
		return false;
	digest_sha256(verifier, hash);
	given = encode_base64url(w->arena, hash, sizeof(hash));
	return strlen(given) == strlen(challenge) && secret_equal(given, challenge, strlen(given));
}

bool
oauth_code_exchange(struct work *w, const struct oauth_client *client, const struct oauth_code_proof *proof,
		    struct oauth_tokens *out)
{
	uint8_t hash[SHA256_SIZE];
	const struct oauth_code *c;
	struct tx *tx;
	int64_t id;

	digest_sha256(proof->code, hash);
	tx = tx_begin(w);
	c = db_one(w, Q_OAUTH_CODE_LOCK, &code_row, ARGS(bytes(hash, sizeof(hash))));
	if (!c || strcmp(c->client_id, client->id) != 0)
		return refuse_grant(w, "Invalid authorization code");
	if (c->session_id != 0)
		return oauth_session_end(w, c->session_id) && tx_commit(w, tx) &&
		       refuse_grant(w, "Authorization code has been used");
	if (c->expires_at <= w->now)
		return refuse_grant(w, "Authorization code has expired");
	if (!span_is(proof->redirect_uri, c->redirect_uri))
		return refuse_grant(w, "Redirect URI mismatch");
	if (!verifies(w, proof->verifier, c->challenge))
		return refuse_grant(w, "Invalid code verifier");
	return oauth_session_begin(w, &(struct oauth_session_new){
			.account_id = c->account_id,
			.client_id = c->client_id,
			.name = client->name,
			.scopes = c->scopes,
	       }, &id, out) &&
	       db_exec(w, Q_OAUTH_CODE_USED, ARGS(num(c->id), num(id)), NULL) && tx_commit(w, tx);
}
