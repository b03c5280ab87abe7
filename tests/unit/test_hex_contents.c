/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files inside Hex packages: which are let through, and which are refused.
 */
#include "unit.h"

#include "hexpack.h"
#include "tarball.h"

#define UNREADABLE "inner tarball error, Unrecognized tar header format"

static void
broken_contents_are_refused(void **state)
{
	struct span good, twice;
	struct buf b = buf_on(arena);

	(void)state;
	given_contents();
	good = packed_contents();
	buf_put_span(&b, good);
	buf_put_span(&b, good);
	twice = buf_span(&b);
	assert_string_equal(verdict(package((struct package){ .contents = twice }, "VSMC")), UNREADABLE);
	twice.len = good.len + 1;
	assert_string_equal(verdict(package((struct package){ .contents = twice }, "VSMC")), UNREADABLE);
	for (size_t len = 0; len < good.len; len += 7) {
		struct package p = { .contents = span_make(good.at, len) };

		assert_string_equal(verdict(package(p, "VSMC")), UNREADABLE);
	}
	assert_string_equal(verdict(package((struct package){ .contents = buf_span(&inner) }, "VSMC")),
		UNREADABLE);
	assert_string_equal(verdict(package((struct package){ .contents = gzip_of(SPAN("no tar")) }, "VSMC")),
		UNREADABLE);
	buf_puts(&inner, "x");
	assert_string_equal(verdict(package((struct package){ .contents = gzip_of(buf_span(&inner)) }, "VSMC")),
		UNREADABLE);
}

static void
bombs_do_not_go_off(void **state)
{
	struct hex_limits limits = { .unpacked = 512 * 7, .entries = 2 };
	struct span bytes;

	(void)state;
	given_contents();
	tar_put(&inner, (struct tar_member){ .path = "zeros", .data = span_make(blanks(600), 600) });
	bytes = package((struct package){ .contents = packed_contents() }, "VSMC");
	assert_int_equal(inner.len, limits.unpacked);
	assert_string_equal(verdict_within(bytes, limits), "ok");
	limits.unpacked--;
	assert_string_equal(verdict_within(bytes, limits),
		"inner tarball error, Extraction size exceeds the configured max_size limit");
	limits.unpacked = UINT64_MAX;
	limits.entries = 1;
	assert_string_equal(verdict_within(bytes, limits), "inner tarball error, more than 1 entries");
	limits.entries = 0;
	assert_string_equal(verdict_within(bytes, limits), "ok");
	given_contents();
	tar_put(&inner, (struct tar_member){ .path = "zeros", .data = span_make(blanks(16 << 20), 16 << 20) });
	assert_string_equal(contents_verdict(),
		"inner tarball error, Extraction size exceeds the configured max_size limit");
}

static void
paths_stay_below_the_top(void **state)
{
	static const char *const good[] = { "a", "a/b/c", "./a", "a//b", "a/./b", "..a", "a..", ".../x",
		("lib/gr\xc3\xb6\xc3\x9f" "e"), "latin-\xf6", "a b", "a\\b", "-rf", ".gitignore" };
	static const char *const bad[] = { "..", "../a", "a/..", "a/../b", "a/../../b", "./../a", "/", "/a", "//a" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		given_contents();
		tar_put_file(&inner, good[i], "x");
		assert_string_equal(contents_verdict(), "ok");
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		given_contents();
		tar_put(&inner, (struct tar_member){ .path = bad[i], .type = '5' });
		assert_string_equal(contents_verdict(), arena_printf(arena,
			"inner tarball error, %s: The path points above the current working directory", bad[i]));
	}
}

static void
only_files_directories_and_links_are_allowed(void **state)
{
	static const char types[] = "13467SDVMXNg9A";

	(void)state;
	for (const char *type = types; *type; type++) {
		given_contents();
		tar_put(&inner, (struct tar_member){ .path = "odd", .type = *type, .target = "mix.exs" });
		assert_string_equal(contents_verdict(), "inner tarball error, odd: unexpected type of entry");
	}
	given_contents();
	tar_put(&inner, (struct tar_member){ .path = "lib/", .type = '5' });
	tar_put(&inner, (struct tar_member){ .path = "./", .type = '5' });
	assert_string_equal(contents_verdict(), "ok");
	given_contents();
	tar_put_file(&inner, ".", "x");
	assert_string_equal(contents_verdict(), "inner tarball error, .: unexpected type of entry");
}

struct link_case {
	/* "PATH > TARGET" for a link, otherwise a file; the first of them all that is refused is what is named. */
	const char *entries[4];
	const char *refused;
};

static const struct link_case link_cases[] = {
	{ { "a > mix.exs" }, NULL },
	{ { "a > missing" }, NULL },
	{ { "a > b/c" }, NULL },
	{ { "a > ./b" }, NULL },
	{ { "a/b > ../c" }, NULL },
	{ { "a/b > .." }, NULL },
	{ { "a/b/c > ../../d" }, NULL },
	{ { "a > b", "b > c", "c > a" }, NULL },
	{ { "a > a" }, NULL },
	{ { "a > gr\xc3\xb6\xc3\x9f" "e" }, NULL },
	{ { "a > b", "ab" }, NULL },
	{ { "a > b", "c/a/b" }, NULL },
	/* Out of the tree. */
	{ { "a > .." }, "a" },
	{ { "a > ../b" }, "a" },
	{ { "a > /etc/passwd" }, "a" },
	{ { "a > /" }, "a" },
	{ { "a > b/../../c" }, "a" },
	{ { "a > b/.." }, "a" },
	{ { "a > ./../b" }, "a" },
	{ { "a/b > ../../c" }, "a/b" },
	{ { "./a > ../b" }, "./a" },
	{ { ".//a > ../b" }, ".//a" },
	{ { "a/./b > ../../c" }, "a/./b" },
	{ { "a//b > ../../c" }, "a//b" },
	/* Above what lies between. */
	{ { "a/b > ../c/../../d" }, "a/b" },
	/* Through links. */
	{ { "a > .", "a/b" }, "a/b" },
	{ { "a > .", "a/b > ../c" }, "a/b" },
	{ { "a > .", "./a/b > ../c" }, "./a/b" },
	{ { "./a > .", "a/b" }, "a/b" },
	{ { "b/./a > ..", "b//a/c" }, "b//a/c" },
	{ { "a > b", "a" }, "a" },
	{ { "a > b", "a > c" }, "a" },
	{ { "a > b", "./a" }, "./a" },
	{ { ". > b" }, "." },
	{ { "./ > b" }, "./" },
};

static void
put_entry(const char *entry)
{
	const char *arrow = strstr(entry, " > ");

	if (arrow)
		tar_put(&inner, (struct tar_member){ .type = '2', .target = arrow + 3,
						     .path = arena_dup(arena, entry, (size_t)(arrow - entry)) });
	else
		tar_put_file(&inner, entry, "x");
}

static void
links_stay_inside_and_nothing_lies_behind_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(link_cases); i++) {
		const struct link_case *c = &link_cases[i];
		const char *expected = "ok";

		given_contents();
		for (size_t k = 0; k < ARRAY_LEN(c->entries) && c->entries[k]; k++)
			put_entry(c->entries[k]);
		if (c->refused)
			expected = arena_printf(arena, "inner tarball error, %s: unsafe_symlink", c->refused);
		if (strcmp(contents_verdict(), expected) != 0)
			fail_msg("%s …: %s, expected %s", c->entries[0], fault->fields ? fault->fields->message : "ok",
				 expected);
	}
}

static void
a_link_needs_a_target(void **state)
{
	(void)state;
	given_contents();
	tar_put(&inner, (struct tar_member){ .path = "a", .type = '2' });
	assert_string_not_equal(contents_verdict(), "ok");
}

static void
long_targets_are_read_in_both_notations(void **state)
{
	const char *good = arena_printf(arena, "%0300d/gr\xc3\xb6\xc3\x9f" "e", 0);
	const char *bad = arena_printf(arena, "../%0300d", 0);
	const struct tar_member link = { .path = "a", .type = '2', .target = "cut" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		const char *target = i == 0 ? good : bad;
		const char *expected = i == 0 ? "ok" : "inner tarball error, a: unsafe_symlink";

		given_contents();
		tar_put_pax(&inner, arena_printf(arena, "linkpath=%s", target));
		tar_put(&inner, link);
		assert_string_equal(contents_verdict(), expected);
		given_contents();
		tar_put(&inner, (struct tar_member){ .path = "././@LongLink", .type = 'K', .gnu = true,
						     .data = span_make(target, strlen(target) + 1) });
		tar_put(&inner, (struct tar_member){ .path = "a", .type = '2', .gnu = true, .target = "cut" });
		assert_string_equal(contents_verdict(), expected);
	}
}

static void
two_opinions_about_a_target_are_refused(void **state)
{
	static const char *const records[] = { "linkpath=b", "linkpath=", "linkpath=../b" };
	const struct tar_member link = { .path = "a", .type = '2', .target = "b" };
	const struct tar_member longer = { .path = "././@LongLink", .type = 'K', .gnu = true, .data = SPAN("b\0") };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		given_contents();
		tar_put(&inner, longer);
		tar_put_pax(&inner, records[i]);
		tar_put(&inner, link);
		assert_string_equal(contents_verdict(), UNREADABLE);
	}
	given_contents();
	tar_put(&inner, longer);
	tar_put(&inner, longer);
	tar_put(&inner, link);
	assert_string_equal(contents_verdict(), UNREADABLE);
	given_contents();
	tar_put(&inner, (struct tar_member){ .path = "x", .type = 'x', .data = SPAN("14 linkpath=b\n14 linkpath=c\n") });
	tar_put(&inner, link);
	assert_string_equal(contents_verdict(), UNREADABLE);
	given_contents();
	tar_put(&inner, (struct tar_member){ .path = "x", .type = 'K', .gnu = true, .data = SPAN("b\0c") });
	tar_put(&inner, link);
	assert_string_equal(contents_verdict(), UNREADABLE);
}

static void
the_number_of_links_is_bounded(void **state)
{
	(void)state;
	given_contents();
	for (int i = 0; i < 256; i++)
		put_entry(arena_printf(arena, "l%d > mix.exs", i));
	assert_string_equal(contents_verdict(), "ok");
	given_contents();
	for (int i = 0; i < 257; i++)
		put_entry(arena_printf(arena, "l%d > mix.exs", i));
	assert_string_equal(contents_verdict(), "inner tarball error, l256: unsafe_symlink");
}

static void
what_is_refused_is_named_in_utf_8(void **state)
{
	struct span name = span_of(arena_printf(arena, "%03000d\xc3\xb6", 0));

	(void)state;
	given_contents();
	put_entry("\xf6 > /");
	assert_string_equal(contents_verdict(), "inner tarball error, \xef\xbf\xbd: unsafe_symlink");
	/* Cut within a character. */
	for (size_t skip = 0; skip < 4; skip++) {
		struct span cut = span_skip(name, 2500 + skip);

		given_contents();
		tar_put_pax(&inner, arena_printf(arena, "path=%.*s%s", (int)cut.len, cut.at, cut.at));
		tar_put(&inner, (struct tar_member){ .path = "cut", .type = '3' });
		assert_non_null(strstr(contents_verdict(), "inner tarball error, 000"));
	}
}

TESTS(hex_contents,
	TEST(broken_contents_are_refused),
	TEST(bombs_do_not_go_off),
	TEST(paths_stay_below_the_top),
	TEST(only_files_directories_and_links_are_allowed),
	TEST(links_stay_inside_and_nothing_lies_behind_them),
	TEST(a_link_needs_a_target),
	TEST(long_targets_are_read_in_both_notations),
	TEST(two_opinions_about_a_target_are_refused),
	TEST(the_number_of_links_is_bounded),
	TEST(what_is_refused_is_named_in_utf_8)
);
