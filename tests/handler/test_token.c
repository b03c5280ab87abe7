/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens: made, listed, revoked, and what opens with them.
 */
#include "support.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/account.h"
#include "domain/auth.h"
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
		"WHERE details = jsonb_build_object('token', %d)", (int)token->id), "token.create token.revoke");
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
);
