/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hex packages: what is read from an honest one, and what is refused. Two of
 * tests/data were made by the protocol's own library.
 */
#include "unit.h"

#include <unistd.h>

#include "base/encode.h"
#include "base/text.h"
#include "formats/hex_metadata.h"
#include "hexpack.h"
#include "table.h"
#include "tarball.h"
#include "wire/doc.h"

#define UNREADABLE "tarball error, Unrecognized tar header format"
#define MISMATCH "tarball error, tarball checksum mismatch"

static void
packages_of_the_real_library_are_read(void **state)
{
	static const char *const names[][2] = { { "hex-mix.tar", "lemon" }, { "hex-rebar3.tar", "lime" } };
	const struct hex_rules rules = { .spdx = true };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct hex_metadata m;
		struct hex_tarball t;
		struct table file;

		table_open(&file, names[i][0]);
		assert_true(read_package(file_of(file.rest), file.rest.len, LIMITS, &t));
		assert_true(hex_metadata_read(arena, fault, t.metadata, &m));
		assert_true(hex_metadata_check(fault, &m, &rules));
		assert_string_equal(m.name, names[i][1]);
		assert_int_equal(m.requirement_count, 1);
	}
}

static void
an_honest_package_is_read(void **state)
{
	struct package p = complete((struct package){ 0 });
	struct span bytes = package(p, "VSMC");
	int fd = file_of(bytes);
	struct hex_tarball t;
	char *contents = arena_alloc(arena, p.contents.len);

	(void)state;
	assert_true(read_package(fd, bytes.len, LIMITS, &t));
	assert_true(span_is(t.version, "3"));
	assert_true(span_is(t.metadata_text, METADATA));
	assert_string_equal(doc_find_text(t.metadata, "name"), "lemon");
	assert_true(text_equal_nocase(encode_hex(arena, t.checksum, SHA256_SIZE), p.checksum));
	assert_int_equal(t.contents_length, p.contents.len);
	assert_int_equal(pread(fd, contents, p.contents.len, (off_t)t.contents_offset), p.contents.len);
	assert_memory_equal(contents, p.contents.at, p.contents.len);
}

static void
members_may_stand_in_any_order(void **state)
{
	static const char letters[] = "VSMC";
	int orders = 0;

	(void)state;
	for (int i = 0; i < 256; i++) {
		const char order[] = {
			letters[i & 3], letters[i >> 2 & 3], letters[i >> 4 & 3], letters[i >> 6], '\0',
		};

		if (!strchr(order, 'V') || !strchr(order, 'S') || !strchr(order, 'M') || !strchr(order, 'C'))
			continue;
		assert_string_equal(verdict(package((struct package){ 0 }, order)), "ok");
		orders++;
	}
	assert_int_equal(orders, 24);
}

static void
members_may_have_long_names_in_both_notations(void **state)
{
	struct buf tar = open_package((struct package){ 0 }, "SMC");

	(void)state;
	tar_put(&tar, (struct tar_member){ .path = "longname", .type = 'L', .gnu = true, .data = SPAN("VERSION\0") });
	tar_put(&tar, (struct tar_member){ .path = "cut", .gnu = true, .data = SPAN("3") });
	tar_put_end(&tar);
	assert_string_equal(verdict(buf_span(&tar)), "ok");
	tar = open_package((struct package){ 0 }, "SMC");
	tar_put_pax(&tar, "path=VERSION");
	tar_put_file(&tar, "cut", "3");
	tar_put_end(&tar);
	assert_string_equal(verdict(buf_span(&tar)), "ok");
}

static void
every_member_is_needed(void **state)
{
	static const char *const cases[][2] = {
		{ "", "empty tarball" },
		{ "SMC", "missing files: [\"VERSION\"]" },
		{ "VMC", "missing files: [\"CHECKSUM\"]" },
		{ "VSC", "missing files: [\"metadata.config\"]" },
		{ "VSM", "missing files: [\"contents.tar.gz\"]" },
		{ "CM", "missing files: [\"VERSION\",\"CHECKSUM\"]" },
		{ "V", "missing files: [\"CHECKSUM\",\"metadata.config\",\"contents.tar.gz\"]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(verdict(package((struct package){ 0 }, cases[i][0])), cases[i][1]);
	assert_string_equal(verdict(SPAN("")), "empty tarball");
}

static void
no_member_may_occur_twice(void **state)
{
	static const char *const cases[][2] = {
		{ "VVSMC", "tarball error, VERSION occurs twice" },
		{ "VSMCS", "tarball error, CHECKSUM occurs twice" },
		{ "VSMCM", "tarball error, metadata.config occurs twice" },
		{ "CVSMC", "tarball error, contents.tar.gz occurs twice" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_string_equal(verdict(package((struct package){ 0 }, cases[i][0])), cases[i][1]);
}

static void
nothing_else_is_a_member(void **state)
{
	static const struct tar_member others[] = {
		{ .path = "README.md", .data = SPAN("x") },
		{ .path = "version", .data = SPAN("3") },
		{ .path = "./VERSION", .data = SPAN("3") },
		{ .path = "/VERSION", .data = SPAN("3") },
		{ .path = "../VERSION", .data = SPAN("3") },
		{ .path = "VERSION", .type = '5' },
		{ .path = "VERSION", .type = '2', .target = "CHECKSUM" },
		{ .path = "VERSION", .type = '1', .target = "CHECKSUM" },
		{ .path = "VERSION", .type = '3' },
		{ .path = "VERSION", .type = '4' },
		{ .path = "VERSION", .type = '6' },
		{ .path = "VERSION", .type = '7' },
		{ .path = "VERSION", .type = 'S' },
		{ .path = "VERSION", .type = 'g' },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		struct buf tar = open_package((struct package){ 0 }, "SMC");
		const char *expected = arena_printf(arena, "tarball error, unexpected member: %s", others[i].path);

		tar_put(&tar, others[i]);
		tar_put_end(&tar);
		if (strcmp(verdict(buf_span(&tar)), expected) != 0)
			fail_msg("member %zu: %s", i, verdict(buf_span(&tar)));
	}
}

static void
members_have_limits(void **state)
{
	struct package p = { .version = blanks(33) };

	(void)state;
	assert_string_equal(verdict(package(p, "VSMC")), "file too big: VERSION");
	p = (struct package){ .checksum = blanks(129) };
	assert_string_equal(verdict(package(p, "VSMC")), "file too big: CHECKSUM");
	p = (struct package){ .metadata = blanks((1 << 20) + 1) };
	assert_string_equal(verdict(package(p, "VSMC")), "file too big: metadata.config");
	p = (struct package){ .metadata = arena_printf(arena, METADATA "%s",
						       blanks((1 << 20) - strlen(METADATA))) };
	assert_string_equal(verdict(package(p, "VSMC")), "ok");
}

static void
only_version_3_is_read(void **state)
{
	static const char *const versions[] = { "2", "4", "03", "33", "", "3\n", " 3", "3 " };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		struct package p = { .version = versions[i] };

		assert_string_equal(verdict(package(p, "VSMC")),
			arena_printf(arena, "unsupported version: <<\"%s\">>", versions[i]));
	}
}

static void
metadata_must_be_readable(void **state)
{
	static const char *const cases[][2] = {
		{ "", "invalid terms" },
		{ "\n", "invalid terms" },
		{ "{<<\"name\">>,<<\"lemon\">>}", "invalid terms" },
		{ "{<<\"name\">>,$a}.", "invalid terms" },
		{ "[].", "not in key-value format" },
		{ "{name,1}.", "not in key-value format" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct package p = { .metadata = cases[i][0] };

		assert_string_equal(verdict(package(p, "VSMC")),
			arena_printf(arena, "error reading package metadata: %s", cases[i][1]));
	}
}

static void
the_checksum_must_be_right(void **state)
{
	const struct package honest = complete((struct package){ 0 });
	struct package p = honest;

	(void)state;
	p.checksum = text_lower(arena, honest.checksum);
	assert_string_equal(verdict(package(p, "VSMC")), "ok");
	p.checksum = "";
	assert_string_equal(verdict(package(p, "VSMC")), "tarball error, invalid CHECKSUM");
	p.checksum = arena_printf(arena, "%.63s", honest.checksum);
	assert_string_equal(verdict(package(p, "VSMC")), "tarball error, invalid CHECKSUM");
	p.checksum = arena_printf(arena, "%s\n", honest.checksum);
	assert_string_equal(verdict(package(p, "VSMC")), "tarball error, invalid CHECKSUM");
	p.checksum = arena_printf(arena, "%.63sG", honest.checksum);
	assert_string_equal(verdict(package(p, "VSMC")), "tarball error, invalid CHECKSUM");
	p.checksum = arena_printf(arena, "%c%s", honest.checksum[0] == '0' ? '1' : '0', honest.checksum + 1);
	assert_string_equal(verdict(package(p, "VSMC")), MISMATCH);
}

static void
whatever_the_checksum_covers_cannot_change(void **state)
{
	const struct package honest = complete((struct package){ 0 });
	struct package p = honest;

	(void)state;
	p.metadata = METADATA "{<<\"a\">>,1}.";
	assert_string_equal(verdict(package(p, "VSMC")), MISMATCH);
	p = honest;
	given_contents();
	tar_put_file(&inner, "another", "y");
	p.contents = packed_contents();
	assert_string_equal(verdict(package(p, "VSMC")), MISMATCH);
	p.contents = span_make(honest.contents.at, honest.contents.len - 1);
	assert_string_equal(verdict(package(p, "VSMC")), MISMATCH);
}

static void
what_is_no_tar_is_refused(void **state)
{
	struct span bytes = package((struct package){ 0 }, "VSMC");
	char *copy = arena_dup(arena, bytes.at, bytes.len);

	(void)state;
	assert_string_equal(verdict(gzip_of(bytes)), UNREADABLE);
	assert_string_equal(verdict(SPAN("x")), UNREADABLE);
	assert_string_equal(verdict(SPAN("PK\3\4")), UNREADABLE);
	assert_string_equal(verdict(span_of(blanks(4096))), UNREADABLE);
	copy[148] ^= 1;
	assert_string_equal(verdict(span_make(copy, bytes.len)), UNREADABLE);
	copy[148] ^= 1;
	copy[1] ^= 1;
	assert_string_equal(verdict(span_make(copy, bytes.len)), UNREADABLE);
}

static void
nothing_may_follow_the_end(void **state)
{
	struct buf tar = open_package((struct package){ 0 }, "VSMC");

	(void)state;
	tar_put_end(&tar);
	/* Other writers fill up to 10 KiB. */
	tar_put_end(&tar);
	assert_string_equal(verdict(buf_span(&tar)), "ok");
	buf_putc(&tar, '\0');
	assert_string_equal(verdict(buf_span(&tar)), UNREADABLE);
	buf_truncate(&tar, tar.len - 1);
	buf_putc(&tar, 'x');
	assert_string_equal(verdict(buf_span(&tar)), UNREADABLE);
	buf_truncate(&tar, tar.len - 1);
	tar_put_file(&tar, "VERSION", "3");
	assert_string_equal(verdict(buf_span(&tar)), UNREADABLE);
}

static void
a_package_cut_short_is_refused_wherever_it_is_cut(void **state)
{
	struct span bytes = package((struct package){ 0 }, "VSMC");
	size_t complete_at = bytes.len - 1024;

	(void)state;
	for (size_t len = 0; len < complete_at; len += 512)
		assert_string_not_equal(verdict(span_make(bytes.at, len)), "ok");
	for (size_t len = 1; len < bytes.len; len += 97)
		assert_string_not_equal(verdict(span_make(bytes.at, len)), "ok");
	/* Not even the end is needed. */
	assert_string_equal(verdict(span_make(bytes.at, complete_at)), "ok");
}

static void
a_file_shorter_than_promised_is_our_failure(void **state)
{
	struct span bytes = package((struct package){ 0 }, "VSMC");
	struct hex_tarball t;

	(void)state;
	assert_false(read_package(file_of(span_make(bytes.at, 1000)), bytes.len, LIMITS, &t));
	assert_int_equal(fault->kind, FAULT_INTERNAL);
}

static void
a_size_that_lies_is_refused(void **state)
{
	struct buf tar = open_package((struct package){ 0 }, "VSM");

	(void)state;
	tar_put(&tar, (struct tar_member){ .path = "contents.tar.gz", .size = 1 << 20, .data = SPAN("x") });
	tar_put_end(&tar);
	assert_string_equal(verdict(buf_span(&tar)), UNREADABLE);
	tar = open_package((struct package){ 0 }, "VSM");
	tar_put(&tar, (struct tar_member){ .path = "contents.tar.gz", .gnu = true, .binary_size = true,
					   .size = UINT64_C(1) << 62, .data = SPAN("x") });
	tar_put_end(&tar);
	assert_string_equal(verdict(buf_span(&tar)), UNREADABLE);
	tar = open_package((struct package){ 0 }, "VSC");
	tar_put_pax(&tar, "size=1");
	tar_put_file(&tar, "metadata.config", METADATA);
	tar_put_end(&tar);
	assert_string_equal(verdict(buf_span(&tar)), UNREADABLE);
}

TESTS(hex_tarball,
	TEST(packages_of_the_real_library_are_read),
	TEST(an_honest_package_is_read),
	TEST(members_may_stand_in_any_order),
	TEST(members_may_have_long_names_in_both_notations),
	TEST(every_member_is_needed),
	TEST(no_member_may_occur_twice),
	TEST(nothing_else_is_a_member),
	TEST(members_have_limits),
	TEST(only_version_3_is_read),
	TEST(metadata_must_be_readable),
	TEST(the_checksum_must_be_right),
	TEST(whatever_the_checksum_covers_cannot_change),
	TEST(what_is_no_tar_is_refused),
	TEST(nothing_may_follow_the_end),
	TEST(a_package_cut_short_is_refused_wherever_it_is_cut),
	TEST(a_file_shorter_than_promised_is_our_failure),
	TEST(a_size_that_lies_is_refused)
);
