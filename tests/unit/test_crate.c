/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uploaded crates: what is read from an honest one, and what is refused.
 */
#include "unit.h"

#include "formats/crate.h"
#include "formats/manifest.h"
#include "tarball.h"

#define MANIFEST "[package]\nname = \"foo\"\nversion = \"1.0.0\"\nedition = \"2021\"\n"
#define MALFORMED "uploaded tarball is malformed or too large when decompressed"

static struct buf tar;

/* Every test begins with a tar that has a manifest in it. */
static void
given_a_manifest(const char *text)
{
	tar = buf_on(arena);
	tar_put_file(&tar, "foo-1.0.0/Cargo.toml", text);
}

static const struct crate *
read_upload(struct crate_upload u)
{
	u.name = SPAN("foo");
	u.version = SPAN("1.0.0");
	fault_clear(fault);
	return crate_read(arena, fault, &u);
}

static const struct crate *
read_bytes(struct span bytes)
{
	return read_upload((struct crate_upload){ .fd = file_of(bytes), .length = bytes.len });
}

/* The tar with its end, as it comes from cargo. */
static const struct crate *
read_tar(void)
{
	tar_put_end(&tar);
	return read_bytes(gzip_of(buf_span(&tar)));
}

static void
assert_refused(const struct crate *c, const char *message)
{
	assert_null(c);
	assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
	assert_string_equal(fault->message, message);
}

static void
an_honest_crate_is_read(void **state)
{
	const struct crate *c;

	(void)state;
	given_a_manifest(MANIFEST);
	tar_put_file(&tar, "foo-1.0.0/src/lib.rs", "");
	tar_put_file(&tar, "foo-1.0.0/src/main.rs", "");
	tar_put_file(&tar, "foo-1.0.0/src/bin/tool.rs", "");
	tar_put_file(&tar, "foo-1.0.0/src/bin/other/main.rs", "");
	tar_put_file(&tar, "foo-1.0.0/src/bin/other/helper.rs", "");
	tar_put_file(&tar, "foo-1.0.0/.cargo_vcs_info.json",
		"{\"git\":{\"sha1\":\"0123456789abcdef0123456789abcdef01234567\"},\"path_in_vcs\":\"crates/foo\"}");

	c = read_tar();

	assert_non_null(c);
	assert_string_equal(c->manifest->name, "foo");
	assert_string_equal(c->vcs_sha1, "0123456789abcdef0123456789abcdef01234567");
	assert_string_equal(c->vcs_path, "crates/foo");
	assert_true(c->has_lib);
	assert_int_equal(c->bin_count, 3);
	assert_string_equal(c->bin_names[0], "foo");
	assert_string_equal(c->bin_names[1], "other");
	assert_string_equal(c->bin_names[2], "tool");
	assert_int_equal(c->entries, 7);
	assert_int_equal(c->unpacked, tar.len);
}

static void
the_manifest_says_which_programs_there_are(void **state)
{
	const struct crate *c;

	(void)state;
	given_a_manifest(MANIFEST "autolib = false\nautobins = false\n[[bin]]\nname = \"b\"\n"
		"path = \"src/main.rs\"\n[[bin]]\nname = \"a\"\n");
	tar_put_file(&tar, "foo-1.0.0/src/lib.rs", "");
	tar_put_file(&tar, "foo-1.0.0/src/main.rs", "");
	tar_put_file(&tar, "foo-1.0.0/src/bin/c.rs", "");
	c = read_tar();
	assert_non_null(c);
	assert_false(c->has_lib);
	assert_int_equal(c->bin_count, 2);
	assert_string_equal(c->bin_names[0], "a");
	assert_string_equal(c->bin_names[1], "b");

	given_a_manifest(MANIFEST "[lib]\npath = \"x.rs\"\n[[bin]]\nname = \"named\"\npath = \"src/main.rs\"\n"
		"[[bin]]\nname = \"other\"\npath = \"src/bin/c.rs\"\n");
	tar_put_file(&tar, "foo-1.0.0/src/main.rs", "");
	tar_put_file(&tar, "foo-1.0.0/src/bin/c.rs", "");
	c = read_tar();
	assert_non_null(c);
	assert_true(c->has_lib);
	assert_int_equal(c->bin_count, 2);
	assert_string_equal(c->bin_names[0], "named");
	assert_string_equal(c->bin_names[1], "other");
}

static void
a_crate_may_begin_anywhere_in_the_file(void **state)
{
	struct span bytes;
	struct buf body = buf_on(arena);

	(void)state;
	given_a_manifest(MANIFEST);
	tar_put_end(&tar);
	bytes = gzip_of(buf_span(&tar));
	buf_puts(&body, "metadata");
	buf_put_span(&body, bytes);
	buf_puts(&body, "trailer");

	assert_non_null(read_upload((struct crate_upload){
		.fd = file_of(buf_span(&body)), .offset = 8, .length = bytes.len }));
	assert_refused(read_upload((struct crate_upload){
		.fd = file_of(buf_span(&body)), .offset = 8, .length = bytes.len + 7 }), MALFORMED);
	assert_refused(read_upload((struct crate_upload){
		.fd = file_of(buf_span(&body)), .offset = 8, .length = bytes.len - 1 }), MALFORMED);
}

static void
a_file_shorter_than_promised_is_our_failure(void **state)
{
	(void)state;
	given_a_manifest(MANIFEST);
	tar_put_end(&tar);
	assert_null(read_upload((struct crate_upload){ .fd = file_of(gzip_of(buf_span(&tar))), .length = 100000 }));
	assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
	assert_null(read_upload((struct crate_upload){ .fd = file_of(SPAN("\x1f\x8b\x08")), .length = 100 }));
	assert_int_equal(fault->kind, FAULT_INTERNAL);
}

static void
long_paths_are_read_in_every_notation(void **state)
{
	char deep[300];
	const char *path;

	(void)state;
	memset(deep, 'd', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	path = arena_printf(arena, "foo-1.0.0/%s/x.rs", deep);
	given_a_manifest(MANIFEST);
	tar_put(&tar, (struct tar_member){ .path = "././@LongLink", .type = 'L', .gnu = true,
		.data = span_make(path, strlen(path) + 1) });
	tar_put(&tar, (struct tar_member){ .path = "foo-1.0.0/ddd", .gnu = true, .data = SPAN("x") });
	tar_put_pax(&tar, arena_printf(arena, "path=%s", path));
	tar_put_file(&tar, "other/ddd", "x");
	tar_put_pax(&tar, "path=foo-1.0.0/\xc3\xa9.rs");
	tar_put_file(&tar, "foo-1.0.0/e.rs", "x");
	tar_put_file(&tar, "foo-1.0.0/\xc3\xa9\xc3\xa9.rs", "x");
	tar_put(&tar, (struct tar_member){ .path = "x.rs", .prefix = "foo-1.0.0/src/deep" });
	tar_put(&tar, (struct tar_member){ .path = "foo-1.0.0/size", .gnu = true, .binary_size = true, .data = SPAN("abc") });
	tar_put(&tar, (struct tar_member){ .path = "foo-1.0.0/src/", .type = '5' });
	tar_put(&tar, (struct tar_member){ .path = "foo-1.0.0", .type = '5' });

	if (!read_tar())
		fail_msg("%s", fault->message);
}

static void
paths_outside_the_crate_are_refused(void **state)
{
	static const char *const paths[] = {
		"bar-1.0.0/a", "foo-1.0.0x/a", "foo-1.0.0", "foo-1.0.0/../x", "foo-1.0.0/a/../../x", "/etc/passwd",
		"/foo-1.0.0/a", "../foo-1.0.0/a", "./foo-1.0.0/a", "foo-1.0.0/./a", "foo-1.0.0//a", "foo-1.0.0/..",
		"foo-1.0.0/a\\..\\b", "foo-1.0.0/a\nb", "foo-1.0.0/a\x7f", "foo-1.0.0/\xff\xfe", "Cargo.toml",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		given_a_manifest(MANIFEST);
		tar_put_file(&tar, paths[i], "x");
		assert_refused(read_tar(), arena_printf(arena, "invalid path found: %s", paths[i]));
	}
}

static void
only_files_and_directories_are_allowed(void **state)
{
	static const struct { char type; const char *name; } types[] = {
		{ '1', "Link" }, { '2', "Symlink" }, { '3', "Char" }, { '4', "Block" }, { '6', "Fifo" },
		{ '7', "Continuous" }, { 'S', "GNUSparse" }, { 'Z', "Other(90)" }, { 'V', "Other(86)" },
		{ 'M', "Other(77)" }, { 'N', "Other(78)" }, { 'X', "Other(88)" }, { 'A', "Other(65)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		given_a_manifest(MANIFEST);
		tar_put(&tar, (struct tar_member){ .path = "foo-1.0.0/bar", .type = types[i].type });
		assert_refused(read_tar(), arena_printf(arena,
			"unexpected tar entry type %s found: foo-1.0.0/bar", types[i].name));
	}
}

static void
a_manifest_is_needed_once_and_well_spelled(void **state)
{
	(void)state;
	tar = buf_on(arena);
	tar_put_file(&tar, "foo-1.0.0/sub/Cargo.toml", MANIFEST);
	assert_refused(read_tar(), "uploaded tarball is missing a `Cargo.toml` manifest file");
	tar = buf_on(arena);
	tar_put_file(&tar, "foo-1.0.0/CARGO.TOML", MANIFEST);
	assert_refused(read_tar(), "uploaded tarball is missing a `Cargo.toml` manifest file; `CARGO.TOML` was found, "
		"but must be named `Cargo.toml` with that exact casing");
	tar = buf_on(arena);
	tar_put_file(&tar, "foo-1.0.0/cargo.toml", MANIFEST);
	assert_non_null(read_tar());
	tar_put_file(&tar, "foo-1.0.0/x", "");
	given_a_manifest(MANIFEST);
	tar_put_file(&tar, "foo-1.0.0/cargo.toml", MANIFEST);
	assert_refused(read_tar(), "uploaded tarball contains more than one `Cargo.toml` manifest file; "
		"found `Cargo.toml`, `cargo.toml`");
	given_a_manifest(MANIFEST);
	tar_put_file(&tar, "foo-1.0.0/Cargo.toml", MANIFEST);
	assert_refused(read_tar(), "uploaded tarball contains more than one `Cargo.toml` manifest file; "
		"found `Cargo.toml`, `Cargo.toml`");
}

static void
many_manifests_are_refused_in_a_short_message(void **state)
{
	(void)state;
	given_a_manifest(MANIFEST);
	for (int i = 0; i < 1000; i++)
		tar_put_file(&tar, "foo-1.0.0/cargo.toml", MANIFEST);
	assert_null(read_tar());
	assert_true(strlen(fault->message) < 300);
}

static void
the_manifest_has_to_agree_with_the_metadata(void **state)
{
	(void)state;
	given_a_manifest("[package]\nname = \"bar\"\nversion = \"1.0.0\"\n");
	assert_refused(read_tar(), "metadata name `foo` does not match manifest name `bar`");
	given_a_manifest("[package]\nname = \"foo\"\nversion = \"2.0.0\"\n");
	assert_refused(read_tar(), "metadata version `1.0.0` does not match manifest version `2.0.0`");
	given_a_manifest("name = ");
	assert_refused(read_tar(), "failed to parse `Cargo.toml` manifest file\n\nexpected a value at line 1");
}

static void
the_unpacked_size_and_the_number_of_entries_are_limited(void **state)
{
	struct crate_upload u;
	struct span bytes;

	(void)state;
	given_a_manifest(MANIFEST);
	tar_put(&tar, (struct tar_member){ .path = "foo-1.0.0/src/", .type = '5' });
	tar_put(&tar, (struct tar_member){ .path = "foo-1.0.0/zeros",
		.data = span_make(arena_zalloc(arena, 1, 1000000), 1000000) });
	tar_put_end(&tar);
	bytes = gzip_of(buf_span(&tar));
	u = (struct crate_upload){
		.fd = file_of(bytes), .length = bytes.len, .max_unpacked = tar.len, .max_entries = 3,
	};
	assert_non_null(read_upload(u));
	u.max_unpacked = tar.len - 1;
	assert_refused(read_upload(u), MALFORMED);
	u.max_unpacked = 0;
	u.max_entries = 2;
	assert_refused(read_upload(u), "uploaded tarball contains more than 2 entries");
}

static void
a_size_that_lies_is_refused(void **state)
{
	static const char *const sizes[] = { "size=1", "size=4", "size=x", "size=", "size=-3", "size=99999999999999999999" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		given_a_manifest(MANIFEST);
		tar_put_pax(&tar, sizes[i]);
		tar_put_file(&tar, "foo-1.0.0/x", "abc");
		assert_refused(read_tar(), "uploaded tarball is malformed");
	}
	given_a_manifest(MANIFEST);
	tar_put_pax(&tar, "size=3");
	tar_put_file(&tar, "foo-1.0.0/x", "abc");
	assert_non_null(read_tar());
}

/* What is wrong in each case stands in the call. */
static void
what_readers_could_disagree_about_is_refused(void **state)
{
	const struct tar_member members[] = {
		{ .path = "foo-1.0.0/x", .wrong_checksum = true },
		{ .path = "foo-1.0.0/x/" },					/* a file or a directory? */
		{ .path = "foo-1.0.0/x", .type = '5', .data = SPAN("abc") },	/* a directory with data */
		{ .path = "foo-1.0.0/x", .size = 5000 },			/* more than there is */
		{ .path = "foo-1.0.0/x", .size = UINT64_C(1) << 62, .binary_size = true, .gnu = true },
		{ .path = "name", .type = 'L', .gnu = true, .data = SPAN("foo-1.0.0/a\0b") },
		{ .path = "name", .type = 'L', .gnu = true, .data = SPAN("foo-1.0.0/last") },	/* of nothing */
		{ .path = "name", .type = 'x', .data = SPAN("99 path=foo\n") },
		{ .path = "name", .type = 'x', .data = SPAN("path=foo\n") },
		{ .path = "name", .type = 'x', .data = SPAN("11 novalue\n") },
		{ .path = "name", .type = 'x', .size = UINT64_C(1) << 30 },
		{ .path = "name", .type = 'x' },				/* empty */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		given_a_manifest(MANIFEST);
		tar_put(&tar, members[i]);
		if (read_tar() || strcmp(fault->message, MALFORMED) != 0)
			fail_msg("member %zu: %s", i, fault->message ? fault->message : "accepted");
	}
}

static void
two_opinions_about_a_path_are_refused(void **state)
{
	static const char *const records[] = {
		"path=foo-1.0.0/b", "GNU.sparse.name=foo-1.0.0/b", "hdrcharset=BINARY", "linkpath=foo-1.0.0/Cargo.toml", "path=",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		given_a_manifest(MANIFEST);
		tar_put(&tar, (struct tar_member){ .path = "name", .type = 'L', .gnu = true, .data = SPAN("foo-1.0.0/a\0") });
		tar_put_pax(&tar, records[i]);
		tar_put_file(&tar, "foo-1.0.0/x", "abc");
		assert_refused(read_tar(), MALFORMED);
	}
	given_a_manifest(MANIFEST);
	tar_put_pax(&tar, "mtime=1.5");
	tar_put_pax(&tar, "atime=1.5");
	tar_put_file(&tar, "foo-1.0.0/x", "abc");
	assert_refused(read_tar(), MALFORMED);
}

static void
nothing_may_follow_the_end(void **state)
{
	struct buf twice = buf_on(arena);
	struct span bytes;

	(void)state;
	given_a_manifest(MANIFEST);
	tar_put_end(&tar);
	tar_put_file(&tar, "foo-1.0.0/hidden", "x");
	assert_refused(read_tar(), MALFORMED);
	given_a_manifest(MANIFEST);
	tar_put_end(&tar);
	buf_puts(&tar, "x");
	assert_refused(read_tar(), MALFORMED);
	given_a_manifest(MANIFEST);
	tar_put_end(&tar);
	bytes = gzip_of(buf_span(&tar));
	buf_put_span(&twice, bytes);
	buf_putc(&twice, '\0');
	assert_refused(read_bytes(buf_span(&twice)), MALFORMED);
	buf_truncate(&twice, bytes.len);
	buf_put_span(&twice, bytes);
	assert_refused(read_bytes(buf_span(&twice)), MALFORMED);
}

static void
damaged_and_foreign_bytes_are_refused(void **state)
{
	struct span bytes;
	char *copy;

	(void)state;
	given_a_manifest(MANIFEST);
	tar_put_end(&tar);
	assert_refused(read_bytes(buf_span(&tar)), MALFORMED);
	assert_refused(read_bytes(SPAN("")), MALFORMED);
	assert_refused(read_bytes(SPAN("PK\3\4")), MALFORMED);
	assert_refused(read_bytes(gzip_of(SPAN(""))), MALFORMED);
	assert_refused(read_bytes(gzip_of(SPAN("not a tar, but longer than nothing"))), MALFORMED);
	bytes = gzip_of(buf_span(&tar));
	copy = arena_dup(arena, bytes.at, bytes.len);
	/* The checksum and the length at the end of a gzip member. */
	copy[bytes.len - 8] ^= 1;
	assert_refused(read_bytes(span_make(copy, bytes.len)), MALFORMED);
	copy[bytes.len - 8] ^= 1;
	copy[bytes.len - 1] ^= 1;
	assert_refused(read_bytes(span_make(copy, bytes.len)), MALFORMED);
}

static void
a_crate_cut_short_is_refused_wherever_it_is_cut(void **state)
{
	struct span bytes;

	(void)state;
	given_a_manifest(MANIFEST);
	tar_put_file(&tar, "foo-1.0.0/src/lib.rs", "pub fn x() {}\n");
	tar_put_end(&tar);
	bytes = gzip_of(buf_span(&tar));
	for (size_t len = 0; len < bytes.len; len++)
		assert_refused(read_bytes(span_make(bytes.at, len)), MALFORMED);
}

static void
bad_version_control_information_is_left_out(void **state)
{
	static const char *const texts[] = {
		"", "{", "[]", "{\"git\":1}", "{\"git\":{\"sha1\":\"xyz\"}}", "{\"git\":{\"sha1\":5}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const struct crate *c;

		given_a_manifest(MANIFEST);
		tar_put_file(&tar, "foo-1.0.0/.cargo_vcs_info.json", texts[i]);
		c = read_tar();
		assert_non_null(c);
		assert_null(c->vcs_sha1);
	}
}

TESTS(crate,
	TEST(an_honest_crate_is_read),
	TEST(the_manifest_says_which_programs_there_are),
	TEST(a_crate_may_begin_anywhere_in_the_file),
	TEST(a_file_shorter_than_promised_is_our_failure),
	TEST(long_paths_are_read_in_every_notation),
	TEST(paths_outside_the_crate_are_refused),
	TEST(only_files_and_directories_are_allowed),
	TEST(a_manifest_is_needed_once_and_well_spelled),
	TEST(many_manifests_are_refused_in_a_short_message),
	TEST(the_manifest_has_to_agree_with_the_metadata),
	TEST(the_unpacked_size_and_the_number_of_entries_are_limited),
	TEST(a_size_that_lies_is_refused),
	TEST(what_readers_could_disagree_about_is_refused),
	TEST(two_opinions_about_a_path_are_refused),
	TEST(nothing_may_follow_the_end),
	TEST(damaged_and_foreign_bytes_are_refused),
	TEST(a_crate_cut_short_is_refused_wherever_it_is_cut),
	TEST(bad_version_control_information_is_left_out)
);
