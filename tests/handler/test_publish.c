/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a transcript cannot say about publishing: bodies that are cut or lie
 * about their lengths, hostile .crate files, and what is left in the database
 * and the blob store.
 */
#include "request.h"
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/encode.h"

static const char plain_manifest[] = "[package]\nname = \"foo\"\nversion = \"1.0.0\"\n";

static const struct test_answer *
put(struct span body)
{
	struct test_request request = { .method = "PUT", .target = "/api/v1/crates/new",
		.token = given_token("alice"), .body = body };

	return test_send(&request);
}

/* Publish foo 1.0.0 around this .crate. */
static const struct test_answer *
put_tarball(struct span tarball)
{
	return put(publish_body_with("foo", "1.0.0", NULL, tarball));
}

static const struct test_answer *
put_entries(const struct tar_entry *entries)
{
	return put_tarball(crate_of(entries));
}

static struct tar_entry
manifest(const char *text)
{
	return (struct tar_entry){ .path = "foo-1.0.0/Cargo.toml", .content = span_of(text) };
}

static void
assert_nothing_was_published(void)
{
	assert_int_equal(sql_int("SELECT count(*) FROM package"), 0);
	assert_int_equal(sql_int("SELECT count(*) FROM file"), 0);
}

/* ---- the frame ---- */

static void
a_body_without_a_length_is_refused(void **state)
{
	(void)state;
	assert_error(put(SPAN("")), 400, "invalid metadata length");
	assert_error(put(SPAN("\x02\x00")), 400, "invalid metadata length");
}

static void
metadata_longer_than_the_body_is_refused(void **state)
{
	(void)state;
	assert_error(put(SPAN("\x10\x00\x00\x00{}")), 400, "invalid metadata length for remaining payload: 16");
}

static void
metadata_above_a_mebibyte_is_refused(void **state)
{
	(void)state;
	assert_error(put(SPAN("\x01\x00\x10\x00{}")), 413, "JSON metadata blob too large");
	assert_error(put(SPAN("\xff\xff\xff\xff{}")), 413, "JSON metadata blob too large");
}

static void
metadata_that_lacks_its_name_is_refused(void **state)
{
	const struct test_answer *answer = put(publish_frame(SPAN("{}"), SPAN("")));

	(void)state;
	assert_error(answer, 400, "invalid upload request: missing field `name` at line 1 column 2");
}

static void
metadata_that_is_not_json_is_refused(void **state)
{
	const struct test_answer *answer = put(publish_frame(SPAN("{\"name\": \xff}"), SPAN("")));

	(void)state;
	assert_int_equal(answer->status, 400);
	assert_non_null(strstr(answer_text(answer, "errors[0].detail"), "invalid upload request: "));
}

static void
a_body_without_a_tarball_is_refused(void **state)
{
	struct span whole = publish_body("foo", "1.0.0", NULL);
	size_t json = (unsigned char)whole.at[0] | (size_t)(unsigned char)whole.at[1] << 8;

	(void)state;
	assert_error(put(span_make(whole.at, 4 + json)), 400, "invalid tarball length");
	assert_error(put(span_make(whole.at, 4 + json + 3)), 400, "invalid tarball length");
}

static void
a_tarball_that_is_cut_is_refused(void **state)
{
	struct span tarball = crate_tarball("foo", "1.0.0", NULL);
	struct span whole = publish_body_with("foo", "1.0.0", NULL, tarball);

	(void)state;
	assert_error(put(span_make(whole.at, whole.len - 1)), 400,
		arena_printf(w->arena, "invalid tarball length for remaining payload: %zu", tarball.len));
	assert_nothing_was_published();
}

static void
a_tarball_above_the_limit_is_refused(void **state)
{
	(void)state;
	test_config->crates_max_upload = 100;
	assert_error(put(publish_body("foo", "1.0.0", NULL)), 413, "max upload size is: 100");
	assert_nothing_was_published();
}

static void
a_limit_of_the_crate_wins_over_the_limit_of_all(void **state)
{
	(void)state;
	given_crate("alice", "foo", "1.0.0", NULL);
	sql_do("UPDATE package SET max_upload_size = 50 WHERE name = 'foo'");
	assert_error(publish(given_token("alice"), "foo", "1.0.1", NULL), 413, "max upload size is: 50");
}

static void
metadata_with_a_nul_in_a_key_is_refused(void **state)
{
	const struct test_answer *answer = put(publish_frame(
		SPAN("{\"name\": \"foo\", \"vers\": \"1.0.0\", \"features\": {\"a\\u0000b\": []}}"), SPAN("")));

	(void)state;
	assert_int_equal(answer->status, 400);
}

/* ---- the tarball ---- */

static void
what_is_no_gzip_is_malformed(void **state)
{
	(void)state;
	assert_error(put_tarball(SPAN("not a tarball")), 400,
		"uploaded tarball is malformed or too large when decompressed");
	assert_error(put_tarball(SPAN("")), 400, "uploaded tarball is malformed or too large when decompressed");
	assert_nothing_was_published();
}

static void
a_truncated_gzip_is_malformed(void **state)
{
	struct span tarball = crate_tarball("foo", "1.0.0", NULL);

	(void)state;
	assert_error(put_tarball(span_make(tarball.at, tarball.len - 10)), 400,
		"uploaded tarball is malformed or too large when decompressed");
}

static void
a_bomb_is_too_large_when_decompressed(void **state)
{
	size_t size = 3 << 20;
	struct tar_entry entries[] = {
		manifest(plain_manifest),
		{ .path = "foo-1.0.0/zeros", .content = { arena_zalloc(w->arena, size, 1), size } },
		{ 0 },
	};

	(void)state;
	test_config->crates_max_upload = 1 << 20;
	test_config->crates_max_unpacked = 2 << 20;
	assert_error(put_entries(entries), 400, "uploaded tarball is malformed or too large when decompressed");
}

static void
an_entry_outside_of_the_crate_is_refused(void **state)
{
	static const char *const paths[] = {
		"bar-1.0.0/a", "foo-1.0.0/../a", "/etc/passwd", "foo-1.0.0/a/../../b", "foo-1.0.0x/a",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct tar_entry entries[] = { manifest(plain_manifest), { .path = paths[i] }, { 0 } };

		assert_error(put_entries(entries), 400, arena_printf(w->arena, "invalid path found: %s", paths[i]));
	}
	assert_nothing_was_published();
}

static void
an_entry_that_is_no_file_is_refused(void **state)
{
	static const struct {
		char type;
		const char *name;
	} cases[] = { { '1', "Link" }, { '2', "Symlink" }, { '3', "Char" }, { '4', "Block" }, { '6', "Fifo" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct tar_entry entries[] = {
			manifest(plain_manifest),
			{ .path = "foo-1.0.0/bar", .type = cases[i].type, .link = "foo-1.0.0/Cargo.toml" },
			{ 0 },
		};

		assert_error(put_entries(entries), 400,
			arena_printf(w->arena, "unexpected tar entry type %s found: foo-1.0.0/bar", cases[i].name));
	}
}

static void
a_crate_without_manifest_is_refused(void **state)
{
	struct tar_entry entries[] = { { .path = "foo-1.0.0/README.md", .content = SPAN("x") }, { 0 } };

	(void)state;
	assert_error(put_entries(entries), 400, "uploaded tarball is missing a `Cargo.toml` manifest file");
}

static void
a_manifest_in_capitals_is_no_manifest(void **state)
{
	struct tar_entry entries[] = { { .path = "foo-1.0.0/CARGO.TOML", .content = span_of(plain_manifest) }, { 0 } };

	(void)state;
	assert_error(put_entries(entries), 400, "uploaded tarball is missing a `Cargo.toml` manifest file; "
		"`CARGO.TOML` was found, but must be named `Cargo.toml` with that exact casing");
}

static void
two_manifests_are_refused(void **state)
{
	struct tar_entry entries[] = {
		manifest(plain_manifest),
		{ .path = "foo-1.0.0/cargo.toml", .content = span_of(plain_manifest) },
		{ 0 },
	};

	(void)state;
	assert_error(put_entries(entries), 400, "uploaded tarball contains more than one `Cargo.toml` manifest file; "
		"found `Cargo.toml`, `cargo.toml`");
}

static void
a_manifest_that_disagrees_with_the_metadata_is_refused(void **state)
{
	struct tar_entry other_name[] = { manifest("[package]\nname = \"bar\"\nversion = \"1.0.0\"\n"), { 0 } };
	struct tar_entry other_version[] = { manifest("[package]\nname = \"foo\"\nversion = \"2.0.0\"\n"), { 0 } };

	(void)state;
	assert_error(put_entries(other_name), 400, "metadata name `foo` does not match manifest name `bar`");
	assert_error(put_entries(other_version), 400, "metadata version `1.0.0` does not match manifest version `2.0.0`");
}

static void
a_manifest_that_is_no_toml_is_refused(void **state)
{
	static const char *const manifests[] = {
		"[package\n", "", "name = 1", "[package]\nname = \"foo\"\n", "[package]\nname = \"foo\"\nversion.workspace = true\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(manifests); i++) {
		struct tar_entry entries[] = { manifest(manifests[i]), { 0 } };
		const struct test_answer *answer = put_entries(entries);

		assert_int_equal(answer->status, 400);
		assert_non_null(strstr(answer_text(answer, "errors[0].detail"), "failed to parse `Cargo.toml` manifest file\n\n"));
	}
}

static void
too_many_entries_are_refused_when_limited(void **state)
{
	struct tar_entry entries[] = { manifest(plain_manifest), { .path = "foo-1.0.0/a" }, { .path = "foo-1.0.0/b" }, { 0 } };

	(void)state;
	test_config->crates_max_entries = 2;
	assert_error(put_entries(entries), 400, "uploaded tarball contains more than 2 entries");
}

static void
binaries_and_library_are_found_in_the_file_list(void **state)
{
	struct tar_entry entries[] = {
		manifest(plain_manifest),
		{ .path = "foo-1.0.0/src/main.rs" },
		{ .path = "foo-1.0.0/src/bin/one.rs" },
		{ .path = "foo-1.0.0/src/bin/two/main.rs" },
		{ 0 },
	};

	(void)state;
	assert_int_equal(put_entries(entries)->status, 200);
	assert_string_equal(answer_text(get("/api/v1/crates/foo/1.0.0"), "version.has_lib"), "false");
	assert_string_equal(answer_text(get("/api/v1/crates/foo/1.0.0"), "version.bin_names"), "[\"foo\",\"one\",\"two\"]");
}

/* ---- what is left ---- */

static void
the_download_is_what_was_uploaded(void **state)
{
	struct span tarball = crate_tarball("foo", "1.0.0", NULL);
	const struct test_answer *download;
	uint8_t sha256[SHA256_SIZE];
	const char *hex;

	(void)state;
	assert_int_equal(put_tarball(tarball)->status, 200);
	download = get("/files/crates/foo/foo-1.0.0.crate");
	assert_int_equal(download->body.len, tarball.len);
	assert_memory_equal(download->body.at, tarball.at, tarball.len);
	digest_sha256(tarball, sha256);
	hex = encode_hex(w->arena, sha256, SHA256_SIZE);
	assert_string_equal(answer_text(get("/api/v1/crates/foo/1.0.0"), "version.checksum"), hex);
	assert_string_equal(answer_text(get("/index/3/f/foo"), "cksum"), hex);
	assert_string_equal(answer_text(get("/api/v1/crates/foo/1.0.0"), "version.crate_size"),
		arena_printf(w->arena, "%zu", tarball.len));
}

static void
a_publish_leaves_its_rows_and_nothing_in_the_spool(void **state)
{
	char command[256];

	(void)state;
	given_crate("alice", "dep", "1.0.0", NULL);
	given_crate("alice", "foo", "1.0.0", "{\"deps\": [{\"name\": \"dep\"}], \"keywords\": [\"k\"]}");
	assert_int_equal(sql_int("SELECT count(*) FROM release r JOIN package p ON p.id = r.package_id WHERE p.name = 'foo'"), 1);
	assert_int_equal(sql_int("SELECT count(*) FROM file f JOIN blob b ON b.sha256 = f.sha256"), 2);
	assert_int_equal(sql_int("SELECT count(*) FROM dependency"), 1);
	assert_int_equal(sql_int("SELECT count(*) FROM owner"), 2);
	assert_int_equal(sql_int("SELECT count(*) FROM audit WHERE action = 'publish'"), 2);
	assert_true(sql_int("SELECT count(*) FROM change") >= 2);
	assert_int_equal(sql_int("SELECT count(*) FROM index_object"), 2);
	snprintf(command, sizeof(command), "test -z \"$(ls -A %s/data/tmp)\"", test_directory);
	assert_int_equal(system(command), 0);
}

static void
a_refused_publish_leaves_nothing(void **state)
{
	char command[256];

	(void)state;
	assert_error(publish(given_token("alice"), "foo", "1.0.0", "{\"deps\": [{\"name\": \"nope\"}]}"), 400,
		"no known crate named `nope`");
	assert_nothing_was_published();
	assert_int_equal(sql_int("SELECT count(*) FROM audit WHERE action = 'publish'"), 0);
	assert_int_equal(sql_int("SELECT count(*) FROM index_object"), 0);
	snprintf(command, sizeof(command), "test -z \"$(ls -A %s/data/tmp)\"", test_directory);
	assert_int_equal(system(command), 0);
}

static void
hostile_texts_in_metadata_never_fail_the_server(void **state)
{
	static const char *const metadata[] = {
		"{\"description\": \"a\\u0000b\"}", "{\"keywords\": [\"a\\u0000b\"]}", "{\"readme\": \"a\\u0000b\"}",
		"{\"links\": \"a\\u0000b\"}", "{\"authors\": [\"a\\u0000b\"]}",
		"{\"deps\": [{\"name\": \"a\\u0000b\"}]}", "{\"deps\": [{\"name\": \"dep\", \"target\": \"a\\u0000b\"}]}",
		"{\"deps\": \"x\"}", "{\"features\": []}", "{\"features\": {\"a\": \"b\"}}", "{\"keywords\": {}}",
		"{\"keywords\": [1]}", "{\"description\": 5}", "{\"deps\": [5]}", "{\"deps\": [{\"name\": 5}]}",
		"{\"deps\": [{\"name\": \"dep\", \"kind\": \"x\"}]}", "{\"deps\": [{\"name\": \"dep\", \"optional\": 5}]}",
		"{\"description\": \"\\ud800\"}", "{\"repository\": \"http://\"}", "{\"homepage\": \"http://[::1\"}",
		"{\"license_file\": \"a\\u0000b\"}", "{\"rust_version\": \"a\\u0000b\"}", "{\"categories\": [\"a\\u0000b\"]}",
	};

	(void)state;
	given_crate("alice", "dep", "1.0.0", NULL);
	for (size_t i = 0; i < ARRAY_LEN(metadata); i++) {
		const struct test_answer *answer = put(publish_body_with("foo", arena_printf(w->arena, "1.0.%zu", i),
			metadata[i], crate_tarball("foo", arena_printf(w->arena, "1.0.%zu", i), NULL)));

		if (answer->status >= 500)
			fail_msg("%s: %d %s", metadata[i], answer->status, answer->body.at);
	}
}

TESTS(publish,
	TEST(a_body_without_a_length_is_refused),
	TEST(metadata_longer_than_the_body_is_refused),
	TEST(metadata_above_a_mebibyte_is_refused),
	TEST(metadata_that_lacks_its_name_is_refused),
	TEST(metadata_that_is_not_json_is_refused),
	TEST(metadata_with_a_nul_in_a_key_is_refused),
	TEST(a_body_without_a_tarball_is_refused),
	TEST(a_tarball_that_is_cut_is_refused),
	TEST(a_tarball_above_the_limit_is_refused),
	TEST(a_limit_of_the_crate_wins_over_the_limit_of_all),
	TEST(what_is_no_gzip_is_malformed),
	TEST(a_truncated_gzip_is_malformed),
	TEST(a_bomb_is_too_large_when_decompressed),
	TEST(an_entry_outside_of_the_crate_is_refused),
	TEST(an_entry_that_is_no_file_is_refused),
	TEST(a_crate_without_manifest_is_refused),
	TEST(a_manifest_in_capitals_is_no_manifest),
	TEST(two_manifests_are_refused),
	TEST(a_manifest_that_disagrees_with_the_metadata_is_refused),
	TEST(a_manifest_that_is_no_toml_is_refused),
	TEST(too_many_entries_are_refused_when_limited),
	TEST(binaries_and_library_are_found_in_the_file_list),
	TEST(the_download_is_what_was_uploaded),
	TEST(a_publish_leaves_its_rows_and_nothing_in_the_spool),
	TEST(a_refused_publish_leaves_nothing),
	TEST(hostile_texts_in_metadata_never_fail_the_server),
);

TEST_MAIN("publish", TEST_LIST(publish))
