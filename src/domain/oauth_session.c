/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions, their tokens, refreshing and revoking. A refresh token is replaced
 * at every use; one that comes back after that was copied, and whoever holds
 * its successor cannot be told from the thief: the session ends (RFC 6819
 * §5.2.2.3).
 */
#include "domain/oauth_session.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/random.h"
#include "base/work.h"
#include "domain/audit.h"
#include "domain/auth.h"
#include "domain/grant.h"
#include "domain/oauth.h"

#define SESSION_LENGTH (30 * CLOCK_DAY)
#define MAX_SESSIONS 5
#define TOKEN_LENGTH 43

static const char *
new_token(struct work *w, uint8_t hash[SHA256_SIZE])
{
	const char *token = random_token(w->arena, "", TOKEN_LENGTH);

	arena_hold_secret(w->arena);
	digest_sha256(span_of(token), hash);
	return token;
}

/* ---- scopes ---- */

struct repository_scope {
	const char *scope;
};
static const struct column scope_columns[] = { COLUMN(repository_scope, scope), COLUMNS_END };
static const struct row_type scope_row = ROW_TYPE(repository_scope, scope_columns);

static void
add_once(const char **items, size_t *count, const char *scope)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(items[i], scope) == 0)
			return;
	items[(*count)++] = scope;
}

/* "repositories" becomes what the account may read by now. */
static bool
expand(struct work *w, int64_t account_id, struct texts scopes, struct texts *out)
{
	struct rows rows = { NULL, 0 };
	const struct repository_scope *repositories;
	const char **items;

	if (!db_many(w, Q_OAUTH_REPOSITORIES, &scope_row, ARGS(num(account_id)), &rows))
		return false;
	repositories = rows.at;
	items = arena_zalloc(w->arena, scopes.count + rows.count + 1, sizeof(*items));
	*out = (struct texts){ items, 0 };
	for (size_t i = 0; i < scopes.count; i++) {
		if (strcmp(scopes.items[i], "repositories") != 0)
			add_once(items, &out->count, scopes.items[i]);
		for (size_t j = 0; j < rows.count && strcmp(scopes.items[i], "repositories") == 0; j++)
			add_once(items, &out->count, repositories[j].scope);
	}
	return true;
}

const char *
oauth_scope_text(struct work *w, struct texts scopes)
{
	struct buf b = buf_on(w->arena);

	for (size_t i = 0; i < scopes.count; i++) {
		if (i > 0)
			buf_putc(&b, ' ');
		buf_puts(&b, scopes.items[i]);
	}
	return buf_text(&b);
}

static bool
contains(struct texts all, const char *scope)
{
	for (size_t i = 0; i < all.count; i++)
		if (strcmp(all.items[i], scope) == 0)
			return true;
	return false;
}

/* ---- access and refresh tokens ---- */

struct access {
	int64_t account_id;
	int64_t session_id;		/* 0: none */
	int64_t parent_id;		/* 0: none */
	const char *name;
	struct texts scopes;		/* expanded */
};

static bool
issue_access(struct work *w, const struct access *a, struct oauth_tokens *out)
{
	uint8_t hash[SHA256_SIZE];
	int64_t id;

	if (a->scopes.count == 0)
		return oauth_refuse(w, FAULT_BAD_REQUEST, "invalid_scope", "None of the scopes can be granted");
	out->access_token = new_token(w, hash);
	out->scope = oauth_scope_text(w, a->scopes);
	out->seconds = OAUTH_ACCESS_SECONDS;
	return db_int(w, Q_OAUTH_ACCESS_INSERT,
		ARGS(num(a->account_id), text(a->name), bytes(hash, sizeof(hash)), text_list(w->arena, a->scopes),
		     timestamp(w->now + OAUTH_ACCESS_SECONDS * CLOCK_SECOND), ref(a->session_id),
		     ref(a->parent_id)), &id);
}

static bool
issue_refresh(struct work *w, int64_t session_id, struct oauth_tokens *out)
{
	uint8_t hash[SHA256_SIZE];

	out->refresh_token = new_token(w, hash);
	return db_exec(w, Q_OAUTH_REFRESH_INSERT, ARGS(bytes(hash, sizeof(hash)), num(session_id)), NULL);
}

/* ---- sessions ---- */

struct session_id {
	int64_t id;
};
static const struct column id_columns[] = { COLUMN(session_id, id), COLUMNS_END };
static const struct row_type id_row = ROW_TYPE(session_id, id_columns);

bool
oauth_session_end(struct work *w, int64_t id)
{
	return db_exec(w, Q_OAUTH_SESSION_REVOKE, ARGS(num(id)), NULL) &&
	       db_exec(w, Q_OAUTH_SESSION_REVOKE_TOKENS, ARGS(num(id)), NULL);
}

static bool
end_all(struct work *w, const struct rows *rows)
{
	const struct session_id *sessions = rows->at;

	for (size_t i = 0; i < rows->count; i++)
		if (!oauth_session_end(w, sessions[i].id))
			return false;
	return true;
}

bool
oauth_session_begin(struct work *w, const struct oauth_session_new *n, int64_t *id, struct oauth_tokens *out)
{
	struct access access = { .account_id = n->account_id, .name = n->name ? n->name : n->client_id };
	struct rows excess;

	*out = (struct oauth_tokens){ 0 };
	if (!db_int(w, Q_TOKEN_LOCK_ACCOUNT, ARGS(num(n->account_id)), id) ||
	    !db_int(w, Q_OAUTH_SESSION_INSERT,
		ARGS(num(n->account_id), text(n->client_id), text(n->name), text_list(w->arena, n->scopes),
		     timestamp(w->now), timestamp(w->now + SESSION_LENGTH)), id) ||
	    !db_many(w, Q_OAUTH_SESSION_EXCESS, &id_row, ARGS(num(n->account_id), num(MAX_SESSIONS)), &excess) ||
	    !end_all(w, &excess) || !expand(w, n->account_id, n->scopes, &access.scopes))
		return false;
	access.session_id = *id;
	return issue_access(w, &access, out) && issue_refresh(w, *id, out) &&
	       audit_add(w, &(struct audit){ .action = "session.create", .subject_account_id = n->account_id });
}

bool
oauth_revoke_all(struct work *w, int64_t account_id)
{
	struct tx *tx = tx_begin(w);
	struct rows sessions;

	return tx && db_many(w, Q_OAUTH_SESSION_LIST, &id_row, ARGS(num(account_id)), &sessions) &&
	       end_all(w, &sessions) && tx_commit(w, tx);
}

/* ---- refreshing ---- */

struct refresh {
	int64_t used_at;
	int64_t session_id;
	int64_t account_id;
	const char *client_id;
	struct texts scopes;
	const char *name;
	int64_t expires_at;
	int64_t revoked_at;
	int64_t locked_until;
};
static const struct column refresh_columns[] = {
	COLUMN(refresh, used_at), COLUMN(refresh, session_id), COLUMN(refresh, account_id),
	COLUMN(refresh, client_id), COLUMN(refresh, scopes), COLUMN(refresh, name),
	COLUMN(refresh, expires_at), COLUMN(refresh, revoked_at), COLUMN(refresh, locked_until), COLUMNS_END
};
static const struct row_type refresh_row = ROW_TYPE(refresh, refresh_columns);

static bool
refuse_token(struct work *w)
{
	return oauth_refuse(w, FAULT_BAD_REQUEST, "invalid_grant", "Invalid refresh token");
}

/* The theft must be remembered, whatever becomes of the request. */
static bool
end_stolen(struct work *w, struct tx *tx, const struct refresh *r)
{
	if (!oauth_session_end(w, r->session_id) ||
	    !audit_add(w, &(struct audit){ .action = "session.revoke", .subject_account_id = r->account_id }) ||
	    !tx_commit(w, tx))
		return false;
	return refuse_token(w);
}

/* What the next access token covers: all of the session, or the part that was asked for. */
static bool
choose_scopes(struct work *w, const struct refresh *r, struct span scope, struct texts *out)
{
	struct texts all, wanted;

	if (!expand(w, r->account_id, r->scopes, &all))
		return false;
	*out = all;
	if (!scope.at || scope.len == 0)
		return true;
	if (!oauth_scopes(w, scope, "", &wanted) || !expand(w, r->account_id, wanted, out))
		return false;
	for (size_t i = 0; i < out->count; i++)
		if (!contains(all, out->items[i]))
			return oauth_refuse(w, FAULT_BAD_REQUEST, "invalid_scope",
					    "The scope exceeds what was granted");
	return true;
}

bool
oauth_refresh(struct work *w, const struct oauth_client *client, struct span refresh_token, struct span scope,
	      struct oauth_tokens *out)
{
	uint8_t hash[SHA256_SIZE];
	const struct refresh *r;
	struct access access;
	struct tx *tx;

	*out = (struct oauth_tokens){ 0 };
	arena_hold_secret(w->arena);
	digest_sha256(refresh_token, hash);
	tx = tx_begin(w);
	r = db_one(w, Q_OAUTH_REFRESH_LOCK, &refresh_row, ARGS(bytes(hash, sizeof(hash))));
	if (!r || strcmp(r->client_id, client->id) != 0 || r->revoked_at != 0 || r->expires_at <= w->now ||
	    r->locked_until > w->now)
		return refuse_token(w);
	if (r->used_at != 0)
		return end_stolen(w, tx, r);
	access = (struct access){ .account_id = r->account_id, .session_id = r->session_id,
		.name = r->name ? r->name : client->id };
	return choose_scopes(w, r, scope, &access.scopes) &&
	       db_exec(w, Q_OAUTH_REFRESH_USED, ARGS(bytes(hash, sizeof(hash)), timestamp(w->now)), NULL) &&
	       db_exec(w, Q_OAUTH_SESSION_USED, ARGS(num(r->session_id), timestamp(w->now)), NULL) &&
	       issue_access(w, &access, out) && issue_refresh(w, r->session_id, out) && tx_commit(w, tx);
}

/* ---- keys ---- */

/* A scope that stands for several is cut down to what the key covers; others must be covered. */
static bool
cover(struct work *w, const struct actor *key, struct texts asked, struct texts *expanded)
{
	const char **items;
	struct texts all;
	struct grant g;

	if (!expand(w, key->account_id, asked, &all))
		return false;
	items = arena_zalloc(w->arena, all.count + 1, sizeof(*items));
	*expanded = (struct texts){ items, 0 };
	for (size_t i = 0; i < all.count; i++) {
		if (grant_parse(span_of(all.items[i]), &g) && auth_grants(key, &g))
			items[expanded->count++] = all.items[i];
		else if (contains(asked, all.items[i]))
			return oauth_refuse(w, FAULT_BAD_REQUEST, "invalid_scope",
					    "The key does not cover the requested scope");
	}
	return true;
}

bool
oauth_key_exchange(struct work *w, struct span secret, struct texts scopes, struct oauth_tokens *out)
{
	struct access access = { .name = "client_credentials" };
	struct actor key;
	struct tx *tx;
	int64_t held;

	*out = (struct oauth_tokens){ 0 };
	if (!auth_token(w, secret, &key)) {
		if (key.refusal == AUTH_ACCEPTED)
			return false;
		fault_clear(w->fault);
		return oauth_refuse(w, FAULT_UNAUTHENTICATED, "invalid_client", "Invalid API key");
	}
	if (key.account_id == 0 || key.oauth)
		return oauth_refuse(w, FAULT_UNAUTHENTICATED, "invalid_client", "Invalid API key");
	access.account_id = key.account_id;
	access.parent_id = key.token_id;
	if (!cover(w, &key, scopes, &access.scopes))
		return false;
	tx = tx_begin(w);
	if (!tx || !db_int(w, Q_OAUTH_KEY_HOLD, ARGS(num(key.token_id)), &held))
		return false;
	if (held == 0)
		return oauth_refuse(w, FAULT_UNAUTHENTICATED, "invalid_client", "Invalid API key");
	return issue_access(w, &access, out) && tx_commit(w, tx);
}

/* ---- revoking ---- */

static bool
revoke_refresh(struct work *w, const struct oauth_client *client, const uint8_t hash[SHA256_SIZE])
{
	struct tx *tx = tx_begin(w);
	const struct refresh *r = db_one(w, Q_OAUTH_REFRESH_LOCK, &refresh_row, ARGS(bytes(hash, SHA256_SIZE)));

	if (!r || strcmp(r->client_id, client->id) != 0 || r->revoked_at != 0) {
		tx_rollback(tx);
		return !fault_is_set(w->fault);
	}
	return oauth_session_end(w, r->session_id) &&
	       audit_add(w, &(struct audit){ .action = "session.revoke", .subject_account_id = r->account_id }) &&
	       tx_commit(w, tx);
}

bool
oauth_revoke(struct work *w, const struct oauth_client *client, struct span token)
{
	uint8_t hash[SHA256_SIZE];
	int64_t session_id;

	digest_sha256(token, hash);
	if (!db_int(w, Q_OAUTH_ACCESS_SESSION, ARGS(bytes(hash, sizeof(hash)), text(client->id)), &session_id) ||
	    !db_exec(w, Q_OAUTH_EXCHANGED_REVOKE, ARGS(bytes(hash, sizeof(hash))), NULL))
		return false;
	if (session_id != 0)
		return oauth_session_end(w, session_id);
	return revoke_refresh(w, client, hash);
}

bool
oauth_revoke_hash(struct work *w, const struct oauth_client *client, struct span hex)
{
	uint8_t hash[SHA256_SIZE];

	return !decode_hex(hex, hash, sizeof(hash)) || revoke_refresh(w, client, hash);
}
