/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What uploads store of Python projects, and that their pages stay what a
 * rendering from scratch would be.
 */
#include "support.h"

#include "base/clock.h"
#include "base/settings.h"
#include "domain/pypi_change.h"
#include "domain/pypi_project.h"
#include "domain/repository.h"
#include "formats/core_metadata.h"
#include "pypi.h"
#include "request.h"

static void
given_alice(void)
{
	w->config = test_config;
	acting_as("alice");
}

static void
assert_contains(struct span page, const char *text)
{
	const char *body = arena_dup(w->arena, page.at, page.len);

	if (!page.at || !strstr(body, text))
		fail_msg("no \"%s\" in\n%s", text, page.at ? body : "(nothing)");
}

static void
assert_refused(const struct given_upload *g, enum fault_kind kind, const char *message)
{
	assert_int_equal(upload_pypi(g), GIVEN_REFUSED);
	assert_fault(w->fault, kind);
	assert_string_equal(w->fault->message, message);
	fault_clear(w->fault);
}

static void
a_first_upload_makes_project_release_file_and_pages(void **state)
{
	int64_t id, serial;

	(void)state;
	given_alice();
	id = given_pypi("Foo.Bar", "1.0", "foo_bar-1.0.tar.gz");

	serial = sql_int("SELECT max(serial) FROM change");
	assert_string_equal(sql_text("SELECT string_agg(kind || coalesce(' ' || version, '') || "
		"coalesce(' ' || subject, ''), ', ' ORDER BY serial) FROM change"),
		"create, role.add Owner alice, release.add 1.0, file.add 1.0 source foo_bar-1.0.tar.gz");
	assert_int_equal(sql_int("SELECT last_serial FROM package_pypi"), serial);
	assert_string_equal(sql_text("SELECT string_agg(role, ',') FROM owner WHERE package_id = %d", (int)id), "owner");
	assert_int_equal(sql_int("SELECT count(*) FROM audit WHERE action = 'publish' AND package_id = %d", (int)id), 1);
	assert_contains(pypi_page("foo-bar", PYPI_PAGE_HTML), ">foo_bar-1.0.tar.gz</a>");
	assert_contains(pypi_page("foo-bar", PYPI_PAGE_HTML),
		arena_printf(w->arena, "<!--SERIAL %d-->", (int)serial));
	assert_contains(pypi_page("foo-bar", PYPI_PAGE_SIMPLE), "\"versions\":[\"1.0\"]}");
	assert_contains(pypi_page("foo-bar", PYPI_PAGE_SIMPLE),
		arena_printf(w->arena, "\"_last-serial\":%d", (int)serial));
	assert_contains(pypi_page("foo-bar", PYPI_PAGE_JSON),
		arena_printf(w->arena, "\"last_serial\":%d,", (int)serial));
	assert_pypi_pages(id);
}

static void
a_path_tells_the_digest_and_metadata_lies_beside_the_wheel(void **state)
{
	(void)state;
	given_alice();
	assert_int_equal(upload_pypi(&(struct given_upload){ .name = "foo", .version = "1.0", .comment = "why",
		.filename = "foo-1.0-py3-none-any.whl", .metadata = "Name: foo\n" }), GIVEN_STORED);

	assert_int_equal(sql_int("SELECT count(*) FROM file f JOIN file m ON m.parent_id = f.id"
		" WHERE f.path ~ '^packages/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{60}/foo-1.0-py3-none-any.whl$'"
		" AND replace(split_part(f.path, 'packages/', 2), '/', '') LIKE encode(f.blake2b256, 'hex') || '%%'"
		" AND m.path = f.path || '.metadata' AND m.kind = 'metadata' AND m.sha256 = sha256('Name: foo\n')"
		" AND f.md5 IS NOT NULL"), 1);
	assert_string_equal(sql_text("SELECT meta::text FROM file WHERE kind = 'wheel'"),
		"{\"comment\": \"why\", \"python_version\": \"py3\"}");
	assert_contains(pypi_page("foo", PYPI_PAGE_SIMPLE), "\"core-metadata\":{\"sha256\":");
	assert_int_equal(sql_int("SELECT total_size FROM package_pypi"),
		sql_int("SELECT sum(size) FROM file WHERE kind = 'wheel'"));
}

static void
other_spellings_of_a_version_join_its_release_and_change_nothing_of_it(void **state)
{
	struct core_metadata core = { .summary = SPAN("first"), .requires_python = SPAN(">=3.8") };

	(void)state;
	given_alice();
	assert_int_equal(upload_pypi(&(struct given_upload){ "foo", "1.0", "foo-1.0.tar.gz", .core = &core }),
		GIVEN_STORED);
	core = (struct core_metadata){ .summary = SPAN("second") };
	assert_int_equal(upload_pypi(&(struct given_upload){ "foo", "v1.0.0", "foo-1.0.0-py3-none-any.whl",
		.core = &core }), GIVEN_STORED);

	assert_string_equal(sql_text("SELECT string_agg(version || ' ' || description, ',') FROM release"), "1.0 first");
	assert_string_equal(sql_text("SELECT requires_python FROM release_pypi"), ">=3.8");
	assert_int_equal(sql_int("SELECT count(*) FROM audit WHERE action = 'file.add'"), 1);
	assert_pypi_pages(sql_int("SELECT id FROM package"));
}

static void
requirements_are_known_by_the_normal_names_of_projects(void **state)
{
	const struct span needs[] = {
		SPAN("Foo_Bar[b,a]<2,>=1; python_version < \"3\""), SPAN("quux; extra == \"dev\""),
	};
	struct core_metadata core = { .requires_dist = { needs, 2 } };

	(void)state;
	given_alice();
	given_pypi("foo.bar", "1.0", "foo_bar-1.0.tar.gz");
	assert_int_equal(upload_pypi(&(struct given_upload){ "baz", "1.0", "baz-1.0.tar.gz", .core = &core }),
		GIVEN_STORED);

	assert_string_equal(sql_text("SELECT string_agg(concat_ws('|', d.package_name, p.name, d.requirement, d.platform,"
		" array_to_string(d.features, ','), d.optional), ' ' ORDER BY d.position)"
		" FROM dependency d LEFT JOIN package p ON p.id = d.target_package_id"),
		"foo-bar|foo.bar|<2,>=1|python_version < \"3\"|a,b|f quux||extra == \"dev\"||t");
	assert_int_equal(sql_int("SELECT count(*) FROM reverse_dependency"), 1);
}

static void
a_release_is_found_by_its_keywords(void **state)
{
	struct core_metadata core = { .keywords = SPAN("citrus, fruit salad,,citrus, sour") };

	(void)state;
	given_alice();
	assert_int_equal(upload_pypi(&(struct given_upload){ "foo", "1.0", "foo-1.0.tar.gz", .core = &core }), GIVEN_STORED);
	assert_string_equal(sql_text("SELECT string_agg(k.name, '|' ORDER BY k.name) FROM package_keyword JOIN keyword k"
		" ON k.id = keyword_id WHERE k.repository_id = 2"), "citrus|fruit salad|sour");
	assert_int_equal(sql_int("SELECT count(*) FROM package_search WHERE document @@ plainto_tsquery('english', 'salad')"), 1);
	core.keywords = SPAN("sweet");
	assert_int_equal(upload_pypi(&(struct given_upload){ "foo", "1.1", "foo-1.1.tar.gz", .core = &core }), GIVEN_STORED);
	assert_int_equal(sql_int("SELECT count(*) FROM package_search WHERE document @@ plainto_tsquery('english', 'salad')"), 0);
	assert_string_equal(sql_text("SELECT string_agg(name || package_count, ' ' ORDER BY name) FROM keyword"
		" WHERE repository_id = 2 AND package_count > 0"), "sweet1");
}

static void
the_name_is_shown_as_it_was_spelled_last(void **state)
{
	(void)state;
	given_alice();
	given_pypi("foo-bar", "1.0", "foo_bar-1.0.tar.gz");
	given_pypi("Foo_Bar", "1.1", "foo_bar-1.1.tar.gz");

	assert_string_equal(sql_text("SELECT name || ' ' || canonical_name FROM package"), "Foo_Bar foo-bar");
	assert_contains(pypi_page("foo-bar", PYPI_PAGE_JSON), "\"name\":\"Foo_Bar\"");
	assert_string_equal(sql_text("SELECT name FROM change ORDER BY serial DESC LIMIT 1"), "Foo_Bar");
}

static void
the_same_file_again_changes_nothing(void **state)
{
	struct given_upload g = { "foo", "1.0", "foo-1.0.tar.gz", .content = "same" };

	(void)state;
	given_alice();
	assert_int_equal(upload_pypi(&g), GIVEN_STORED);
	assert_int_equal(upload_pypi(&g), GIVEN_SAME);
	assert_int_equal(sql_int("SELECT count(*) FROM change"), 4);
}

static void
a_file_name_never_means_other_bytes(void **state)
{
	struct given_upload g = { "foo", "1.0", "foo-1.0.tar.gz", .content = "one" };

	(void)state;
	given_alice();
	assert_int_equal(upload_pypi(&g), GIVEN_STORED);
	g.content = "other";
	assert_refused(&g, FAULT_BAD_REQUEST, "File already exists ('foo-1.0.tar.gz', with blake2_256 hash "
		"'96396e0fda42892aedf84cc08c5d8fd4d9f2681f26926fb30f08127f269141e5'). "
		"See http://registry.example/ for more information.");
}

static void
the_same_bytes_have_one_name_in_the_repository(void **state)
{
	struct given_upload g = { "foo", "1.0", "foo-1.0.tar.gz", .content = "one" };

	(void)state;
	given_alice();
	assert_int_equal(upload_pypi(&g), GIVEN_STORED);
	g = (struct given_upload){ "bar", "2.0", "bar-2.0.tar.gz", .content = "one" };
	assert_refused(&g, FAULT_BAD_REQUEST, "File already exists ('bar-2.0.tar.gz', with blake2_256 hash "
		"'d01c06cb09606bc4b2cedf4266a3a20e1e636b467cb77a9dbed595094e02ea46'). "
		"See http://registry.example/ for more information.");
	assert_int_equal(sql_int("SELECT count(*) FROM package"), 1);
}

static void
a_release_has_one_sdist(void **state)
{
	struct given_upload g = { "foo", "1.0.0", "foo-1.0.0.tar.gz", .content = NULL };

	(void)state;
	given_alice();
	given_pypi("foo", "1.0", "foo-1.0.tar.gz");
	assert_refused(&g, FAULT_BAD_REQUEST, "Only one sdist may be uploaded per release.");
}

static void
the_name_of_a_deleted_file_is_taken_for_ever(void **state)
{
	struct given_upload g = { "foo", "1.0", "foo-1.0.tar.gz", .content = NULL };

	(void)state;
	given_alice();
	sql_do("INSERT INTO deleted_file (repository_id, path, sha256, filename)"
	       " VALUES (2, 'packages/foo-1.0.tar.gz', sha256(''), 'foo-1.0.tar.gz')");
	assert_refused(&g, FAULT_BAD_REQUEST, "This filename was previously used by a file that has since been deleted. "
		"Use a different version. See http://registry.example/ for more information.");
}

static void
files_and_projects_have_limits(void **state)
{
	struct given_upload g = { "foo", "1.1", "foo-1.1.tar.gz", .content = "0123456789" };

	(void)state;
	given_alice();
	given_pypi("foo", "1.0", "foo-1.0.tar.gz");
	test_config->pypi_max_file = 9;
	assert_refused(&g, FAULT_BAD_REQUEST, "File too large. Limit for project 'foo' is 9 bytes. "
		"See http://registry.example/ for more information.");
	sql_do("UPDATE package SET max_upload_size = 10");
	test_config->pypi_max_project = sql_int("SELECT total_size + 9 FROM package_pypi");
	assert_refused(&g, FAULT_BAD_REQUEST, arena_printf(w->arena, "Project size too large. Limit for project 'foo' "
		"total size is %d bytes. See http://registry.example/", (int)test_config->pypi_max_project));
	test_config->pypi_max_project++;
	assert_int_equal(upload_pypi(&g), GIVEN_STORED);
}

static void
old_releases_take_no_files_when_there_is_a_window(void **state)
{
	struct given_upload g = { "foo", "1.0", "foo-1.0-py3-none-any.whl", .content = NULL };

	(void)state;
	given_alice();
	given_pypi("foo", "1.0", "foo-1.0.tar.gz");
	sql_do("UPDATE release SET published_at = published_at - interval '14 days 1 second'");
	test_config->pypi_release_window = 14 * CLOCK_DAY;
	assert_refused(&g, FAULT_BAD_REQUEST,
		"Uploading new files to releases older than 14 days is not allowed.");
	test_config->pypi_release_window = 0;
	assert_int_equal(upload_pypi(&g), GIVEN_STORED);
}

static void
a_name_that_looks_like_another_one_is_refused_even_in_a_race(void **state)
{
	struct given_upload g = { "F00", "1.0", "f00-1.0.tar.gz", .content = NULL };

	(void)state;
	given_alice();
	given_pypi("foo", "1.0", "foo-1.0.tar.gz");
	assert_refused(&g, FAULT_CONFLICT, "The name 'F00' conflicts with an existing project. "
		"See http://registry.example/ for more information.");
	assert_int_equal(sql_int("SELECT count(*) FROM package"), 1);
}

static void
archived_and_quarantined_projects_take_no_files(void **state)
{
	static const char *const statuses[] = { "archived", "quarantined" };
	struct given_upload g = { "foo", "1.1", "foo-1.1.tar.gz", .content = NULL };

	(void)state;
	given_alice();
	given_pypi("foo", "1.0", "foo-1.0.tar.gz");
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		sql_do("UPDATE package SET status = '%s'", statuses[i]);
		assert_refused(&g, FAULT_FORBIDDEN, "The user 'alice' isn't allowed to upload to project 'foo'. "
			"See http://registry.example/ for more information.");
	}
	sql_do("UPDATE package SET status = 'deprecated'");
	assert_int_equal(upload_pypi(&g), GIVEN_STORED);
}

/* How many parts the pages have. */
static int64_t
parts(const char *path)
{
	return sql_int("SELECT count(*) FROM index_part WHERE path = '%s'", path);
}

static void
many_files_are_kept_in_parts_that_join_to_the_same_pages(void **state)
{
	int64_t id = 0;

	(void)state;
	given_alice();
	/* Neither order in which they come is one that the pages have. */
	for (int i = 0; i < 300; i++) {
		int n = i * 37 % 300;

		id = given_pypi("foo", arena_printf(w->arena, "1.%d", n),
				arena_printf(w->arena, "foo-1.%d.tar.gz", n));
		if (i % 20 == 19)
			assert_pypi_pages(id);
	}

	assert_true(parts("simple/foo/html") > 2);
	assert_true(parts("json/foo") > 2);
	assert_int_equal(parts("simple/foo/json"), 2 * parts("simple/foo/html") + 1);
	assert_int_equal(sql_int("SELECT count(*) FROM index_object WHERE parts_at IS NOT NULL"), 3);
	assert_int_equal(sql_int("SELECT count(*) FROM index_part WHERE sum <> sha256(body)"), 0);
}

static void
pages_with_other_contents_have_other_tags(void **state)
{
	const struct pypi_object *before, *after;

	(void)state;
	given_alice();
	given_pypi("foo", "1.0", "foo-1.0.tar.gz");
	before = pypi_object_get(w, REPOSITORY_PYPI, SPAN("foo"), PYPI_PAGE_HTML, NULL);
	given_pypi("foo", "1.1", "foo-1.1.tar.gz");
	after = pypi_object_get(w, REPOSITORY_PYPI, SPAN("foo"), PYPI_PAGE_HTML, before->etag);

	assert_string_not_equal(before->etag, after->etag);
	assert_non_null(after->body.at);
	assert_null(pypi_object_get(w, REPOSITORY_PYPI, SPAN("foo"), PYPI_PAGE_HTML, after->etag)->body.at);
}

TESTS(pypi_index,
	TEST(a_first_upload_makes_project_release_file_and_pages),
	TEST(a_path_tells_the_digest_and_metadata_lies_beside_the_wheel),
	TEST(other_spellings_of_a_version_join_its_release_and_change_nothing_of_it),
	TEST(requirements_are_known_by_the_normal_names_of_projects),
	TEST(a_release_is_found_by_its_keywords),
	TEST(the_name_is_shown_as_it_was_spelled_last),
	TEST(the_same_file_again_changes_nothing),
	TEST(a_file_name_never_means_other_bytes),
	TEST(the_same_bytes_have_one_name_in_the_repository),
	TEST(a_release_has_one_sdist),
	TEST(the_name_of_a_deleted_file_is_taken_for_ever),
	TEST(files_and_projects_have_limits),
	TEST(old_releases_take_no_files_when_there_is_a_window),
	TEST(a_name_that_looks_like_another_one_is_refused_even_in_a_race),
	TEST(archived_and_quarantined_projects_take_no_files),
	TEST(many_files_are_kept_in_parts_that_join_to_the_same_pages),
	TEST(pages_with_other_contents_have_other_tags)
);
