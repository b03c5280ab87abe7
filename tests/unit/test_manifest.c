/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifests of crates.
 */
#include "unit.h"

#include "formats/manifest.h"
#include "table.h"
#include "wire/doc.h"

#define MINIMAL "[package]\nname = \"foo\"\nversion = \"1.0.0\"\n"

static const struct manifest *
given_manifest(const char *text)
{
	const struct manifest *m = manifest_read(arena, fault, span_of(text));

	if (!m)
		fail_msg("%s", fault->message);
	return m;
}

static void
every_key_of_a_package_is_read(void **state)
{
	const struct manifest *m = given_manifest(
		"[package]\nname = \"foo\"\nversion = \"1.0.0-a+b\"\nedition = \"2021\"\nrust-version = \"1.70\"\n"
		"authors = [\"A <a@example.com>\"]\ndescription = \"d\"\nhomepage = \"h\"\ndocumentation = \"o\"\n"
		"repository = \"r\"\nreadme = \"README.md\"\nlicense = \"MIT\"\nlicense-file = \"L\"\nlinks = \"z\"\n"
		"keywords = [\"a\", \"b\"]\ncategories = [\"c\"]\nunknown = { x = 1 }\n"
		"[features]\ndefault = [\"std\"]\nstd = []\n");

	(void)state;
	assert_string_equal(m->name, "foo");
	assert_string_equal(m->version, "1.0.0-a+b");
	assert_string_equal(m->edition, "2021");
	assert_string_equal(m->rust_version, "1.70");
	assert_string_equal(m->authors.at[0], "A <a@example.com>");
	assert_string_equal(m->description, "d");
	assert_string_equal(m->homepage, "h");
	assert_string_equal(m->documentation, "o");
	assert_string_equal(m->repository, "r");
	assert_string_equal(m->readme, "README.md");
	assert_string_equal(m->license, "MIT");
	assert_string_equal(m->license_file, "L");
	assert_string_equal(m->links, "z");
	assert_int_equal(m->keywords.count, 2);
	assert_string_equal(m->keywords.at[1], "b");
	assert_int_equal(m->categories.count, 1);
	assert_int_equal(doc_first(m->features)->count, 1);
}

static void
absent_keys_are_null(void **state)
{
	const struct manifest *m = given_manifest(MINIMAL);

	(void)state;
	assert_null(m->edition);
	assert_null(m->readme);
	assert_null(m->features);
	assert_null(m->dependencies);
	assert_int_equal(m->keywords.count, 0);
	assert_true(m->autolib);
	assert_true(m->autobins);
	assert_false(m->has_lib_table);
}

static void
readme_may_be_a_boolean(void **state)
{
	(void)state;
	assert_string_equal(given_manifest(MINIMAL "readme = true\n")->readme, "README.md");
	assert_null(given_manifest(MINIMAL "readme = false\n")->readme);
}

static const struct manifest_dependency *
find_dependency(const struct manifest *m, const char *name)
{
	const struct manifest_dependency *d = m->dependencies;

	while (d && strcmp(d->name, name) != 0)
		d = d->next;
	assert_non_null(d);
	return d;
}

static void
dependencies_are_read_from_all_tables(void **state)
{
	const struct manifest *m = given_manifest(MINIMAL
		"[dependencies]\na = \"1\"\n"
		"[dependencies.b]\nversion = \"2\"\npackage = \"real-b\"\noptional = true\ndefault-features = false\n"
		"features = [\"x\", \"y\"]\nregistry-index = \"sparse+https://registry.example/index/\"\n"
		"[build-dependencies]\nc = { path = \"c\" }\n"
		"[dev-dependencies]\nd = \"*\"\n"
		"[target.'cfg(unix)'.dependencies]\ne = \"5\"\n"
		"[target.x86_64-pc-windows-gnu.dev-dependencies]\nf = \"6\"\n");
	const struct manifest_dependency *b = find_dependency(m, "b");

	(void)state;
	assert_string_equal(find_dependency(m, "a")->req, "1");
	assert_string_equal(find_dependency(m, "a")->package, "a");
	assert_true(find_dependency(m, "a")->default_features);
	assert_string_equal(b->package, "real-b");
	assert_string_equal(b->req, "2");
	assert_true(b->optional);
	assert_false(b->default_features);
	assert_int_equal(b->features.count, 2);
	assert_string_equal(b->registry, "sparse+https://registry.example/index/");
	assert_int_equal(find_dependency(m, "c")->kind, MANIFEST_BUILD);
	assert_string_equal(find_dependency(m, "c")->req, "*");
	assert_int_equal(find_dependency(m, "d")->kind, MANIFEST_DEV);
	assert_string_equal(find_dependency(m, "e")->target, "cfg(unix)");
	assert_string_equal(find_dependency(m, "f")->target, "x86_64-pc-windows-gnu");
	assert_int_equal(find_dependency(m, "f")->kind, MANIFEST_DEV);
}

static void
what_is_wrong_is_said(void **state)
{
	static const char heading[] = "failed to parse `Cargo.toml` manifest file\n\n";
	struct table t;
	struct span expected, text;
	size_t cases = 0;

	(void)state;
	table_open(&t, "manifest.invalid");
	for (; table_block(&t, &expected, &text); cases++) {
		fault_clear(fault);
		if (manifest_read(arena, fault, text))
			fail_msg("accepted: %s", arena_dup(arena, text.at, text.len));
		assert_true(span_starts(span_of(fault->message), heading));
		assert_string_equal(fault->message + strlen(heading), arena_dup(arena, expected.at, expected.len));
	}
	assert_true(cases > 20);
}

static void
a_nul_in_a_text_is_refused(void **state)
{
	(void)state;
	assert_null(manifest_read(arena, fault, span_of(MINIMAL "description = \"a\\u0000b\"\n")));
	assert_string_equal(fault->message,
		"failed to parse `Cargo.toml` manifest file\n\nNUL character in `description`");
}

TESTS(manifest,
	TEST(every_key_of_a_package_is_read),
	TEST(absent_keys_are_null),
	TEST(readme_may_be_a_boolean),
	TEST(dependencies_are_read_from_all_tables),
	TEST(what_is_wrong_is_said),
	TEST(a_nul_in_a_text_is_refused)
);
