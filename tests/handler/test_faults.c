/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens when the database goes away, or is crowded, in the middle of a
 * request: a clean answer, nothing half done, and service again afterwards.
 * These tests commit; each has a database of its own.
 */
#include "crowd.h"

#include <dirent.h>

#include "db/session.h"
#include "domain/account.h"
#include "domain/organization.h"

static int
count_spool_files(void)
{
	DIR *dir = opendir(test_config->spool_dir);
	int count = 0;

	if (!dir)
		return -1;
	for (struct dirent *e; (e = readdir(dir));)
		count += e->d_name[0] != '.';
	closedir(dir);
	return count;
}

/* No row of a publish without all the others, and no release without its bytes. */
static void
assert_all_or_nothing(int64_t releases)
{
	assert_int_equal(sql_int("SELECT count(*) FROM release"), releases);
	assert_int_equal(sql_int("SELECT count(*) FROM file f JOIN blob b USING (sha256)"), releases);
	assert_int_equal(sql_int("SELECT count(*) FROM release_crate"), releases);
	assert_int_equal(sql_int("SELECT count(*) FROM audit WHERE action = 'publish'"), releases);
	assert_int_equal(sql_int("SELECT count(*) FROM package"), releases > 0);
	assert_int_equal(sql_int("SELECT count(*) FROM index_object WHERE path LIKE '%%foo'"), releases > 0);
	assert_int_equal(count_spool_files(), 0);
}

/* ---- the database goes away at the n-th statement ---- */

/* Ask with the connection breaking at statement N; whether it got that far. */
static bool
ask_breaking_at(int64_t n, const struct test_request *request, const struct test_answer **answer)
{
	bool reached;

	w->db->break_at = n;
	*answer = test_send(request);
	reached = w->db->break_at == 0;
	w->db->break_at = 0;
	return reached;
}

static void
a_publish_whose_connection_breaks_anywhere_leaves_nothing(void **state)
{
	struct test_request request = { .method = "PUT", .target = "/api/v1/crates/new" };
	const struct test_answer *answer;
	int64_t n;

	(void)state;
	use_own_database("breaking_publish");
	request.token = given_token("alice");
	request.body = publish_body("foo", "1.0.0", "{\"keywords\": [\"k\"], \"categories\": [\"encoding\"]}");
	for (n = 1; ask_breaking_at(n, &request, &answer); n++) {
		if (answer->status == 200)
			break;
		assert_error(answer, 503, "Service unavailable");
		assert_all_or_nothing(0);
	}
	assert_true(n > 10);
	assert_int_equal(answer->status, 200);
	assert_all_or_nothing(1);
}

static void
a_yank_whose_connection_breaks_anywhere_is_undone(void **state)
{
	struct test_request request = { .method = "DELETE", .target = "/api/v1/crates/foo/1.0.0/yank" };
	const struct test_answer *answer;
	int64_t n;

	(void)state;
	use_own_database("breaking_yank");
	given_crate("alice", "foo", "1.0.0", NULL);
	request.token = given_token("alice");
	for (n = 1; ask_breaking_at(n, &request, &answer) && answer->status != 200; n++) {
		assert_error(answer, 503, "Service unavailable");
		assert_int_equal(sql_int("SELECT count(*) FROM release WHERE yanked"), 0);
		assert_non_null(strstr(get("/index/3/f/foo")->body.at, "\"yanked\":false"));
	}
	assert_true(n > 3);
	assert_int_equal(sql_int("SELECT count(*) FROM release WHERE yanked"), 1);
	assert_int_equal(sql_int("SELECT count(*) FROM audit WHERE action = 'yank'"), 1);
	assert_non_null(strstr(get("/index/3/f/foo")->body.at, "\"yanked\":true"));
}

/* Requests of the identity half of the Hex API, and how many rows there are of what they make. */
static const struct identity_request {
	const char *target;
	const char *body;
	int status;
	const char *made;
} identity_requests[] = {
	{ "/api/users",
	  "{\"username\": \"carol\", \"password\": \"correct horse\", \"email\": \"carol@example.org\"}", 201,
	  "SELECT (SELECT count(*) FROM account WHERE name = 'carol') + (SELECT count(*) FROM mail)"
	  " + (SELECT count(*) FROM audit a JOIN account c ON c.id = a.account_id AND c.name = 'carol')" },
	{ "/api/keys", "{\"name\": \"laptop\"}", 201,
	  "SELECT (SELECT count(*) FROM token WHERE name = 'laptop')"
	  " + (SELECT count(*) FROM audit WHERE details #>> '{key,name}' = 'laptop')" },
	{ "/api/orgs/lemons/members", "{\"name\": \"bob\", \"role\": \"read\"}", 200,
	  "SELECT count(*) FROM membership m JOIN account a ON a.id = m.account_id WHERE a.name = 'bob'" },
	{ "/api/oauth/device_authorization", "{\"client_id\": \"78ea6566-89fd-481e-a1d6-7d9d78eacca8\"}", 200,
	  "SELECT count(*) FROM oauth_device" },
};

static void
assert_made_or_not(const struct identity_request *r)
{
	struct test_request request = { .method = "POST", .target = r->target, .body = span_of(r->body),
		.headers = { { "content-type", "application/json" } } };
	const struct test_answer *answer;
	int64_t n;

	if (strcmp(r->target, "/api/users") != 0)
		request.token = given_token("alice");
	for (n = 1; ask_breaking_at(n, &request, &answer) && answer->status != r->status; n++) {
		if (answer->status != 503)
			fail_msg("%s at statement %lld: %d", r->target, (long long)n, answer->status);
		if (sql_int("%s", r->made) != 0)
			fail_msg("%s at statement %lld: something is left", r->target, (long long)n);
		/* Registrations are counted, failed ones too. */
		sql_do("DELETE FROM limit_window");
	}
	assert_int_equal(answer->status, r->status);
	assert_true(n > 1);
	assert_true(sql_int("%s", r->made) > 0);
}

static void
an_identity_whose_connection_breaks_anywhere_is_whole_or_not_there(void **state)
{
	const struct account_new lemons = { .name = "lemons" };

	(void)state;
	use_own_database("breaking_identity");
	given_account("bob");
	assert_non_null(organization_create(w, &lemons, given_account("alice")));
	for (size_t i = 0; i < ARRAY_LEN(identity_requests); i++)
		assert_made_or_not(&identity_requests[i]);
}

static void
every_read_answers_503_while_the_database_is_away(void **state)
{
	static const char *const targets[] = {
		"/api/v1/crates", "/api/v1/crates?q=foo", "/api/v1/crates/foo", "/api/v1/crates/foo/1.0.0",
		"/api/v1/crates/foo/versions", "/api/v1/crates/foo/owners", "/api/v1/crates/foo/downloads",
		"/api/v1/crates/foo/reverse_dependencies", "/api/v1/keywords", "/api/v1/categories", "/api/v1/summary",
		"/api/v1/users/alice", "/index/3/f/foo", "/files/crates/foo/foo-1.0.0.crate", "/-/ready",
	};
	struct db *away;

	(void)state;
	use_own_database("away");
	given_crate("alice", "foo", "1.0.0", NULL);
	away = test_connection("host=/nonexistent");
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		const struct test_answer *answer;

		test_app_use(away);
		answer = get(targets[i]);
		if (answer->status != 503)
			fail_msg("%s: %d %s", targets[i], answer->status, answer->body.at);
		test_app_use(w->db);
		assert_int_equal(get(targets[i])->status, 200);
	}
}

static void
health_does_not_need_the_database(void **state)
{
	(void)state;
	use_own_database("health");
	test_app_use(test_connection("host=/nonexistent"));
	assert_int_equal(get("/-/health")->status, 200);
}

/* ---- the disk ---- */

static void
a_spool_that_cannot_be_written_leaves_nothing(void **state)
{
	const struct test_answer *answer;

	(void)state;
	use_own_database("spool");
	test_config->spool_dir = "/nonexistent/tmp";
	answer = publish(given_token("alice"), "foo", "1.0.0", NULL);
	assert_true(answer->status >= 500);
	assert_non_null(doc_at(answer->json, "errors[0].detail"));
	assert_null(strstr(answer->body.at, "nonexistent"));
	test_config->spool_dir = arena_printf(w->arena, "%s/data/tmp", test_directory);
	assert_all_or_nothing(0);
}

static void
a_store_that_cannot_be_written_leaves_nothing(void **state)
{
	const struct test_answer *answer;

	(void)state;
	use_own_database("store");
	/* A file where a directory should be: root is stopped by that, too. */
	test_config->blob_dir = arena_printf(w->arena, "%s/entrepot.conf", test_directory);
	answer = publish(given_token("alice"), "foo", "1.0.0", NULL);
	assert_true(answer->status >= 500);
	assert_null(strstr(answer->body.at, "entrepot.conf"));
	assert_all_or_nothing(0);
}

/* ---- many at once ---- */

static enum crowd_outcome
judge(const struct test_answer *answer)
{
	if (answer->status == 200)
		return CROWD_DONE;
	return answer->status == 400 && strstr(answer->body.at, "is already uploaded") ? CROWD_REFUSED : CROWD_BROKEN;
}

/* By each of the crowd, BODIES in turn. */
static void
publish_at_once(const char *dbname, const struct span *bodies, size_t count, int answers[CROWD__MAX])
{
	struct test_request request = { .method = "PUT", .target = "/api/v1/crates/new", .token = given_token("alice") };

	ask_at_once(&(struct crowd){ dbname, &request, bodies, count, judge }, answers);
}

static void
of_identical_publishes_at_once_one_succeeds(void **state)
{
	struct span body;
	int answers[CROWD__MAX];

	(void)state;
	use_own_database("identical");
	body = publish_body("foo", "1.0.0", "{\"keywords\": [\"a\", \"b\"]}");
	publish_at_once("identical", &body, 1, answers);
	assert_int_equal(answers[CROWD_DONE], 1);
	assert_int_equal(answers[CROWD_REFUSED], CROWD_SIZE - 1);
	assert_all_or_nothing(1);
}

static void
different_versions_at_once_all_succeed(void **state)
{
	struct span bodies[CROWD_SIZE];
	int answers[CROWD__MAX];

	(void)state;
	use_own_database("versions");
	for (size_t i = 0; i < CROWD_SIZE; i++)
		bodies[i] = publish_body("foo", arena_printf(w->arena, "1.0.%zu", i),
			i % 2 ? "{\"keywords\": [\"a\", \"b\"]}" : "{\"keywords\": [\"b\", \"a\"]}");
	publish_at_once("versions", bodies, CROWD_SIZE, answers);
	assert_int_equal(answers[CROWD_DONE], CROWD_SIZE);
	assert_all_or_nothing(CROWD_SIZE);
	assert_int_equal(sql_int("SELECT release_count FROM package"), CROWD_SIZE);
	assert_int_equal(sql_int("SELECT package_count FROM keyword WHERE name = 'a'"), 1);
	assert_string_equal(answer_text(get("/api/v1/crates/foo"), "crate.max_version"),
		arena_printf(w->arena, "1.0.%d", CROWD_SIZE - 1));
}

static void
different_crates_at_once_count_their_keywords(void **state)
{
	struct span bodies[CROWD_SIZE];
	int answers[CROWD__MAX];

	(void)state;
	use_own_database("crates");
	for (size_t i = 0; i < CROWD_SIZE; i++)
		bodies[i] = publish_body(arena_printf(w->arena, "foo%zu", i), "1.0.0",
			i % 2 ? "{\"keywords\": [\"a\", \"b\", \"c\"], \"categories\": [\"encoding\", \"games\"]}"
			      : "{\"keywords\": [\"c\", \"b\", \"a\"], \"categories\": [\"games\", \"encoding\"]}");
	publish_at_once("crates", bodies, CROWD_SIZE, answers);
	assert_int_equal(answers[CROWD_DONE], CROWD_SIZE);
	assert_int_equal(sql_int("SELECT package_count FROM keyword WHERE name = 'b'"), CROWD_SIZE);
	assert_int_equal(sql_int("SELECT package_count FROM category WHERE slug = 'games'"), CROWD_SIZE);
	assert_int_equal(sql_int("SELECT package_count FROM repository WHERE name = 'crates'"), CROWD_SIZE);
}

TESTS(faults,
	TEST_ALONE(a_publish_whose_connection_breaks_anywhere_leaves_nothing),
	TEST_ALONE(a_yank_whose_connection_breaks_anywhere_is_undone),
	TEST_ALONE(an_identity_whose_connection_breaks_anywhere_is_whole_or_not_there),
	TEST_ALONE(every_read_answers_503_while_the_database_is_away),
	TEST_ALONE(health_does_not_need_the_database),
	TEST_ALONE(a_spool_that_cannot_be_written_leaves_nothing),
	TEST_ALONE(a_store_that_cannot_be_written_leaves_nothing),
	TEST_ALONE(of_identical_publishes_at_once_one_succeeds),
	TEST_ALONE(different_versions_at_once_all_succeed),
	TEST_ALONE(different_crates_at_once_count_their_keywords),
);

TEST_MAIN("faults", TEST_LIST(faults))
