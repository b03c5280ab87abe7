/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bearer tokens. The secret ("cio" and 32 random letters and digits, or 32 hex
 * digits) is shown once; its SHA-256 is stored. Looking a secret up is auth.h's.
 */
#ifndef ENTREPOT_DOMAIN_TOKEN_H
#define ENTREPOT_DOMAIN_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct work;

#define TOKEN_PREFIX "cio"
#define TOKEN_RANDOM 32

struct token {
	int64_t id;
	int64_t account_id;
	const char *name;
	struct texts scopes;		/* items == NULL: every scope */
	struct texts resources;		/* items == NULL: every package; else "REPOSITORY/PATTERN" */
	struct texts grants;		/* items == NULL: scopes and resources hold; else as in grant.h */
	int64_t created_at;
	int64_t updated_at;
	int64_t last_used_at;		/* 0: never */
	const char *last_used_addr;	/* NULL when not known; so is the next one */
	const char *last_used_agent;
	int64_t expires_at;		/* 0: never */
	int64_t revoked_at;		/* 0: not */
	const char *secret;		/* only right after token_create() */
};

struct token_new {
	int64_t account_id;
	const char *name;
	struct texts scopes;		/* names of scopes.def; items == NULL: every scope */
	struct texts resources;		/* items == NULL, or none: every package */
	struct texts grants;		/* valid ones, instead of scopes and resources; items == NULL: these hold */
	int64_t expires_at;		/* 0: never */
	int64_t max_live;		/* most live tokens of the account; 0: no limit */
	bool hex;			/* the secret is 32 hex digits, and a name that is taken gets a number */
};

/*
 * Raises BAD_REQUEST: "name must have a value", "invalid endpoint scope",
 * "invalid crate scope" (an entry without the form REPOSITORY/PATTERN; the
 * pattern itself is the protocol's affair), "maximum tokens per user is: N".
 */
const struct token *token_create(struct work *w, const struct token_new *n) MUST_CHECK;

/*
 * Tokens of the account as struct token, newest first: not revoked, and not
 * expired at EXPIRED_SINCE (w->now: the live ones; earlier: also those that
 * expired since then; 0: expired ones too). At most 1000.
 */
bool token_list(struct work *w, int64_t account_id, int64_t expired_since, struct rows *out) MUST_CHECK;

/* The account's token of that id, revoked or not; NULL without a fault when there is none. */
const struct token *token_find(struct work *w, int64_t account_id, int64_t id) MUST_CHECK;

/* Whether it may be the secret of a token that was made here. Pure. */
bool token_has_form(struct span secret);

/* The live token of that name, the newest of several; NULL without a fault when there is none. */
const struct token *token_find_name(struct work *w, int64_t account_id, struct span name) MUST_CHECK;

/*
 * Revoke it and what was exchanged for it; *FOUND (may be NULL) is false when
 * there was nothing live to revoke, which is no error.
 */
bool token_revoke(struct work *w, int64_t account_id, int64_t id, bool *found) MUST_CHECK;

/* Revoke all of the account. */
bool token_revoke_all(struct work *w, int64_t account_id) MUST_CHECK;

/* How many tokens of the account are neither revoked nor expired. */
bool token_count_live(struct work *w, int64_t account_id, int64_t *count) MUST_CHECK;

#endif
