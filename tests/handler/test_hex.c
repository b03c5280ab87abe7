/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a transcript cannot say of the Hex protocol: broken connections, many
 * at once, counted downloads. Tests that commit have a database of their own.
 */
#include "crowd.h"
#include "hex.h"

#include "base/clock.h"
#include "db/session.h"
#include "domain/download.h"
#include "domain/maintenance.h"

static void
assert_verified(void)
{
	struct verify_options options = { 0 };
	struct verify_result result;

	assert_true(verify_run(w, &options, &result));
	for (const struct problem *p = result.first; p; p = p->next)
		print_error("%s %s: %s\n", p->kind, p->subject, p->text);
	assert_int_equal(result.problems, 0);
}

/* No row of a publish without all the others, and no release without its bytes. */
static void
assert_all_or_nothing(int64_t releases)
{
	assert_int_equal(sql_int("SELECT count(*) FROM release"), releases);
	assert_int_equal(sql_int("SELECT count(*) FROM file f JOIN blob b USING (sha256)"), releases);
	assert_int_equal(sql_int("SELECT count(*) FROM release_hex"), releases);
	assert_int_equal(sql_int("SELECT count(*) FROM audit WHERE action = 'release.publish'"), releases);
	assert_int_equal(sql_int("SELECT count(*) FROM package"), releases > 0);
	assert_int_equal(sql_int("SELECT count(*) FROM owner"), releases > 0);
	assert_int_equal(sql_int("SELECT count(*) FROM index_object WHERE path LIKE 'packages/%%'"), releases > 0);
	assert_verified();
}

static void
a_publish_whose_connection_breaks_anywhere_leaves_nothing(void **state)
{
	struct test_request request = { .method = "POST", .target = "/api/publish" };
	const struct test_answer *answer = NULL;
	bool reached = true;
	int64_t n;

	(void)state;
	use_own_database("hex_breaking");
	request.token = given_token("alice");
	request.body = hex_tarball_of("lemon", "1.0.0", NULL);
	for (n = 1; reached; n++) {
		w->db->break_at = n;
		answer = test_send(&request);
		reached = w->db->break_at == 0;
		w->db->break_at = 0;
		if (answer->status == 201)
			break;
		assert_int_equal(answer->status, 503);
		assert_string_equal(answer_text(answer, "message"), "Service unavailable");
		assert_all_or_nothing(0);
	}
	assert_true(n > 10);
	assert_int_equal(answer->status, 201);
	assert_all_or_nothing(1);
}

static enum crowd_outcome
judge(const struct test_answer *answer)
{
	if (answer->status == 201)
		return CROWD_DONE;
	return answer->status == 422 && strstr(answer->body.at, "must include the --replace flag") ? CROWD_REFUSED
												  : CROWD_BROKEN;
}

/* By each of the crowd, BODIES in turn. */
static void
publish_at_once(const char *dbname, const struct span *bodies, size_t count, int answers[CROWD__MAX])
{
	struct test_request request = { .method = "POST", .target = "/api/publish?replace=false",
		.token = given_token("alice") };

	ask_at_once(&(struct crowd){ dbname, &request, bodies, count, judge }, answers);
}

static void
of_identical_publishes_at_once_one_succeeds(void **state)
{
	struct span body;
	int answers[CROWD__MAX];

	(void)state;
	use_own_database("hex_identical");
	body = hex_tarball_of("lemon", "1.0.0", NULL);
	publish_at_once("hex_identical", &body, 1, answers);
	assert_int_equal(answers[CROWD_DONE], 1);
	assert_int_equal(answers[CROWD_REFUSED], CROWD_SIZE - 1);
	assert_all_or_nothing(1);
}

static void
different_packages_at_once_are_all_in_the_lists(void **state)
{
	struct span bodies[CROWD_SIZE];
	int answers[CROWD__MAX];

	(void)state;
	use_own_database("hex_different");
	for (size_t i = 0; i < CROWD_SIZE; i++)
		bodies[i] = hex_tarball_of(arena_printf(w->arena, "lemon%zu", i), "1.0.0", NULL);
	publish_at_once("hex_different", bodies, CROWD_SIZE, answers);
	assert_int_equal(answers[CROWD_DONE], CROWD_SIZE);
	assert_int_equal(sql_int("SELECT package_count FROM repository WHERE name = 'hexpm'"), CROWD_SIZE);
	assert_verified();
}

static void
tarballs_that_are_fetched_count_as_downloads(void **state)
{
	int64_t wait = 0;

	(void)state;
	given_hex("alice", NULL, "lemon", "1.0.0", NULL);
	for (int i = 0; i < 3; i++)
		assert_int_equal(get("/repo/tarballs/lemon-1.0.0.tar")->status, 200);
	assert_int_equal(get("/repo/packages/lemon")->status, 200);

	assert_true(download_flush_all(w, &wait));
	assert_true(download_rollup(w, NULL));

	assert_int_equal(doc_at(get("/api/packages/lemon")->json, "downloads.all")->is.integer, 3);
	assert_int_equal(doc_at(get("/api/packages/lemon")->json, "downloads.recent")->is.integer, 3);
	assert_int_equal(doc_at(get("/api/packages/lemon")->json, "downloads.week")->is.integer, 3);
	assert_int_equal(doc_at(get("/api/packages/lemon")->json, "downloads.day")->is.integer, 3);
	assert_int_equal(doc_at(get("/api/packages/lemon/releases/1.0.0")->json, "downloads")->is.integer, 3);
	assert_int_equal(doc_at(get("/api/packages/lemon/releases/1.0.0?downloads=day")->json, "downloads[0][1]")
		->is.integer, 3);
	assert_int_equal(strlen(answer_text(get("/api/packages/lemon/releases/1.0.0?downloads=month"),
		"downloads[0][0]")), strlen("2026-05"));
	assert_null(doc_at(get("/api/packages/lemon/releases/1.0.0?downloads=day&downloads_before=2020-01-01")->json,
		"downloads[0]"));
}

TESTS(hex_protocol,
	TEST_ALONE(a_publish_whose_connection_breaks_anywhere_leaves_nothing),
	TEST_ALONE(of_identical_publishes_at_once_one_succeeds),
	TEST_ALONE(different_packages_at_once_are_all_in_the_lists),
	TEST(tarballs_that_are_fetched_count_as_downloads),
);
