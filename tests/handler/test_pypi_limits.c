/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What uploaders say is bounded before it is shown again with every file and
 * in every feed.
 */
#include "support.h"

#include "base/buf.h"
#include "pypi.h"
#include "request.h"

/* A member of the form's fields: BEFORE, COUNT times UNIT. */
static const char *
long_field(const char *name, const char *before, const char *unit, size_t count)
{
	struct buf b = buf_on(w->arena);

	buf_printf(&b, "{\"%s\": \"%s", name, before);
	for (size_t i = 0; i < count; i++)
		buf_puts(&b, unit);
	buf_puts(&b, "\"}");
	return arena_strdup(w->arena, buf_text(&b));
}

static void
assert_refused(const char *fields, const char *message)
{
	const struct test_answer *a = pypi_upload(given_token("alice"), "foo", "1.0", fields);

	assert_int_equal(a->status, 400);
	if (!strstr(a->body.at, message))
		fail_msg("no \"%s\" in %s", message, a->body.at);
}

static void
what_goes_with_every_file_is_short(void **state)
{
	(void)state;
	assert_refused(long_field("comment", "", "c", 4097), "Invalid value for comment. Error: Use at most 4096 bytes.");
	assert_refused(long_field("pyversion", "", "p", 257), "Invalid value for pyversion. Error: Use at most 256 bytes.");
	given_project("alice", "foo", "1.0", long_field("comment", "", "c", 4096));
	given_project("alice", "foo", "1.1", long_field("pyversion", "", "p", 256));
}

static void
a_content_type_is_as_long_as_its_column_at_most(void **state)
{
	(void)state;
	assert_refused(long_field("description_content_type", "text/plain; x=", "x", 242),
		"is invalid for 'description-content-type'.");
	given_project("alice", "foo", "1.0", long_field("description_content_type", "text/plain; x=", "x", 241));
}

static void
a_list_of_authors_without_end_is_in_no_feed(void **state)
{
	static const char *const feeds[] = { "/rss/updates.xml", "/rss/project/foo/releases.xml" };

	(void)state;
	given_project("alice", "foo", "1.0", long_field("author_email", "a@registry.example", ", a@registry.example", 220));
	for (size_t i = 0; i < ARRAY_LEN(feeds); i++) {
		const struct test_answer *a = get(feeds[i]);

		assert_int_equal(a->status, 200);
		assert_non_null(strstr(a->body.at, "<item>"));
		assert_null(strstr(a->body.at, "<author>"));
	}
}

static void
a_page_for_people_has_the_newest_versions_only(void **state)
{
	const struct test_answer *a;

	(void)state;
	given_project("alice", "foo", "1.0", NULL);
	sql_do("WITH made AS (INSERT INTO release (package_id, version, version_identity, version_key) "
		"SELECT p.id, '0.' || n, '0.' || n, int4send(n) FROM package p, generate_series(1, 500) n "
		"WHERE p.canonical_name = 'foo' RETURNING id) "
		"INSERT INTO release_pypi (release_id) SELECT id FROM made");

	a = get("/project/foo/");

	assert_int_equal(a->status, 200);
	assert_non_null(strstr(a->body.at, ">1.0</a>"));
	assert_non_null(strstr(strstr(a->body.at, ">0.500</a>"), ">0.499</a>"));
	assert_non_null(strstr(a->body.at, ">0.2</a>"));
	assert_null(strstr(a->body.at, ">0.1</a>"));
}

TESTS(pypi_limits,
	TEST(what_goes_with_every_file_is_short),
	TEST(a_content_type_is_as_long_as_its_column_at_most),
	TEST(a_list_of_authors_without_end_is_in_no_feed),
	TEST(a_page_for_people_has_the_newest_versions_only)
);
