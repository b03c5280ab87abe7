/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OAuth: both flows, refreshing, exchanging keys, revoking.
 */
#include "support.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/encode.h"
#include "domain.h"
#include "domain/account.h"
#include "domain/auth.h"
#include "domain/job.h"
#include "domain/oauth.h"
#include "domain/organization.h"
#include "domain/second_factor.h"
#include "domain/token.h"

#define HEX_CLI "78ea6566-89fd-481e-a1d6-7d9d78eacca8"

static int64_t
given_user(const char *name)
{
	struct account_new n = { .name = name };

	return account_create(w, &n)->id;
}

static const struct oauth_client *
hex_cli(void)
{
	const struct oauth_client *client = oauth_client_get(w, SPAN(HEX_CLI));

	assert_no_fault(w->fault);
	return client;
}

static struct texts
scopes(const char *text)
{
	struct texts out;

	assert_true(oauth_scopes(w, span_of(text), "api:read", &out));
	return out;
}

static void
assert_refusal(bool ok, const char *error)
{
	assert_false(ok);
	assert_non_null(w->fault->fields);
	assert_string_equal(w->fault->fields->name, error);
	fault_clear(w->fault);
}

static bool
opens(const char *secret, struct actor *actor)
{
	bool ok = auth_token(w, span_of(secret), actor);

	fault_clear(w->fault);
	return ok;
}

static struct oauth_device_codes
given_device(const char *scope)
{
	struct oauth_device_codes codes;

	assert_true(oauth_device_begin(w, hex_cli(), scopes(scope), "laptop", &codes));
	return codes;
}

static void
decide(const struct oauth_device_codes *codes, int64_t account, bool approved)
{
	const struct oauth_device *device = oauth_device_find(w, span_of(codes->user_code));
	const char *ticket;
	bool found;

	assert_non_null(device);
	ticket = oauth_device_ticket(w, device, account);
	assert_non_null(ticket);
	assert_true(oauth_device_decide(w, span_of(ticket), approved, &found));
	assert_true(found);
	assert_true(oauth_device_decide(w, span_of(ticket), true, &found));
	assert_false(found);
}

static struct oauth_tokens
given_session(int64_t account, const char *scope)
{
	struct oauth_device_codes codes = given_device(scope);
	struct oauth_tokens tokens;

	decide(&codes, account, true);
	assert_true(oauth_device_exchange(w, hex_cli(), span_of(codes.device_code), &tokens));
	return tokens;
}

/* ---- devices ---- */

static void
a_program_gets_its_token_once_the_user_agreed(void **state)
{
	int64_t ann = given_user("ann");
	struct oauth_device_codes codes = given_device("api");
	struct oauth_tokens tokens, again;
	struct actor actor;

	(void)state;
	assert_int_equal(strlen(codes.user_code), 8);
	assert_int_equal(strspn(codes.user_code, "23456789BCDFGHJKLMNPQRSTVWXYZ"), 8);
	assert_refusal(oauth_device_exchange(w, hex_cli(), span_of(codes.device_code), &tokens), "authorization_pending");
	decide(&codes, ann, true);
	w->now += 5 * CLOCK_SECOND;
	assert_true(oauth_device_exchange(w, hex_cli(), span_of(codes.device_code), &tokens));
	assert_string_equal(tokens.scope, "api");
	assert_non_null(tokens.refresh_token);
	assert_true(opens(tokens.access_token, &actor));
	assert_int_equal(actor.account_id, ann);
	assert_true(actor.oauth);
	assert_false(actor.has_second_factor);
	assert_true(auth_allows(&actor, SCOPE_PUBLISH_NEW, "hexpm", "plug"));
	assert_false(auth_allows(&actor, SCOPE_NONE, NULL, NULL));
	assert_refusal(oauth_device_exchange(w, hex_cli(), span_of(codes.device_code), &again), "invalid_grant");
	assert_int_equal(sql_int("SELECT count(*) FROM oauth_refresh r, token t WHERE r::text || t::text LIKE '%%%s%%'",
		tokens.access_token), 0);
}

static void
who_polls_too_fast_is_slowed_down(void **state)
{
	struct oauth_device_codes codes = given_device("api");
	struct span code = span_of(codes.device_code);
	struct oauth_tokens tokens;

	(void)state;
	assert_refusal(oauth_device_exchange(w, hex_cli(), code, &tokens), "authorization_pending");
	w->now += 5 * CLOCK_SECOND;
	assert_refusal(oauth_device_exchange(w, hex_cli(), code, &tokens), "authorization_pending");
	w->now += 2 * CLOCK_SECOND;
	assert_refusal(oauth_device_exchange(w, hex_cli(), code, &tokens), "slow_down");
	w->now += 6 * CLOCK_SECOND;
	assert_refusal(oauth_device_exchange(w, hex_cli(), code, &tokens), "slow_down");
	w->now += 15 * CLOCK_SECOND;
	assert_refusal(oauth_device_exchange(w, hex_cli(), code, &tokens), "authorization_pending");
}

static void
a_device_code_can_be_denied_and_expires(void **state)
{
	int64_t ann = given_user("ann");
	struct oauth_device_codes denied = given_device("api"), late = given_device("api");
	struct oauth_tokens tokens;

	(void)state;
	decide(&denied, ann, false);
	assert_refusal(oauth_device_exchange(w, hex_cli(), span_of(denied.device_code), &tokens), "access_denied");
	w->now += (OAUTH_DEVICE_SECONDS + 1) * CLOCK_SECOND;
	assert_null(oauth_device_find(w, span_of(late.user_code)));
	assert_refusal(oauth_device_exchange(w, hex_cli(), span_of(late.device_code), &tokens), "expired_token");
	assert_refusal(oauth_device_exchange(w, hex_cli(), SPAN("no such code"), &tokens), "invalid_grant");
	assert_refusal(oauth_device_exchange(w, oauth_client_get(w, SPAN("877731e8-cb88-45e1-9b84-9214de7da421")),
		span_of(late.device_code), &tokens), "invalid_grant");
}

static void
a_user_code_may_be_typed_in_any_spelling(void **state)
{
	struct oauth_device_codes codes = given_device("api");
	const char *u = codes.user_code;
	char lower[10] = "";

	(void)state;
	for (int i = 0; i < 8; i++)
		lower[i] = u[i] >= 'A' ? (char)(u[i] + 32) : u[i];
	assert_non_null(oauth_device_find(w, span_of(arena_printf(w->arena, " %.4s-%.4s ", u, u + 4))));
	assert_non_null(oauth_device_find(w, span_of(lower)));
	assert_null(oauth_device_find(w, span_of(arena_printf(w->arena, "%s2", u))));
	assert_null(oauth_device_find(w, SPAN("")));
	assert_null(oauth_device_find(w, SPAN("'; --")));
}

/* ---- scopes ---- */

static void
repositories_are_expanded_whenever_a_token_is_made(void **state)
{
	int64_t ann = given_user("ann"), ben = given_user("ben");
	struct account_new lemons = { .name = "lemons" }, limes = { .name = "limes" };
	int64_t organization = organization_create(w, &lemons, ann)->id;
	struct oauth_tokens tokens;

	(void)state;
	assert_non_null(organization_create(w, &limes, ben));
	tokens = given_session(ann, "api repositories");
	assert_string_equal(tokens.scope, "api repository:hexpm repository:lemons");
	assert_true(organization_set_member(w, organization, ben, ROLE_ADMIN));
	assert_true(organization_remove_member(w, organization, ann));
	assert_true(oauth_refresh(w, hex_cli(), span_of(tokens.refresh_token), SPAN(""), &tokens));
	assert_string_equal(tokens.scope, "api repository:hexpm");
}

static void
an_unknown_scope_is_refused(void **state)
{
	struct texts out;

	(void)state;
	assert_refusal(oauth_scopes(w, SPAN("api everything"), "api:read", &out), "invalid_scope");
	assert_refusal(oauth_scopes(w, SPAN("   "), "api:read", &out), "invalid_scope");
	assert_true(oauth_scopes(w, (struct span){ NULL, 0 }, "api:read", &out));
	assert_string_equal(out.items[0], "api:read");
	assert_null(oauth_client_get(w, SPAN("nobody")));
	assert_refusal(false, "invalid_client");
}

/* ---- lifetimes ---- */

static void
an_access_token_lasts_half_an_hour(void **state)
{
	struct oauth_tokens tokens = given_session(given_user("ann"), "api");
	struct actor actor;

	(void)state;
	w->now += (OAUTH_ACCESS_SECONDS - 1) * CLOCK_SECOND;
	assert_true(opens(tokens.access_token, &actor));
	w->now += 2 * CLOCK_SECOND;
	assert_false(opens(tokens.access_token, &actor));
	assert_int_equal(actor.refusal, AUTH_EXPIRED);
}

static void
a_refresh_token_is_good_once_and_betrays_a_thief(void **state)
{
	struct oauth_tokens first = given_session(given_user("ann"), "api"), second, third;
	struct actor actor;

	(void)state;
	assert_true(oauth_refresh(w, hex_cli(), span_of(first.refresh_token), SPAN(""), &second));
	assert_string_not_equal(first.refresh_token, second.refresh_token);
	assert_true(opens(second.access_token, &actor));
	assert_refusal(oauth_refresh(w, hex_cli(), span_of(first.refresh_token), SPAN(""), &third), "invalid_grant");
	assert_refusal(oauth_refresh(w, hex_cli(), span_of(second.refresh_token), SPAN(""), &third), "invalid_grant");
	assert_false(opens(second.access_token, &actor));
	assert_int_equal(actor.refusal, AUTH_REVOKED);
}

static void
a_session_ends_after_thirty_days_however_often_it_is_refreshed(void **state)
{
	struct oauth_tokens tokens = given_session(given_user("ann"), "api");

	(void)state;
	w->now += 29 * CLOCK_DAY;
	assert_true(oauth_refresh(w, hex_cli(), span_of(tokens.refresh_token), SPAN(""), &tokens));
	w->now += CLOCK_DAY + CLOCK_SECOND;
	assert_refusal(oauth_refresh(w, hex_cli(), span_of(tokens.refresh_token), SPAN(""), &tokens), "invalid_grant");
}

static void
a_refreshed_token_may_cover_less_but_not_more(void **state)
{
	struct oauth_tokens tokens = given_session(given_user("ann"), "api:read docs:lemons"), less, more;

	(void)state;
	assert_true(oauth_refresh(w, hex_cli(), span_of(tokens.refresh_token), SPAN("api:read"), &less));
	assert_string_equal(less.scope, "api:read");
	assert_refusal(oauth_refresh(w, hex_cli(), span_of(less.refresh_token), SPAN("api"), &more), "invalid_scope");
}

static void
a_locked_account_refreshes_nothing(void **state)
{
	int64_t ann = given_user("ann");
	struct oauth_tokens tokens = given_session(ann, "api");

	(void)state;
	assert_true(account_lock(w, ann, ACCOUNT_LOCKED_FOREVER, NULL));
	assert_refusal(oauth_refresh(w, hex_cli(), span_of(tokens.refresh_token), SPAN(""), &tokens), "invalid_grant");
}

static void
the_sixth_session_ends_the_one_that_was_used_least(void **state)
{
	int64_t ann = given_user("ann");
	struct oauth_tokens tokens[6], other = given_session(given_user("ben"), "api");
	struct actor actor;

	(void)state;
	for (int i = 0; i < 5; i++) {
		w->now += CLOCK_SECOND;
		tokens[i] = given_session(ann, "api");
	}
	w->now += CLOCK_SECOND;
	assert_true(oauth_refresh(w, hex_cli(), span_of(tokens[0].refresh_token), SPAN(""), &tokens[0]));
	w->now += CLOCK_SECOND;
	tokens[5] = given_session(ann, "api");
	assert_true(opens(tokens[0].access_token, &actor));
	assert_false(opens(tokens[1].access_token, &actor));
	assert_true(opens(tokens[2].access_token, &actor));
	assert_true(opens(tokens[5].access_token, &actor));
	assert_true(opens(other.access_token, &actor));
}

/* ---- revoking ---- */

static void
either_token_ends_the_session(void **state)
{
	int64_t ann = given_user("ann");
	struct oauth_tokens one = given_session(ann, "api"), two = given_session(ann, "api"), three = given_session(ann, "api");
	uint8_t hash[SHA256_SIZE];
	struct actor actor;

	(void)state;
	assert_true(oauth_revoke(w, hex_cli(), span_of(one.refresh_token)));
	assert_false(opens(one.access_token, &actor));
	assert_true(oauth_revoke(w, hex_cli(), span_of(two.access_token)));
	assert_refusal(oauth_refresh(w, hex_cli(), span_of(two.refresh_token), SPAN(""), &two), "invalid_grant");
	digest_sha256(span_of(three.refresh_token), hash);
	assert_true(oauth_revoke_hash(w, hex_cli(), SPAN("not even hex")));
	assert_true(opens(three.access_token, &actor));
	assert_true(oauth_revoke_hash(w, hex_cli(), span_of(encode_hex(w->arena, hash, sizeof(hash)))));
	assert_false(opens(three.access_token, &actor));
	assert_true(oauth_revoke(w, hex_cli(), SPAN("no such token")));
}

static void
a_client_cannot_end_the_session_of_another(void **state)
{
	struct oauth_tokens tokens = given_session(given_user("ann"), "api");
	const struct oauth_client *gleam = oauth_client_get(w, SPAN("877731e8-cb88-45e1-9b84-9214de7da421"));
	struct actor actor;

	(void)state;
	assert_true(oauth_revoke(w, gleam, span_of(tokens.refresh_token)));
	assert_true(oauth_revoke(w, gleam, span_of(tokens.access_token)));
	assert_true(opens(tokens.access_token, &actor));
	assert_refusal(oauth_refresh(w, gleam, span_of(tokens.refresh_token), SPAN(""), &tokens), "invalid_grant");
}

static void
revoking_all_keys_leaves_sessions_alone_and_lists_do_not_show_them(void **state)
{
	int64_t ann = given_user("ann"), live;
	struct oauth_tokens tokens = given_session(ann, "api");
	struct actor actor;
	struct rows rows;

	(void)state;
	assert_true(token_list(w, ann, 0, &rows));
	assert_int_equal(rows.count, 0);
	assert_true(token_count_live(w, ann, &live));
	assert_int_equal(live, 0);
	assert_true(token_revoke_all(w, ann));
	assert_true(opens(tokens.access_token, &actor));
	assert_true(oauth_revoke_all(w, ann));
	assert_false(opens(tokens.access_token, &actor));
}

/* ---- keys ---- */

static const struct token *
given_key(int64_t account, const char *const *grants, size_t count)
{
	struct token_new n = { .account_id = account, .name = "key", .grants = { grants, count }, .hex = true };

	return token_create(w, &n);
}

static void
a_key_is_exchanged_for_a_token_that_covers_no_more(void **state)
{
	static const char *const one[] = { "repository:lemons", NULL };
	struct account_new lemons = { .name = "lemons" }, limes = { .name = "limes" };
	int64_t ann = given_user("ann");
	int64_t organization = organization_create(w, &lemons, ann)->id;
	const struct token *key = given_key(organization, one, 1);
	struct oauth_tokens tokens, none;
	struct actor actor;

	(void)state;
	assert_non_null(organization_create(w, &limes, ann));
	assert_true(oauth_key_exchange(w, span_of(key->secret), scopes("repositories"), &tokens));
	assert_string_equal(tokens.scope, "repository:lemons");
	assert_null(tokens.refresh_token);
	assert_true(opens(tokens.access_token, &actor));
	assert_true(actor.is_organization);
	assert_false(actor.oauth);
	assert_true(auth_allows(&actor, SCOPE_REPOSITORY, "lemons", NULL));
	assert_false(auth_allows(&actor, SCOPE_REPOSITORY, "limes", NULL));
	assert_refusal(oauth_key_exchange(w, span_of(key->secret), scopes("api"), &none), "invalid_scope");
	assert_refusal(oauth_key_exchange(w, SPAN("00000000000000000000000000000000"), scopes("api"), &none),
		"invalid_client");

	assert_true(token_revoke(w, organization, key->id, NULL));
	assert_false(opens(tokens.access_token, &actor));
	assert_refusal(oauth_key_exchange(w, span_of(key->secret), scopes("repositories"), &none), "invalid_client");
}

static void
a_token_of_a_session_is_no_key(void **state)
{
	struct oauth_tokens tokens = given_session(given_user("ann"), "api"), none;

	(void)state;
	assert_refusal(oauth_key_exchange(w, span_of(tokens.access_token), scopes("api"), &none), "invalid_client");
}

/* ---- authorization codes ---- */

static const char verifier[] = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
static const char challenge[] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

static const char *
given_code(const struct oauth_client *client, int64_t account)
{
	const struct oauth_code request = { .account_id = account, .client_id = client->id, .challenge = challenge,
		.redirect_uri = "http://127.0.0.1:7000/cb", .scopes = scopes("api:read"), .state = "xyz" };
	const char *ticket = oauth_code_ticket(w, &request), *code;
	const struct oauth_code *decided;

	assert_non_null(ticket);
	decided = oauth_code_decide(w, span_of(ticket), true, &code);
	assert_non_null(decided);
	assert_string_equal(decided->state, "xyz");
	assert_null(oauth_code_decide(w, span_of(ticket), true, &(const char *){ NULL }));
	return code;
}

static bool
exchange(const struct oauth_client *client, struct span code, struct span uri, struct span with,
	 struct oauth_tokens *out)
{
	return oauth_code_exchange(w, client, &(struct oauth_code_proof){ code, uri, with }, out);
}

static const struct oauth_client *
given_client(void)
{
	static const char *const uris[] = { "http://127.0.0.1/cb", "https://app.example/cb", NULL };

	return oauth_client_add(w, "App", (struct texts){ uris, 2 });
}

static void
a_code_is_exchanged_by_whoever_knows_the_verifier(void **state)
{
	const struct oauth_client *client = given_client();
	int64_t ann = given_user("ann");
	const char *code = given_code(client, ann);
	struct span uri = SPAN("http://127.0.0.1:7000/cb"), given = span_of(code);
	struct oauth_tokens tokens, none;
	struct actor actor;

	(void)state;
	assert_refusal(exchange(client, given, uri, SPAN("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXx"), &none),
		"invalid_grant");
	assert_refusal(exchange(client, given, uri, SPAN(""), &none), "invalid_grant");
	assert_refusal(exchange(client, given, SPAN("http://127.0.0.1:7001/cb"), span_of(verifier), &none),
		"invalid_grant");
	assert_refusal(exchange(hex_cli(), given, uri, span_of(verifier), &none), "invalid_grant");
	assert_true(exchange(client, given, uri, span_of(verifier), &tokens));
	assert_true(opens(tokens.access_token, &actor));
	assert_int_equal(actor.account_id, ann);
	assert_refusal(exchange(client, given, uri, span_of(verifier), &none), "invalid_grant");
	assert_false(opens(tokens.access_token, &actor));
}

static void
a_code_lasts_a_minute(void **state)
{
	const struct oauth_client *client = given_client();
	const char *code = given_code(client, given_user("ann"));
	struct oauth_tokens tokens;

	(void)state;
	w->now += CLOCK_MINUTE;
	assert_refusal(exchange(client, span_of(code), SPAN("http://127.0.0.1:7000/cb"), span_of(verifier), &tokens), "invalid_grant");
}

static void
a_client_is_answered_at_its_own_addresses(void **state)
{
	const struct oauth_client *client = given_client();
	static const char *const good[] = { "http://127.0.0.1/cb", "http://127.0.0.1:80/cb", "http://127.0.0.1:50000/cb",
		"https://app.example/cb" };
	static const char *const bad[] = { "", "http://127.0.0.1:50000/other", "http://127.0.0.1.evil.example/cb",
		"http://127.0.0.1:80@evil.example/cb", "http://127.0.0.1:x/cb", "http://localhost/cb",
		"https://app.example/cb/x", "https://app.example:444/cb", "https://app.example/cb?x=1" };

	(void)state;
	assert_no_fault(w->fault);
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(oauth_client_redirects_to(client, span_of(good[i])));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (oauth_client_redirects_to(client, span_of(bad[i])))
			fail_msg("answered at %s", bad[i]);
	assert_false(oauth_client_redirects_to(hex_cli(), SPAN("http://127.0.0.1/cb")));
	assert_true(oauth_client_remove(w, client->id));
	assert_false(oauth_client_remove(w, client->id));
}

/* ---- what follows from it ---- */

static void
a_token_of_a_session_tells_of_the_users_second_factor(void **state)
{
	int64_t ann = given_user("ann");
	struct oauth_tokens tokens = given_session(ann, "api");
	struct actor actor;

	(void)state;
	given_config();
	assert_non_null(second_factor_enrol(w, account_find_id(w, ann)));
	assert_true(opens(tokens.access_token, &actor));
	assert_false(actor.has_second_factor);
	sql_do("UPDATE second_factor SET confirmed_at = now()");
	assert_true(opens(tokens.access_token, &actor));
	assert_true(actor.has_second_factor);
}

static void
what_is_over_is_forgotten(void **state)
{
	struct oauth_device_codes codes = given_device("api");
	struct oauth_tokens tokens = given_session(given_user("ann"), "api");

	(void)state;
	assert_non_null(codes.device_code);
	assert_non_null(tokens.access_token);
	sql_do("UPDATE oauth_device SET expires_at = now() - interval '2 hours'");
	sql_do("UPDATE token SET expires_at = now() - interval '2 days'");
	assert_true(job_cleanup(w, NULL));
	assert_int_equal(sql_int("SELECT count(*) FROM oauth_device"), 0);
	assert_int_equal(sql_int("SELECT count(*) FROM token"), 0);
	assert_int_equal(sql_int("SELECT count(*) FROM oauth_session"), 1);
	sql_do("UPDATE oauth_session SET expires_at = now() - interval '2 days'");
	assert_true(job_cleanup(w, NULL));
	assert_int_equal(sql_int("SELECT count(*) FROM oauth_session"), 0);
}

TESTS(oauth,
	TEST(a_program_gets_its_token_once_the_user_agreed),
	TEST(who_polls_too_fast_is_slowed_down),
	TEST(a_device_code_can_be_denied_and_expires),
	TEST(a_user_code_may_be_typed_in_any_spelling),
	TEST(repositories_are_expanded_whenever_a_token_is_made),
	TEST(an_unknown_scope_is_refused),
	TEST(an_access_token_lasts_half_an_hour),
	TEST(a_refresh_token_is_good_once_and_betrays_a_thief),
	TEST(a_session_ends_after_thirty_days_however_often_it_is_refreshed),
	TEST(a_refreshed_token_may_cover_less_but_not_more),
	TEST(a_locked_account_refreshes_nothing),
	TEST(the_sixth_session_ends_the_one_that_was_used_least),
	TEST(either_token_ends_the_session),
	TEST(a_client_cannot_end_the_session_of_another),
	TEST(revoking_all_keys_leaves_sessions_alone_and_lists_do_not_show_them),
	TEST(a_key_is_exchanged_for_a_token_that_covers_no_more),
	TEST(a_token_of_a_session_is_no_key),
	TEST(a_code_is_exchanged_by_whoever_knows_the_verifier),
	TEST(a_code_lasts_a_minute),
	TEST(a_client_is_answered_at_its_own_addresses),
	TEST(a_token_of_a_session_tells_of_the_users_second_factor),
	TEST(what_is_over_is_forgotten));
