/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After any sequence of publishes, yanks, deletions and downloads, everything
 * that is stored twice for speed says the same as what it was made from.
 */
#include "request.h"
#include "support.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/query_table.h"
#include "domain/download.h"
#include "domain/maintenance.h"

#define CRATES 8
#define OPERATIONS 160
#define CHECK_EVERY 20

/* Numerical Recipes' generator: the same sequence everywhere. */
static uint32_t seed;

static uint32_t
any(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static const char *alice;
static bool in_crowd;		/* a child process among others: no SQL of the test's own but reads */
static int crowd_reasons;	/* a pipe to the parent, which tells what a child has to say */

/* ---- operations ---- */

/* cmocka keeps what a test prints until the test ends, which a child never does. */
static NORETURN void
leave_crowd(const char *what, const char *why)
{
	dprintf(crowd_reasons, "%s: %s\n", what, why);
	_exit(1);
}

/* Others may have been quicker; only a failure of the server is wrong then. */
static void
check(const char *what, const struct test_answer *answer, bool expected)
{
	if (expected || (in_crowd && answer->status < 500))
		return;
	if (!in_crowd)
		fail_msg("%s: %d %s", what, answer->status, answer->body.at);
	leave_crowd(what, arena_printf(w->arena, "%d %s", answer->status, answer->body.at));
}

static const char *
some_crate(void)
{
	return arena_printf(w->arena, "crate-%u", any(CRATES));
}

/* A version that exists, as "NAME/VERSION"; NULL when there is none. */
static const char *
some_release(void)
{
	return sql_text("SELECT p.name || '/' || r.version FROM release r JOIN package p ON p.id = r.package_id"
		" ORDER BY md5(r.id::text || '%u') LIMIT 1", any(1000000));
}

static const char *
some_metadata(void)
{
	static const char *const keywords[] = { "", "\"a\"", "\"b\"", "\"a\", \"b\"", "\"c\", \"a\"" };
	static const char *const categories[] = { "", "\"encoding\"", "\"science\", \"science::geo\"" };
	static const char *const kinds[] = { "normal", "dev", "build" };
	const char *target = sql_text("SELECT name FROM package ORDER BY md5(id::text || '%u') LIMIT 1", any(1000000));
	const char *dependencies = "";

	if (target && any(3) > 0)
		dependencies = arena_printf(w->arena, "{\"name\": \"%s\", \"kind\": \"%s\"}, {\"name\": \"%s\", \"target\": \"cfg(unix)\"}",
			target, kinds[any(3)], target);
	return arena_printf(w->arena, "{\"keywords\": [%s], \"categories\": [%s], \"deps\": [%s]}",
		keywords[any(ARRAY_LEN(keywords))], categories[any(ARRAY_LEN(categories))], dependencies);
}

static void
publish_something(void)
{
	const char *version = arena_printf(w->arena, "%u.%u.0%s", any(3), any(4), any(4) == 0 ? "-rc.1" : "");
	const struct test_answer *answer = publish(alice, some_crate(), version, some_metadata());

	check("publish", answer, answer->status == 200 || answer->status == 400);
}

static void
yank_something(void)
{
	const char *release = some_release();
	bool yank = any(3) > 0;
	const struct test_answer *answer;

	if (!release)
		return;
	answer = ask(alice, yank ? "DELETE" : "PUT", arena_printf(w->arena, "/api/v1/crates/%s/%s", release,
		yank ? "yank" : "unyank"), NULL);
	check("yank", answer, answer->status == 200);
}

static void
delete_something(void)
{
	const struct test_answer *answer = ask(alice, "DELETE",
		arena_printf(w->arena, "/api/v1/crates/%s", some_crate()), NULL);

	check("delete", answer, answer->status == 204 || answer->status == 404 || answer->status == 422);
	/* The name is free again for the operations that follow. */
	if (!in_crowd)
		sql_do("DELETE FROM deleted_package");
}

static void
download_something(void)
{
	const char *release = some_release();
	const char *slash = release ? strchr(release, '/') : NULL;
	int64_t wait = 0;

	if (!slash)
		return;
	check("download", get(arena_printf(w->arena, "/files/crates/%.*s/%.*s-%s.crate", (int)(slash - release), release,
		(int)(slash - release), release, slash + 1)), true);
	if (!download_flush_all(w, &wait) || (any(2) == 0 && !download_rollup(w, NULL))) {
		if (in_crowd)
			leave_crowd("downloads", w->fault->detail);
		fail_msg("downloads: %s", w->fault->detail);
	}
}

static void
do_something(void)
{
	uint32_t n = any(100);

	if (n < 55)
		publish_something();
	else if (n < 80)
		yank_something();
	else if (n < 85)
		delete_something();
	else
		download_something();
}

/* ---- what must hold ---- */

static const struct {
	const char *what;
	const char *sql;	/* counts what is wrong */
} invariants[] = {
	{ "release_count", "SELECT count(*) FROM package p"
		" WHERE release_count <> (SELECT count(*) FROM release r WHERE r.package_id = p.id)" },
	{ "package_count", "SELECT count(*) FROM repository o"
		" WHERE package_count <> (SELECT count(*) FROM package p WHERE p.repository_id = o.id)" },
	{ "keyword counts", "SELECT count(*) FROM keyword k"
		" WHERE package_count <> (SELECT count(*) FROM package_keyword x WHERE x.keyword_id = k.id)" },
	{ "category counts", "SELECT count(*) FROM category c"
		" WHERE package_count <> (SELECT count(*) FROM package_category x WHERE x.category_id = c.id)" },
	{ "default releases", "SELECT count(*) FROM package p WHERE default_release_id IS DISTINCT FROM"
		" (SELECT id FROM release r WHERE r.package_id = p.id"
		"   ORDER BY yanked, prerelease, version_key DESC, id DESC LIMIT 1)" },
	{ "all_yanked", "SELECT count(*) FROM package p"
		" WHERE all_yanked <> (SELECT bool_and(yanked) FROM release r WHERE r.package_id = p.id)" },
	{ "reverse dependencies",
		"WITH wanted AS (SELECT t.id AS target, p.id AS package, min(d.id) AS dependency, p.downloads"
		"  FROM package p JOIN release r ON r.id = p.default_release_id AND NOT r.yanked"
		"  JOIN dependency d ON d.release_id = r.id JOIN package t ON t.name = d.package_name"
		"  GROUP BY t.id, p.id, p.downloads)"
		" SELECT count(*) FROM wanted FULL JOIN reverse_dependency v"
		"  ON v.target_package_id = target AND v.package_id = package"
		"  AND v.dependency_id = dependency AND v.downloads = wanted.downloads"
		" WHERE target IS NULL OR v.package_id IS NULL" },
	{ "downloads of releases", "SELECT count(*) FROM release r"
		" WHERE downloads <> coalesce((SELECT sum(counted) FROM download_day d WHERE d.release_id = r.id), 0)" },
	{ "downloads of packages", "SELECT count(*) FROM package p"
		" WHERE downloads <> coalesce((SELECT sum(downloads) FROM release r WHERE r.package_id = p.id), 0)" },
	{ "packages without releases", "SELECT count(*) FROM package p"
		" WHERE NOT EXISTS (SELECT FROM release r WHERE r.package_id = p.id)" },
	{ "packages without owner", "SELECT count(*) FROM package p"
		" WHERE NOT EXISTS (SELECT FROM owner o WHERE o.package_id = p.id)" },
	{ "search documents", "SELECT count(*) FROM package p FULL JOIN package_search s ON s.package_id = p.id"
		" WHERE p.id IS NULL OR s.package_id IS NULL" },
	{ "recent downloads above all", "SELECT count(*) FROM package WHERE recent_downloads > downloads" },
};

static void
assert_consistent(int after)
{
	struct verify_options options = { 0 };
	struct verify_result result;

	for (size_t i = 0; i < ARRAY_LEN(invariants); i++)
		if (sql_int("%s", invariants[i].sql) != 0)
			fail_msg("after %d operations: %s are wrong", after, invariants[i].what);
	if (!verify_run(w, &options, &result))
		fail_msg("verify: %s", w->fault->message);
	for (const struct problem *p = result.first; p; p = p->next)
		print_error("%s %s: %s\n", p->kind, p->subject, p->text);
	if (result.problems > 0)
		fail_msg("after %d operations verify finds %d problems", after, (int)result.problems);
}

static void
run_operations(uint32_t first)
{
	seed = first;
	alice = given_token("alice");
	for (int i = 1; i <= OPERATIONS; i++) {
		do_something();
		if (i % CHECK_EVERY == 0)
			assert_consistent(i);
	}
	assert_true(sql_int("SELECT count(*) FROM release") > 10);
}

static void
what_is_stored_twice_agrees(void **state)
{
	(void)state;
	run_operations(1);
}

static void
what_is_stored_twice_agrees_in_another_order(void **state)
{
	(void)state;
	run_operations(20260510);
}

/* ---- many at once ---- */

#define CROWD 6
#define OPERATIONS_EACH 40

static void
work_in_crowd(const char *conninfo, uint32_t number)
{
	in_crowd = true;
	seed = 77 + number;
	w->db = db_new(conninfo, 30 * CLOCK_SECOND);
	test_app_use(w->db);
	for (int i = 0; i < OPERATIONS_EACH; i++)
		do_something();
	_exit(0);
}

static void
what_is_stored_twice_agrees_after_a_crowd(void **state)
{
	struct db *programs_db = w->db;
	pid_t children[CROWD];
	char reasons[4096] = "";
	int status, failed = 0, ends[2];
	ssize_t n;

	(void)state;
	w->db = test_connection(test_database("crowd", true));
	test_app_use(w->db);
	alice = given_token("alice");
	assert_int_equal(pipe(ends), 0);
	crowd_reasons = ends[1];
	for (uint32_t i = 0; i < CROWD; i++) {
		children[i] = fork();
		if (children[i] == 0)
			work_in_crowd(test_conninfo("crowd"), i);
	}
	for (int i = 0; i < CROWD; i++)
		failed += waitpid(children[i], &status, 0) != children[i] || status != 0;
	close(ends[1]);
	n = read(ends[0], reasons, sizeof(reasons) - 1);
	close(ends[0]);
	if (failed > 0 || n != 0)
		fail_msg("%d of the crowd failed: %s", failed, reasons);
	assert_true(sql_int("SELECT count(*) FROM release") > 10);
	assert_true(download_rollup(w, NULL));
	assert_consistent(CROWD * OPERATIONS_EACH);
	w->db = programs_db;
	test_app_use(w->db);
}

TESTS(model,
	TEST_COMMITTING(what_is_stored_twice_agrees_after_a_crowd),
	TEST(what_is_stored_twice_agrees),
	TEST(what_is_stored_twice_agrees_in_another_order),
);

TEST_MAIN("model", TEST_LIST(model))
