/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify finds what is wrong with Python projects, and reindex mends what can
 * be computed; an upload that breaks off leaves nothing behind. Those that
 * commit come last.
 */
#include "support.h"

#include "crowd.h"
#include "db/session.h"
#include "domain/maintenance.h"
#include "domain/pypi_verify.h"
#include "pypi.h"
#include "request.h"

/* "kind: text" of the only problem, "nothing". */
static const char *
verdict(void)
{
	struct verify_options options = { 0 };
	struct verify_result result;

	assert_true(verify_run(w, &options, &result));
	if (result.problems == 0)
		return "nothing";
	if (result.problems > 1)
		fail_msg("%s: %s: %s, and %d more", result.first->kind, result.first->subject, result.first->text,
			 (int)result.problems - 1);
	return arena_printf(w->arena, "%s: %s", result.first->kind, result.first->text);
}

static int64_t
repaired(void)
{
	struct pypi_repaired done;

	assert_true(pypi_verify_repair(w, &done));
	return done.changed;
}

static void
given_foo(void)
{
	acting_as("alice");
	given_project("alice", "foo", "1.0", NULL);
	given_project("alice", "foo", "1.0", "{\"filetype\": \"sdist\"}");
}

static void
nothing_is_wrong_with_what_uploads_left(void **state)
{
	(void)state;
	given_foo();
	assert_string_equal(verdict(), "nothing");
	assert_int_equal(repaired(), 0);
}

static void
every_page_that_differs_is_found_and_mended(void **state)
{
	static const struct {
		const char *damage;
		const char *expected;
	} cases[] = {
		{ "UPDATE index_object SET body = 'x' WHERE path = 'simple/foo/html'",
		  "index-differs: its simple page (HTML) differs from what the releases say" },
		{ "DELETE FROM index_object WHERE path = 'simple/foo/json'",
		  "index-differs: its simple page (JSON) is missing" },
		{ "UPDATE index_object SET body = body || 'x'::bytea WHERE path = 'json/foo'",
		  "index-differs: its JSON document differs from what the releases say" },
		{ "UPDATE index_object SET serial = serial - 1 WHERE path = 'json/foo'",
		  "index-differs: its JSON document has another serial than the project" },
		{ "UPDATE release_pypi SET requires_python = '>=3.9'",
		  "index-differs: its simple page (HTML) differs from what the releases say" },
	};

	(void)state;
	given_foo();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		sql_do("%s", cases[i].damage);
		assert_string_equal(verdict(), cases[i].expected);
		assert_int_equal(repaired(), 1);
		assert_string_equal(verdict(), "nothing");
	}
}

static void
damaged_parts_are_found_and_mended(void **state)
{
	(void)state;
	acting_as("alice");
	for (int i = 0; i < 140; i++)
		given_pypi("foo", arena_printf(w->arena, "1.%d", i), arena_printf(w->arena, "foo-1.%d.tar.gz", i));
	assert_string_equal(verdict(), "nothing");

	sql_do("UPDATE index_part SET body = body || 'x'::bytea, sum = sha256(body || 'x'::bytea) WHERE path = 'json/foo'"
	       " AND first_key = '\\x00'");
	assert_string_equal(verdict(), "index-differs: its JSON document differs from what the releases say");
	assert_int_equal(repaired(), 1);
	sql_do("UPDATE index_part SET sum = sha256('') WHERE path = 'json/foo' AND first_key = '\\x00'");
	assert_string_equal(verdict(), "index-differs: one of its parts has the sum of other bytes");
}

static void
pages_follow_another_address_after_a_reindex(void **state)
{
	(void)state;
	given_foo();
	test_config->base_url = "https://elsewhere.example";

	assert_int_equal(repaired(), 1);

	assert_string_equal(verdict(), "nothing");
	assert_non_null(strstr(pypi_page("foo", PYPI_PAGE_HTML).at, "https://elsewhere.example/files/"));
}

static void
rows_that_disagree_are_found(void **state)
{
	static const struct {
		const char *damage;
		const char *mend;
		const char *expected;
	} cases[] = {
		{ "UPDATE package_pypi SET total_size = total_size + 1",
		  "UPDATE package_pypi SET total_size = total_size - 1",
		  "package-differs: total_size is " },
		{ "UPDATE file SET parent_id = NULL WHERE kind = 'metadata'",
		  "UPDATE file SET parent_id = (SELECT id FROM file WHERE kind = 'wheel') WHERE kind = 'metadata'",
		  "file-differs: does not lie beside its wheel" },
		{ "UPDATE file SET path = 'elsewhere/' || path WHERE kind = 'sdist'",
		  "UPDATE file SET path = substr(path, 11) WHERE kind = 'sdist'",
		  "file-differs: its path is not made of its BLAKE2b" },
	};

	(void)state;
	given_foo();
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *found;

		sql_do("%s", cases[i].damage);
		/* Pages show some of it. */
		repaired();
		found = verdict();
		if (strncmp(found, cases[i].expected, strlen(cases[i].expected)) != 0)
			fail_msg("%s: %s", cases[i].damage, found);
		sql_do("%s", cases[i].mend);
		repaired();
		assert_string_equal(verdict(), "nothing");
	}
}

/* ---- the connection breaks ---- */

/* No row of an upload without all the others. */
static void
assert_all_or_nothing(bool all)
{
	assert_int_equal(sql_int("SELECT count(*) FROM package"), all);
	assert_int_equal(sql_int("SELECT count(*) FROM package_pypi"), all);
	assert_int_equal(sql_int("SELECT count(*) FROM release_pypi"), all);
	assert_int_equal(sql_int("SELECT count(*) FROM file f JOIN blob b USING (sha256)"), all ? 2 : 0);
	assert_int_equal(sql_int("SELECT count(*) FROM owner"), all);
	assert_int_equal(sql_int("SELECT count(*) FROM audit WHERE action = 'publish'"), all);
	assert_int_equal(sql_int("SELECT count(*) FROM change"), all ? 4 : 0);
	assert_int_equal(sql_int("SELECT count(*) FROM index_object WHERE path LIKE '%%foo%%'"), all ? 3 : 0);
}

static void
an_upload_whose_connection_breaks_anywhere_leaves_nothing(void **state)
{
	const struct test_answer *answer;
	const char *token;
	int64_t n;

	(void)state;
	use_own_database("pypi_breaking");
	token = given_token("alice");
	for (n = 1;; n++) {
		bool reached;

		w->db->break_at = n;
		answer = pypi_upload(token, "foo", "1.0", NULL);
		reached = w->db->break_at == 0;
		w->db->break_at = 0;
		if (!reached || answer->status == 200)
			break;
		assert_int_equal(answer->status, 503);
		assert_all_or_nothing(false);
	}
	assert_true(n > 20);
	assert_int_equal(answer->status, 200);
	assert_all_or_nothing(true);
}

TESTS(pypi_verify,
	TEST(nothing_is_wrong_with_what_uploads_left),
	TEST(every_page_that_differs_is_found_and_mended),
	TEST(damaged_parts_are_found_and_mended),
	TEST(pages_follow_another_address_after_a_reindex),
	TEST(rows_that_disagree_are_found),
	TEST_ALONE(an_upload_whose_connection_breaks_anywhere_leaves_nothing)
);
