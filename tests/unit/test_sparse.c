/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sparse cargo index.
 */
#include "unit.h"

#include "base/buf.h"
#include "index/sparse.h"
#include "wire/json.h"

#define CKSUM "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
/* 2015-01-30T12:51:00.999999Z */
#define PUBLISHED INT64_C(1422622260999999)

static const struct doc *
given_json(const char *text)
{
	const struct doc *d = json_read(arena, fault, span_of(text));

	if (!d)
		fail_msg("%s: %s", text, fault->message);
	return d;
}

static struct sparse_version
given_version(void)
{
	return (struct sparse_version){
		.name = "Foo", .vers = "1.0.0+b", .cksum = CKSUM, .published = PUBLISHED,
	};
}

static const char *
line_of(const struct sparse_version *v, bool yanked)
{
	struct buf b = buf_on(arena);

	sparse_line(&b, sparse_line_head(arena, v), yanked);
	return buf_text(&b);
}

static void
paths_follow_the_length_of_the_name_in_lower_case(void **state)
{
	(void)state;
	assert_string_equal(sparse_path(arena, SPAN("A")), "1/a");
	assert_string_equal(sparse_path(arena, SPAN("aB")), "2/ab");
	assert_string_equal(sparse_path(arena, SPAN("Abc")), "3/a/abc");
	assert_string_equal(sparse_path(arena, SPAN("SeRd")), "se/rd/serd");
	assert_string_equal(sparse_path(arena, SPAN("Dep-Crate_x")), "de/p-/dep-crate_x");
}

static void
a_plain_version_has_the_members_that_cargo_needs(void **state)
{
	struct sparse_version v = given_version();

	(void)state;
	assert_string_equal(line_of(&v, false),
		"{\"name\":\"Foo\",\"vers\":\"1.0.0+b\",\"deps\":[],\"cksum\":\"" CKSUM "\",\"features\":{},"
		"\"pubtime\":\"2015-01-30T12:51:00Z\",\"yanked\":false}\n");
}

static void
yanking_changes_the_end_only(void **state)
{
	struct sparse_version v = given_version();
	const char *before = line_of(&v, false);
	const char *after = line_of(&v, true);
	size_t common = strlen(before) - strlen("false}\n");

	(void)state;
	assert_memory_equal(before, after, common);
	assert_string_equal(after + common, "true}\n");
}

static void
optional_members_appear_when_they_are_set(void **state)
{
	struct sparse_version v = given_version();

	(void)state;
	v.links = "z";
	v.rust_version = "1.70";
	assert_non_null(strstr(line_of(&v, false), "\"links\":\"z\",\"rust_version\":\"1.70\",\"pubtime\":"));
}

static void
dependencies_are_written_in_full_and_sorted(void **state)
{
	const struct sparse_dependency deps[] = {
		{ .name = "b", .req = "^1", .kind = SPARSE_DEV, .default_features = true },
		{ .name = "renamed", .package = "Dep-Crate", .req = "^0.1", .target = "cfg(unix)",
			.features = given_json("[\"y\",\"x\"]"), .optional = true },
		{ .name = "b", .req = "^1", .kind = SPARSE_BUILD, .default_features = true },
		{ .name = "b", .req = "^2", .default_features = true },
		{ .name = "b", .req = "^1", .default_features = true,
			.registry = "sparse+https://other.example/" },
		{ .name = "a", .req = "=1.0.0", .kind = SPARSE_DEV },
	};
	static const char *const expected[] = {
		"{\"name\":\"a\",\"req\":\"=1.0.0\",\"features\":[],\"optional\":false,\"default_features\":false,"
		"\"target\":null,\"kind\":\"dev\"}",
		"{\"name\":\"b\",\"req\":\"^1\",\"features\":[],\"optional\":false,\"default_features\":true,"
		"\"target\":null,\"kind\":\"normal\",\"registry\":\"sparse+https://other.example/\"}",
		"{\"name\":\"b\",\"req\":\"^2\",\"features\":[],\"optional\":false,\"default_features\":true,"
		"\"target\":null,\"kind\":\"normal\"}",
		"{\"name\":\"b\",\"req\":\"^1\",\"features\":[],\"optional\":false,\"default_features\":true,"
		"\"target\":null,\"kind\":\"build\"}",
		"{\"name\":\"b\",\"req\":\"^1\",\"features\":[],\"optional\":false,\"default_features\":true,"
		"\"target\":null,\"kind\":\"dev\"}",
		"{\"name\":\"renamed\",\"req\":\"^0.1\",\"features\":[\"y\",\"x\"],\"optional\":true,\"default_features\":false,"
		"\"target\":\"cfg(unix)\",\"kind\":\"normal\",\"package\":\"Dep-Crate\"}",
	};
	struct sparse_version v = given_version();
	struct buf list = buf_on(arena);

	(void)state;
	v.deps = deps;
	v.dep_count = ARRAY_LEN(deps);
	for (size_t i = 0; i < ARRAY_LEN(expected); i++)
		buf_printf(&list, "%s%s", i == 0 ? "\"deps\":[" : ",", expected[i]);
	buf_puts(&list, "],");
	if (!strstr(line_of(&v, false), buf_text(&list)))
		fail_msg("%s", line_of(&v, false));
}

/* "FEATURES" of the line, and "FEATURES2" when there are any. */
static const char *
split(const char *features)
{
	struct sparse_version v = given_version();
	const char *line, *start, *end;

	v.features = given_json(features);
	line = line_of(&v, false);
	assert_int_equal(strstr(line, "\"features2\"") != NULL, strstr(line, ",\"v\":2,") != NULL);
	start = strstr(line, "\"features\":") + strlen("\"features\":");
	end = strstr(line, ",\"pubtime\"");
	return arena_dup(arena, start, (size_t)(end - start));
}

static void
features_are_sorted_and_of_equal_names_the_last_counts(void **state)
{
	(void)state;
	assert_string_equal(split("{}"), "{}");
	assert_string_equal(split("{\"std\":[],\"default\":[\"std\"],\"a/b\":[]}"),
		"{\"a/b\":[],\"default\":[\"std\"],\"std\":[]}");
	assert_string_equal(split("{\"a\":[\"x\"],\"a\":[\"y\"]}"), "{\"a\":[\"y\"]}");
}

static void
features_with_new_syntax_and_what_enables_them_stand_apart(void **state)
{
	(void)state;
	assert_string_equal(split("{\"a\":[\"dep:x\"],\"b\":[\"y\"]}"),
		"{\"b\":[\"y\"]},\"features2\":{\"a\":[\"dep:x\"]}");
	assert_string_equal(split("{\"a\":[\"x?/y\"],\"b\":[\"x/y\"]}"),
		"{\"b\":[\"x/y\"]},\"features2\":{\"a\":[\"x?/y\"]}");
	assert_string_equal(split("{\"a\":[\"b\"],\"b\":[\"c\"],\"c\":[\"dep:x\"],\"d\":[\"e\"],\"e\":[]}"),
		"{\"d\":[\"e\"],\"e\":[]},\"features2\":{\"a\":[\"b\"],\"b\":[\"c\"],\"c\":[\"dep:x\"]}");
	assert_string_equal(split("{\"a\":[\"b\"],\"b\":[\"a\"]}"), "{\"a\":[\"b\"],\"b\":[\"a\"]}");
}

static void
a_long_chain_of_features_is_followed_to_its_end(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	for (int i = 0; i < 300; i++)
		buf_printf(&b, "%c\"f%03d\":[\"f%03d\"]", i == 0 ? '{' : ',', i, i + 1);
	buf_puts(&b, ",\"f300\":[\"dep:x\"]}");
	assert_true(span_starts(span_of(split(buf_text(&b))), "{},\"features2\":{\"f000\""));
}

static void
a_line_is_one_json_value_whatever_the_texts_are(void **state)
{
	struct sparse_version v = given_version();
	const char *line;

	(void)state;
	v.links = "a\"b\\c\nd\xc3\xa9";
	line = line_of(&v, true);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_string_equal(doc_find_text(given_json(line), "links"), v.links);
}

static void
the_configuration_names_auth_only_when_it_is_required(void **state)
{
	(void)state;
	assert_true(span_is(sparse_config(arena, "https://r.example/dl", "https://r.example", false),
		"{\"dl\":\"https://r.example/dl\",\"api\":\"https://r.example\"}"));
	assert_true(span_is(sparse_config(arena, "d", "a", true),
		"{\"dl\":\"d\",\"api\":\"a\",\"auth-required\":true}"));
}

TESTS(sparse,
	TEST(paths_follow_the_length_of_the_name_in_lower_case),
	TEST(a_plain_version_has_the_members_that_cargo_needs),
	TEST(yanking_changes_the_end_only),
	TEST(optional_members_appear_when_they_are_set),
	TEST(dependencies_are_written_in_full_and_sorted),
	TEST(features_are_sorted_and_of_equal_names_the_last_counts),
	TEST(features_with_new_syntax_and_what_enables_them_stand_apart),
	TEST(a_long_chain_of_features_is_followed_to_its_end),
	TEST(a_line_is_one_json_value_whatever_the_texts_are),
	TEST(the_configuration_names_auth_only_when_it_is_required)
);
