/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wheels: what is in them, and the names of their files.
 */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/distribution.h"
#include "formats/entry_points.h"
#include "formats/wheel_name.h"
#include "tarball.h"
#include "zipfile.h"

#define MAX_FILES 12

/* Everything left out is as in an honest wheel of Some.Thing 1.0. */
struct given {
	const char *filename;
	const char *directory;		/* "some_thing-1.0.dist-info" */
	const char *slash;		/* behind it */
	const char *without;		/* one of the three files below */
	const char *metadata;
	const char *record;
	const char *entry_points;	/* none */
	const char *license;		/* declared; none */
	const char *version;		/* given by the uploader */
	struct zip_entry more[2];
	struct zip_tail tail;
	struct distribution_policy policy;
};

#define DEFAULT(value, otherwise) ((value) ? (value) : (otherwise))
#define HONEST "some_thing-1.0-py3-none-any.whl"

static struct span
build(const struct given *g)
{
	const char *directory = DEFAULT(g->directory, "some_thing-1.0.dist-info");
	struct zip_entry files[MAX_FILES] = { { .name = "some_thing/__init__.py", .data = SPAN("pass\n") } };
	const struct {
		const char *name;
		const char *text;
	} inside[] = {
		{ "METADATA", DEFAULT(g->metadata, "Metadata-Version: 2.1\nName: some-thing\nVersion: 1.0\n\nText\n") },
		{ "WHEEL", "Wheel-Version: 1.0\n" },
		{ "RECORD", DEFAULT(g->record, "some_thing/__init__.py,,\n") },
		{ "entry_points.txt", g->entry_points },
	};
	size_t count = 1;

	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
		if (inside[i].text && (!g->without || strcmp(g->without, inside[i].name) != 0))
			files[count++] = (struct zip_entry){
				.name = arena_printf(arena, "%s%s%s", directory, DEFAULT(g->slash, "/"), inside[i].name),
				.data = span_of(inside[i].text), .deflated = true,
			};
	for (size_t i = 0; i < 2 && g->more[i].name; i++)
		files[count++] = g->more[i];
	return zip_of(files, g->tail);
}

static const char *
check_bytes(const struct given *g, struct span bytes, struct distribution *out)
{
	struct span license = span_of(g->license);
	struct distribution_new in = {
		.fd = file_of(bytes), .size = bytes.len, .filename = span_of(DEFAULT(g->filename, HONEST)),
		.type = DISTRIBUTION_WHEEL, .project = SPAN("Some.Thing"), .version = span_of(DEFAULT(g->version, "1.0")),
		.license_files = { &license, g->license ? 1 : 0 }, .policy = &g->policy,
	};

	fault_clear(fault);
	if (distribution_check(arena, fault, &in, out)) {
		assert_false(fault_is_set(fault));
		return "good";
	}
	assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
	return fault->message;
}

static const char *
verdict(struct given g)
{
	struct distribution out;

	return check_bytes(&g, build(&g), &out);
}

#define ASSERT_SAID(said, ...) assert_string_equal(verdict((struct given){ __VA_ARGS__ }), said)
#define ASSERT_GOOD(...) ASSERT_SAID("good", __VA_ARGS__)

static void
an_honest_wheel_gives_its_metadata(void **state)
{
	struct given g = { .filename = "some_thing-1.0-1build-py2.py3-none-any.whl" };
	struct distribution out;

	(void)state;
	assert_string_equal(check_bytes(&g, build(&g), &out), "good");
	assert_true(span_is(out.metadata, "Metadata-Version: 2.1\nName: some-thing\nVersion: 1.0\n\nText\n"));
	assert_true(span_is(out.core.name, "some-thing"));
	assert_true(span_is(out.core.description, "Text\n"));
	assert_true(span_is(out.python_tag, "py2.py3"));
}

static void
versions_are_compared_as_such(void **state)
{
	(void)state;
	ASSERT_GOOD(.version = "v1.0.0");
	ASSERT_GOOD(.filename = "some_thing-1-py3-none-any.whl", .directory = "some_thing-1.dist-info");
	ASSERT_GOOD(.version = "1.0+local.1", .filename = "some_thing-1.0+local_1-py3-none-any.whl",
		    .directory = "some_thing-1.0+local_1.dist-info",
		    .metadata = "Name: some_thing\nVersion: 1.0+LOCAL-1\n");
	ASSERT_SAID("Version in filename should be '1.2.3' not '1.0'.", .version = "1.2.3");
	ASSERT_SAID("Version in METADATA should be '1.0' not '1.1'.", .metadata = "Name: some-thing\nVersion: 1.1\n");
	ASSERT_SAID("Version in METADATA should be '1.0' not ''.", .metadata = "Name: some-thing\n");
	ASSERT_SAID("Version in METADATA should be '1.0' not 'x'.", .metadata = "Name: some-thing\nVersion: x\n");
}

static void
names_say_whose_it_is(void **state)
{
	(void)state;
	ASSERT_SAID("Start filename for 'Some.Thing' with 'some_thing'.", .filename = "other-1.0-py3-none-any.whl",
		    .directory = "other-1.0.dist-info");
	ASSERT_SAID("Filename 'Some_Thing-1.0-py3-none-any.whl' should contain the normalized project name 'some_thing', "
		    "not 'Some_Thing'.", .filename = "Some_Thing-1.0-py3-none-any.whl",
		    .directory = "Some_Thing-1.0.dist-info");
	ASSERT_GOOD(.filename = "Some_Thing-1.0-py3-none-any.whl", .directory = "Some_Thing-1.0.dist-info",
		    .policy = { .any_spelling = true });
	ASSERT_SAID("Name in METADATA should be 'Some.Thing' not 'other'.", .metadata = "Name: other\nVersion: 1.0\n");
	ASSERT_SAID("Name in METADATA should be 'Some.Thing' not ''.", .metadata = "Version: 1.0\n");
	ASSERT_SAID("Invalid distribution file. METADATA: 'name' has invalid data",
		    .metadata = "Name: some-thing\nName: some-thing\nVersion: 1.0\n");
}

static void
the_directory_is_named_like_the_file(void **state)
{
	(void)state;
	ASSERT_SAID("Invalid distribution file. WHEEL not found at some_thing-1.0.dist-info/WHEEL",
		    .directory = "some_thing-1.0.0.dist-info");
	ASSERT_SAID("Invalid distribution file. WHEEL not found at some_thing-1.0.dist-info/WHEEL", .without = "WHEEL");
	ASSERT_SAID("Invalid distribution file. Unable to parse name and version from wheel filename",
		    .filename = "some_thing-1.0.whl");
	ASSERT_GOOD(.slash = "\\");
	ASSERT_SAID("Wheel 'some_thing-1.0-py3-none-any.whl' has more than one .dist-info directory",
		    .more = { { .name = "other-1.0.dist-info/METADATA" } });
	ASSERT_SAID("Wheel 'some_thing-1.0-py3-none-any.whl' has more than one .dist-info directory",
		    .more = { { .name = "other-1.0.dist-info\\METADATA" } });
	ASSERT_GOOD(.more = { { .name = "some_thing/_vendor/other-1.0.dist-info/METADATA" } });
}

static void
files_that_have_to_be_there_are(void **state)
{
	(void)state;
	ASSERT_SAID("Wheel 'some_thing-1.0-py3-none-any.whl' does not contain the required RECORD file: "
		    "some_thing-1.0.dist-info/RECORD", .without = "RECORD");
	ASSERT_SAID("Wheel 'some_thing-1.0-py3-none-any.whl' does not contain the required METADATA file: "
		    "some_thing-1.0.dist-info/METADATA", .without = "METADATA");
	ASSERT_SAID("License-File LICENSE does not exist in distribution file some_thing-1.0-py3-none-any.whl at "
		    "some_thing-1.0.dist-info/licenses/LICENSE", .license = "LICENSE");
	ASSERT_GOOD(.license = "a/LICENSE", .more = { { .name = "some_thing-1.0.dist-info/licenses/a/LICENSE" } });
}

static void
a_list_of_files_is_text(void **state)
{
	static const char unreadable[] = "Wheel 'some_thing-1.0-py3-none-any.whl' does not contain the required RECORD "
					 "file: some_thing-1.0.dist-info/RECORD";
	char *large = arena_alloc(arena, 65536 * 2 + 8);

	(void)state;
	ASSERT_SAID(unreadable, .record = "a\xff,,\n");
	ASSERT_SAID(unreadable, .record = "a\xe2\x82");
	ASSERT_GOOD(.record = "");
	/* A character in every position across the border between two blocks. */
	for (size_t at = 65536 - 4; at <= 65536; at++) {
		memset(large, 'x', 65536 * 2);
		memcpy(large + at, "\xf0\x9f\x90\x8d", 4);
		memcpy(large + 65536 * 2, "end", 4);
		ASSERT_GOOD(.record = large);
		large[at + 3] = 'x';
		ASSERT_SAID(unreadable, .record = large);
		memcpy(large + at, "x\xe2\x82\xac", 4);
		ASSERT_GOOD(.record = large);
		large[at + 1] = 'x';
		ASSERT_SAID(unreadable, .record = large);
	}
}

static void
entry_points_are_checked(void **state)
{
	static const char invalid[] = "Wheel 'some_thing-1.0-py3-none-any.whl' has invalid entry points defined in the "
				      "entry_points.txt file";

	(void)state;
	ASSERT_GOOD(.entry_points = "[console_scripts]\nsome.thing-1 = some_thing:main\n\n[x.y]\nany thing = z\n");
	ASSERT_SAID(invalid, .entry_points = "[console_scripts]\n../x = some_thing:main\n");
}

struct ini {
	bool good;
	const char *text;
};

static void
an_ini_file_is_read_like_python_does(void **state)
{
	static const struct ini cases[] = {
		{ true, "" }, { true, "\n\n# c\n; c\n" }, { true, "[a]" }, { true, "[a]\nb=c" },
		{ true, "[a]\r\nb = c\r\n" }, { true, "  [a]\n  b = c\n    no delimiter\n" }, { true, "[a]\nb=\n  c\n  d\n" },
		{ true, "[a]] x\nb=c" }, { true, "[a]\nb: c = d" }, { true, "[gui_scripts]\n\xc3\xa4 = c" },
		{ true, "[a]\nb c/d = e" }, { true, "[console_scripts]\na = b\n  c/d = continued\n" },
		{ false, "a=b" }, { false, "[]" }, { false, "[a]\nb" }, { false, "[a]\n= c" }, { false, "[a]\nb: c" },
		{ false, "[console_scripts]\na b = c" }, { false, "[gui_scripts]\na/b = c" },
		{ false, "[console_scripts]\n a = b\n../c = d" }, { false, "[a]\nb = \xff" }, { false, "[a\nb=c" },
		{ false, "[console_scripts]\n[a]\nb=c\n[console_scripts]\nd e=f" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (entry_points_are_valid(span_of(cases[i].text)) != cases[i].good)
			fail_msg("\"%s\"", cases[i].text);
}

static void
archives_are_refused_in_the_words_of_the_public_index(void **state)
{
	struct given g = { .filename = NULL };
	struct distribution out;
	struct buf tar = buf_on(arena);

	(void)state;
	assert_string_equal(check_bytes(&g, SPAN("<html>"), &out), "Invalid distribution file. File is not a zipfile");
	ASSERT_SAID("Invalid distribution file. File does not use a supported compression type",
		    .more = { { .name = "a", .method = 12 } });
	ASSERT_SAID("Invalid distribution file. ZIP archive not accepted: Trailing data", .tail = { .behind = SPAN("x") });
	ASSERT_SAID("Invalid distribution file. ZIP archive not accepted: Trailing data. See https://help.example for more "
		    "information", .tail = { .behind = SPAN("x") }, .policy = { .help = "https://help.example" });
	ASSERT_SAID("Invalid distribution file. ZIP archive not accepted: Duplicate filename in local headers",
		    .more = { { .name = "a" }, { .name = "a" } });
	ASSERT_SAID("Invalid distribution file. File exceeds compression ratio of 50",
		    .more = { { .name = "a", .data = SPAN("x"), .both_sizes = 70 << 20 } });
	ASSERT_SAID("Invalid distribution file. File is too large when unpacked", .policy = { .max_unpacked = 100 });
	ASSERT_SAID("Invalid distribution file. File has too many members", .policy = { .max_entries = 3 });
	ASSERT_GOOD(.policy = { .max_entries = 4, .max_unpacked = 1000 });
	tar_put_file(&tar, "some_thing-1.0/PKG-INFO", "x");
	tar_put_end(&tar);
	buf_put_span(&tar, build(&g));
	assert_string_equal(check_bytes(&g, buf_span(&tar), &out),
			    "Invalid distribution file. File is both a zip and a tar file");
}

static void
a_long_name_does_not_fit(void **state)
{
	(void)state;
	ASSERT_SAID("Filename is too long: 'some_thing-1.0-py3-none-any.whl'", .policy = { .max_filename = 30 });
	ASSERT_GOOD(.policy = { .max_filename = 31 });
}

/* ---- names alone ---- */

static const char *
name_verdict(const char *filename)
{
	struct wheel_name n;

	fault_clear(fault);
	return wheel_name_parse(arena, fault, span_of(filename), &n) ? "good" : fault->message;
}

static void
names_have_parts(void **state)
{
	struct wheel_name n;

	(void)state;
	assert_true(wheel_name_parse(arena, fault, SPAN("a_b-1.0-2x-cp39.cp310-abi3-win32.win_amd64.whl"), &n));
	assert_true(span_is(n.name, "a_b"));
	assert_true(span_is(n.version_text, "1.0"));
	assert_true(span_is(n.build, "2x"));
	assert_true(span_is(n.python, "cp39.cp310"));
	assert_true(span_is(n.abi, "abi3"));
	assert_true(span_is(n.platform, "win32.win_amd64"));
	assert_true(wheel_name_parse(arena, fault, SPAN("a-1-py3-none-any.whl"), &n));
	assert_null(n.build.at);
}

static void
wrong_names_are_refused_in_pythons_words(void **state)
{
	static const struct {
		const char *name;
		const char *said;
	} cases[] = {
		{ "a-1-py3-none-any.WHL", "Invalid wheel filename (extension must be '.whl'): 'a-1-py3-none-any.WHL'" },
		{ "foo-1.0.whl", "Invalid wheel filename (wrong number of parts): 'foo-1.0'" },
		{ "a-1-1-py3-none-any-x.whl", "Invalid wheel filename (wrong number of parts): 'a-1-1-py3-none-any-x'" },
		{ "a__b-1-py3-none-any.whl", "Invalid project name: 'a__b-1-py3-none-any'" },
		{ "a b-1-py3-none-any.whl", "Invalid project name: 'a b-1-py3-none-any'" },
		{ "-1-py3-none-any.whl", "Invalid project name: '-1-py3-none-any'" },
		{ "a-x-py3-none-any.whl", "Invalid wheel filename (invalid version): 'a-x-py3-none-any'" },
		{ "a-1-q-py3-none-any.whl", "Invalid build number: q in 'a-1-q-py3-none-any'" },
		{ "a-1--py3-none-any.whl", "Invalid build number:  in 'a-1--py3-none-any'" },
		{ "a-1-py3.-none-any.whl", "Invalid wheel filename (invalid tag component): 'a-1-py3.-none-any'" },
		{ "a-1-3py-none-any.whl", "Invalid wheel filename (invalid tag component): 'a-1-3py-none-any'" },
		{ "a-1-py3--any.whl", "Invalid wheel filename (invalid tag component): 'a-1-py3--any'" },
		{ "a-1-py3-none-.whl", "Invalid wheel filename (invalid tag component): 'a-1-py3-none-'" },
		{ "\xc3\xa4.b-1-py3-none-any.whl", "good" },
		{ "a-1_1-py3-none-any.whl", "Invalid wheel filename (invalid version): 'a-1_1-py3-none-any'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(name_verdict(cases[i].name), cases[i].said);
}

static const char *
odd_platform(const char *platform)
{
	struct wheel_name n = { .platform = span_of(platform) };

	return wheel_name_odd_platform(arena, &n);
}

static void
platforms_are_those_of_the_public_index(void **state)
{
	static const char *const usual[] = {
		"any", "win32", "win_amd64", "win_arm64", "win_ia64", "manylinux1_i686", "manylinux2010_x86_64",
		"manylinux2014_ppc64", "linux_armv6l", "linux_armv7l", "manylinux_2_17_x86_64.manylinux2014_x86_64",
		"manylinux_2_28_riscv64", "manylinux_2_5_ppc64", "musllinux_1_1_aarch64", "macosx_10_9_universal2",
		"macosx_11_0_arm64", "macosx_26_0_arm64", "ios_13_0_arm64_iphoneos", "ios_13_0_x86_64_iphonesimulator",
		"android_21_arm64_v8a", "android_35_x86_64", "pyemscripten_2025_0_wasm32", "MacOSX_10_6_Intel",
	};
	static const char *const odd[] = {
		"linux_x86_64", "win_x86", "manylinux1_aarch64", "manylinux_2_x86_64", "manylinux_2_17_x86_64_", "musllinux_1_1_ppc64",
		"macosx_11_1_arm64", "macosx_16_0_arm64", "macosx_11_0_amd64", "ios_13_0_arm64", "android_21_arm64",
		"pyemscripten_2025_0_wasm64", "anyx", "an", "wasm32", "manylinux__17_x86_64",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		assert_null(odd_platform(usual[i]));
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_string_equal(odd_platform(odd[i]), odd[i]);
	assert_string_equal(odd_platform("any.Linux_X86_64.win32"), "linux_x86_64");
	ASSERT_SAID("Binary wheel 'some_thing-1.0-py3-none-linux_x86_64.whl' has an unsupported platform tag 'linux_x86_64'.",
		    .filename = "some_thing-1.0-py3-none-linux_x86_64.whl");
	ASSERT_GOOD(.filename = "some_thing-1.0-py3-none-linux_x86_64.whl", .policy = { .any_platform = true });
}

/* ---- real ones ---- */

#define REAL "/usr/share/python-wheels"

static void
check_real(const char *filename)
{
	static const struct distribution_policy policy = { .max_entries = 5000 };
	struct span rest = span_of(filename), project = span_cut(&rest, '-'), version = span_cut(&rest, '-');
	int fd = open(arena_printf(arena, REAL "/%s", filename), O_RDONLY);
	struct distribution_new in = {
		.fd = fd, .filename = span_of(filename), .type = DISTRIBUTION_WHEEL, .project = project,
		.version = version, .policy = &policy,
	};
	struct distribution out;
	struct stat st;

	assert_return_code(fd, errno);
	assert_return_code(fstat(fd, &st), errno);
	in.size = (uint64_t)st.st_size;
	if (!distribution_check(arena, fault, &in, &out))
		fail_msg("%s: %s", filename, fault->message);
	assert_true(out.core.metadata_version.len > 0);
	assert_true(out.core.classifiers.count > 0);
	close(fd);
}

static void
wheels_of_this_system_are_accepted(void **state)
{
	DIR *directory = opendir(REAL);
	size_t count = 0;

	(void)state;
	if (!directory)
		skip();
	for (const struct dirent *e = readdir(directory); e; e = readdir(directory)) {
		if (strstr(e->d_name, ".whl")) {
			check_real(e->d_name);
			count++;
		}
	}
	closedir(directory);
	assert_true(count > 0);
}

TESTS(wheel,
	TEST(an_honest_wheel_gives_its_metadata),
	TEST(versions_are_compared_as_such),
	TEST(names_say_whose_it_is),
	TEST(the_directory_is_named_like_the_file),
	TEST(files_that_have_to_be_there_are),
	TEST(a_list_of_files_is_text),
	TEST(entry_points_are_checked),
	TEST(an_ini_file_is_read_like_python_does),
	TEST(archives_are_refused_in_the_words_of_the_public_index),
	TEST(a_long_name_does_not_fit),
	TEST(names_have_parts),
	TEST(wrong_names_are_refused_in_pythons_words),
	TEST(platforms_are_those_of_the_public_index),
	TEST(wheels_of_this_system_are_accepted)
);
