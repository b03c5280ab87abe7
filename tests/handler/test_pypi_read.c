/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clients read of Python projects, where a transcript cannot say it.
 */
#include "support.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/settings.h"
#include "base/text.h"
#include "domain/download.h"
#include "domain/pypi_upkeep.h"
#include "domain/pypi_verify.h"
#include "domain/repository.h"
#include "pypi.h"
#include "request.h"

static void
given_alice(void)
{
	w->config = test_config;
	acting_as("alice");
}

static const char *
location_of(const char *target)
{
	const struct test_answer *answer = get(target);

	return answer->status == 302 ? answer_header(answer, "location") : arena_printf(w->arena, "%d", answer->status);
}

/* ---- which release a project shows ---- */

/* "1.0 2.0y": releases, those with a y yanked. */
static void
given_releases(const char *name, const char *releases)
{
	struct span rest = span_of(releases);

	while (rest.at) {
		struct span word = span_cut(&rest, ' ');
		bool yanked = word.at[word.len - 1] == 'y';
		const char *version = arena_dup(w->arena, word.at, word.len - (yanked ? 1 : 0));

		given_pypi(name, version, arena_printf(w->arena, "%s-%s.tar.gz", name, version));
		if (yanked)
			given_pypi_yank(given_pypi_repository(), name, version, NULL);
	}
}

static void
a_project_shows_its_newest_final_release_that_is_not_yanked(void **state)
{
	static const struct {
		const char *releases;
		const char *shown;
		const char *stable;		/* NULL: none */
		const char *unstable;
	} rows[] = {
		{ "1.0 2.0 3.0 4.0.dev0", "3.0", "3.0", "4.0.dev0" },
		{ "1.0.dev0 2.0.dev0 3.0.dev0", "3.0.dev0", NULL, "3.0.dev0" },
		{ "1.0y 2.0y 3.0y 4.0.dev0y", "3.0", "3.0", "4.0.dev0" },
		{ "1.0 2.0 3.0y 3.0.dev0", "2.0", "2.0", "3.0.dev0" },
		{ "1.0y 2.0y 3.0y 3.0.dev0y 2.0.dev0", "2.0.dev0", "3.0", "2.0.dev0" },
		{ "1.9 1.10 1.10.post1 1.11rc1", "1.10.post1", "1.10.post1", "1.11rc1" },
		{ "2.0+abc 1.0", "2.0+abc", "2.0+abc", "2.0+abc" },
	};

	(void)state;
	given_alice();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *name = arena_printf(w->arena, "foo%c", 'a' + (char)i), *base = test_config->base_url;
		const char *prefix = arena_printf(w->arena, "%s/pypi/%s", base, name);

		given_releases(name, rows[i].releases);
		assert_string_equal(answer_text(get(arena_printf(w->arena, "/pypi/%s/json", name)), "info.version"),
				    rows[i].shown);
		assert_string_equal(location_of(arena_printf(w->arena, "/pypi/%s/latest/json", name)),
				    arena_printf(w->arena, "%s/%s/json", prefix, rows[i].shown));
		assert_string_equal(location_of(arena_printf(w->arena, "/pypi/%s/latest-unstable/json", name)),
				    arena_printf(w->arena, "%s/%s/json", prefix, rows[i].unstable));
		assert_string_equal(location_of(arena_printf(w->arena, "/pypi/%s/latest-stable/json", name)),
				    rows[i].stable ? arena_printf(w->arena, "%s/%s/json", prefix, rows[i].stable) : "404");
	}
}

static void
the_document_of_the_release_that_is_shown_is_that_of_the_project(void **state)
{
	(void)state;
	given_alice();
	/* As many as are kept in several parts. */
	for (int i = 0; i < 150; i++)
		given_pypi("foo", arena_printf(w->arena, "1.%d", i), arena_printf(w->arena, "foo-1.%d.tar.gz", i));
	assert_true(sql_int("SELECT count(*) FROM index_part WHERE path = 'json/foo'") > 1);

	assert_string_equal(get("/pypi/foo/1.149/json")->body.at, get("/pypi/foo/json")->body.at);
	assert_int_equal(doc_find(get("/pypi/foo/1.3/json")->json, "releases")->count, 150);
	assert_string_equal(answer_text(get("/pypi/foo/1.3/json"), "urls[0].filename"), "foo-1.3.tar.gz");
}

/* ---- downloads ---- */

static const char *
path_of(const char *filename)
{
	return arena_printf(w->arena, "/files/pypi/%s",
			    sql_text("SELECT path FROM file WHERE filename = '%s'", filename));
}

static int
fetch(const char *method, const char *target, const char *header, const char *value)
{
	struct test_request request = { .method = method, .target = target };

	if (header)
		request.headers[0] = (struct header){ header, value };
	return test_send(&request)->status;
}

static int64_t
counted(void)
{
	int64_t wait = INT64_MAX;

	assert_true(download_flush_all(w, &wait));
	return sql_int("SELECT coalesce(sum(count), 0) FROM download_day");
}

static void
one_download_is_one_count_in_however_many_pieces(void **state)
{
	const char *target, *etag;

	(void)state;
	given_alice();
	given_pypi("foo", "1.0", "foo-1.0.tar.gz");
	target = path_of("foo-1.0.tar.gz");
	etag = answer_header(get(target), "etag");
	assert_int_equal(counted(), 1);
	assert_int_equal(fetch("GET", target, "range", "bytes=0-3"), 206);
	assert_int_equal(counted(), 2);
	assert_int_equal(fetch("GET", target, "range", "bytes=4-"), 206);
	assert_int_equal(fetch("GET", target, "range", "bytes=-3"), 206);
	assert_int_equal(fetch("GET", target, "range", "bytes=1000-"), 416);
	assert_int_equal(fetch("HEAD", target, NULL, NULL), 200);
	assert_int_equal(fetch("GET", target, "if-none-match", etag), 304);
	assert_int_equal(counted(), 2);
}

static void
the_web_server_that_sends_a_file_changes_no_count(void **state)
{
	const char *target;

	(void)state;
	given_alice();
	test_config->sendfile = SENDFILE_X_SENDFILE;
	given_pypi("foo", "1.0", "foo-1.0.tar.gz");
	target = path_of("foo-1.0.tar.gz");
	assert_int_equal(fetch("GET", target, NULL, NULL), 200);
	assert_int_equal(fetch("GET", target, "range", "bytes=0-3"), 200);
	assert_int_equal(counted(), 2);
	assert_int_equal(fetch("GET", target, "range", "bytes=4-"), 200);
	assert_int_equal(fetch("GET", target, "range", "bytes=1000-"), 416);
	assert_int_equal(counted(), 2);
}

static void
a_metadata_file_counts_for_nothing(void **state)
{
	(void)state;
	given_alice();
	assert_int_equal(upload_pypi(&(struct given_upload){ .name = "foo", .version = "1.0",
		.filename = "foo-1.0-py3-none-any.whl", .metadata = "Name: foo\n" }), GIVEN_STORED);
	assert_int_equal(fetch("GET", arena_printf(w->arena, "%s.metadata", path_of("foo-1.0-py3-none-any.whl")),
			       NULL, NULL), 200);
	assert_int_equal(counted(), 0);
}

/* ---- the list ---- */

static void
the_list_is_stored_when_it_is_asked_for_and_not_before(void **state)
{
	int64_t made;

	(void)state;
	given_alice();
	given_pypi("foo", "1.0", "foo-1.0.tar.gz");
	assert_int_equal(sql_int("SELECT count(*) FROM index_object WHERE path LIKE 'list/%%'"), 0);
	assert_int_equal(get("/simple/")->status, 200);
	made = sql_int("SELECT xmin::text::bigint FROM index_object WHERE path = 'list/html'");
	assert_int_equal(get("/simple/")->status, 200);
	assert_int_equal(sql_int("SELECT xmin::text::bigint FROM index_object WHERE path = 'list/html'"), made);
	assert_int_equal(sql_int("SELECT serial FROM index_object WHERE path = 'list/html'"),
			 sql_int("SELECT max(serial) FROM change"));
	given_pypi("bar", "1.0", "bar-1.0.tar.gz");
	assert_non_null(strstr(get("/simple/")->body.at, ">bar</a>"));
}

static void
nothing_is_computed_or_stored_while_nothing_may_be_written(void **state)
{
	static const char stored[] =
		"SELECT string_agg(path || etag, ' ' ORDER BY path) FROM index_object WHERE package_id IS NULL";
	const char *before;

	(void)state;
	given_alice();
	given_pypi("foo", "1.0", "foo-1.0.tar.gz");
	test_config->read_only = true;
	/* There is nothing else to answer with. */
	assert_non_null(strstr(get("/simple/")->body.at, ">foo</a>"));
	assert_null(sql_text(stored));
	assert_true(pypi_upkeep_stats(w, NULL) && pypi_upkeep_lists(w, NULL));
	before = sql_text(stored);
	given_pypi("bar", "1.0", "bar-1.0.tar.gz");
	assert_null(strstr(get("/simple/")->body.at, ">bar</a>"));
	assert_non_null(strstr(get("/simple/")->body.at, ">foo</a>"));
	assert_null(strstr(get("/stats/")->body.at, "bar"));
	assert_non_null(strstr(get("/stats/")->body.at, "foo"));
	assert_string_equal(sql_text(stored), before);
	assert_true(pypi_upkeep_stats(w, NULL) && pypi_upkeep_lists(w, NULL));
	assert_non_null(strstr(get("/simple/")->body.at, ">bar</a>"));
	assert_non_null(strstr(get("/stats/")->body.at, "bar"));
}

static void
a_repair_makes_what_is_made_on_request_anew(void **state)
{
	struct pypi_repaired done;

	(void)state;
	given_alice();
	given_pypi("foo", "1.0", "foo-1.0.tar.gz");
	assert_int_equal(get("/simple/")->status, 200);
	sql_do("UPDATE index_object SET body = 'spoilt' WHERE path = 'list/html'");
	assert_string_equal(get("/simple/")->body.at, "spoilt");
	assert_true(pypi_verify_repair(w, &done));
	assert_non_null(strstr(get("/simple/")->body.at, ">foo</a>"));
}

/* More than one batch of projects is read. */
static void
a_long_list_is_complete_and_in_order(void **state)
{
	const struct doc *projects;
	char before[8] = "", name[8];
	int64_t n = 0;

	(void)state;
	given_alice();
	given_pypi("seed", "1.0", "seed-1.0.tar.gz");
	sql_do("INSERT INTO package (repository_id, name, canonical_name)"
		" SELECT 2, 'p' || lpad(n::text, 5, '0'), 'p' || lpad(n::text, 5, '0') FROM generate_series(1, 4001) n");
	sql_do("INSERT INTO package_pypi (package_id, repository_id) SELECT id, 2 FROM package WHERE name LIKE 'p%%'");
	projects = doc_find(get("/simple/?format=application/vnd.pypi.simple.v1+json")->json, "projects");
	for (const struct doc *p = doc_first(projects); p; p = p->next, n++) {
		snprintf(name, sizeof(name), "%s", doc_find_text(p, "name"));
		assert_true(strcmp(before, name) < 0);
		memcpy(before, name, sizeof(before));
	}
	assert_int_equal(n, 4002);
}

TESTS(pypi_read,
	TEST(a_project_shows_its_newest_final_release_that_is_not_yanked),
	TEST(the_document_of_the_release_that_is_shown_is_that_of_the_project),
	TEST(one_download_is_one_count_in_however_many_pieces),
	TEST(the_web_server_that_sends_a_file_changes_no_count),
	TEST(a_metadata_file_counts_for_nothing),
	TEST(the_list_is_stored_when_it_is_asked_for_and_not_before),
	TEST(nothing_is_computed_or_stored_while_nothing_may_be_written),
	TEST(a_repair_makes_what_is_made_on_request_anew),
	TEST(a_long_list_is_complete_and_in_order)
);
