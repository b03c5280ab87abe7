/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CI jobs that publish Hex packages: what their temporary tokens open, and
 * what they do not. How a job comes by one needs a provider and is tested end
 * to end.
 */
#include "support.h"

#include "base/clock.h"
#include "domain/account.h"
#include "domain/oauth.h"
#include "domain/organization.h"
#include "domain/trustpub.h"
#include "hex.h"
#include "request.h"

static const struct trustpub_naming naming = { .repository = "repository", .run = "run_id" };
static const struct trustpub_identity job = {
	.provider = ISSUER_GITHUB,
	.naming = &naming,
	.repository = "octo/lemons",
	.run = "4711",
	.sha = "f00d",
};

/* A token for the scopes, which publishes PACKAGE_ID (0: nothing). */
static const char *
given_job(const char *scope, int64_t package_id)
{
	struct trustpub_offer offer = {
		.ecosystem = "hex",
		.lifetime = 900 * CLOCK_SECOND,
		.package_ids = &package_id,
		.package_count = package_id != 0,
	};
	const char *token;

	w->now = clock_now();
	assert_true(oauth_scopes(w, span_of(scope), "", &offer.grants));
	token = trustpub_issue(w, &job, &offer);
	assert_non_null(token);
	return arena_printf(w->arena, "Bearer %s", token);
}

static void
given_organization(const char *name, const char *admin)
{
	const struct account_new n = { .name = name };

	assert_non_null(organization_create(w, &n, given_account(admin)));
}

static int64_t
id_of(const char *package)
{
	return sql_int("SELECT id FROM package WHERE name = '%s'", package);
}

static int
status_of(const char *token, const char *method, const char *target, const char *body)
{
	return ask(token, method, target, body)->status;
}

static const struct test_answer *
bring(const char *token, const char *target, const char *name, const char *version)
{
	struct test_request r = { .method = "POST", .target = target, .token = token,
		.body = hex_tarball_of(name, version, NULL) };

	return test_send(&r);
}

static void
a_job_publishes_its_package(void **state)
{
	const struct test_answer *answer;
	const char *token;

	(void)state;
	given_hex("alice", NULL, "lemon", "1.0.0", NULL);
	token = given_job("package:hexpm/lemon", id_of("lemon"));

	answer = bring(token, "/api/publish?replace=false", "lemon", "1.1.0");
	assert_int_equal(answer->status, 201);
	assert_string_equal(answer_text(answer, "publisher"), "null");
	assert_string_equal(sql_text("SELECT meta #>> '{trustpub_data,run_id}' FROM release WHERE version = '1.1.0'"), "4711");
	assert_int_equal(sql_int("SELECT count(*) FROM audit WHERE action = 'release.publish' AND account_id IS NULL"
		" AND details #>> '{trustpub_data,repository}' = 'octo/lemons'"
		" AND details #>> '{release,version}' = '1.1.0'"), 1);
	assert_non_null(strstr(sql_text("SELECT body FROM mail WHERE subject LIKE '%%1.1.0%%'"), "github octo/lemons"));

	assert_int_equal(bring(token, "/api/packages/lemon/releases", "lemon", "1.1.0")->status, 200);
	assert_int_equal(status_of(token, "POST", "/api/packages/lemon/releases/1.0.0/retire",
		"{\"reason\": \"security\"}"), 204);
	assert_int_equal(sql_int("SELECT count(*) FROM audit WHERE action = 'release.retire'"
		" AND details #>> '{trustpub_data,run_id}' = '4711'"), 1);
	assert_int_equal(status_of(token, "GET", "/api/auth?domain=package&resource=lemon", NULL), 204);
	assert_int_equal(status_of(token, "DELETE", "/api/packages/lemon/releases/1.1.0", NULL), 204);
}

static void
a_job_does_nothing_else(void **state)
{
	const char *token;

	(void)state;
	given_hex("alice", NULL, "lemon", "1.0.0", NULL);
	given_hex("alice", NULL, "lime", "1.0.0", NULL);
	token = given_job("package:hexpm/lemon", id_of("lemon"));

	assert_int_equal(bring(token, "/api/publish", "lime", "1.1.0")->status, 401);
	assert_int_equal(bring(token, "/api/publish", "orange", "1.0.0")->status, 401);
	assert_int_equal(status_of(token, "DELETE", "/api/packages/lime/releases/1.0.0", NULL), 401);
	assert_int_equal(status_of(token, "PUT", "/api/packages/lemon/owners/bob", "{}"), 403);
	assert_int_equal(status_of(token, "GET", "/api/users/me", NULL), 404);
	assert_int_equal(status_of(token, "GET", "/api/users/me/audit-logs", NULL), 404);
	assert_int_equal(status_of(token, "GET", "/api/keys", NULL), 404);
	assert_int_equal(status_of(token, "POST", "/api/keys", "{\"name\": \"x\"}"), 401);
	assert_int_equal(status_of(token, "GET", "/api/auth?domain=api&resource=write", NULL), 401);
	assert_int_equal(status_of(token, "GET", "/api/auth?domain=package&resource=lime", NULL), 401);
	assert_answer(ask(token, "GET", "/api/orgs", NULL), 200, "[]");
	assert_int_equal(sql_int("SELECT count(*) FROM release"), 2);
}

static void
a_token_of_one_protocol_is_none_of_another(void **state)
{
	const char *hex, *crates;
	int64_t id;

	(void)state;
	given_hex("alice", NULL, "lemon", "1.0.0", NULL);
	id = id_of("lemon");
	hex = given_job("package:hexpm/lemon", id);
	crates = trustpub_issue(w, &job, &(struct trustpub_offer){ .ecosystem = "crates", .lifetime = CLOCK_HOUR,
		.package_ids = &id, .package_count = 1 });

	assert_non_null(crates);
	assert_int_equal(status_of(hex, "GET", "/api/v1/me", NULL), 401);
	assert_int_equal(bring(crates, "/api/publish", "lemon", "1.1.0")->status, 401);
	assert_int_equal(bring(arena_printf(w->arena, "hex_tp_%s", crates + strlen("cio_tp_")), "/api/publish", "lemon",
		"1.1.0")->status, 401);
	assert_int_equal(sql_int("SELECT count(*) FROM release"), 1);
}

static void
a_job_sees_the_private_repository_it_was_let_into(void **state)
{
	const char *publishes, *fetches, *both;
	int64_t secret;

	(void)state;
	given_organization("lemons", "alice");
	given_organization("limes", "alice");
	given_hex("alice", "lemons", "secret", "1.0.0", NULL);
	given_hex("alice", "limes", "hidden", "1.0.0", NULL);
	secret = id_of("secret");
	publishes = given_job("package:lemons/secret", secret);
	fetches = given_job("repository:lemons", 0);
	both = given_job("repository:lemons package:lemons/secret", secret);

	assert_int_equal(status_of(publishes, "GET", "/api/repos/lemons/packages/secret", NULL), 200);
	assert_int_equal(status_of(publishes, "GET", "/repo/repos/lemons/packages/secret", NULL), 401);
	assert_int_equal(status_of(fetches, "GET", "/api/repos/lemons/packages/secret", NULL), 401);
	assert_int_equal(status_of(fetches, "GET", "/repo/repos/lemons/packages/secret", NULL), 200);
	assert_int_equal(status_of(fetches, "GET", "/repo/repos/lemons/tarballs/secret-1.0.0.tar", NULL), 200);
	assert_int_equal(bring(fetches, "/api/repos/lemons/publish", "secret", "1.1.0")->status, 401);
	assert_int_equal(bring(both, "/api/repos/lemons/publish", "secret", "1.1.0")->status, 201);
	assert_int_equal(status_of(both, "GET", "/api/repos/lemons", NULL), 200);

	assert_int_equal(status_of(both, "GET", "/api/repos/limes", NULL), 404);
	assert_int_equal(status_of(both, "GET", "/api/repos/limes/packages/hidden", NULL), 404);
	assert_int_equal(status_of(both, "GET", "/repo/repos/limes/packages/hidden", NULL), 404);
	assert_int_equal(status_of(both, "GET", "/api/orgs/lemons", NULL), 404);
	assert_int_equal(bring(both, "/api/repos/lemons/publish", "other", "1.0.0")->status, 401);
}

static void
a_name_that_changed_hands_is_another_package(void **state)
{
	const char *token;

	(void)state;
	given_hex("alice", NULL, "lemon", "1.0.0", NULL);
	token = given_job("package:hexpm/lemon", id_of("lemon"));
	assert_int_equal(status_of(given_token("alice"), "DELETE", "/api/packages/lemon/releases/1.0.0", NULL), 204);
	assert_int_equal(bring(token, "/api/publish", "lemon", "1.0.0")->status, 403);

	given_hex("bob", NULL, "lemon", "1.0.0", NULL);
	assert_int_equal(bring(token, "/api/publish", "lemon", "1.1.0")->status, 403);
	assert_int_equal(status_of(token, "POST", "/api/packages/lemon/retire", "{\"reason\": \"other\"}"), 403);
	assert_int_equal(sql_int("SELECT count(*) FROM release"), 1);
}

static void
a_token_of_a_job_lasts_for_minutes(void **state)
{
	const struct test_answer *answer;
	const char *token;

	(void)state;
	given_hex("alice", NULL, "lemon", "1.0.0", NULL);
	token = given_job("package:hexpm/lemon", id_of("lemon"));
	assert_int_equal(sql_int("SELECT extract(epoch FROM expires_at - created_at)::bigint FROM trusted_token"), 900);
	sql_do("UPDATE trusted_token SET expires_at = now() - interval '1 second', created_at = now() - interval '1 hour'");
	answer = bring(token, "/api/publish", "lemon", "1.1.0");
	assert_int_equal(answer->status, 401);
	assert_string_equal(answer_header(answer, "www-authenticate"), "Bearer realm=\"hex\", error=\"token_expired\"");
}

TESTS(hex_jobs,
	TEST(a_job_publishes_its_package),
	TEST(a_job_does_nothing_else),
	TEST(a_token_of_one_protocol_is_none_of_another),
	TEST(a_job_sees_the_private_repository_it_was_let_into),
	TEST(a_name_that_changed_hands_is_another_package),
	TEST(a_token_of_a_job_lasts_for_minutes),
);
