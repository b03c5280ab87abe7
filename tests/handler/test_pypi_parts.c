/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of projects with many files: whatever happens to them, their parts
 * join to what a rendering from scratch would be, and little is written.
 */
#include "support.h"

#include "domain/pypi_manage.h"
#include "domain/pypi_project.h"
#include "domain/repository.h"
#include "pypi.h"

/* An even mix for tests that are the same every time. */
static unsigned
next_random(unsigned below)
{
	static uint64_t state = 0x9e3779b97f4a7c15;

	state = state * 6364136223846793005 + 1442695040888963407;
	return (unsigned)(state >> 33) % below;
}

static struct pypi_place
foo(void)
{
	return (struct pypi_place){ given_pypi_repository(), pypi_project_find(w, REPOSITORY_PYPI, SPAN("foo")) };
}

static const char *
wheel_name(const char *version, int build)
{
	return arena_printf(w->arena, "foo-%s-%d-py3-none-any.whl", version, build);
}

static int64_t
add(const char *version, int build)
{
	return given_pypi("foo", version, wheel_name(version, build));
}

static void
drop(const char *filename)
{
	const struct pypi_file *f = pypi_file_find(w, REPOSITORY_PYPI, span_of(filename));
	struct pypi_place at = foo();

	assert_non_null(f);
	assert_true(pypi_manage_delete_file(w, &at, f));
	/* Pages say nothing of what was there, so that the name may come back. */
	sql_do("DELETE FROM deleted_file");
}

static const struct pypi_release *
release(const char *version)
{
	return pypi_release_find(w, foo().project->id,
				 span_of(sql_text("SELECT version_identity FROM release WHERE version = '%s'", version)));
}

static void
yank(const char *version, bool yanked)
{
	struct pypi_place at = foo();

	assert_true(pypi_manage_yank(w, &at, release(version), yanked, "broken"));
}

static void
drop_release(const char *version)
{
	struct pypi_place at = foo();

	assert_true(pypi_manage_delete_release(w, &at, release(version)));
	sql_do("DELETE FROM deleted_file");
}

static int64_t
parts(const char *path, int sequence)
{
	return sql_int("SELECT count(*) FROM index_part WHERE path = '%s' AND get_byte(first_key, 0) = %d", path, sequence);
}

static int64_t
largest_part(void)
{
	/* Each file has two of these, in its name and in its address. */
	return sql_int("SELECT max((octet_length(body) - octet_length(replace(encode(body, 'escape'), '.whl\",', ''))) / 12)"
		" FROM index_part WHERE path <> 'simple/foo/html'");
}

static void
a_release_with_many_files_is_cut_too(void **state)
{
	int64_t id = 0;

	(void)state;
	acting_as("alice");
	/* Not in the order of their names. */
	for (int i = 0; i < 200; i++) {
		id = add("1.0", i * 37 % 200);
		if (i % 10 == 9)
			assert_pypi_pages(id);
	}

	assert_in_range(largest_part(), 20, 64);
	assert_in_range(parts("simple/foo/html", 0), 3, 8);
	assert_int_equal(parts("simple/foo/json", 2), parts("simple/foo/json", 0));
	assert_in_range(parts("json/foo", 0), 3, 8);
	assert_in_range(parts("json/foo", 2), 3, 8);
	assert_int_equal(sql_int("SELECT count(*) FROM index_part WHERE sum <> sha256(body)"), 0);
	assert_true(sql_int("SELECT max(octet_length(body)) FROM index_object") < 4096);
}

static void
files_of_another_release_are_shown_once_it_is_the_latest(void **state)
{
	int64_t id = 0;

	(void)state;
	acting_as("alice");
	for (int i = 0; i < 140; i++)
		id = add("1.0", i);
	assert_true(parts("json/foo", 2) > 1);
	add("1.1", 1);
	assert_pypi_pages(id);
	assert_int_equal(parts("json/foo", 2), 0);
	/* Nothing is shown of it. */
	add("1.0", 200);
	assert_pypi_pages(id);
	yank("1.1", true);
	assert_pypi_pages(id);
	assert_true(parts("json/foo", 2) > 1);
	yank("1.0", true);
	assert_pypi_pages(id);
	assert_int_equal(parts("json/foo", 2), 0);
	drop_release("1.1");
	assert_pypi_pages(id);
	assert_true(parts("json/foo", 2) > 1);
}

/* In the order of their names and in none, through every size that parts can have. */
static void
pages_are_right_until_the_last_file_is_gone(void **state)
{
	int64_t id = 0;

	(void)state;
	acting_as("alice");
	for (int round = 0; round < 2; round++) {
		add("0.9", 1);
		for (int i = 0; i < 140; i++)
			id = add("1.0", i);
		for (int i = 0; i < 140; i++) {
			drop(wheel_name("1.0", round == 0 ? i : i * 37 % 140));
			if (i % 3 == 0 || i > 130)
				assert_pypi_pages(id);
		}
		drop(wheel_name("0.9", 1));
		assert_pypi_pages(id);
	}
}

static void
something_happens(const char *const *versions, unsigned count)
{
	const char *version = versions[next_random(count)], *filename;
	unsigned deed = next_random(20);

	if (deed < 11 || !release(version)) {
		filename = wheel_name(version, (int)next_random(90));
		if (!pypi_file_find(w, REPOSITORY_PYPI, span_of(filename)))
			given_pypi("foo", version, filename);
	} else if (deed < 18) {
		filename = sql_text("SELECT filename FROM file WHERE filename LIKE 'foo-%s-%%' ORDER BY md5(filename || '%u')"
			" LIMIT 1", version, next_random(100));
		if (filename)
			drop(filename);
	} else if (deed < 19) {
		yank(version, !release(version)->yanked);
	} else if (next_random(4) == 0) {
		drop_release(version);
	}
}

static void
random_changes_leave_right_pages(void **state)
{
	static const char *const versions[] = { "0.9", "0.10", "0.10+a.1", "1.0rc1", "1.0", "1.0.post1" };
	int64_t id = 0;

	(void)state;
	acting_as("alice");
	for (unsigned i = 0; i < ARRAY_LEN(versions); i++)
		for (int build = 0; build < 23; build++)
			id = add(versions[i], build * 3);
	assert_pypi_pages(id);
	for (int i = 0; i < 200; i++) {
		something_happens(versions, ARRAY_LEN(versions));
		assert_pypi_pages(id);
	}
}

TESTS(pypi_parts,
	TEST(a_release_with_many_files_is_cut_too),
	TEST(files_of_another_release_are_shown_once_it_is_the_latest),
	TEST(pages_are_right_until_the_last_file_is_gone),
	TEST(random_changes_leave_right_pages)
);

TEST_MAIN("pypi_parts", TEST_LIST(pypi_parts))
