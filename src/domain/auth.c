/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who acts and what the credential allows.
 */
#include "domain/auth.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/fault.h"
#include "base/number.h"
#include "base/password.h"
#include "base/text.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/grant.h"

/* A token's use is noted at most this often. */
#define USE_NOTED_EVERY CLOCK_MINUTE

static const char *const scope_names[SCOPE__MAX] = {
	[SCOPE_NONE] = "none",
#define SCOPE(symbol, name, meaning) [SCOPE_##symbol] = name,
#include "domain/scopes.def"
#undef SCOPE
};

struct token_row {
	int64_t token_id;
	struct texts scopes;
	struct texts resources;
	struct texts grants;
	int64_t last_used_at;
	int64_t expires_at;
	int64_t revoked_at;
	int64_t account_id;
	const char *name;
	bool is_admin;
	bool is_organization;
	bool oauth;
	bool has_second_factor;
	int64_t locked_until;
	const char *lock_reason;
};

static const struct column token_columns[] = {
	COLUMN(token_row, token_id), COLUMN(token_row, scopes), COLUMN(token_row, resources),
	COLUMN(token_row, grants), COLUMN(token_row, is_organization), COLUMN(token_row, oauth),
	COLUMN(token_row, has_second_factor),
	COLUMN(token_row, last_used_at), COLUMN(token_row, expires_at), COLUMN(token_row, revoked_at),
	COLUMN(token_row, account_id), COLUMN(token_row, name), COLUMN(token_row, is_admin),
	COLUMN(token_row, locked_until), COLUMN(token_row, lock_reason), COLUMNS_END
};
static const struct row_type token_type = ROW_TYPE(token_row, token_columns);

struct login_row {
	int64_t account_id;
	const char *name;
	bool is_admin;
	const char *password_hash;
	int64_t locked_until;
	const char *lock_reason;
};

static const struct column login_columns[] = {
	COLUMN(login_row, account_id), COLUMN(login_row, name), COLUMN(login_row, is_admin),
	COLUMN(login_row, password_hash), COLUMN(login_row, locked_until), COLUMN(login_row, lock_reason),
	COLUMNS_END
};
static const struct row_type login_type = ROW_TYPE(login_row, login_columns);

struct trusted_row {
	const char *ecosystem;
	struct texts packages;
	struct texts grants;
	const char *data;
	const char *name;
	int64_t expires_at;
};

static const struct column trusted_columns[] = {
	COLUMN(trusted_row, ecosystem), COLUMN(trusted_row, packages), COLUMN(trusted_row, grants),
	COLUMN(trusted_row, data), COLUMN(trusted_row, name), COLUMN(trusted_row, expires_at), COLUMNS_END
};
static const struct row_type trusted_type = ROW_TYPE(trusted_row, trusted_columns);

static bool
refuse(struct work *w, struct actor *out, enum auth_refusal why)
{
	if (!fault_is_set(w->fault))
		out->refusal = why;
	return fault_raise(w->fault, FAULT_FORBIDDEN, "authentication failed");
}

static bool
check_lock(struct work *w, struct actor *out, int64_t until, const char *reason)
{
	struct clock_fields t;

	if (until <= w->now)
		return true;
	out->refusal = AUTH_LOCKED;
	if (!reason)
		reason = "none given";
	if (until == INT64_MAX)
		return fault_raise(w->fault, FAULT_FORBIDDEN, "This account is indefinitely locked. Reason: %s", reason);
	t = clock_split(until);
	return fault_raise(w->fault, FAULT_FORBIDDEN,
			   "This account is locked until %04d-%02d-%02d at %02d:%02d:%02d UTC. Reason: %s",
			   t.year, t.month, t.day, t.hour, t.minute, t.second, reason);
}

static uint64_t
scope_set(struct texts names)
{
	uint64_t set = 0;

	if (!names.items)
		return UINT64_MAX;
	for (size_t i = 0; i < names.count; i++) {
		enum scope s = scope_parse(span_of(names.items[i]));

		if (s != SCOPE_NONE)
			set |= UINT64_C(1) << s;
	}
	return set;
}

static bool
note_use(struct work *w, const struct token_row *token)
{
	if (w->now - token->last_used_at < USE_NOTED_EVERY)
		return true;
	return db_exec(w, Q_AUTH_TOKEN_USED,
		       ARGS(num(token->token_id), timestamp(w->now), text(w->remote_addr), text(w->user_agent)), NULL);
}

/* ---- temporary tokens of CI jobs ---- */

static const struct trusted_form {
	const char *ecosystem;
	const char *prefix;
} trusted_forms[] = {
	{ "crates", "cio_tp_" },
	{ "hex", "hex_tp_" },
};

const char *
auth_trusted_prefix(const char *ecosystem)
{
	for (size_t i = 0; i < ARRAY_LEN(trusted_forms); i++)
		if (strcmp(trusted_forms[i].ecosystem, ecosystem) == 0)
			return trusted_forms[i].prefix;
	return NULL;
}

/* Whose tokens begin as SECRET does; NULL when nobody's. */
static const struct trusted_form *
trusted_form_of(struct span secret)
{
	for (size_t i = 0; i < ARRAY_LEN(trusted_forms); i++)
		if (span_starts(secret, trusted_forms[i].prefix))
			return &trusted_forms[i];
	return NULL;
}

char
auth_trusted_check(struct span random)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	unsigned char sum = 0;

	for (size_t i = 0; i < random.len; i++)
		sum ^= (unsigned char)random.at[i];
	return alphabet[sum % (sizeof(alphabet) - 1)];
}

bool
auth_trusted_hash(struct span secret, uint8_t hash[SHA256_SIZE])
{
	const struct trusted_form *form = trusted_form_of(secret);
	struct span rest = form ? span_skip(secret, strlen(form->prefix)) : (struct span){ NULL, 0 };
	struct span random = span_make(rest.at, TRUSTED_RANDOM);

	if (rest.len != TRUSTED_RANDOM + 1)
		return false;
	for (size_t i = 0; i < rest.len; i++)
		if (!is_alnum(rest.at[i]))
			return false;
	digest_sha256(random, hash);
	return rest.at[TRUSTED_RANDOM] == auth_trusted_check(random);
}

static bool
find_trusted(struct work *w, const struct trusted_form *form, struct span secret, struct actor *out)
{
	const char *message = "Invalid authentication token";
	const struct trusted_row *row;
	uint8_t hash[SHA256_SIZE];
	struct trusted *trusted;

	if (!auth_trusted_hash(secret, hash)) {
		out->refusal = AUTH_UNKNOWN;
		return fault_raise(w->fault, FAULT_FORBIDDEN, "%s", message);
	}
	row = db_one(w, Q_AUTH_TRUSTED_BY_HASH, &trusted_type, ARGS(bytes(hash, sizeof(hash))));
	if (fault_is_set(w->fault))
		return false;
	if (row && strcmp(row->ecosystem, form->ecosystem) != 0)
		row = NULL;
	if (!row || row->expires_at <= w->now) {
		out->refusal = row ? AUTH_EXPIRED : AUTH_UNKNOWN;
		return fault_raise(w->fault, FAULT_FORBIDDEN, "%s", message);
	}
	trusted = arena_new(w->arena, struct trusted);
	*trusted = (struct trusted){ .ecosystem = row->ecosystem, .packages = row->packages, .data = row->data };
	*out = (struct actor){ .name = row->name, .grants = row->grants.items, .trusted = trusted };
	return true;
}

const char *
auth_trusted_data(struct arena *a, const struct actor *actor)
{
	if (!actor || !actor->trusted)
		return NULL;
	return arena_printf(a, "{\"trustpub_data\": %s}", actor->trusted->data);
}

bool
auth_trusted_covers(const struct actor *actor, int64_t package_id)
{
	int64_t id;

	if (!actor->trusted)
		return false;
	for (size_t i = 0; i < actor->trusted->packages.count; i++)
		if (number_parse(span_of(actor->trusted->packages.items[i]), 0, INT64_MAX, &id) && id == package_id)
			return true;
	return false;
}

/* ---- tokens and passwords of accounts ---- */

bool
auth_token(struct work *w, struct span secret, struct actor *out)
{
	const struct trusted_form *form = trusted_form_of(secret);
	uint8_t hash[SHA256_SIZE];
	const struct token_row *token;

	*out = (struct actor){ .refusal = AUTH_ACCEPTED };
	arena_hold_secret(w->arena);
	if (form)
		return find_trusted(w, form, secret, out);
	digest_sha256(secret, hash);
	token = db_one(w, Q_AUTH_TOKEN_BY_HASH, &token_type, ARGS(bytes(hash, sizeof(hash))));
	if (!token)
		return refuse(w, out, AUTH_UNKNOWN);
	if (token->revoked_at != 0)
		return refuse(w, out, AUTH_REVOKED);
	if (token->expires_at != 0 && token->expires_at <= w->now)
		return refuse(w, out, AUTH_EXPIRED);
	if (!check_lock(w, out, token->locked_until, token->lock_reason) || !note_use(w, token))
		return false;
	*out = (struct actor){
		.account_id = token->account_id,
		.name = token->name,
		.is_admin = token->is_admin,
		.token_id = token->token_id,
		.scopes = scope_set(token->scopes),
		.resources = token->resources.count > 0 ? token->resources.items : NULL,
		.grants = token->grants.items,
		.is_organization = token->is_organization,
		.oauth = token->oauth,
		.has_second_factor = token->has_second_factor,
	};
	return true;
}

bool
auth_password(struct work *w, const char *name, const char *password, struct actor *out)
{
	const struct login_row *login;

	*out = (struct actor){ .refusal = AUTH_ACCEPTED };
	arena_hold_secret(w->arena);
	login = db_one(w, Q_AUTH_ACCOUNT_BY_LOGIN, &login_type, ARGS(text(name)));
	if (fault_is_set(w->fault))
		return false;
	if (!password_matches(login ? login->password_hash : NULL, password) || !login)
		return refuse(w, out, AUTH_WRONG_PASSWORD);
	if (!check_lock(w, out, login->locked_until, login->lock_reason))
		return false;
	*out = (struct actor){
		.account_id = login->account_id,
		.name = login->name,
		.is_admin = login->is_admin,
		.session = true,
		.scopes = UINT64_MAX,
	};
	return true;
}

/* "REPOSITORY/PATTERN": the pattern is a name, a prefix and '*', or '*'. */
static bool
covers(const char *resource, const char *repository, const char *package)
{
	const char *pattern = strchr(resource, '/');
	size_t len;

	if (!pattern || strlen(repository) != (size_t)(pattern - resource) ||
	    strncmp(resource, repository, (size_t)(pattern - resource)) != 0)
		return false;
	pattern++;
	len = strlen(pattern);
	if (len > 0 && pattern[len - 1] == '*')
		return strncmp(pattern, package, len - 1) == 0;
	return strcmp(pattern, package) == 0;
}

static bool
granted(const struct actor *actor, enum scope scope, const char *repository, const char *package)
{
	struct grant grant;

	for (const char *const *g = actor->grants; *g; g++)
		if (grant_parse(span_of(*g), &grant) && grant_allows(&grant, scope, repository, package))
			return true;
	return false;
}

bool
auth_allows(const struct actor *actor, enum scope scope, const char *repository, const char *package)
{
	if (actor->grants)
		return granted(actor, scope, repository, package);
	if (actor->account_id == 0)
		return false;
	if (actor->scopes != UINT64_MAX && (scope == SCOPE_NONE || !(actor->scopes & (UINT64_C(1) << scope))))
		return false;
	if (!actor->resources)
		return true;
	if (!repository || !package)
		return false;
	for (const char *const *r = actor->resources; *r; r++)
		if (covers(*r, repository, package))
			return true;
	return false;
}

const char *
scope_name(enum scope s)
{
	return scope_names[s];
}

enum scope
scope_parse(struct span name)
{
	for (int s = SCOPE_NONE + 1; s < SCOPE__MAX; s++)
		if (span_is(name, scope_names[s]))
			return (enum scope)s;
	return SCOPE_NONE;
}
