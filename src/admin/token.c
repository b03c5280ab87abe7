/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin token: add, list, revoke.
 */
#include "admin/admin.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/settings.h"
#include "domain/account.h"
#include "domain/auth.h"
#include "domain/grant.h"
#include "domain/token.h"

/* NULL is null: every scope, every package. */
static void
put_texts(struct doc *d, const char *key, struct texts texts)
{
	struct doc *list;

	if (!texts.items) {
		doc_null(d, key);
		return;
	}
	list = doc_add_list(d, key);
	for (size_t i = 0; i < texts.count; i++)
		doc_text(list, NULL, texts.items[i]);
}

static void
put_time(struct doc *d, const char *key, int64_t t)
{
	if (t == 0)
		doc_null(d, key);
	else
		doc_time(d, key, t);
}

static void
put_token(struct doc *d, const struct token *t)
{
	doc_int(d, "id", t->id);
	doc_text(d, "name", t->name);
	put_texts(d, "scopes", t->scopes);
	put_texts(d, "packages", t->resources);
	put_texts(d, "grants", t->grants);
	doc_time(d, "created_at", t->created_at);
	put_time(d, "last_used_at", t->last_used_at);
	put_time(d, "expires_at", t->expires_at);
}

/* The user named by --user; an organization only where its keys are meant. */
static const struct account *
user(struct admin *a, const char *name, bool keys)
{
	const struct account *account = admin_account(a, name);

	if (account && account_is_organization(account) && !keys) {
		fault_raise(a->work->fault, FAULT_INVALID, "`%s` is an organization; tokens belong to users",
			    account->name);
		return NULL;
	}
	return account;
}

/* ---- add ---- */

struct add {
	const char *user;
	const char *name;
	struct texts scopes;
	struct texts packages;
	struct texts grants;
	int64_t expires;
};

static const struct admin_option add_options[] = {
	NEEDED(add, user, "user", "NAME", "Whose token it is"),
	NEEDED(add, name, "name", "TEXT", "What it is for"),
	OPTION(add, scopes, "scope", LIST, "SCOPE", "Allow only this (may be repeated); default: everything"),
	OPTION(add, packages, "package", LIST, "PATTERN",
	       "Only packages REPOSITORY/NAME, NAME may end in *; without REPOSITORY: crates (may be repeated)"),
	OPTION(add, grants, "grant", LIST, "GRANT",
	       "Instead of scopes and packages: a Hex key for api, api:read, package:REPOSITORY/NAME, repository:NAME, "
	       "repositories or docs:NAME (may be repeated); organizations may have one, too"),
	OPTION(add, expires, "expires", TIME, "WHEN", "A date, a time, or a duration such as 90d; default: never"),
	OPTIONS_END
};

static struct texts
with_repository(struct admin *a, struct texts patterns)
{
	const char **items;

	if (!patterns.items)
		return patterns;
	items = arena_zalloc(a->work->arena, patterns.count + 1, sizeof(*items));
	for (size_t i = 0; i < patterns.count; i++)
		items[i] = strchr(patterns.items[i], '/') ? patterns.items[i] :
			   arena_printf(a->work->arena, "crates/%s", patterns.items[i]);
	return (struct texts){ items, patterns.count };
}

static bool
check_scopes(struct admin *a, struct texts scopes)
{
	for (size_t i = 0; i < scopes.count; i++) {
		const char *known = "";

		if (scope_parse(span_of(scopes.items[i])) != SCOPE_NONE)
			continue;
		for (int s = SCOPE_NONE + 1; s < SCOPE__MAX; s++)
			known = arena_printf(a->work->arena, "%s %s", known, scope_name((enum scope)s));
		return fault_raise(a->work->fault, FAULT_INVALID, "unknown scope `%s`; there are:%s",
				   scopes.items[i], known);
	}
	return true;
}

static bool
check_grants(struct admin *a, const struct add *o)
{
	struct grant g;

	for (size_t i = 0; i < o->grants.count; i++)
		if (!grant_parse(span_of(o->grants.items[i]), &g))
			return fault_raise(a->work->fault, FAULT_INVALID, "`%s` is no grant", o->grants.items[i]);
	return !o->grants.items || (!o->scopes.items && !o->packages.items) ||
	       fault_raise(a->work->fault, FAULT_INVALID, "--grant stands instead of --scope and --package");
}

static bool
add(struct admin *a)
{
	const struct add *o = a->options;
	const struct account *account = user(a, o->user, o->grants.items != NULL);
	struct token_new n = {
		.name = o->name,
		.scopes = o->scopes,
		.resources = with_repository(a, o->packages),
		.grants = o->grants,
		.hex = o->grants.items != NULL,
		.expires_at = o->expires == INT64_MAX ? 0 : o->expires,
		.max_live = a->work->config->crates_max_tokens,
	};
	const struct token *token;
	struct doc *d;

	if (!account || !check_scopes(a, o->scopes) || !check_grants(a, o))
		return false;
	if (n.expires_at != 0 && n.expires_at <= a->work->now)
		return fault_raise(a->work->fault, FAULT_INVALID, "--expires lies in the past");
	n.account_id = account->id;
	token = token_create(a->work, &n);
	if (!token)
		return false;
	d = doc_map(a->work->arena);
	put_token(d, token);
	doc_text(d, "user", account->name);
	doc_text(d, "token", token->secret);
	return admin_say(a, d, "%s", token->secret);
}

/* ---- list, revoke ---- */

struct of_user {
	const char *user;
	bool expired;
};

static const struct admin_option list_options[] = {
	NEEDED(of_user, user, "user", "NAME", "Whose tokens"),
	OPTION(of_user, expired, "expired", FLAG, NULL, "Expired ones too"),
	OPTIONS_END
};

static bool
list(struct admin *a)
{
	const struct of_user *o = a->options;
	const struct account *account = user(a, o->user, true);
	struct doc *d = doc_list(a->work->arena);
	struct rows rows;
	const struct token *tokens;

	if (!account || !token_list(a->work, account->id, o->expired ? 0 : a->work->now, &rows))
		return false;
	tokens = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		put_token(doc_add_map(d, NULL), &tokens[i]);
	return admin_show(a, d);
}

static const struct admin_option revoke_options[] = {
	NEEDED(of_user, user, "user", "NAME", "Whose token"),
	OPTIONS_END
};

static bool
revoke(struct admin *a)
{
	const struct of_user *o = a->options;
	const struct account *account = user(a, o->user, true);
	struct doc *d;
	bool found;
	int64_t id;

	if (!account || !admin_id(a, a->arguments[0], &id) || !token_revoke(a->work, account->id, id, &found))
		return false;
	if (!found)
		return fault_raise(a->work->fault, FAULT_NOT_FOUND, "%s has no live token %" PRId64, account->name, id);
	d = doc_map(a->work->arena);
	doc_int(d, "id", id);
	doc_bool(d, "revoked", true);
	return admin_say(a, d, "Revoked.");
}

static const struct admin_verb verbs[] = {
	{ .name = "add", .summary = "Create a token and print its secret, which cannot be seen again",
	  .options = add_options, .options_size = sizeof(struct add), .needs = NEEDS_SCHEMA, .run = add },
	{ .name = "list", .summary = "List a user's tokens, newest first",
	  .options = list_options, .options_size = sizeof(struct of_user), .needs = NEEDS_SCHEMA, .run = list },
	{ .name = "revoke", .arguments = "ID", .least = 1, .most = 1, .summary = "Make a token worthless",
	  .options = revoke_options, .options_size = sizeof(struct of_user), .needs = NEEDS_SCHEMA, .run = revoke },
	VERBS_END
};

const struct admin_verb token_verb = {
	.name = "token",
	.summary = "Add, list and revoke tokens",
	.verbs = verbs,
};
