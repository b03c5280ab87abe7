/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documentation archives: what is refused, and what is found in the others.
 */
#include "unit.h"

#include "base/text.h"
#include "formats/hex_docs.h"
#include "formats/hex_tarball.h"
#include "tarball.h"

static const struct hex_limits usual = { .unpacked = 1 << 20, .entries = 10 };

static struct hex_docs
archive_of(struct span gzipped)
{
	return (struct hex_docs){ file_of(gzipped), gzipped.len };
}

/* The members, ended by one without a path. */
static struct hex_docs
docs_of(const struct tar_member *members)
{
	struct buf tar = buf_on(arena);

	for (; members->path; members++)
		tar_put(&tar, *members);
	tar_put_end(&tar);
	return archive_of(gzip_of(buf_span(&tar)));
}

#define DOCS(...) docs_of((const struct tar_member[]){ __VA_ARGS__, { .path = NULL } })
#define A_FILE(name, text) { .path = (name), .data = SPAN(text) }

static void
assert_checks(struct hex_docs d, const struct hex_limits *limits)
{
	fault_clear(fault);
	if (!hex_docs_check(arena, fault, &d, limits))
		fail_msg("%s", fault->fields ? fault->fields->message : fault->message);
	assert_false(fault_is_set(fault));
}

static void
assert_refused(struct hex_docs d, const struct hex_limits *limits, const char *message)
{
	fault_clear(fault);
	assert_false(hex_docs_check(arena, fault, &d, limits));
	assert_int_equal(fault->kind, FAULT_INVALID);
	assert_string_equal(fault->fields->name, "tar");
	assert_string_equal(fault->fields->message, message);
}

static struct hex_docs_entry
find(struct hex_docs d, const char *path)
{
	struct hex_docs_entry e = { .path = path, .max = 20 };

	assert_true(hex_docs_find(arena, fault, &d, &e));
	return e;
}

static void
assert_found(struct hex_docs d, const char *path, const char *text)
{
	struct hex_docs_entry e = find(d, path);

	assert_int_equal(e.found, HEX_DOCS_FILE);
	assert_true(span_is(e.bytes, text));
}

static void
files_are_found_by_their_paths(void **state)
{
	struct hex_docs d = DOCS(A_FILE("index.html", "start"), { .path = "dist/", .type = '5' },
				 A_FILE("dist/a.css", "style"), A_FILE("./deep//er/./b.js", "script"), A_FILE("empty", ""));

	(void)state;
	assert_checks(d, &usual);
	assert_found(d, "index.html", "start");
	assert_found(d, "dist/a.css", "style");
	assert_found(d, "deep/er/b.js", "script");
	assert_found(d, "empty", "");
}

static void
what_is_not_there_is_not_found(void **state)
{
	struct hex_docs d = DOCS(A_FILE("index.html", "start"), A_FILE("dist/a.css", "style"));

	(void)state;
	assert_int_equal(find(d, "index.htm").found, HEX_DOCS_NOTHING);
	assert_int_equal(find(d, "index.html/x").found, HEX_DOCS_NOTHING);
	assert_int_equal(find(d, "Index.html").found, HEX_DOCS_NOTHING);
	assert_int_equal(find(d, "dis").found, HEX_DOCS_NOTHING);
	assert_int_equal(find(d, "../index.html").found, HEX_DOCS_NOTHING);
}

static void
directories_are_told_from_files(void **state)
{
	struct hex_docs d = DOCS(A_FILE("dist/a.css", "style"), { .path = "images/", .type = '5' });

	(void)state;
	assert_int_equal(find(d, "dist").found, HEX_DOCS_DIRECTORY);
	assert_int_equal(find(d, "images").found, HEX_DOCS_DIRECTORY);
	assert_int_equal(find(d, "").found, HEX_DOCS_DIRECTORY);
}

static void
large_files_are_not_read(void **state)
{
	struct hex_docs d = DOCS(A_FILE("big", "more than twenty bytes"), A_FILE("small", "exactly twenty bytes"));

	(void)state;
	assert_int_equal(find(d, "big").found, HEX_DOCS_LARGE);
	assert_int_equal(find(d, "small").found, HEX_DOCS_FILE);
}

static void
paths_stay_below(void **state)
{
	(void)state;
	assert_refused(DOCS(A_FILE("../a", "x")), &usual,
		       "tarball error, ../a: The path points above the current working directory");
	assert_refused(DOCS(A_FILE("a/../../b", "x")), &usual,
		       "tarball error, a/../../b: The path points above the current working directory");
	assert_refused(DOCS(A_FILE("/etc/passwd", "x")), &usual,
		       "tarball error, /etc/passwd: The path points above the current working directory");
	assert_refused(DOCS(A_FILE(".", "x")), &usual, "tarball error, a file has no name");
	assert_checks(DOCS(A_FILE("a..b/..c", "x"), { .path = "./", .type = '5' }), &usual);
}

static void
links_and_devices_are_refused(void **state)
{
	(void)state;
	for (const char *type = "12346"; *type; type++) {
		struct hex_docs d = DOCS({ .path = "index.html", .type = *type });

		fault_clear(fault);
		assert_false(hex_docs_check(arena, fault, &d, &usual));
		assert_int_equal(fault->kind, FAULT_INVALID);
		assert_string_equal(fault->fields->name, "tar");
	}
}

static void
a_name_occurs_once(void **state)
{
	(void)state;
	assert_refused(DOCS(A_FILE("a", "x"), A_FILE("b", "y"), A_FILE("a", "z")), &usual,
		       "tarball error, two entries have the same name");
	assert_refused(DOCS(A_FILE("d/a", "x"), A_FILE("./d//a", "z")), &usual,
		       "tarball error, two entries have the same name");
	assert_refused(DOCS(A_FILE("a", "x"), { .path = "a/", .type = '5' }), &usual,
		       "tarball error, two entries have the same name");
}

static void
limits_hold(void **state)
{
	static const struct hex_limits two = { .unpacked = 1 << 20, .entries = 2 };
	static const struct hex_limits small = { .unpacked = 2048 };
	static const struct hex_limits enough = { .unpacked = 4 * 512 };
	struct hex_docs d = DOCS(A_FILE("a", "x"));

	(void)state;
	assert_checks(DOCS(A_FILE("a", "x"), A_FILE("b", "x")), &two);
	assert_refused(DOCS(A_FILE("a", "x"), A_FILE("b", "x"), A_FILE("c", "x")), &two,
		       "tarball error, more than 2 entries");
	assert_refused(DOCS(A_FILE("a", "x"), A_FILE("b", "x")), &small, "too big (uncompressed)");
	assert_checks(d, &enough);
}

static void
what_is_no_archive_is_refused(void **state)
{
	static const char unreadable[] = "tarball error, Unrecognized tar header format";
	struct buf tar = buf_on(arena);
	struct span whole;

	(void)state;
	tar_put_file(&tar, "index.html", "start");
	tar_put_end(&tar);
	whole = gzip_of(buf_span(&tar));
	assert_refused(archive_of(SPAN("")), &usual, unreadable);
	assert_refused(archive_of(SPAN("<html>")), &usual, unreadable);
	assert_refused(archive_of(buf_span(&tar)), &usual, unreadable);
	assert_refused(archive_of(gzip_of(SPAN("not a tar"))), &usual, unreadable);
	assert_refused(archive_of(span_make(whole.at, whole.len - 1)), &usual, unreadable);
	assert_checks(archive_of(whole), &usual);
}

TESTS(hex_docs,
	TEST(files_are_found_by_their_paths),
	TEST(what_is_not_there_is_not_found),
	TEST(directories_are_told_from_files),
	TEST(large_files_are_not_read),
	TEST(paths_stay_below),
	TEST(links_and_devices_are_refused),
	TEST(a_name_occurs_once),
	TEST(limits_hold),
	TEST(what_is_no_archive_is_refused)
);
