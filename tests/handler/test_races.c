/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements that come to a row which somebody else is just changing: what they
 * decide must follow from what they find when they get it, not from what there
 * was when they began to wait. One process holds the row, the test runs into it.
 */
#include "crowd.h"

#include "base/clock.h"
#include "domain/account.h"
#include "domain/download.h"
#include "domain/job.h"
#include "domain/limit.h"
#include "domain/oauth.h"
#include "domain/organization.h"
#include "domain/owner.h"
#include "domain/package.h"
#include "domain/registration.h"
#include "domain/release.h"
#include "domain/repository.h"
#include "domain/token.h"

#define DATABASE "races"
#define PASSWORD "correct horse battery"
#define ADDRESS "carol@example.org"

/* ---- downloads ---- */

static bool
flush(void)
{
	int64_t wait = 0;

	return download_flush_all(w, &wait);
}

/* What a test before counted and only its holder flushed belongs to no file of this database. */
static void
given_no_downloads(void)
{
	use_own_database(DATABASE);
	assert_true(flush());
}

static void
given_download(const char *path)
{
	assert_int_equal(get(path)->status, 200);
}

static bool
delete_foo(void)
{
	int64_t id = sql_int("SELECT id FROM package WHERE name = 'foo'");

	return package_lock_to_delete(w, REPOSITORY_CRATES, id) && package_delete(w, id, NULL, w->now);
}

static bool
roll_up(void)
{
	return download_rollup(w, NULL);
}

static void
downloads_of_a_crate_that_is_being_deleted_do_not_hold_up_the_others(void **state)
{
	(void)state;
	given_no_downloads();
	given_crate("alice", "foo", "1.0.0", NULL);
	given_crate("alice", "bar", "1.0.0", NULL);
	given_download("/files/crates/foo/foo-1.0.0.crate");
	given_download("/files/crates/bar/bar-1.0.0.crate");
	hold(DATABASE, delete_foo);

	assert_true(flush());
	assert_no_fault(w->fault);

	assert_was_waited_for();
	assert_int_equal(sql_int("SELECT count(*) FROM download_day"), 1);
	assert_int_equal(sql_int("SELECT count FROM download_day d JOIN release r ON r.id = d.release_id"
		" JOIN package p ON p.id = r.package_id WHERE p.name = 'bar'"), 1);
}

static void
downloads_that_are_written_while_others_are_carried_over_are_carried_too(void **state)
{
	(void)state;
	given_no_downloads();
	given_crate("alice", "foo", "1.0.0", NULL);
	given_download("/files/crates/foo/foo-1.0.0.crate");
	assert_true(flush());
	given_download("/files/crates/foo/foo-1.0.0.crate");
	hold(DATABASE, flush);

	assert_true(roll_up());
	assert_no_fault(w->fault);

	assert_was_waited_for();
	assert_int_equal(sql_int("SELECT count FROM download_day"), 2);
	assert_int_equal(sql_int("SELECT counted FROM download_day"), 2);
	assert_int_equal(sql_int("SELECT downloads FROM package"), 2);
}

static void
downloads_that_are_carried_over_while_recent_ones_are_counted_again_stay(void **state)
{
	(void)state;
	given_no_downloads();
	given_crate("alice", "foo", "1.0.0", NULL);
	for (int i = 0; i < 2; i++) {
		given_download("/files/crates/foo/foo-1.0.0.crate");
		assert_true(flush() && (i > 0 || roll_up()));
	}
	/* As if a day had passed that had one. */
	sql_do("UPDATE package SET recent_downloads = recent_downloads + 1");
	hold(DATABASE, roll_up);

	assert_true(download_refresh_recent(w, NULL));
	assert_no_fault(w->fault);

	assert_was_waited_for();
	assert_int_equal(sql_int("SELECT downloads FROM package"), 2);
	assert_int_equal(sql_int("SELECT recent_downloads FROM package"), 2);
}

/* ---- yanks ---- */

static bool
unyank_foo(void)
{
	bool changed;

	return package_lock(w, sql_int("SELECT id FROM package WHERE name = 'foo'")) &&
	       release_set_yanked(w, sql_int("SELECT id FROM release"), false, NULL, &changed) && changed;
}

static void
a_message_for_a_yank_that_is_being_taken_back_does_not_bring_it_back(void **state)
{
	struct test_request request = { .method = "PATCH", .target = "/api/v1/crates/foo/1.0.0",
		.body = SPAN("{\"version\": {\"yank_message\": \"broken\"}}"),
		.headers = { { "content-type", "application/json" } } };

	(void)state;
	use_own_database(DATABASE);
	given_crate("alice", "foo", "1.0.0", NULL);
	request.token = given_token("alice");
	assert_int_equal(test_send(&(struct test_request){ .method = "DELETE",
		.target = "/api/v1/crates/foo/1.0.0/yank", .token = request.token })->status, 200);
	hold(DATABASE, unyank_foo);

	assert_error(test_send(&request), 400, "Cannot update yank message for a version that is not yanked");

	assert_was_waited_for();
	assert_int_equal(sql_int("SELECT count(*) FROM release WHERE yanked"), 0);
}

/* ---- invitations ---- */

static bool
decline(void)
{
	const struct invitation *i = invitation_find(w, sql_int("SELECT id FROM package"),
		sql_int("SELECT id FROM account WHERE name = 'bob'"));

	return i && invitation_decline(w, i);
}

static void
an_invitation_that_is_being_declined_makes_no_owner(void **state)
{
	struct test_request request = { .method = "PUT", .headers = { { "content-type", "application/json" } } };
	const char *alice, *bob;

	(void)state;
	use_own_database(DATABASE);
	given_crate("alice", "foo", "1.0.0", NULL);
	alice = given_token("alice");
	bob = given_token("bob");
	request.target = "/api/v1/crates/foo/owners";
	request.token = alice;
	request.body = SPAN("{\"owners\": [\"bob\"]}");
	assert_int_equal(test_send(&request)->status, 200);
	hold(DATABASE, decline);

	request.target = arena_printf(w->arena, "/api/v1/me/crate_owner_invitations/%s", sql_text("SELECT id FROM package"));
	request.token = bob;
	request.body = SPAN("{\"crate_owner_invite\": {\"crate_id\": 1, \"accepted\": true}}");
	assert_error(test_send(&request), 404, "Not Found");

	assert_was_waited_for();
	assert_int_equal(sql_int("SELECT count(*) FROM owner"), 1);
}

/* ---- jobs ---- */

static bool
schedule_and_claim(void)
{
	if (!job_schedule(w))
		return false;
	sql_do("UPDATE job SET locked_by = 'another', locked_until = now() + interval '1 hour'");
	return true;
}

static void
a_periodic_job_that_is_taken_as_soon_as_it_is_there_has_no_double(void **state)
{
	(void)state;
	use_own_database(DATABASE);
	sql_do("DELETE FROM job");
	hold(DATABASE, schedule_and_claim);

	assert_true(job_schedule(w));

	assert_was_waited_for();
	assert_int_equal(sql_int("SELECT count(*) - count(DISTINCT unique_key) FROM job"), 0);
}

/* ---- accounts ---- */

static const struct account *
registered(void)
{
	return account_register(w, &(struct registration){ .name = "carol", .address = ADDRESS, .password = PASSWORD });
}

static bool
give_carol_a_token(void)
{
	return token_create(w, &(struct token_new){
		.account_id = sql_int("SELECT id FROM account WHERE name = 'carol'"), .name = "laptop",
	}) != NULL;
}

static void
an_account_that_is_just_given_something_is_not_abandoned(void **state)
{
	(void)state;
	use_own_database(DATABASE);
	assert_non_null(registered());
	assert_non_null(registered());
	hold(DATABASE, give_carol_a_token);

	assert_null(registered());

	assert_fault(w->fault, FAULT_INVALID);
	fault_clear(w->fault);
	assert_was_waited_for();
}

static const struct token *
key_of_alice(void)
{
	return token_create(w, &(struct token_new){
		.account_id = given_account("alice"), .name = "key", .hex = true,
		.grants = { (const char *const[]){ "api" }, 1 },
	});
}

static bool
revoke_key(void)
{
	bool found;

	return token_revoke(w, sql_int("SELECT id FROM account WHERE name = 'alice'"),
			    sql_int("SELECT id FROM token WHERE name = 'key'"), &found) && found;
}

static void
a_key_that_is_being_revoked_is_exchanged_for_nothing(void **state)
{
	struct oauth_tokens tokens;
	struct texts scopes;
	const struct token *key;

	(void)state;
	use_own_database(DATABASE);
	key = key_of_alice();
	assert_non_null(key);
	assert_true(oauth_scopes(w, SPAN("api:read"), "", &scopes));
	assert_true(oauth_key_exchange(w, span_of(key->secret), scopes, &tokens));
	hold(DATABASE, revoke_key);

	assert_false(oauth_key_exchange(w, span_of(key->secret), scopes, &tokens));

	assert_fault(w->fault, FAULT_UNAUTHENTICATED);
	fault_clear(w->fault);
	assert_was_waited_for();
	assert_int_equal(sql_int("SELECT count(*) FROM token WHERE revoked_at IS NULL"), 0);
}

static bool
leave_one_seat(void)
{
	return organization_set_seats(w, sql_int("SELECT id FROM account WHERE name = 'lemons'"), 1);
}

static void
a_seat_that_is_being_taken_away_is_not_given(void **state)
{
	const struct account *lemons;
	int64_t bob;

	(void)state;
	use_own_database(DATABASE);
	bob = given_account("bob");
	lemons = organization_create(w, &(struct account_new){ .name = "lemons" }, given_account("alice"));
	assert_non_null(lemons);
	hold(DATABASE, leave_one_seat);

	assert_false(organization_add_member(w, lemons->id, bob, ROLE_READ));

	assert_fault(w->fault, FAULT_INVALID);
	fault_clear(w->fault);
	assert_was_waited_for();
}

/* ---- limits ---- */

static void
requests_that_overtake_each_other_take_one_token_each(void **state)
{
	const struct limit limit = { "thing", 3, CLOCK_MINUTE, "Too often", "there" };
	int64_t account = given_account("alice");

	(void)state;
	assert_true(limit_take(w, account, &limit));
	for (int left = 2; left > 0; left--) {
		w->now -= CLOCK_SECOND;
		assert_true(limit_take(w, account, &limit));
		assert_int_equal(sql_int("SELECT tokens FROM rate_bucket"), left);
	}
	w->now -= CLOCK_SECOND;
	assert_false(limit_take(w, account, &limit));
	assert_fault(w->fault, FAULT_LIMITED);
	fault_clear(w->fault);

	w->now += CLOCK_MINUTE;
	assert_true(limit_take(w, account, &limit));
}

TESTS(races,
	TEST_ALONE(downloads_of_a_crate_that_is_being_deleted_do_not_hold_up_the_others),
	TEST_ALONE(downloads_that_are_written_while_others_are_carried_over_are_carried_too),
	TEST_ALONE(downloads_that_are_carried_over_while_recent_ones_are_counted_again_stay),
	TEST_ALONE(a_message_for_a_yank_that_is_being_taken_back_does_not_bring_it_back),
	TEST_ALONE(an_invitation_that_is_being_declined_makes_no_owner),
	TEST_ALONE(a_periodic_job_that_is_taken_as_soon_as_it_is_there_has_no_double),
	TEST_ALONE(an_account_that_is_just_given_something_is_not_abandoned),
	TEST_ALONE(a_key_that_is_being_revoked_is_exchanged_for_nothing),
	TEST_ALONE(a_seat_that_is_being_taken_away_is_not_given),
	TEST(requests_that_overtake_each_other_take_one_token_each),
);

TEST_MAIN("races", TEST_LIST(races))
