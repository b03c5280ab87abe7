/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Yanking, deleting, status and roles of Python projects: what they leave
 * behind, and that the pages stay what a rendering from scratch would be; many
 * who upload at once. Those that commit come last.
 */
#include "support.h"

#include "crowd.h"
#include "domain/package.h"
#include "domain/pypi_manage.h"
#include "domain/pypi_project.h"
#include "domain/repository.h"
#include "pypi.h"
#include "request.h"
#include "version/pep440.h"

static const char *alice;

static void
given_alice(void)
{
	acting_as("alice");
	alice = given_token("alice");
}

static void
assert_done(const char *method, const char *target, const char *body)
{
	const struct test_answer *a = ask(alice, method, target, body);

	if (a->status != 204)
		fail_msg("%s %s: %d %s", method, target, a->status, a->body.at);
}

/* The last N changes as "kind version subject". */
static void
assert_changes(int count, const char *expected)
{
	assert_string_equal(sql_text("SELECT string_agg(concat_ws(' ', kind, version, subject), ', ' ORDER BY serial)"
		" FROM (SELECT * FROM change ORDER BY serial DESC LIMIT %d) c", count), expected);
}

static int64_t
project_id(void)
{
	return sql_int("SELECT id FROM package");
}

static bool
page_has(const char *canonical, enum pypi_page page, const char *text)
{
	struct span body = pypi_page(canonical, page);

	return body.at && strstr(arena_dup(w->arena, body.at, body.len), text);
}

static void
a_yank_marks_every_file_and_what_is_shown(void **state)
{
	(void)state;
	given_alice();
	given_project("alice", "foo", "1.0", NULL);
	given_project("alice", "foo", "2.0", NULL);

	assert_done("PUT", "/pypi/foo/2.0/yank", "{\"reason\": \"broken\"}");

	assert_changes(1, "release.yank 2.0");
	assert_string_equal(sql_text("SELECT details::text FROM audit WHERE action = 'yank'"),
		"{\"reason\": \"broken\"}");
	assert_true(page_has("foo", PYPI_PAGE_HTML, "data-yanked=\"broken\""));
	assert_true(page_has("foo", PYPI_PAGE_SIMPLE, "\"yanked\":\"broken\""));
	assert_true(page_has("foo", PYPI_PAGE_JSON, "\"version\":\"1.0\""));
	assert_pypi_pages(project_id());

	assert_done("DELETE", "/pypi/foo/2.0/yank", NULL);
	assert_changes(1, "release.unyank 2.0");
	assert_false(page_has("foo", PYPI_PAGE_HTML, "data-yanked"));
	assert_pypi_pages(project_id());
}

static void
what_is_so_already_changes_nothing(void **state)
{
	int64_t serial;

	(void)state;
	given_alice();
	given_project("alice", "foo", "1.0", NULL);
	assert_done("PUT", "/pypi/foo/1.0/yank", NULL);
	serial = sql_int("SELECT max(serial) FROM change");

	assert_done("PUT", "/pypi/foo/1.0/yank", NULL);
	assert_done("PUT", "/pypi/foo/status", "{\"status\": \"active\"}");
	assert_done("PUT", "/pypi/foo/owners/alice", "{\"role\": \"owner\"}");

	assert_int_equal(sql_int("SELECT max(serial) FROM change"), serial);
}

static void
a_deleted_file_takes_its_metadata_along_and_leaves_its_release(void **state)
{
	(void)state;
	given_alice();
	given_project("alice", "foo", "1.0", NULL);

	assert_done("DELETE", "/pypi/foo/1.0/foo-1.0-py3-none-any.whl", NULL);

	assert_changes(1, "file.remove 1.0 foo-1.0-py3-none-any.whl");
	assert_int_equal(sql_int("SELECT count(*) FROM file"), 0);
	assert_int_equal(sql_int("SELECT total_size FROM package_pypi"), 0);
	assert_true(page_has("foo", PYPI_PAGE_JSON, "\"releases\":{\"1.0\":[]}"));
	assert_true(page_has("foo", PYPI_PAGE_SIMPLE, "\"versions\":[]"));
	assert_pypi_pages(project_id());
}

static void
a_project_without_a_release_has_an_empty_page_and_no_json(void **state)
{
	(void)state;
	given_alice();
	given_project("alice", "foo", "1.0", NULL);

	assert_done("DELETE", "/pypi/foo/1.0", NULL);

	assert_changes(1, "release.remove 1.0");
	assert_true(page_has("foo", PYPI_PAGE_SIMPLE, "{\"files\":[],"));
	assert_null(pypi_page("foo", PYPI_PAGE_JSON).at);
	assert_pypi_pages(project_id());
}

static void
a_deleted_project_leaves_the_names_of_its_files_and_a_change(void **state)
{
	(void)state;
	given_alice();
	given_project("alice", "foo", "1.0", NULL);

	assert_done("DELETE", "/pypi/foo", NULL);

	assert_changes(1, "project.remove");
	assert_string_equal(sql_text("SELECT name FROM change ORDER BY serial DESC LIMIT 1"), "foo");
	assert_string_equal(sql_text("SELECT string_agg(filename, ',') FROM deleted_file"), "foo-1.0-py3-none-any.whl");
	assert_int_equal(sql_int("SELECT count(*) FROM index_object WHERE path LIKE '%%foo%%'"), 0);
	assert_int_equal(sql_int("SELECT package_count FROM repository WHERE id = 2"), 0);
}

static void
quarantine_hides_everything_until_it_ends(void **state)
{
	(void)state;
	given_alice();
	given_project("alice", "foo", "1.0", NULL);
	sql_do("UPDATE account SET is_admin = true");

	assert_done("PUT", "/pypi/foo/status", "{\"status\": \"quarantined\", \"reason\": \"malware\"}");

	assert_changes(1, "project.quarantine");
	assert_true(page_has("foo", PYPI_PAGE_SIMPLE, "{\"files\":[],"));
	assert_true(page_has("foo", PYPI_PAGE_SIMPLE,
		"\"project-status\":{\"reason\":\"malware\",\"status\":\"quarantined\"}"));
	assert_true(page_has("foo", PYPI_PAGE_HTML, "content=\"quarantined\""));
	assert_null(pypi_page("foo", PYPI_PAGE_JSON).at);
	assert_pypi_pages(project_id());

	assert_done("PUT", "/pypi/foo/status", "{\"status\": \"active\"}");
	assert_changes(1, "project.release");
	assert_true(page_has("foo", PYPI_PAGE_HTML, "foo-1.0-py3-none-any.whl"));
	assert_non_null(pypi_page("foo", PYPI_PAGE_JSON).at);
	assert_pypi_pages(project_id());
}

static void
roles_are_told_to_mirrors_and_by_mail(void **state)
{
	(void)state;
	given_alice();
	given_account("bob");
	given_project("alice", "foo", "1.0", NULL);

	assert_done("PUT", "/pypi/foo/owners/bob", "{\"role\": \"maintainer\"}");
	assert_changes(1, "role.add Maintainer bob");
	assert_done("PUT", "/pypi/foo/owners/bob", "{\"role\": \"owner\"}");
	assert_changes(2, "role.remove Maintainer bob, role.add Owner bob");
	assert_done("DELETE", "/pypi/foo/owners/bob", NULL);
	assert_changes(1, "role.remove Owner bob");

	assert_string_equal(sql_text("SELECT string_agg(action, ',' ORDER BY id) FROM audit WHERE action LIKE 'owner.%%'"),
		"owner.add,owner.update,owner.remove");
	assert_true(sql_int("SELECT count(*) FROM mail") >= 3);
	assert_pypi_pages(project_id());
}

/* ---- any order ---- */

/* Numerical Recipes' generator: the same sequence everywhere. */
static uint32_t seed;

static uint32_t
any(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

#define VERSIONS 160

static void
upload_some(uint32_t version)
{
	const char *text = arena_printf(w->arena, "%u.%u", version % 16, version / 16);
	const char *file = any(3) == 0 ? arena_printf(w->arena, "foo-%s.tar.gz", text)
				       : arena_printf(w->arena, "foo-%s-%u-py3-none-any.whl", text, any(3));

	if (upload_pypi(&(struct given_upload){ "foo", text, file, .metadata = "Name: foo\n" }) == GIVEN_REFUSED) {
		/* It was there, or was deleted. */
		assert_int_equal(w->fault->kind, FAULT_BAD_REQUEST);
		fault_clear(w->fault);
	}
}

static const struct pypi_release *
some_release(const struct pypi_place *at, uint32_t version)
{
	struct pep440 v;

	assert_true(pep440_parse(w->arena, span_of(arena_printf(w->arena, "%u.%u", version % 16, version / 16)), &v));
	return pypi_release_find(w, at->project->id, span_of(pep440_canonical(w->arena, &v)));
}

static void
change_some(const struct pypi_place *at, const struct pypi_release *r)
{
	struct rows files;

	switch (any(4)) {
	case 0:
		assert_true(pypi_manage_yank(w, at, r, true, any(2) ? "why" : NULL));
		return;
	case 1:
		assert_true(pypi_manage_yank(w, at, r, false, NULL));
		return;
	case 2:
		assert_true(pypi_manage_delete_release(w, at, r));
		return;
	default:
		assert_true(pypi_release_files(w, r->id, &files));
		if (files.count > 0)
			assert_true(pypi_manage_delete_file(w, at, files.at));
	}
}

static void
pages_in_parts_survive_any_order_of_changes(void **state)
{
	struct pypi_place at = { 0 };
	bool parted = false;

	(void)state;
	given_alice();
	seed = 20260302;
	at.repository = given_pypi_repository();
	for (int i = 0; i < 450; i++) {
		const struct pypi_release *r = NULL;
		/* First many, then ever fewer. */
		bool grows = i < 280 ? any(6) > 0 : any(6) == 0;
		uint32_t version = any(VERSIONS);

		at.project = pypi_project_find(w, REPOSITORY_PYPI, SPAN("foo"));
		if (at.project && !grows)
			r = some_release(&at, version);
		if (r)
			change_some(&at, r);
		else if (grows)
			upload_some(version);
		assert_no_fault(w->fault);
		if (i % 25 == 0 && at.project)
			assert_pypi_pages(at.project->id);
		parted = parted || sql_int("SELECT count(*) FROM index_part") > 6;
	}
	assert_true(parted);
	assert_pypi_pages(at.project->id);
	assert_int_equal(sql_int("SELECT total_size FROM package_pypi"),
		sql_int("SELECT coalesce(sum(size), 0) FROM file WHERE kind IN ('sdist', 'wheel')"));
}

/* The first part has no comma before its first entry, whoever comes to be the first. */
static void
parts_that_are_emptied_from_either_end_vanish(void **state)
{
	struct pypi_place at = { 0 };

	(void)state;
	given_alice();
	at.repository = given_pypi_repository();
	for (uint32_t i = 0; i < VERSIONS; i++)
		upload_some(i);
	for (uint32_t i = 0; i < VERSIONS; i++) {
		uint32_t n = i % 2 ? i / 2 : VERSIONS - 1 - i / 2;
		const struct pypi_release *r;

		at.project = pypi_project_find(w, REPOSITORY_PYPI, SPAN("foo"));
		/* By version; the texts sort otherwise. */
		r = some_release(&at, n / 10 + n % 10 * 16);
		if (r)
			assert_true(pypi_manage_delete_release(w, &at, r));
		if (i % 8 == 0)
			assert_pypi_pages(at.project->id);
	}
	assert_int_equal(sql_int("SELECT count(*) FROM index_part"), 0);
	assert_true(page_has("foo", PYPI_PAGE_SIMPLE, "{\"files\":[],"));
}

/* ---- many at once ---- */

static enum crowd_outcome
judge(const struct test_answer *a)
{
	if (a->status == 200)
		return CROWD_DONE;
	return a->status == 400 && strstr(a->body.at, "File already exists") ? CROWD_REFUSED : CROWD_BROKEN;
}

static void
ask_crowd(const char *dbname, const struct span *bodies, size_t count, int outcomes[CROWD__MAX])
{
	struct test_request r = {
		.method = "POST",
		.target = "/legacy/",
		.token = alice,
		.headers = { { "content-type", PYPI_FORM_TYPE }, { "accept", "text/plain" } },
	};
	struct crowd crowd = { .dbname = dbname, .request = &r, .bodies = bodies, .count = count, .judge = judge };

	ask_at_once(&crowd, outcomes);
}

static void
all_who_upload_the_same_at_once_succeed(void **state)
{
	int outcomes[CROWD__MAX];
	struct span body;

	(void)state;
	use_own_database("pypi_same");
	given_alice();
	body = pypi_form_of("foo", "1.0", NULL);

	ask_crowd("pypi_same", &body, 1, outcomes);

	assert_int_equal(outcomes[CROWD_DONE], CROWD_SIZE);
	assert_int_equal(sql_int("SELECT count(*) FROM file WHERE kind = 'wheel'"), 1);
	assert_changes(9, "create, role.add Owner alice, release.add 1.0, file.add 1.0 py3 foo-1.0-py3-none-any.whl");
	assert_pypi_pages(project_id());
}

static void
of_different_files_under_one_name_one_wins(void **state)
{
	struct span bodies[CROWD_SIZE];
	int outcomes[CROWD__MAX];

	(void)state;
	use_own_database("pypi_other");
	given_alice();
	for (int i = 0; i < CROWD_SIZE; i++)
		bodies[i] = pypi_form_of("foo", "1.0", arena_printf(w->arena,
			"{\"METADATA\": \"Metadata-Version: 2.1\\nName: foo\\nVersion: 1.0\\nSummary: %d\\n\"}", i));

	ask_crowd("pypi_other", bodies, CROWD_SIZE, outcomes);

	assert_int_equal(outcomes[CROWD_DONE], 1);
	assert_int_equal(outcomes[CROWD_REFUSED], CROWD_SIZE - 1);
	assert_pypi_pages(project_id());
}

static void
files_of_one_and_of_many_projects_come_at_once(void **state)
{
	struct span bodies[CROWD_SIZE];
	int outcomes[CROWD__MAX];

	(void)state;
	use_own_database("pypi_many");
	given_alice();
	for (int i = 0; i < CROWD_SIZE; i++)
		bodies[i] = pypi_form_of(i % 2 ? "foo" : arena_printf(w->arena, "bar-%c", 'p' + i),
					 arena_printf(w->arena, "1.%d", i), NULL);

	ask_crowd("pypi_many", bodies, CROWD_SIZE, outcomes);

	assert_int_equal(outcomes[CROWD_DONE], CROWD_SIZE);
	assert_int_equal(sql_int("SELECT count(*) FROM package"), CROWD_SIZE / 2 + 1);
	assert_int_equal(sql_int("SELECT count(*) FROM release WHERE package_id = "
		"(SELECT id FROM package WHERE name = 'foo')"), CROWD_SIZE / 2);
	assert_pypi_pages(sql_int("SELECT id FROM package WHERE name = 'foo'"));
}

TESTS(pypi_manage,
	TEST(a_yank_marks_every_file_and_what_is_shown),
	TEST(what_is_so_already_changes_nothing),
	TEST(a_deleted_file_takes_its_metadata_along_and_leaves_its_release),
	TEST(a_project_without_a_release_has_an_empty_page_and_no_json),
	TEST(a_deleted_project_leaves_the_names_of_its_files_and_a_change),
	TEST(quarantine_hides_everything_until_it_ends),
	TEST(roles_are_told_to_mirrors_and_by_mail),
	TEST(pages_in_parts_survive_any_order_of_changes),
	TEST(parts_that_are_emptied_from_either_end_vanish),
	TEST_ALONE(all_who_upload_the_same_at_once_succeed),
	TEST_ALONE(of_different_files_under_one_name_one_wins),
	TEST_ALONE(files_of_one_and_of_many_projects_come_at_once)
);
