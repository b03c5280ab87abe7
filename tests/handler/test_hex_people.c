/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What transcripts cannot say of Hex users: second factors, which are of their
 * time, and keys that carry Erlang terms.
 */
#include "support.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/totp.h"
#include "domain/account.h"
#include "domain/oauth.h"
#include "domain/second_factor.h"
#include "request.h"

#define HEX_CLI "78ea6566-89fd-481e-a1d6-7d9d78eacca8"

/* An application's access token for the account, as a header. */
static const char *
given_application(const char *name, const char *scope)
{
	const struct oauth_client *client = oauth_client_get(w, SPAN(HEX_CLI));
	int64_t id = given_account(name);
	struct oauth_device_codes codes;
	struct oauth_tokens tokens;
	struct texts scopes;
	const char *ticket;
	bool found;

	assert_true(oauth_scopes(w, span_of(scope), "", &scopes));
	assert_true(oauth_device_begin(w, client, scopes, NULL, &codes));
	ticket = oauth_device_ticket(w, oauth_device_find(w, span_of(codes.user_code)), id);
	assert_true(oauth_device_decide(w, span_of(ticket), true, &found));
	assert_true(oauth_device_exchange(w, client, span_of(codes.device_code), &tokens));
	return arena_printf(w->arena, "Bearer %s", tokens.access_token);
}

static const char *
code_of(const char *name)
{
	uint8_t secret[TOTP_SECRET_SIZE];
	const char *hex = sql_text("SELECT encode(secret, 'hex') FROM second_factor f JOIN account a ON a.id = f.account_id"
		" WHERE a.name = '%s'", name);

	assert_true(decode_hex(span_of(hex), secret, sizeof(secret)));
	return totp_code(w->arena, secret, clock_now());
}

static void
given_second_factor(const char *name)
{
	int64_t id = given_account(name);

	w->config = test_config;
	assert_non_null(second_factor_enrol(w, account_find_id(w, id)));
	w->now = clock_now();
	assert_true(second_factor_confirm(w, id, span_of(code_of(name))));
}

/* Make a key; CODE NULL: without the header. */
static const struct test_answer *
make_key(const char *authorization, const char *code)
{
	struct test_request r = {
		.method = "POST",
		.target = "/api/keys",
		.body = SPAN("{\"name\": \"laptop\"}"),
		.headers = { { "authorization", authorization }, { "content-type", "application/json" } },
	};

	if (code)
		r.headers[2] = (struct header){ "x-hex-otp", code };
	return test_send(&r);
}

static void
assert_challenge(const struct test_answer *a, const char *challenge)
{
	assert_int_equal(a->status, 401);
	assert_string_equal(answer_header(a, "www-authenticate"), challenge);
}

static void
an_application_that_writes_shows_the_users_second_factor(void **state)
{
	const char *application = given_application("ann", "api");
	const struct test_answer *a;

	(void)state;
	clock_set(INT64_C(1778407200) * CLOCK_SECOND);
	assert_int_equal(make_key(application, NULL)->status, 201);
	given_second_factor("ann");

	a = make_key(application, NULL);
	assert_challenge(a, "Bearer realm=\"hex\", error=\"totp_required\"");
	assert_string_equal(answer_text(a, "message"),
		"Two-factor authentication required. Include X-Hex-OTP header with your TOTP code.");
	a = make_key(application, "nonsense");
	assert_challenge(a, "Bearer realm=\"hex\", error=\"invalid_totp\"");
	assert_string_equal(answer_text(a, "message"), "Invalid two-factor authentication code");
	assert_int_equal(make_key(application, code_of("ann"))->status, 201);
	assert_int_equal(make_key(application, code_of("ann"))->status, 201);
}

static void
reading_needs_no_second_factor_and_keys_are_exempt(void **state)
{
	const char *application, *key;
	struct test_request r = { .method = "GET", .target = "/api/users/me" };

	(void)state;
	clock_set(INT64_C(1778407200) * CLOCK_SECOND);
	application = given_application("ann", "api");
	given_second_factor("ann");
	r.headers[0] = (struct header){ "authorization", application };
	assert_int_equal(test_send(&r)->status, 200);
	key = answer_text(make_key(application, code_of("ann")), "secret");
	assert_int_equal(make_key(key, NULL)->status, 201);
}

static void
five_wrong_codes_are_enough(void **state)
{
	const char *application;
	const struct test_answer *a;

	(void)state;
	clock_set(INT64_C(1778407200) * CLOCK_SECOND);
	application = given_application("ann", "api");
	given_second_factor("ann");
	for (int i = 0; i < 5; i++)
		assert_int_equal(make_key(application, "zzzzzz")->status, 401);
	a = make_key(application, code_of("ann"));
	assert_int_equal(a->status, 429);
	assert_string_equal(answer_text(a, "message"),
		"Too many failed two-factor authentication attempts. Please try again later.");
	clock_set(clock_now() + 10 * CLOCK_MINUTE);
	assert_int_equal(make_key(application, code_of("ann"))->status, 201);
}

static void
a_registry_may_demand_a_second_factor_of_every_application(void **state)
{
	const char *application = given_application("ann", "api");
	const struct test_answer *a;

	(void)state;
	test_config->hex_second_factor = true;
	a = make_key(application, NULL);
	assert_int_equal(a->status, 403);
	assert_string_equal(answer_text(a, "message"), "Two-factor authentication must be enabled for API write access");
	assert_int_equal(make_key(given_token("ann"), NULL)->status, 201);
}

static void
an_application_does_only_what_it_was_allowed(void **state)
{
	const char *application = given_application("ann", "api:read");
	const struct test_answer *a = make_key(application, NULL);

	(void)state;
	assert_int_equal(a->status, 401);
	assert_string_equal(answer_text(a, "message"), "key not authorized for this action");
}

/* The page asks for the second factor, too. */
static void
a_user_with_a_second_factor_logs_in_with_it(void **state)
{
	struct oauth_device_codes codes;
	struct texts scopes;
	struct test_request r = { .method = "POST", .target = "/oauth/device",
		.headers = { { "content-type", "application/x-www-form-urlencoded" } } };

	(void)state;
	clock_set(INT64_C(1778407200) * CLOCK_SECOND);
	w->now = clock_now();
	given_second_factor("ann");
	assert_true(account_set_password(w, given_account("ann"), "correct-horse"));
	assert_true(oauth_scopes(w, SPAN("api"), "", &scopes));
	assert_true(oauth_device_begin(w, oauth_client_get(w, SPAN(HEX_CLI)), scopes, NULL, &codes));
	r.body = span_of(arena_printf(w->arena, "user_code=%s&username=ann&password=correct-horse&otp=", codes.user_code));
	assert_int_equal(test_send(&r)->status, 401);
	r.body = span_of(arena_printf(w->arena, "user_code=%s&username=ann&password=correct-horse&otp=%s",
		codes.user_code, code_of("ann")));
	assert_int_equal(test_send(&r)->status, 200);
	assert_int_equal(sql_int("SELECT count(*) FROM oauth_device WHERE ticket_hash IS NOT NULL"), 1);
}

/* #{<<"name">> => <<"ci">>, <<"permissions">> => [#{<<"domain">> => <<"api">>, <<"resource">> => nil}]}, as OTP 25 writes it. */
static void
a_key_is_made_by_erlang_terms(void **state)
{
	static const char body[] =
		"\x83" "t\0\0\0\2" "m\0\0\0\4name" "m\0\0\0\2ci" "m\0\0\0\013permissions"
		"l\0\0\0\1" "t\0\0\0\2" "m\0\0\0\6domain" "m\0\0\0\3api" "m\0\0\0\010resource" "d\0\3nil" "j";
	struct test_request r = {
		.method = "POST",
		.target = "/api/keys",
		.token = given_token("ann"),
		.body = span_make(body, sizeof(body) - 1),
		.headers = { { "content-type", "application/vnd.hex+erlang" } },
	};
	const struct test_answer *a = test_send(&r);

	(void)state;
	assert_int_equal(a->status, 201);
	assert_string_equal(answer_text(a, "name"), "ci");
	assert_string_equal(answer_text(a, "permissions[0].domain"), "api");
	r.body.len--;
	assert_int_equal(test_send(&r)->status, 400);
}

TESTS(hex_people,
	TEST(an_application_that_writes_shows_the_users_second_factor),
	TEST(reading_needs_no_second_factor_and_keys_are_exempt),
	TEST(five_wrong_codes_are_enough),
	TEST(a_registry_may_demand_a_second_factor_of_every_application),
	TEST(an_application_does_only_what_it_was_allowed),
	TEST(a_user_with_a_second_factor_logs_in_with_it),
	TEST(a_key_is_made_by_erlang_terms));
DECLARE_TESTS(hex_jobs);

TEST_MAIN("hex_people", TEST_LIST(hex_people), TEST_LIST(hex_jobs))
