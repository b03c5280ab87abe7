/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts. The database holds the rules (unique canonical names, forms,
 * lengths); what a client may get wrong is checked here first, so that it is
 * told in words.
 */
#include "domain/account.h"

#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/password.h"
#include "base/text.h"
#include "base/work.h"
#include "domain/audit.h"
#include "domain/email.h"

#define MAX_FULL_NAME 512
#define MAX_URL 2048
#define MAX_LOCK_REASON 4096
#define MAX_LIST 1000

static const struct column account_columns[] = {
	COLUMN(account, id),
	COLUMN(account, kind),
	COLUMN(account, name),
	COLUMN(account, full_name),
	COLUMN(account, avatar_url),
	COLUMN(account, url),
	COLUMN(account, is_admin),
	COLUMN(account, publish_notifications),
	COLUMN(account, locked_until),
	COLUMN(account, lock_reason),
	COLUMN(account, handles),
	COLUMN(account, seats),
	COLUMN(account, created_at),
	COLUMN(account, updated_at),
	COLUMNS_END
};
const struct row_type account_row = ROW_TYPE(account, account_columns);

/* ---- finding ---- */

const struct account *
account_find(struct work *w, struct span name)
{
	/* No account has such a name, and PostgreSQL could not even be asked for all of them. */
	if (!account_name_is_valid(name))
		return NULL;
	return db_one(w, Q_ACCOUNT_FIND, &account_row, ARGS(text_span(name)));
}

const struct account *
account_find_id(struct work *w, int64_t id)
{
	return db_one(w, Q_ACCOUNT_FIND_ID, &account_row, ARGS(num(id)));
}

const struct account *
account_find_public_email(struct work *w, struct span address)
{
	if (!email_is_valid(address))
		return NULL;
	return db_one(w, Q_ACCOUNT_FIND_PUBLIC_EMAIL, &account_row, ARGS(text_span(address)));
}

bool
account_find_ids(struct work *w, const int64_t *ids, size_t count, struct rows *out)
{
	*out = (struct rows){ NULL, 0 };
	if (count == 0)
		return !fault_is_set(w->fault);
	return db_many(w, Q_ACCOUNT_FIND_IDS, &account_row, ARGS(int_array(ids, count)), out);
}

bool
account_list(struct work *w, const char *kind, struct span after, int64_t limit, struct rows *out)
{
	if (limit > MAX_LIST)
		limit = MAX_LIST;
	if (!after.at)
		after = SPAN("");
	return db_many(w, Q_ACCOUNT_LIST, &account_row, ARGS(text(kind), text_span(after), num(limit)), out);
}

/* ---- creating ---- */

bool
account_name_is_valid(struct span name)
{
	if (name.len == 0 || name.len > ACCOUNT_MAX_NAME || !is_alnum(name.at[0]))
		return false;
	for (size_t i = 1; i < name.len; i++)
		if (!is_alnum(name.at[i]) && name.at[i] != '_' && name.at[i] != '-' && name.at[i] != '.')
			return false;
	return true;
}

static char
canonical_char(char c)
{
	return c == '-' ? '_' : to_lower(c);
}

static bool
names_equal(const char *a, const char *b)
{
	while (*a && canonical_char(*a) == canonical_char(*b)) {
		a++;
		b++;
	}
	return *a == *b;
}

static bool
check_name(struct work *w, const struct account_new *n)
{
	if (!account_name_is_valid(span_of(n->name)))
		return fault_raise_field(w->fault, FAULT_INVALID, "name",
			"must begin with a letter or digit and hold at most %d letters, digits, '_', '-' and '.'",
			ACCOUNT_MAX_NAME);
	for (const char *const *r = n->reserved; r && *r; r++)
		if (names_equal(n->name, *r))
			return fault_raise_field(w->fault, FAULT_INVALID, "name", "`%s` is reserved", n->name);
	return true;
}

static bool
check_text(struct work *w, const char *field, const char *value, size_t max)
{
	struct span s = span_of(value);

	if (s.len > max)
		return fault_raise_field(w->fault, FAULT_INVALID, field, "must be at most %zu bytes long", max);
	if (!text_is_utf8(s))
		return fault_raise_field(w->fault, FAULT_INVALID, field, "must be UTF-8");
	return true;
}

static bool
check_password(struct work *w, const char *password)
{
	size_t len = password ? strlen(password) : ACCOUNT_MIN_PASSWORD;

	if (len < ACCOUNT_MIN_PASSWORD || len > ACCOUNT_MAX_PASSWORD)
		return fault_raise_field(w->fault, FAULT_INVALID, "password",
			"must be between %d and %d bytes long", ACCOUNT_MIN_PASSWORD, ACCOUNT_MAX_PASSWORD);
	return true;
}

static const char *
hash_or_null(struct work *w, const char *password)
{
	return password ? password_hash(w->arena, password) : NULL;
}

const struct account *
account_create(struct work *w, const struct account_new *n)
{
	const struct account *a;
	struct tx *tx;

	if (fault_is_set(w->fault) || !check_name(w, n) ||
	    !check_text(w, "full_name", n->full_name, MAX_FULL_NAME) ||
	    !check_text(w, "avatar_url", n->avatar_url, MAX_URL) ||
	    !check_text(w, "url", n->url, MAX_URL) ||
	    !check_password(w, n->password))
		return NULL;
	tx = tx_begin(w);
	a = db_one(w, Q_ACCOUNT_INSERT, &account_row,
		ARGS(text(n->kind ? n->kind : "user"), text(n->name), text(n->full_name), text(n->avatar_url),
		     text(n->url), text(hash_or_null(w, n->password)), flag(n->is_admin)));
	if (!a) {
		fault_raise(w->fault, FAULT_CONFLICT, "the name `%s` is already taken", n->name);
		tx_rollback(tx);
		return NULL;
	}
	/* A name has no character that JSON would have to escape. */
	if (!audit_add(w, &(struct audit){
		.action = "account.create",
		.account_id = n->registers ? a->id : 0,
		.subject_account_id = a->id,
		.details = arena_printf(w->arena, "{\"%s\": {\"id\": %lld, \"%s\": \"%s\"}}",
			account_is_organization(a) ? "organization" : "user", (long long)a->id,
			account_is_organization(a) ? "name" : "username", a->name),
	}))
		return NULL;
	return tx_commit(w, tx) ? a : NULL;
}

/* ---- changing ---- */

/* Run an UPDATE whose first argument is an account, and note it. */
static bool
change(struct work *w, enum query_name q, struct args args, const char *action)
{
	struct tx *tx = tx_begin(w);
	int64_t affected;

	if (!tx || !db_exec(w, q, args, &affected))
		return false;
	if (affected == 0)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "no such account");
	if (!audit_add(w, &(struct audit){ .action = action, .subject_account_id = args.at[0].integer }))
		return false;
	return tx_commit(w, tx);
}

static struct arg
optional_flag(const bool *b)
{
	return b ? flag(*b) : text(NULL);
}

bool
account_update(struct work *w, int64_t id, const struct account_change *c)
{
	if (!check_text(w, "full_name", c->full_name, MAX_FULL_NAME) ||
	    !check_text(w, "avatar_url", c->avatar_url, MAX_URL) ||
	    !check_text(w, "url", c->url, MAX_URL))
		return false;
	return change(w, Q_ACCOUNT_UPDATE,
		ARGS(num(id), text(c->full_name), text(c->avatar_url), text(c->url),
		     optional_flag(c->is_admin), optional_flag(c->publish_notifications)),
		"account.update");
}

bool
account_set_password(struct work *w, int64_t id, const char *password)
{
	if (!check_password(w, password))
		return false;
	return change(w, Q_ACCOUNT_SET_PASSWORD, ARGS(num(id), text(hash_or_null(w, password))), "account.password");
}

bool
account_lock(struct work *w, int64_t id, int64_t until, const char *reason)
{
	if (!check_text(w, "lock_reason", reason, MAX_LOCK_REASON))
		return false;
	return change(w, Q_ACCOUNT_LOCK, ARGS(num(id), timestamp(until), text(until == 0 ? NULL : reason)),
		until == 0 ? "account.unlock" : "account.lock");
}
