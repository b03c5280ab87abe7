/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zips: honest ones are read, and where readers could see different things
 * none is.
 */
#include "unit.h"

#include <stdio.h>

#include "base/gzip.h"
#include "formats/zip.h"
#include "tarball.h"
#include "zipfile.h"

#define MANY 1000

static struct zip
zip_in(struct span bytes)
{
	return (struct zip){ .fd = file_of(bytes), .length = bytes.len };
}

static void
assert_checks(struct zip *z)
{
	z->why = "";
	if (zip_open(arena, z, MANY) != ZIP_GOOD || zip_check(arena, z) != ZIP_GOOD)
		fail_msg("refused: %s", z->why);
}

/* What is said of the archive by whichever step refuses it. */
static const char *
verdict(struct span bytes)
{
	struct zip z = zip_in(bytes);
	enum zip_status status = zip_open(arena, &z, MANY);

	if (status == ZIP_GOOD)
		status = zip_check(arena, &z);
	switch (status) {
	case ZIP_GOOD:
		return "good";
	case ZIP_ABSENT:
		return "not a zip";
	case ZIP_REFUSED:
		return z.why;
	case ZIP_LARGE:
		return "too large";
	case ZIP_FAILED:
		break;
	}
	return "cannot be read";
}

static struct zip_wanted
read_member(struct zip *z, const char *name)
{
	struct zip_wanted w = { .member = zip_find(z, span_of(name)), .limit = 1 << 20 };

	assert_non_null(w.member);
	assert_int_equal(zip_read(arena, z, &w), ZIP_GOOD);
	return w;
}

static struct span
long_text(size_t len)
{
	char *s = arena_alloc(arena, len);
	uint32_t state = 7;

	for (size_t i = 0; i < len; i++) {
		state = state * 1664525 + 1013904223;
		s[i] = (char)('a' + (state >> 28));
	}
	return span_make(s, len);
}

static void
members_are_found_and_read(void **state)
{
	struct span text = long_text(300000);
	struct zip z = zip_in(ZIP({ .name = "z/stored", .data = SPAN("abc") }, { .name = "z/", .data = SPAN("") },
				  { .name = "deflated", .data = text, .deflated = true },
				  { .name = "empty", .data = SPAN(""), .deflated = true },
				  { .name = "big", .data = text }));

	(void)state;
	assert_checks(&z);
	assert_int_equal(z.count, 5);
	assert_int_equal(z.unpacked, 600003);
	assert_true(span_is(read_member(&z, "z/stored").bytes, "abc"));
	assert_true(span_equal(read_member(&z, "deflated").bytes, text));
	assert_true(span_equal(read_member(&z, "big").bytes, text));
	assert_int_equal(read_member(&z, "empty").bytes.len, 0);
	assert_non_null(zip_find(&z, SPAN("z/")));
	assert_null(zip_find(&z, SPAN("z")));
	assert_null(zip_find(&z, SPAN("Empty")));
	assert_null(zip_find(&z, SPAN("")));
}

static void
a_backslash_is_a_slash(void **state)
{
	struct zip z = zip_in(ZIP({ .name = "d\\a", .data = SPAN("x") }, { .name = "d/b", .data = SPAN("y") }));

	(void)state;
	assert_checks(&z);
	assert_true(span_is(read_member(&z, "d/a").bytes, "x"));
	assert_true(span_is(read_member(&z, "d\\b").bytes, "y"));
	assert_string_equal(verdict(ZIP({ .name = "d\\a", .data = SPAN("x") }, { .name = "d/a", .data = SPAN("y") })),
			    "Duplicate filename in local headers");
}

static void
an_empty_archive_has_no_members(void **state)
{
	struct zip z = zip_in(zip_of(&(struct zip_entry){ .name = NULL }, (struct zip_tail){ .size = 0 }));

	(void)state;
	assert_checks(&z);
	assert_int_equal(z.count, 0);
	assert_null(zip_find(&z, SPAN("a")));
}

#define A { .name = "a", .data = SPAN("text of a"), .deflated = true }
#define B { .name = "b", .data = SPAN("text of b") }

struct given {
	const char *said;
	struct zip_entry members[3];
	struct zip_tail tail;
};

static void
assert_verdicts(const struct given *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *said = verdict(zip_of(cases[i].members, cases[i].tail));

		if (strcmp(said, cases[i].said) != 0)
			fail_msg("case %zu: \"%s\", not \"%s\"", i, said, cases[i].said);
	}
}

#define ASSERT_VERDICTS(cases) assert_verdicts(cases, sizeof(cases) / sizeof(cases[0]))

static void
harmless_variety_is_accepted(void **state)
{
	static const struct given cases[] = {
		{ "good", { A }, { .comment = SPAN("a comment") } },
		{ "good", { A }, { .zip64 = true } },
		{ "good", { A, B }, { .zip64 = true, .plain = true } },
		{ "good", { { .name = "b", .data = SPAN("x"), .zip64 = true }, A }, { .size = 0 } },
		{ "good", { { .name = "\xc3\xa4", .data = SPAN("x"), .flags = 0x800 } }, { .size = 0 } },
		{ "good", { { .name = "a..b/..c/...", .data = SPAN("x") } }, { .size = 0 } },
		/* A time of Info-ZIP's, and the name once more. */
		{ "good", { { .name = "a", .data = SPAN("x"), .local_extra = SPAN("UT\5\0\3abcd"),
			      .central_extra = SPAN("up\6\0\1\0\0\0\0a") } }, { .size = 0 } },
		/* A field for ZIP64 with nothing in it. */
		{ "good", { { .name = "a", .data = SPAN("x"), .local_extra = SPAN("\1\0\0\0") } }, { .size = 0 } },
		{ "good", { { .name = "a", .local_version = 63, .central_version = 0x33f } }, { .size = 0 } },
		/* How hard the deflater tried. */
		{ "good", { { .name = "a", .data = SPAN("x"), .deflated = true, .central_flags = 2 } }, { .size = 0 } },
	};

	(void)state;
	ASSERT_VERDICTS(cases);
}

static void
headers_and_directory_say_the_same(void **state)
{
	static const struct given cases[] = {
		{ "Duplicate filename in local headers", { A, A }, { .size = 0 } },
		{ "Duplicate filename in local headers", { A, { .name = "a", .no_central = true } }, { .size = 0 } },
		{ "Duplicate filename in central directory", { A, { .name = "a", .data = SPAN("text of a"),
			.deflated = true, .no_local = true, .central_offset = -40 } }, { .size = 0 } },
		{ "Missing filename in local headers", { A, { .name = "b", .no_local = true } }, { .size = 0 } },
		{ "Filename not in central directory", { A, { .name = "b", .no_central = true } }, { .size = 0 } },
		{ "Filename not in central directory", { { .name = "a", .local_name = SPAN("b") } }, { .size = 0 } },
		{ "Filename not in central directory", { { .name = "d/a", .local_name = SPAN("d\\a") } }, { .size = 0 } },
		{ "Mis-matched data size", { { .name = "a", .deflated = true, .local_packed = 1 } }, { .size = 0 } },
		{ "Mis-matched data size", { { .name = "a", .deflated = true, .central_packed = -1 } }, { .size = 0 } },
		{ "Mis-matched file size", { { .name = "a", .deflated = true, .local_size = 1 } }, { .size = 0 } },
		{ "Mis-matched file size", { { .name = "a", .deflated = true, .central_size = 1 } }, { .size = 0 } },
		{ "Mis-matched data size", { { .name = "a", .data = SPAN("abc"), .both_sizes = -1 } }, { .size = 0 } },
		{ "Mis-matched checksum", { { .name = "a", .local_crc = 1 } }, { .size = 0 } },
		{ "Mis-matched compression", { { .name = "a", .deflated = true, .local_method = 12 } }, { .size = 0 } },
		{ "Mis-matched compression", { { .name = "a", .local_flags = 0x800 } }, { .size = 0 } },
		{ "Mis-matched offset", { A, { .name = "b", .data = SPAN("x"), .central_offset = -1 } }, { .size = 0 } },
	};

	(void)state;
	ASSERT_VERDICTS(cases);
}

static void
nothing_lies_between_members_or_around_them(void **state)
{
	static const struct given cases[] = {
		{ "Unknown record signature", { { .name = "a", .before = SPAN("#!/bin/sh\n") } }, { .size = 0 } },
		{ "Unknown record signature", { A, { .name = "b", .before = SPAN("gap") } }, { .size = 0 } },
		{ "Unknown record signature", { A, { .name = "b", .no_local = true, .before = SPAN("PK\1\2") } }, { .size = 0 } },
		{ "Unknown record signature", { A, { .name = "b", .no_local = true, .no_central = true,
			.before = SPAN("PK\3\4") } }, { .size = 0 } },
		{ "Trailing data", { A }, { .behind = SPAN("x") } },
		{ "Trailing data", { A }, { .comment = SPAN("longer than it says"), .comment_size = -1 } },
		{ "Malformed zip file", { A }, { .comment = SPAN("shorter"), .comment_size = 1 } },
		{ "Malformed zip file", { A }, { .before = SPAN("gap") } },
		{ "Mismatched central directory offset", { A }, { .offset = 1 } },
		{ "Mismatched central directory offset", { A }, { .offset = -1 } },
		{ "Mismatched central directory size", { A }, { .size = 1000 } },
		{ "Malformed zip file", { A, B }, { .size = -1 } },
		{ "Mismatched central directory records", { A }, { .entries = 1 } },
		{ "Mismatched central directory records", { A, B }, { .entries = -1 } },
		{ "Mismatched central directory records", { A }, { .entries = -1 } },
		/* The last member reaches into the directory. */
		{ "Malformed zip file", { A, { .name = "b", .data = SPAN("x"), .local_packed = 9, .central_packed = 9,
			.both_sizes = 9 } }, { .size = 0 } },
		/* And here the length of a name does. */
		{ "Malformed zip file", { A, { .name = "b", .no_local = true, .no_central = true,
			.before = SPAN("PK\3\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\5\0\0\0cd") } }, { .size = 0 } },
	};

	(void)state;
	ASSERT_VERDICTS(cases);
}

static void
what_readers_treat_differently_is_refused(void **state)
{
	static const struct given cases[] = {
		{ "Encrypted member", { { .name = "a", .flags = 1 } }, { .size = 0 } },
		{ "Encrypted member", { { .name = "a", .flags = 0x40 } }, { .size = 0 } },
		{ "Encrypted member", { { .name = "a", .flags = 0x2000 } }, { .size = 0 } },
		{ "Mis-matched compression", { { .name = "a", .local_flags = 1 } }, { .size = 0 } },
		{ "ZIP contains a data descriptor", { { .name = "a", .flags = 8 } }, { .size = 0 } },
		{ "ZIP contains a data descriptor", { { .name = "a", .local_flags = 8 } }, { .size = 0 } },
		{ "ZIP contains a data descriptor", { { .name = "a", .central_flags = 8 } }, { .size = 0 } },
		{ "Comment in central directory", { { .name = "a", .central_comment = SPAN("c") } }, { .size = 0 } },
		{ "Malformed zip file", { { .name = "a", .central_disk = 1 } }, { .size = 0 } },
		{ "Malformed zip file", { A }, { .disk = 1 } },
		{ "Unknown version of the format", { { .name = "a", .local_version = 64 } }, { .size = 0 } },
		{ "Unknown version of the format", { { .name = "a", .central_version = 64 } }, { .size = 0 } },
		{ "Malformed zip file", { A }, { .entries_here = 1 } },
		{ "Malformed zip file", { A }, { .zip64 = true, .locator = 1 } },
		{ "ZIP64 extensible data not allowed", { A }, { .zip64 = true, .rest = 1 } },
		{ "Mismatched central directory records", { A }, { .zip64 = true, .plain = true, .entries_here = 1 } },
		{ "Malformed zip file", { { .name = "a", .local_extra = SPAN("\1") } }, { .size = 0 } },
		{ "Malformed zip file", { { .name = "a", .local_extra = SPAN("UT\2\0a") } }, { .size = 0 } },
		{ "Malformed zip file", { { .name = "a", .central_extra = SPAN("UT\2\0a") } }, { .size = 0 } },
		{ "Malformed zip file", { { .name = "a", .local_extra = SPAN("\1\0\1\0a") } }, { .size = 0 } },
		{ "Invalid duplicate extra in local file",
			{ { .name = "a", .local_extra = SPAN("\1\0\0\0\1\0\0\0") } }, { .size = 0 } },
		{ "Invalid duplicate extra in central directory",
			{ { .name = "a", .central_extra = SPAN("\1\0\0\0\1\0\0\0") } }, { .size = 0 } },
		{ "Invalid duplicate extra in local file",
			{ { .name = "a", .local_extra = SPAN("up\6\0\1\0\0\0\0aup\6\0\1\0\0\0\0a") } }, { .size = 0 } },
		{ "Mis-matched Unicode path", { { .name = "a", .local_extra = SPAN("up\6\0\1\0\0\0\0b") } }, { .size = 0 } },
		{ "Mis-matched Unicode path", { { .name = "a", .central_extra = SPAN("up\6\0\1\0\0\0\0b") } }, { .size = 0 } },
		{ "Filename not valid UTF-8", { { .name = "a", .local_extra = SPAN("up\6\0\1\0\0\0\0\xff") } }, { .size = 0 } },
		/* Sizes that the header has already, and others in the field. */
		{ "Mis-matched file size", { { .name = "a", .data = SPAN("x"),
			.local_extra = SPAN("\1\0\x10\0\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0") } }, { .size = 0 } },
		{ "Mis-matched data size", { { .name = "a", .data = SPAN("x"),
			.local_extra = SPAN("\1\0\x10\0\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0") } }, { .size = 0 } },
	};

	(void)state;
	ASSERT_VERDICTS(cases);
}

static void
names_are_plain_relative_paths(void **state)
{
	static const char *const paths[] = {
		"/a", "\\a", "..", "../a", "a/..", "a/../b", "a\\..\\b", ".", "./a", "a/./b", "a//b", "a/b//", "/",
		"C:/a", "c:\\a", "c:a",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_string_equal(verdict(ZIP({ .name = paths[i] })), "Filename is not a plain path");
	assert_string_equal(verdict(ZIP({ .name = "" })), "Filename is not a plain path");
	assert_string_equal(verdict(ZIP({ .name = "a\n" })), "Invalid character in filename");
	assert_string_equal(verdict(ZIP({ .name = "a\x7f" })), "Invalid character in filename");
	assert_string_equal(verdict(ZIP({ .name = "a", .central_name = SPAN("a\0b"), .local_name = SPAN("a\0b") })),
			    "Invalid character in filename");
	assert_string_equal(verdict(ZIP({ .name = "a", .local_name = SPAN("a\0b") })), "Invalid character in filename");
	assert_string_equal(verdict(ZIP({ .name = "\xe4", .flags = 0x800 })), "Filename not unicode");
	assert_string_equal(verdict(ZIP({ .name = "\xc3\xa4" })), "Filename not in central directory");
}

static void
what_is_no_zip_is_told_from_a_bad_one(void **state)
{
	struct span zip = ZIP(A, B);

	(void)state;
	assert_string_equal(verdict(SPAN("")), "not a zip");
	assert_string_equal(verdict(SPAN("PK\3\4")), "not a zip");
	assert_string_equal(verdict(long_text(100000)), "not a zip");
	for (size_t len = 0; len < zip.len; len++)
		assert_string_equal(verdict(span_make(zip.at, len)), "not a zip");
	assert_string_equal(verdict(zip), "good");
}

static void
no_byte_of_the_structure_can_be_changed_unseen(void **state)
{
	struct span zip = ZIP(A, B);
	size_t accepted = 0;

	(void)state;
	for (size_t i = 0; i < zip.len; i++) {
		char *bytes = arena_dup(arena, zip.at, zip.len);

		bytes[i] ^= 4;
		accepted += strcmp(verdict(span_make(bytes, zip.len)), "good") == 0;
	}
	/*
	 * Version needed, flags and times of both headers (2 × 8); version made by and
	 * attributes (2 × 8 more) of the entries; the data.
	 */
	assert_in_range(accepted, 30, 80);
}

/* What turns the checksum of one text into that of the other. */
static int
from_crc(struct span one, struct span other)
{
	return (int)(gzip_crc32(0, other) - gzip_crc32(0, one));
}

static void
a_lying_member_is_not_read(void **state)
{
	/* A stream that says "a" and one byte more. */
	static const struct span more = SPAN("\x4b\x04\x00x");
	struct zip z = zip_in(ZIP({ .name = "crc", .data = SPAN("text"), .both_crcs = 1 },
				  { .name = "long", .data = SPAN("text"), .deflated = true, .both_sizes = 1 },
				  { .name = "short", .data = SPAN("text"), .deflated = true, .both_sizes = -1 },
				  { .name = "noise", .data = SPAN("\7\7\7"), .method = 8 },
				  { .name = "nothing", .data = SPAN(""), .method = 8 },
				  { .name = "trailing", .data = more, .method = 8, .both_sizes = -3,
				    .both_crcs = from_crc(more, SPAN("a")) }));

	(void)state;
	assert_checks(&z);
	for (size_t i = 0; i < z.count; i++) {
		struct zip_wanted w = { .member = &z.members[i], .limit = 100 };

		if (zip_read(arena, &z, &w) != ZIP_REFUSED)
			fail_msg("\"%.*s\" was read", (int)w.member->name.len, w.member->name.at);
	}
}

static void
limits_hold(void **state)
{
	struct zip z = zip_in(ZIP(A, B));
	struct zip_wanted w = { .limit = 8 };

	(void)state;
	assert_int_equal(zip_open(arena, &z, 1), ZIP_LARGE);
	assert_int_equal(zip_open(arena, &z, 2), ZIP_GOOD);
	assert_int_equal(zip_check(arena, &z), ZIP_GOOD);
	w.member = zip_find(&z, SPAN("a"));
	assert_int_equal(zip_read(arena, &z, &w), ZIP_LARGE);
	w.limit = 9;
	assert_int_equal(zip_read(arena, &z, &w), ZIP_GOOD);
}

static void
bombs_are_told_by_size_and_ratio(void **state)
{
	struct zip z = { .length = 1 << 20 };

	(void)state;
	z.unpacked = (uint64_t)64 << 20;
	assert_false(zip_is_bomb(&z));
	z.unpacked++;
	assert_true(zip_is_bomb(&z));
	z.length = (2 << 20) - 1;
	assert_false(zip_is_bomb(&z));
	z.unpacked = (uint64_t)50 * ((2 << 20) - 1);
	assert_false(zip_is_bomb(&z));
	z.unpacked++;
	assert_true(zip_is_bomb(&z));
	z.unpacked = UINT64_MAX;
	assert_true(zip_is_bomb(&z));
}

static void
sizes_that_nothing_deflates_to_are_refused(void **state)
{
	(void)state;
	assert_string_equal(verdict(ZIP({ .name = "a", .data = SPAN("x"), .deflated = true, .both_sizes = 1 << 20 })),
			    "Mis-matched file size");
}

static void
only_stored_and_deflated_members_are_readable(void **state)
{
	struct zip bzip2 = zip_in(ZIP(A, { .name = "b", .method = 12 }));
	struct zip usual = zip_in(ZIP(A, B));

	(void)state;
	assert_int_equal(zip_open(arena, &bzip2, MANY), ZIP_GOOD);
	assert_false(zip_is_readable(&bzip2));
	assert_int_equal(zip_open(arena, &usual, MANY), ZIP_GOOD);
	assert_true(zip_is_readable(&usual));
}

static enum zip_status
look_at(struct span bytes)
{
	return zip_look(arena, file_of(bytes), bytes.len);
}

static void
what_others_take_for_a_zip_is_recognized(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	assert_int_equal(look_at(ZIP(A)), ZIP_GOOD);
	assert_int_equal(look_at(zip_of((const struct zip_entry[]){ A, { .name = NULL } },
					(struct zip_tail){ .zip64 = true, .behind = SPAN("more") })), ZIP_GOOD);
	buf_puts(&b, "something in front");
	buf_put_span(&b, ZIP(A));
	assert_int_equal(look_at(buf_span(&b)), ZIP_GOOD);
	assert_int_equal(look_at(ZIP({ .name = NULL })), ZIP_GOOD);
	/* The four bytes of an end alone. */
	b = buf_on(arena);
	buf_put_span(&b, long_text(500));
	buf_put(&b, "PK\5\6", 4);
	buf_put_span(&b, long_text(500));
	assert_int_equal(look_at(buf_span(&b)), ZIP_ABSENT);
	assert_int_equal(look_at(long_text(10)), ZIP_ABSENT);
}

static void
many_members_take_little_time(void **state)
{
	struct zip_entry *members = arena_zalloc(arena, 60001, sizeof(*members));
	struct span bytes;
	struct zip z;

	(void)state;
	for (size_t i = 0; i < 60000; i++)
		members[i] = (struct zip_entry){ .name = arena_printf(arena, "d/%zu", i * 7919 % 60000), .data = SPAN("x") };
	bytes = zip_of(members, (struct zip_tail){ .zip64 = true });
	z = zip_in(bytes);
	assert_int_equal(zip_open(arena, &z, 60000), ZIP_GOOD);
	assert_int_equal(zip_check(arena, &z), ZIP_GOOD);
	assert_true(span_is(read_member(&z, "d/59999").bytes, "x"));
}

TESTS(zip,
	TEST(members_are_found_and_read),
	TEST(a_backslash_is_a_slash),
	TEST(an_empty_archive_has_no_members),
	TEST(harmless_variety_is_accepted),
	TEST(headers_and_directory_say_the_same),
	TEST(nothing_lies_between_members_or_around_them),
	TEST(what_readers_treat_differently_is_refused),
	TEST(names_are_plain_relative_paths),
	TEST(what_is_no_zip_is_told_from_a_bad_one),
	TEST(no_byte_of_the_structure_can_be_changed_unseen),
	TEST(a_lying_member_is_not_read),
	TEST(limits_hold),
	TEST(bombs_are_told_by_size_and_ratio),
	TEST(sizes_that_nothing_deflates_to_are_refused),
	TEST(only_stored_and_deflated_members_are_readable),
	TEST(what_others_take_for_a_zip_is_recognized),
	TEST(many_members_take_little_time)
);
