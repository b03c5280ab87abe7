/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making, listing and revoking tokens.
 */
#include "domain/token.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/random.h"
#include "base/text.h"
#include "base/work.h"
#include "domain/audit.h"
#include "domain/auth.h"
#include "domain/grant.h"
#include "wire/dialect.h"
#include "wire/doc.h"
#include "wire/json.h"

#define MAX_NAME 1024
#define HEX_RANDOM 16
#define MAX_SCOPES 100
#define MAX_RESOURCES 1000
#define MAX_RESOURCE 512

static const struct column token_columns[] = {
	COLUMN(token, id),
	COLUMN(token, account_id),
	COLUMN(token, name),
	COLUMN(token, scopes),
	COLUMN(token, resources),
	COLUMN(token, grants),
	COLUMN(token, created_at),
	COLUMN(token, updated_at),
	COLUMN(token, last_used_at),
	COLUMN(token, last_used_addr),
	COLUMN(token, last_used_agent),
	COLUMN(token, expires_at),
	COLUMN(token, revoked_at),
	COLUMNS_END
};
static const struct row_type token_row = ROW_TYPE(token, token_columns);

/* ---- making ---- */

static bool
check_name(struct work *w, const char *name)
{
	struct span s = span_of(name);

	if (span_trim(s).len == 0)
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "name must have a value");
	if (s.len > MAX_NAME || !text_is_utf8(s))
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "invalid token name");
	return true;
}

static bool
check_scopes(struct work *w, struct texts scopes)
{
	if (!scopes.items)
		return true;
	if (scopes.count > MAX_SCOPES)
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "invalid endpoint scope");
	for (size_t i = 0; i < scopes.count; i++)
		if (scope_parse(span_of(scopes.items[i])) == SCOPE_NONE)
			return fault_raise(w->fault, FAULT_BAD_REQUEST, "invalid endpoint scope");
	return true;
}

/* REPOSITORY/PATTERN, both of visible ASCII. */
static bool
is_resource(const char *s)
{
	const char *slash = strchr(s, '/');

	if (!slash || slash == s || slash[1] == '\0' || strlen(s) > MAX_RESOURCE)
		return false;
	for (; *s; s++)
		if (*s <= ' ' || *s > '~')
			return false;
	return true;
}

static bool
check_resources(struct work *w, struct texts resources)
{
	if (resources.count > MAX_RESOURCES)
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "invalid crate scope");
	for (size_t i = 0; i < resources.count; i++)
		if (!is_resource(resources.items[i]))
			return fault_raise(w->fault, FAULT_BAD_REQUEST, "invalid crate scope");
	return true;
}

/* Holds the account's row, so that parallel creations count each other. */
static bool
check_limit(struct work *w, const struct token_new *n)
{
	int64_t id;
	int64_t live;

	if (!db_int(w, Q_TOKEN_LOCK_ACCOUNT, ARGS(num(n->account_id)), &id))
		return false;
	if (id == 0)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "no such account");
	if (n->max_live == 0)
		return true;
	if (!token_count_live(w, n->account_id, &live))
		return false;
	if (live >= n->max_live)
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "maximum tokens per user is: %lld",
				   (long long)n->max_live);
	return true;
}

static struct arg
texts_or_null(struct work *w, struct texts t)
{
	return t.items ? text_list(w->arena, t) : text(NULL);
}

/* "token" for us, "key" as Hex shows it. */
static const char *
details_of(struct work *w, const struct token *t)
{
	struct doc *details = doc_map(w->arena), *key = doc_add_map(details, "key"), *list;
	struct buf json = buf_on(w->arena);
	size_t count;
	const struct grant *grants = grants_of(w->arena, t, &count);

	doc_int(details, "token", t->id);
	doc_int(key, "id", t->id);
	doc_text(key, "name", t->name);
	list = doc_add_list(key, "permissions");
	for (size_t i = 0; i < count; i++) {
		struct doc *grant = doc_add_map(list, NULL);

		doc_text(grant, "domain", grant_domain_name(grants[i].domain));
		doc_span(grant, "resource", grants[i].resource);
	}
	json_write(&json, details, &(struct dialect){ .zone = "Z" });
	return buf_text(&json);
}

static bool
note(struct work *w, const char *action, const struct token *t)
{
	return audit_add(w, &(struct audit){
		.action = action,
		.subject_account_id = t->account_id,
		.details = details_of(w, t),
	});
}

/* What the name becomes when live tokens have it: "-2", "-3" … behind it. */
static const char *
free_name(struct work *w, int64_t account_id, const char *name)
{
	static const struct column columns[] = { COLUMN(token, name), COLUMNS_END };
	static const struct row_type type = ROW_TYPE(token, columns);
	const struct token *row = db_one(w, Q_TOKEN_FREE_NAME, &type, ARGS(num(account_id), text(name)));

	return row ? row->name : NULL;
}

static const char *
new_secret(struct work *w, bool hex)
{
	uint8_t random[HEX_RANDOM];

	if (!hex)
		return random_token(w->arena, TOKEN_PREFIX, TOKEN_RANDOM);
	random_bytes(random, sizeof(random));
	return encode_hex(w->arena, random, sizeof(random));
}

const struct token *
token_create(struct work *w, const struct token_new *n)
{
	const char *secret = new_secret(w, n->hex), *name = n->name;
	struct texts resources = n->resources.count > 0 ? n->resources : (struct texts){ NULL, 0 };
	uint8_t hash[SHA256_SIZE];
	const struct token *row;
	struct token *token;
	struct tx *tx;

	if (fault_is_set(w->fault) || !check_name(w, n->name) || !check_scopes(w, n->scopes) ||
	    !check_resources(w, resources))
		return NULL;
	digest_sha256(span_of(secret), hash);
	tx = tx_begin(w);
	if (!tx || !check_limit(w, n))
		return NULL;
	if (n->hex && !(name = free_name(w, n->account_id, name)))
		return NULL;
	row = db_one(w, Q_TOKEN_INSERT, &token_row,
		ARGS(num(n->account_id), text(name), bytes(hash, sizeof(hash)), texts_or_null(w, n->scopes),
		     texts_or_null(w, resources), texts_or_null(w, n->grants), timestamp(n->expires_at)));
	if (!row || !note(w, "token.create", row) || !tx_commit(w, tx))
		return NULL;
	token = arena_new(w->arena, struct token);
	*token = *row;
	token->secret = secret;
	return token;
}

/* ---- the rest ---- */

bool
token_has_form(struct span secret)
{
	uint8_t random[HEX_RANDOM];

	return span_starts(secret, TOKEN_PREFIX) || decode_hex(secret, random, sizeof(random));
}

bool
token_list(struct work *w, int64_t account_id, int64_t expired_since, struct rows *out)
{
	return db_many(w, Q_TOKEN_LIST, &token_row, ARGS(num(account_id), timestamp(expired_since)), out);
}

const struct token *
token_find(struct work *w, int64_t account_id, int64_t id)
{
	return db_one(w, Q_TOKEN_FIND, &token_row, ARGS(num(account_id), num(id)));
}

const struct token *
token_find_name(struct work *w, int64_t account_id, struct span name)
{
	return db_one(w, Q_TOKEN_FIND_NAME, &token_row, ARGS(num(account_id), text_span(name), timestamp(w->now)));
}

/* ID 0: all of them; *COUNT is how many there were. */
static bool
revoke(struct work *w, int64_t account_id, int64_t id, size_t *count)
{
	struct tx *tx = tx_begin(w);
	const struct token *tokens;
	struct rows rows = { NULL, 0 };

	*count = 0;
	if (!tx || !db_many(w, Q_TOKEN_REVOKE, &token_row, ARGS(num(account_id), ref(id)), &rows) ||
	    !db_exec(w, Q_TOKEN_REVOKE_CHILDREN, ARGS(num(account_id), ref(id)), NULL))
		return false;
	tokens = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		if (!note(w, "token.revoke", &tokens[i]))
			return false;
	*count = rows.count;
	return tx_commit(w, tx);
}

bool
token_revoke(struct work *w, int64_t account_id, int64_t id, bool *found)
{
	size_t count;
	/* No token has the id 0, which would stand for all. */
	bool ok = id == 0 ? !fault_is_set(w->fault) : revoke(w, account_id, id, &count);

	if (found)
		*found = ok && id != 0 && count > 0;
	return ok;
}

bool
token_revoke_all(struct work *w, int64_t account_id)
{
	size_t count;

	return revoke(w, account_id, 0, &count);
}

bool
token_count_live(struct work *w, int64_t account_id, int64_t *count)
{
	return db_int(w, Q_TOKEN_COUNT_LIVE, ARGS(num(account_id), timestamp(w->now)), count);
}
