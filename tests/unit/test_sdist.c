/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sdists: what is in them, and the names of their files.
 */
#include "unit.h"

#include "formats/distribution.h"
#include "tarball.h"
#include "zipfile.h"

#define A_FILE(name, text) { .path = (name), .data = SPAN(text) }
#define PKG_INFO "Metadata-Version: 2.1\nName: some-thing\nVersion: 1.0\n\nText\n"
#define HONEST A_FILE("some_thing-1.0/PKG-INFO", PKG_INFO)

/* What the uploader says; the rest is as for an honest one. */
struct given {
	const char *filename;
	const char *version;
	const char *licenses[3];
	struct distribution_policy policy;
};

static const char *
check_bytes(struct given g, struct span bytes, struct distribution *out)
{
	struct span licenses[3];
	struct distribution_new in = {
		.fd = file_of(bytes), .size = bytes.len, .type = DISTRIBUTION_SDIST, .project = SPAN("Some.Thing"),
		.filename = span_of(g.filename ? g.filename : "some_thing-1.0.tar.gz"),
		.version = span_of(g.version ? g.version : "1.0"), .license_files = { licenses, 0 }, .policy = &g.policy,
	};

	for (size_t i = 0; i < 3 && g.licenses[i]; i++)
		licenses[in.license_files.count++] = span_of(g.licenses[i]);
	fault_clear(fault);
	if (distribution_check(arena, fault, &in, out)) {
		assert_false(fault_is_set(fault));
		return "good";
	}
	assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
	return fault->message;
}

static const char *
verdict(struct given g, struct span bytes)
{
	struct distribution out;

	return check_bytes(g, bytes, &out);
}

static const struct given usual = { .filename = NULL };

/* The members, ended by one without a path; a pax header stands as a record of type 'x' or 'g'. */
static struct span
tar_gz(const struct tar_member *members)
{
	struct buf tar = buf_on(arena);

	for (; members->path; members++)
		tar_put(&tar, *members);
	tar_put_end(&tar);
	return gzip_of(buf_span(&tar));
}

#define TAR_GZ(...) tar_gz((const struct tar_member[]){ __VA_ARGS__, { .path = NULL } })
#define ASSERT_SAID(said, ...) assert_string_equal(verdict(usual, TAR_GZ(__VA_ARGS__)), said)
#define ASSERT_GOOD(...) ASSERT_SAID("good", __VA_ARGS__)

static const char no_top[] = "Invalid distribution file. Incorrect number of top-level directories in sdist";
static const char no_tar[] = "Invalid distribution file. File is not a tarfile";
static const char sparse[] = "Invalid distribution file. tar archive not accepted: Sparse members are not allowed";
static const char outside[] = "Invalid distribution file. tar archive not accepted: Links must not lead outside";

static void
an_honest_sdist_gives_its_metadata(void **state)
{
	struct distribution out;

	(void)state;
	assert_string_equal(check_bytes(usual, TAR_GZ({ .path = "some_thing-1.0/", .type = '5' },
						      A_FILE("some_thing-1.0/setup.py", "x"), HONEST,
						      A_FILE("some_thing-1.0/x.egg-info/PKG-INFO", "Name: other\n")), &out),
			    "good");
	assert_true(span_is(out.metadata, PKG_INFO));
	assert_true(span_is(out.core.name, "some-thing"));
	assert_true(span_is(out.python_tag, "source"));
}

static void
archives_of_all_writers_are_accepted(void **state)
{
	struct buf tar = buf_on(arena);

	(void)state;
	/* git's comment for all entries, pax headers with times, a name in two parts. */
	tar_put(&tar, (struct tar_member){ .path = "pax_global_header", .type = 'g', .data = SPAN("13 comment=a\n") });
	tar_put_pax(&tar, "mtime=1700000000.5");
	tar_put(&tar, (struct tar_member)HONEST);
	tar_put_pax(&tar, "path=some_thing-1.0/\xc3\xa4");
	tar_put_file(&tar, "x", "text");
	tar_put(&tar, (struct tar_member){ .path = "long", .prefix = "some_thing-1.0/d", .data = SPAN("x") });
	tar_put_end(&tar);
	assert_string_equal(verdict(usual, gzip_of(buf_span(&tar))), "good");
	/* GNU's headers. */
	ASSERT_GOOD({ .path = "././@LongLink", .type = 'L', .gnu = true, .data = SPAN("some_thing-1.0/PKG-INFO\0") },
		    { .path = "some_thing-1.0/PKG", .gnu = true, .data = SPAN(PKG_INFO) },
		    { .path = "some_thing-1.0/a", .gnu = true });
	/* Names from the directory they were packed in. */
	ASSERT_GOOD(A_FILE("./some_thing-1.0/PKG-INFO", PKG_INFO), A_FILE("some_thing-1.0//a", "x"));
	ASSERT_GOOD(HONEST, A_FILE("some_thing-1.0/a", "x"), A_FILE("some_thing-1.0/a", "y"));
}

static void
links_stay_inside(void **state)
{
	(void)state;
	ASSERT_GOOD(HONEST, { .path = "some_thing-1.0/a", .type = '2', .target = "PKG-INFO" },
		    { .path = "some_thing-1.0/d/b", .type = '2', .target = "../../some_thing-1.0/./a" },
		    { .path = "some_thing-1.0/c", .type = '1', .target = "some_thing-1.0/PKG-INFO" });
	ASSERT_SAID(outside, HONEST, { .path = "some_thing-1.0/a", .type = '2', .target = "/etc/passwd" });
	ASSERT_SAID(outside, HONEST, { .path = "some_thing-1.0/a", .type = '2', .target = "../.." });
	ASSERT_SAID(outside, HONEST, { .path = "some_thing-1.0/a", .type = '2', .target = "b/../../../c" });
	ASSERT_SAID(outside, HONEST, { .path = "some_thing-1.0/a", .type = '1', .target = "../c" });
	ASSERT_SAID(outside, HONEST, { .path = "some_thing-1.0/a", .type = '1', .target = "/c" });
	ASSERT_SAID(no_tar, HONEST, { .path = "some_thing-1.0/a", .type = '1', .target = "some_thing-1.0/PKG-INFO",
				      .data = SPAN("data of its own") });
}

static void
everything_is_below_one_directory(void **state)
{
	(void)state;
	ASSERT_SAID(no_top, HONEST, A_FILE("other/a", "x"));
	ASSERT_SAID(no_top, HONEST, A_FILE("some_thing-1.0.dev1/a", "x"));
	ASSERT_SAID(no_top, HONEST, { .path = "./", .type = '5' });
	ASSERT_SAID(no_top, A_FILE("/some_thing-1.0/PKG-INFO", PKG_INFO));
	ASSERT_SAID(no_top, { .path = ".", .type = '5' });
	ASSERT_SAID("Invalid distribution file. tar archive not accepted: Paths must not lead outside", HONEST,
		    A_FILE("some_thing-1.0/../../a", "x"));
	/* Further down, too. */
	ASSERT_GOOD(A_FILE("a/b/PKG-INFO", PKG_INFO), A_FILE("a/b/c/d", "x"));
	ASSERT_GOOD(A_FILE("a/b/c/PKG-INFO", "Name: other"), A_FILE("a/b/PKG-INFO", PKG_INFO), A_FILE("a/b/c/d", "x"));
}

static void
pkg_info_is_a_file_of_the_directory(void **state)
{
	static const char missing[] = "Invalid distribution file. PKG-INFO not found at some_thing-1.0/PKG-INFO";

	(void)state;
	ASSERT_SAID(missing, A_FILE("some_thing-1.0/a", "x"), A_FILE("some_thing-1.0/b/PKG-INFO", PKG_INFO));
	ASSERT_SAID(missing, { .path = "some_thing-1.0/PKG-INFO", .type = '2', .target = "a" }, A_FILE("some_thing-1.0/a", "x"));
	ASSERT_SAID(missing, { .path = "some_thing-1.0/PKG-INFO/", .type = '5' }, A_FILE("some_thing-1.0/a", "x"));
	ASSERT_SAID("Invalid distribution file. PKG-INFO not found at some_thing-1.0/PKG-INFO/PKG-INFO", HONEST);
	ASSERT_SAID("Invalid distribution file. PKG-INFO not found at a/b/PKG-INFO", A_FILE("a/b/c", "x"), A_FILE("a/b/d", "x"));
	ASSERT_SAID("Invalid distribution file. tar archive not accepted: Duplicate PKG-INFO", HONEST, HONEST);
	ASSERT_SAID("Invalid distribution file. tar archive not accepted: Duplicate PKG-INFO",
		    A_FILE("./some_thing-1.0/PKG-INFO", PKG_INFO), HONEST);
}

static void
metadata_is_of_the_project_and_the_version(void **state)
{
	(void)state;
	ASSERT_SAID("Name in PKG-INFO should be 'Some.Thing' not 'other'.", A_FILE("a/PKG-INFO", "Name: other\nVersion: 1\n"),
		    A_FILE("a/b", "x"));
	ASSERT_SAID("Version in PKG-INFO should be '1.0' not '1.0.1'.",
		    A_FILE("a/PKG-INFO", "Name: some-thing\nVersion: 1.0.1\n"), A_FILE("a/b", "x"));
	ASSERT_GOOD(A_FILE("a/PKG-INFO", "Name: SOME_THING\nVersion: 1\n"), A_FILE("a/b", "x"));
	ASSERT_SAID("Invalid distribution file. PKG-INFO: Metadata is not UTF-8 text", A_FILE("a/PKG-INFO", "Author: \xe4\n"),
		    A_FILE("a/b", "x"));
}

static void
sparse_and_special_members_are_refused(void **state)
{
	struct buf tar = buf_on(arena);

	(void)state;
	ASSERT_SAID(sparse, HONEST, { .path = "some_thing-1.0/a", .type = 'S', .gnu = true });
	tar_put(&tar, (struct tar_member)HONEST);
	tar_put_pax(&tar, "GNU.sparse.major=1");
	tar_put_file(&tar, "some_thing-1.0/a", "x");
	tar_put_end(&tar);
	assert_string_equal(verdict(usual, gzip_of(buf_span(&tar))), sparse);
	for (const char *type = "346"; *type; type++)
		ASSERT_SAID("Invalid distribution file. tar archive not accepted: Special files are not allowed", HONEST,
			    { .path = "some_thing-1.0/a", .type = *type });
	ASSERT_SAID(no_tar, HONEST, { .path = "x", .type = 'x', .data = SPAN("11 mtime=1\n") },
		    { .path = "g", .type = 'g', .data = SPAN("13 comment=a\n") }, A_FILE("some_thing-1.0/a", "x"));
	ASSERT_SAID(no_tar, { .path = "g", .type = 'g', .data = SPAN("10 path=a\n") }, HONEST, A_FILE("some_thing-1.0/a", "x"));
}

static void
what_is_no_gzipped_tar_is_refused(void **state)
{
	struct buf tar = buf_on(arena), both = buf_on(arena);
	struct span good = TAR_GZ(HONEST, A_FILE("some_thing-1.0/a", "x"));

	(void)state;
	assert_string_equal(verdict(usual, good), "good");
	for (size_t len = 0; len < good.len; len++)
		assert_string_equal(verdict(usual, span_make(good.at, len)), no_tar);
	assert_string_equal(verdict(usual, SPAN("<html>")), no_tar);
	assert_string_equal(verdict(usual, gzip_of(SPAN("no tar"))), no_tar);
	assert_string_equal(verdict(usual, gzip_of(SPAN(""))), no_tar);
	ASSERT_SAID(no_top, { .path = NULL });
	tar_put(&tar, (struct tar_member)HONEST);
	tar_put_end(&tar);
	assert_string_equal(verdict(usual, buf_span(&tar)), no_tar);
	buf_put_span(&both, good);
	buf_put_span(&both, ZIP({ .name = "a", .data = SPAN("x") }));
	assert_string_equal(verdict(usual, buf_span(&both)), "Invalid distribution file. File is both a zip and a tar file");
	buf_truncate(&both, good.len);
	buf_put_span(&both, good);
	assert_string_equal(verdict(usual, buf_span(&both)), no_tar);
}

static void
limits_hold(void **state)
{
	struct span bytes = TAR_GZ(HONEST, A_FILE("some_thing-1.0/a", "x"), A_FILE("some_thing-1.0/b", "x"));
	struct given g = { .policy = { .max_entries = 3, .max_unpacked = 8 * 512 } };
	struct span large = { arena_zalloc(arena, 1, DISTRIBUTION_MAX_METADATA + 1), DISTRIBUTION_MAX_METADATA + 1 };

	(void)state;
	assert_string_equal(verdict(g, bytes), "good");
	g.policy.max_entries = 2;
	assert_string_equal(verdict(g, bytes), "Invalid distribution file. File has too many members");
	g.policy.max_entries = 0;
	g.policy.max_unpacked--;
	assert_string_equal(verdict(g, bytes), "Invalid distribution file. File is too large when unpacked");
	ASSERT_SAID("Invalid distribution file. PKG-INFO is larger than 4 MiB", { .path = "a/PKG-INFO", .data = large });
}

static void
declared_license_files_are_there(void **state)
{
	struct span bytes = TAR_GZ(HONEST, A_FILE("some_thing-1.0/LICENSE", "x"), A_FILE("some_thing-1.0/b/COPYING", "x"));

	(void)state;
	assert_string_equal(verdict((struct given){ .licenses = { "b/COPYING", "LICENSE", "LICENSE" } }, bytes), "good");
	assert_string_equal(verdict((struct given){ .licenses = { "LICENSE", "b", "COPYING" } }, bytes),
			    "License-File b does not exist in distribution file some_thing-1.0.tar.gz at some_thing-1.0/b");
	assert_string_equal(verdict((struct given){ .licenses = { "Z", "LICENSE", "A" } }, bytes),
			    "License-File Z does not exist in distribution file some_thing-1.0.tar.gz at some_thing-1.0/Z");
}

/* ---- names ---- */

static const char *
name_verdict(const char *filename, const char *version)
{
	struct span pkg_info = span_of(arena_printf(arena, "Name: some-thing\nVersion: %s\n", version));

	return verdict((struct given){ .filename = filename, .version = version },
		       TAR_GZ({ .path = "a/PKG-INFO", .data = pkg_info }, A_FILE("a/b", "x")));
}

static void
names_are_those_of_project_and_version(void **state)
{
	static const struct {
		const char *filename, *version, *said;
	} cases[] = {
		{ "some_thing-1.0.tar.gz", "1.0", "good" },
		{ "some_thing-1.0.post9.tar.gz", "1.0-9", "good" },
		{ "some_thing-1.0+a.1.tar.gz", "1.0+a-1", "good" },
		{ "something.tar.gz", "1.0", "Invalid source distribution filename: something.tar.gz" },
		{ "some_thing-x.tar.gz", "1.0", "Invalid source distribution filename: some_thing-x.tar.gz" },
		{ "-1.0.tar.gz", "1.0", "Invalid source distribution filename: -1.0.tar.gz" },
		{ "other-1.0.tar.gz", "1.0", "Start filename for 'Some.Thing' with 'some_thing'." },
		{ "some_thing-1.0-9.tar.gz", "1.0", "Start filename for 'Some.Thing' with 'some_thing'." },
		{ "some-thing-1.0-9.tar.gz", "1.0.post9",
		  "Filename 'some-thing-1.0-9.tar.gz' is invalid, should be 'some_thing-1.0.post9.tar.gz'." },
		{ "Some_Thing-1.0.tar.gz", "1.0",
		  "Filename 'Some_Thing-1.0.tar.gz' is invalid, should be 'some_thing-1.0.tar.gz'." },
		{ "some_thing-1.0.0.tar.gz", "1.0",
		  "Filename 'some_thing-1.0.0.tar.gz' is invalid, should be 'some_thing-1.0.tar.gz'." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(name_verdict(cases[i].filename, cases[i].version), cases[i].said);
}

static void
other_spellings_of_names_are_taken_where_that_is_allowed(void **state)
{
	static const struct {
		const char *filename, *said;
	} cases[] = {
		{ "some_thing-1.0.post9.tar.gz", "good" },
		{ "some-thing-1.0-9.tar.gz", "good" },
		{ "Some.Thing-1.0.post9.tar.gz", "good" },
		{ "SOME_thing-v1.0.0.post9.tar.gz", "good" },
		{ "some-thing-1.0.post9.zip",
		  "Filename 'some-thing-1.0.post9.zip' is invalid, should be 'some_thing-1.0.post9.tar.gz'." },
		{ "some-thing-1.0.tar.gz",
		  "Filename 'some-thing-1.0.tar.gz' is invalid, should be 'some_thing-1.0.post9.tar.gz'." },
		{ "some-things-1.0.post9.tar.gz", "Start filename for 'Some.Thing' with 'some_thing'." },
	};
	struct span pkg_info = SPAN("Name: some-thing\nVersion: 1.0-9\n");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct given g = { .filename = cases[i].filename, .version = "1.0.post9", .policy.any_spelling = true };
		bool zip = strstr(g.filename, ".zip") != NULL;

		assert_string_equal(cases[i].said, verdict(g, zip
			? ZIP({ .name = "a/PKG-INFO", .data = pkg_info }, { .name = "a/b" })
			: TAR_GZ({ .path = "a/PKG-INFO", .data = pkg_info }, A_FILE("a/b", "x"))));
	}
}

static void
a_zip_is_checked_and_then_refused_for_its_name(void **state)
{
	static const struct given g = { .filename = "some_thing-1.0.zip" };
	struct zip_entry honest = { .name = "some_thing-1.0/PKG-INFO", .data = SPAN(PKG_INFO) };

	(void)state;
	assert_string_equal(verdict(g, ZIP({ .name = "some_thing-1.0/" }, honest)),
			    "Filename 'some_thing-1.0.zip' is invalid, should be 'some_thing-1.0.tar.gz'.");
	assert_string_equal(verdict(g, ZIP(honest, { .name = "other/a" })), no_top);
	assert_string_equal(verdict(g, ZIP(honest, { .name = "some_thing-1.0.1" })), no_top);
	assert_string_equal(verdict(g, ZIP({ .name = "a\\b" }, { .name = "a/c" })),
			    "Invalid distribution file. PKG-INFO not found at a/PKG-INFO");
	assert_string_equal(verdict(g, TAR_GZ(HONEST)), "Invalid distribution file. File is not a zipfile");
	assert_string_equal(verdict(g, zip_of((const struct zip_entry[]){ honest, { .name = NULL } },
					      (struct zip_tail){ .behind = SPAN("x") })),
			    "Invalid distribution file. ZIP archive not accepted: Trailing data");
}

TESTS(sdist,
	TEST(an_honest_sdist_gives_its_metadata),
	TEST(archives_of_all_writers_are_accepted),
	TEST(links_stay_inside),
	TEST(everything_is_below_one_directory),
	TEST(pkg_info_is_a_file_of_the_directory),
	TEST(metadata_is_of_the_project_and_the_version),
	TEST(sparse_and_special_members_are_refused),
	TEST(what_is_no_gzipped_tar_is_refused),
	TEST(limits_hold),
	TEST(declared_license_files_are_there),
	TEST(names_are_those_of_project_and_version),
	TEST(other_spellings_of_names_are_taken_where_that_is_allowed),
	TEST(a_zip_is_checked_and_then_refused_for_its_name)
);
