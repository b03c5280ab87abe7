/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens: made, listed, revoked, and what opens with them.
 */
#include "support.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/account.h"
#include "domain/auth.h"
#include "domain/grant.h"
#include "domain/token.h"

static int64_t
given_account_named(const char *name)
{
	struct account_new n = { .name = name };
	const struct account *account = account_create(w, &n);

	assert_non_null(account);
	return account->id;
}

static const struct token *
given_token_of(int64_t account, int64_t expires_at)
{
	struct token_new n = { .account_id = account, .name = "laptop", .expires_at = expires_at };
	const struct token *token = token_create(w, &n);

	assert_no_fault(w->fault);
	assert_non_null(token);
	return token;
}

static bool
opens(const struct token *token)
{
	struct actor actor;
	bool ok = auth_token(w, span_of(token->secret), &actor);

	fault_clear(w->fault);
	return ok;
}

static void
a_token_is_a_prefix_and_32_random_characters(void **state)
{
	const struct token *token = given_token_of(given_account_named("ann"), 0);
	const struct token *other = given_token_of(token->account_id, 0);

	(void)state;
	assert_int_equal(strlen(token->secret), 35);
	assert_memory_equal(token->secret, "cio", 3);
	for (const char *c = token->secret; *c; c++)
		assert_true(is_alnum(*c));
	assert_string_not_equal(token->secret, other->secret);
}

static void
only_the_hash_of_a_token_is_stored(void **state)
{
	const struct token *token = given_token_of(given_account_named("ann"), 0);

	(void)state;
	assert_int_equal(sql_int("SELECT count(*) FROM token WHERE secret_hash = sha256('%s')", token->secret), 1);
	assert_int_equal(sql_int("SELECT count(*) FROM token t WHERE t::text LIKE '%%%s%%'", token->secret), 0);
}

static void
a_token_opens_until_it_is_revoked(void **state)
{
	const struct token *token = given_token_of(given_account_named("ann"), 0);
	bool found;

	(void)state;
	assert_true(opens(token));
	assert_true(token_revoke(w, token->account_id, token->id, &found));
	assert_true(found);
	assert_false(opens(token));
	assert_true(token_revoke(w, token->account_id, token->id, &found));
	assert_false(found);
	assert_true(token_find(w, token->account_id, token->id)->revoked_at != 0);
	assert_string_equal(sql_text("SELECT string_agg(action, ' ' ORDER BY id) FROM audit "
		"WHERE details ->> 'token' = '%d'", (int)token->id), "token.create token.revoke");
}

static void
a_token_opens_until_it_expires(void **state)
{
	const struct token *token = given_token_of(given_account_named("ann"), w->now + CLOCK_HOUR);

	(void)state;
	assert_true(opens(token));
	w->now += 2 * CLOCK_HOUR;
	assert_false(opens(token));
}

static void
a_token_of_another_account_is_out_of_reach(void **state)
{
	const struct token *token = given_token_of(given_account_named("ann"), 0);
	int64_t ben = given_account_named("ben");
	bool found;

	(void)state;
	assert_null(token_find(w, ben, token->id));
	assert_true(token_revoke(w, ben, token->id, &found));
	assert_false(found);
	assert_true(opens(token));
}

static void
expired_tokens_are_listed_only_when_asked_for(void **state)
{
	int64_t ann = given_account_named("ann");
	const struct token *eternal = given_token_of(ann, 0);
	const struct token *old = given_token_of(ann, w->now - 3 * CLOCK_DAY);
	struct rows rows;
	int64_t count;

	(void)state;
	assert_true(token_list(w, ann, w->now, &rows));
	assert_int_equal(rows.count, 1);
	assert_int_equal(((const struct token *)rows.at)->id, eternal->id);
	assert_true(token_list(w, ann, w->now - 4 * CLOCK_DAY, &rows));
	assert_int_equal(rows.count, 2);
	assert_int_equal(((const struct token *)rows.at)->id, old->id);
	assert_true(token_list(w, ann, w->now - 2 * CLOCK_DAY, &rows));
	assert_int_equal(rows.count, 1);
	assert_true(token_list(w, ann, 0, &rows));
	assert_int_equal(rows.count, 2);
	assert_true(token_count_live(w, ann, &count));
	assert_int_equal(count, 1);
}

static void
scopes_and_patterns_are_kept(void **state)
{
	static const char *const scopes[] = { "yank", "publish-new", NULL };
	static const char *const patterns[] = { "crates/serde*", "crates/tokio", NULL };
	struct token_new n = {
		.account_id = given_account_named("ann"),
		.name = "ci",
		.scopes = { scopes, 2 },
		.resources = { patterns, 2 },
	};
	const struct token *token = token_create(w, &n);
	struct actor actor;

	(void)state;
	assert_non_null(token);
	token = token_find(w, n.account_id, token->id);
	assert_int_equal(token->scopes.count, 2);
	assert_string_equal(token->scopes.items[0], "yank");
	assert_string_equal(token->resources.items[1], "crates/tokio");
	assert_null(token->secret);
	assert_true(auth_token(w, span_of(token_create(w, &n)->secret), &actor));
	assert_true(auth_allows(&actor, SCOPE_YANK, "crates", "serde_json"));
	assert_false(auth_allows(&actor, SCOPE_YANK, "crates", "tokio-util"));
	assert_false(auth_allows(&actor, SCOPE_CHANGE_OWNERS, "crates", "serde"));
}

static void
no_patterns_mean_every_package(void **state)
{
	static const char *const none[] = { NULL };
	struct token_new n = { .account_id = given_account_named("ann"), .name = "ci", .resources = { none, 0 } };

	(void)state;
	assert_null(token_find(w, n.account_id, token_create(w, &n)->id)->resources.items);
}

static void
assert_refused(const struct token_new *n, const char *message)
{
	assert_null(token_create(w, n));
	assert_fault(w->fault, FAULT_BAD_REQUEST);
	assert_string_equal(w->fault->message, message);
	fault_clear(w->fault);
}

static void
a_malformed_token_is_refused(void **state)
{
	static const char *const scope[] = { "rule-the-world", NULL };
	static const char *const patterns[][2] = { { "serde", NULL }, { "/serde", NULL }, { "crates/", NULL },
		{ "crates/a b", NULL }, { "crates/a\n", NULL } };
	struct token_new n = { .account_id = given_account_named("ann"), .name = " " };

	(void)state;
	assert_refused(&n, "name must have a value");
	n.name = NULL;
	assert_refused(&n, "name must have a value");
	n.name = "\xff";
	assert_refused(&n, "invalid token name");
	n.name = "ci";
	n.scopes = (struct texts){ scope, 1 };
	assert_refused(&n, "invalid endpoint scope");
	n.scopes = (struct texts){ NULL, 0 };
	for (size_t i = 0; i < ARRAY_LEN(patterns); i++) {
		n.resources = (struct texts){ patterns[i], 1 };
		assert_refused(&n, "invalid crate scope");
	}
	assert_int_equal(sql_int("SELECT count(*) FROM token"), 0);
}

static void
live_tokens_are_limited(void **state)
{
	struct token_new n = { .account_id = given_account_named("ann"), .name = "ci", .max_live = 2 };
	const struct token *first = token_create(w, &n);

	(void)state;
	given_token_of(n.account_id, w->now - CLOCK_DAY);
	assert_non_null(token_create(w, &n));
	assert_refused(&n, "maximum tokens per user is: 2");

	assert_true(token_revoke(w, n.account_id, first->id, NULL));
	assert_non_null(token_create(w, &n));
}

/* ---- grants ---- */

static const struct token *
given_key(int64_t account, const char *name, const char *const *grants, size_t count)
{
	struct token_new n = { .account_id = account, .name = name, .grants = { grants, count }, .hex = true };
	const struct token *key = token_create(w, &n);

	assert_no_fault(w->fault);
	return key;
}

static struct actor
actor_of(const struct token *token)
{
	struct actor actor;

	assert_true(auth_token(w, span_of(token->secret), &actor));
	return actor;
}

static void
a_grant_covers_what_it_says_and_nothing_else(void **state)
{
	static const struct {
		const char *grant;
		enum scope scope;
		const char *repository, *package;
		bool allowed;
	} cases[] = {
		{ "api", SCOPE_READ, NULL, NULL, true },
		{ "api", SCOPE_ADMIN, NULL, NULL, true },
		{ "api", SCOPE_YANK, "hexpm", "plug", true },
		{ "api", SCOPE_REPOSITORY, "lemons", NULL, false },
		{ "api", SCOPE_DOCS, "lemons", NULL, false },
		{ "api", SCOPE_NONE, NULL, NULL, false },
		{ "api:write", SCOPE_PUBLISH_NEW, "hexpm", "plug", true },
		{ "api:write", SCOPE_REPOSITORY, "lemons", NULL, false },
		{ "api:read", SCOPE_READ, NULL, NULL, true },
		{ "api:read", SCOPE_PUBLISH_NEW, "hexpm", "plug", false },
		{ "api:read", SCOPE_ADMIN, NULL, NULL, false },
		{ "package:hexpm/plug", SCOPE_READ, NULL, NULL, true },
		{ "package:hexpm/plug", SCOPE_PUBLISH_NEW, "hexpm", "plug", true },
		{ "package:hexpm/plug", SCOPE_PUBLISH_UPDATE, "hexpm", "plug", true },
		{ "package:hexpm/plug", SCOPE_CHANGE_OWNERS, "hexpm", "plug", true },
		{ "package:hexpm/plug", SCOPE_PUBLISH_UPDATE, "hexpm", "plug_cowboy", false },
		{ "package:hexpm/plug", SCOPE_PUBLISH_UPDATE, "lemons", "plug", false },
		{ "package:hexpm/plug", SCOPE_ADMIN, NULL, NULL, false },
		{ "package:hexpm/plug", SCOPE_ADMIN, "hexpm", "plug", false },
		{ "package:hexpm/plug", SCOPE_REPOSITORY, "hexpm", NULL, false },
		{ "repository:lemons", SCOPE_REPOSITORY, "lemons", NULL, true },
		{ "repository:lemons", SCOPE_REPOSITORY, "limes", NULL, false },
		{ "repository:lemons", SCOPE_READ, NULL, NULL, false },
		{ "repositories", SCOPE_REPOSITORY, "limes", NULL, true },
		{ "repositories", SCOPE_DOCS, "limes", NULL, false },
		{ "docs:lemons", SCOPE_DOCS, "lemons", NULL, true },
		{ "docs:lemons", SCOPE_DOCS, "limes", NULL, false },
		{ "docs:lemons", SCOPE_REPOSITORY, "lemons", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *const grants[] = { cases[i].grant, NULL };
		struct actor actor = { .account_id = 1, .scopes = UINT64_MAX, .grants = grants };

		if (auth_allows(&actor, cases[i].scope, cases[i].repository, cases[i].package) != cases[i].allowed)
			fail_msg("%s and %s of %s", cases[i].grant, scope_name(cases[i].scope),
				 cases[i].package ? cases[i].package : cases[i].repository);
	}
}

static void
one_of_several_grants_is_enough(void **state)
{
	static const char *const grants[] = { "api:read", "repository:lemons", NULL };
	struct actor actor = actor_of(given_key(given_account_named("ann"), "ci", grants, 2));

	(void)state;
	assert_true(auth_allows(&actor, SCOPE_READ, NULL, NULL));
	assert_true(auth_allows(&actor, SCOPE_REPOSITORY, "lemons", NULL));
	assert_false(auth_allows(&actor, SCOPE_REPOSITORY, "limes", NULL));
	assert_false(auth_allows(&actor, SCOPE_PUBLISH_NEW, "hexpm", "plug"));
	assert_false(auth_allows(&actor, SCOPE_NONE, NULL, NULL));
}

static void
what_is_no_grant_is_told_from_what_is(void **state)
{
	static const char *const good[] = { "api", "api:read", "api:write", "package:hexpm/plug", "repository:lemons",
		"repositories", "docs:lemons" };
	static const char *const bad[] = { "", ":", "API", "api:", "api:all", "package", "package:", "package:plug",
		"package:hexpm/", "package:/plug", "package:a/b/c", "package:hexpm/a b", "repository", "repository:",
		"repository:a/b", "repositories:all", "docs", "docs:", "docs:a:b", "read" };
	struct grant g;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(grant_parse(span_of(good[i]), &g));
		assert_string_equal(grant_text(w->arena, &g), good[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (grant_parse(span_of(bad[i]), &g))
			fail_msg("\"%s\" is a grant", bad[i]);
}

static bool
grants(const struct actor *actor, const char *wanted)
{
	struct grant g;

	assert_true(grant_parse(span_of(wanted), &g));
	return auth_grants(actor, &g);
}

static void
a_domain_is_held_by_what_includes_it(void **state)
{
	static const struct { const char *have, *wanted; bool held; } cases[] = {
		{ "api", "api", true }, { "api", "api:read", true }, { "api", "api:write", true },
		{ "api", "package:hexpm/plug", true }, { "api", "repositories", false }, { "api", "docs:lemons", false },
		{ "api:read", "api", false }, { "api:read", "api:write", false }, { "api:read", "api:read", true },
		{ "package:hexpm/plug", "api:read", true }, { "package:hexpm/plug", "package:hexpm/plug", true },
		{ "package:hexpm/plug", "package:hexpm/ecto", false },
		{ "repositories", "repository:lemons", true }, { "repository:lemons", "repositories", false },
		{ "repository:lemons", "repository:limes", false }, { "docs:lemons", "docs:lemons", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *const have[] = { cases[i].have, NULL };
		struct actor actor = { .account_id = 1, .scopes = UINT64_MAX, .grants = have };

		if (grants(&actor, cases[i].wanted) != cases[i].held)
			fail_msg("%s and %s", cases[i].have, cases[i].wanted);
	}
}

static void
tokens_with_scopes_hold_the_domains_that_their_scopes_cover(void **state)
{
	static const char *const reading[] = { "read", NULL };
	static const char *const updating[] = { "publish-new", "publish-update", "yank", "change-owners", NULL };
	static const char *const plug[] = { "hexpm/plug", NULL };
	int64_t ann = given_account_named("ann");
	struct token_new read = { .account_id = ann, .name = "r", .scopes = { reading, 1 } };
	struct token_new one = { .account_id = ann, .name = "w", .scopes = { updating, 4 }, .resources = { plug, 1 } };
	struct actor any = actor_of(given_token_of(ann, 0));
	struct actor reader = actor_of(token_create(w, &read)), publisher = actor_of(token_create(w, &one));

	(void)state;
	assert_true(grants(&any, "api"));
	assert_true(grants(&any, "repositories"));
	assert_true(grants(&any, "docs:lemons"));
	assert_true(grants(&reader, "api:read"));
	assert_false(grants(&reader, "api:write"));
	assert_false(grants(&reader, "repository:lemons"));
	assert_true(grants(&publisher, "package:hexpm/plug"));
	assert_false(grants(&publisher, "package:hexpm/ecto"));
	assert_false(grants(&publisher, "api"));
}

static const char *
shown_grants(const struct token *token)
{
	size_t count;
	const struct grant *list = grants_of(w->arena, token, &count);
	const char *out = "";

	for (size_t i = 0; i < count; i++)
		out = arena_printf(w->arena, "%s%s%s", out, i > 0 ? " " : "", grant_text(w->arena, &list[i]));
	return out;
}

static void
tokens_with_scopes_are_shown_as_the_closest_grants(void **state)
{
	static const char *const reading[] = { "read", NULL };
	static const char *const yanking[] = { "yank", NULL };
	static const char *const plug[] = { "hexpm/plug", NULL };
	static const char *const key[] = { "docs:lemons", "api:read", NULL };
	int64_t ann = given_account_named("ann");
	struct token_new read = { .account_id = ann, .name = "r", .scopes = { reading, 1 } };
	struct token_new yank = { .account_id = ann, .name = "y", .scopes = { yanking, 1 } };
	struct token_new one = { .account_id = ann, .name = "p", .resources = { plug, 1 } };

	(void)state;
	assert_string_equal(shown_grants(given_token_of(ann, 0)), "api repositories");
	assert_string_equal(shown_grants(token_create(w, &read)), "api:read");
	assert_string_equal(shown_grants(token_create(w, &yank)), "api:write");
	assert_string_equal(shown_grants(token_create(w, &one)), "package:hexpm/plug");
	assert_string_equal(shown_grants(given_key(ann, "k", key, 2)), "docs:lemons api:read");
}

static void
a_key_is_32_hex_digits_and_gets_a_free_name(void **state)
{
	static const char *const api[] = { "api", NULL };
	int64_t ann = given_account_named("ann"), ben = given_account_named("ben");
	const struct token *first = given_key(ann, "laptop", api, 1), *second = given_key(ann, "laptop", api, 1);

	(void)state;
	assert_int_equal(strlen(first->secret), 32);
	assert_int_equal(strspn(first->secret, "0123456789abcdef"), 32);
	assert_string_equal(first->name, "laptop");
	assert_string_equal(second->name, "laptop-2");
	assert_string_equal(given_key(ann, "laptop", api, 1)->name, "laptop-3");
	assert_true(token_revoke(w, ann, second->id, NULL));
	assert_string_equal(given_key(ann, "laptop", api, 1)->name, "laptop-2");
	assert_string_equal(given_key(ben, "laptop", api, 1)->name, "laptop");
}

static void
a_key_is_found_by_its_name_until_it_is_revoked_or_expires(void **state)
{
	static const char *const api[] = { "api", NULL };
	int64_t ann = given_account_named("ann"), ben = given_account_named("ben");
	const struct token *key = given_key(ann, "laptop", api, 1);

	(void)state;
	assert_int_equal(token_find_name(w, ann, SPAN("laptop"))->id, key->id);
	assert_null(token_find_name(w, ben, SPAN("laptop")));
	sql_do("UPDATE token SET expires_at = now() + interval '1 hour' WHERE id = %d", (int)key->id);
	assert_non_null(token_find_name(w, ann, SPAN("laptop")));
	w->now += 2 * CLOCK_HOUR;
	assert_null(token_find_name(w, ann, SPAN("laptop")));
	w->now -= 2 * CLOCK_HOUR;
	assert_true(token_revoke(w, ann, key->id, NULL));
	assert_null(token_find_name(w, ann, SPAN("laptop")));
}

static void
all_of_an_account_can_be_revoked_at_once(void **state)
{
	static const char *const api[] = { "api", NULL };
	int64_t ann = given_account_named("ann");
	const struct token *one = given_key(ann, "one", api, 1), *two = given_token_of(ann, 0);
	const struct token *other = given_token_of(given_account_named("ben"), 0);
	struct actor actor;

	(void)state;
	assert_true(token_revoke_all(w, ann));
	assert_false(auth_token(w, span_of(one->secret), &actor));
	assert_int_equal(actor.refusal, AUTH_REVOKED);
	fault_clear(w->fault);
	assert_false(opens(two));
	assert_true(opens(other));
	assert_int_equal(sql_int("SELECT count(*) FROM audit WHERE action = 'token.revoke'"), 2);
}

static void
the_last_use_is_noted_with_address_and_program(void **state)
{
	const struct token *token = given_token_of(given_account_named("ann"), 0);

	(void)state;
	w->remote_addr = "192.0.2.7";
	w->user_agent = "hex/2.5";
	assert_true(opens(token));
	w->remote_addr = NULL;
	w->user_agent = NULL;
	token = token_find(w, token->account_id, token->id);
	assert_true(token->last_used_at == w->now);
	assert_string_equal(token->last_used_addr, "192.0.2.7");
	assert_string_equal(token->last_used_agent, "hex/2.5");
}

static void
a_key_of_an_organization_is_told_from_a_users(void **state)
{
	struct account_new n = { .kind = "organization", .name = "lemons" };
	struct actor key = actor_of(given_token_of(account_create(w, &n)->id, 0));
	struct actor user = actor_of(given_token_of(given_account_named("ann"), 0));

	(void)state;
	assert_true(key.is_organization);
	assert_false(user.is_organization);
}

static void
every_refusal_has_its_reason(void **state)
{
	const struct token *token = given_token_of(given_account_named("ann"), w->now + CLOCK_HOUR);
	struct actor actor;

	(void)state;
	assert_false(auth_token(w, SPAN("0123456789abcdef0123456789abcdef"), &actor));
	assert_int_equal(actor.refusal, AUTH_UNKNOWN);
	fault_clear(w->fault);
	w->now += 2 * CLOCK_HOUR;
	assert_false(auth_token(w, span_of(token->secret), &actor));
	assert_int_equal(actor.refusal, AUTH_EXPIRED);
	fault_clear(w->fault);
	w->now -= 2 * CLOCK_HOUR;
	assert_true(account_lock(w, token->account_id, ACCOUNT_LOCKED_FOREVER, NULL));
	assert_false(auth_token(w, span_of(token->secret), &actor));
	assert_int_equal(actor.refusal, AUTH_LOCKED);
	fault_clear(w->fault);
	assert_false(auth_password(w, "ann", "no such password", &actor));
	assert_int_equal(actor.refusal, AUTH_WRONG_PASSWORD);
	fault_clear(w->fault);
	assert_false(auth_password(w, "nobody", "no such password", &actor));
	assert_int_equal(actor.refusal, AUTH_WRONG_PASSWORD);
	fault_clear(w->fault);
	assert_true(token_revoke(w, token->account_id, token->id, NULL));
	assert_false(auth_token(w, span_of(token->secret), &actor));
	assert_int_equal(actor.refusal, AUTH_REVOKED);
	fault_clear(w->fault);
}

TESTS(token,
	TEST(a_token_is_a_prefix_and_32_random_characters),
	TEST(only_the_hash_of_a_token_is_stored),
	TEST(a_token_opens_until_it_is_revoked),
	TEST(a_token_opens_until_it_expires),
	TEST(a_token_of_another_account_is_out_of_reach),
	TEST(expired_tokens_are_listed_only_when_asked_for),
	TEST(scopes_and_patterns_are_kept),
	TEST(no_patterns_mean_every_package),
	TEST(a_malformed_token_is_refused),
	TEST(live_tokens_are_limited),
	TEST(a_grant_covers_what_it_says_and_nothing_else),
	TEST(one_of_several_grants_is_enough),
	TEST(what_is_no_grant_is_told_from_what_is),
	TEST(a_domain_is_held_by_what_includes_it),
	TEST(tokens_with_scopes_hold_the_domains_that_their_scopes_cover),
	TEST(tokens_with_scopes_are_shown_as_the_closest_grants),
	TEST(a_key_is_32_hex_digits_and_gets_a_free_name),
	TEST(a_key_is_found_by_its_name_until_it_is_revoked_or_expires),
	TEST(all_of_an_account_can_be_revoked_at_once),
	TEST(the_last_use_is_noted_with_address_and_program),
	TEST(a_key_of_an_organization_is_told_from_a_users),
	TEST(every_refusal_has_its_reason));
