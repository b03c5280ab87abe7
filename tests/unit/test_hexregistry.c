/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signed objects of a Hex repository, byte for byte.
 */
#include "unit.h"

#include "base/buf.h"
#include "base/encode.h"
#include "base/gzip.h"
#include "index/hexregistry.h"

#define TIME INT64_C(1700000000000000)
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define ONES "0101010101010101010101010101010101010101010101010101010101010101"

static const char *
hex(struct span s)
{
	return encode_hex(arena, s.at, s.len);
}

static struct span
checksum(char byte)
{
	char *at = arena_alloc(arena, 32);

	memset(at, byte, 32);
	return span_make(at, 32);
}

static struct registry_release
given_release(const char *version)
{
	return (struct registry_release){
		.version = version, .inner_checksum = checksum(0), .outer_checksum = checksum(1), .published_at = TIME,
	};
}

static const char *
package_hex(const struct registry_release *releases, size_t count)
{
	struct registry_package p = { .name = "plug", .repository = "hexpm", .releases = releases, .count = count };

	return hex(hexregistry_package(arena, &p));
}

/* ---- the lists ---- */

static void
names_are_as_specified(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	hexregistry_names(&b, "plug", TIME);
	hexregistry_list_end(&b, "hexpm");
	assert_string_equal(hex(buf_span(&b)), "0a100a04706c75671a080880e2cfaa0610001205686578706d");
}

static void
versions_are_as_specified(void **state)
{
	static const struct registry_version versions[] = { { "1.0.0", true }, { "1.1.0", false } };
	struct buf b = buf_on(arena);

	(void)state;
	hexregistry_versions(&b, "plug", versions, 2);
	hexregistry_list_end(&b, "hexpm");
	assert_string_equal(hex(buf_span(&b)), "0a170a04706c75671205312e302e301205312e312e301a01001205686578706d");
}

static void
versions_that_are_not_retired_take_no_field(void **state)
{
	static const struct registry_version versions[] = { { "1.0.0", false } };
	struct buf b = buf_on(arena);

	(void)state;
	hexregistry_versions(&b, "a", versions, 1);
	assert_string_equal(hex(buf_span(&b)), "0a0a0a01611205312e302e30");
}

static void
parts_of_a_second_are_nanoseconds(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	hexregistry_names(&b, "a", 1500000);
	/* 1 s and 500000000 ns */
	assert_string_equal(hex(buf_span(&b)), "0a0d0a01611a08080110" "80cab5ee01");
	buf_truncate(&b, 0);
	/* half a second before 1970: -1 s and 500000000 ns */
	hexregistry_names(&b, "a", -500000);
	assert_string_equal(hex(buf_span(&b)), "0a160a01611a1108ffffffffffffffffff0110" "80cab5ee01");
}

static void
entries_are_found_again(void **state)
{
	struct buf b = buf_on(arena);
	struct span rest, entry, name;
	char long_name[300];

	(void)state;
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	hexregistry_names(&b, "a", TIME);
	hexregistry_versions(&b, long_name, NULL, 0);
	rest = buf_span(&b);
	assert_true(hexregistry_next(&rest, &entry, &name));
	assert_true(span_is(name, "a"));
	assert_int_equal(entry.len, 15);
	assert_ptr_equal(entry.at, b.at);
	assert_true(hexregistry_next(&rest, &entry, &name));
	assert_true(span_is(name, long_name));
	assert_true(hexregistry_next(&rest, &entry, &name));
	assert_null(entry.at);
}

static void
damaged_entries_are_noticed(void **state)
{
	static const struct span damaged[] = {
		SPAN("\x0b\x03\x0a\x01""a"),		/* another field */
		SPAN("\x0a\x04\x0a\x01""a"),		/* too short */
		SPAN("\x0a\x03\x0a\x02""a"),		/* the name leaves the entry */
		SPAN("\x0a\x03\x12\x01""a"),		/* no name */
		SPAN("\x0a"),
		SPAN("\x0a\x80"),
		SPAN("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01""a"),
		SPAN("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01""a"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		struct span rest = damaged[i], entry, name;

		assert_false(hexregistry_next(&rest, &entry, &name));
	}
}

/* ---- a package ---- */

static void
a_release_has_what_clients_need(void **state)
{
	struct registry_release r = given_release("1.0.0");

	(void)state;
	assert_string_equal(package_hex(&r, 1),
		"0a55" "0a05312e302e30" "1220" ZEROS "2a20" ONES "3a08" "0880e2cfaa061000"
		"1204706c7567" "1a05686578706d");
}

static void
a_package_without_releases_keeps_its_names(void **state)
{
	(void)state;
	assert_string_equal(package_hex(NULL, 0), "1204706c7567" "1a05686578706d");
}

static void
a_retirement_has_a_reason_and_perhaps_a_message(void **state)
{
	static const struct {
		const char *reason, *message, *expected;
	} cases[] = {
		{ "other", NULL, "2202" "0800" },
		{ "invalid", NULL, "2202" "0801" },
		{ "security", "no", "2206" "0802" "12026e6f" },
		{ "deprecated", NULL, "2202" "0803" },
		{ "renamed", "", "2204" "0804" "1200" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct registry_release r = given_release("1.0.0");

		r.retired = cases[i].reason;
		r.message = cases[i].message;
		if (!strstr(package_hex(&r, 1), arena_printf(arena, ZEROS "%s2a20", cases[i].expected)))
			fail_msg("%s: %s", cases[i].reason, package_hex(&r, 1));
	}
}

static const char *
dependency_hex(struct registry_dependency d)
{
	struct registry_release r = given_release("1.0.0");
	const char *start = "1220" ZEROS;
	const char *all;

	r.dependencies = &d;
	r.dependency_count = 1;
	all = package_hex(&r, 1);
	all = strstr(all, start) + strlen(start);
	return arena_dup(arena, all, (size_t)(strstr(all, "2a20" ONES) - all));
}

static void
a_dependency_says_only_what_is_not_usual(void **state)
{
	(void)state;
	assert_string_equal(dependency_hex((struct registry_dependency){ .package = "a", .requirement = "~> 1" }),
		"1a09" "0a0161" "12047e3e2031");
	assert_string_equal(dependency_hex((struct registry_dependency){
		.package = "a", .requirement = "~> 1", .app = "a", .repository = "hexpm" }),
		"1a09" "0a0161" "12047e3e2031");
	assert_string_equal(dependency_hex((struct registry_dependency){
		.package = "a", .requirement = "~> 1", .optional = true, .app = "b", .repository = "acme" }),
		"1a14" "0a0161" "12047e3e2031" "1801" "220162" "2a0461636d65");
}

static void
a_dependency_without_requirement_takes_any_version(void **state)
{
	(void)state;
	assert_string_equal(dependency_hex((struct registry_dependency){ .package = "a" }),
		"1a0d" "0a0161" "12083e3d20302e302e30");
	assert_string_equal(dependency_hex((struct registry_dependency){ .package = "a", .requirement = "" }),
		"1a0d" "0a0161" "12083e3d20302e302e30");
}

/* ---- the file ---- */

static void
a_file_is_a_gzipped_payload_and_signature(void **state)
{
	struct span file = hexregistry_file(arena, SPAN("payload"), SPAN("sign"));
	struct span plain, payload, signature;

	(void)state;
	assert_true(gzip_read(arena, file, 1000, &plain));
	assert_string_equal(hex(plain), "0a07" "7061796c6f6164" "1204" "7369676e");
	assert_true(hexregistry_open(arena, file, &payload, &signature));
	assert_true(span_is(payload, "payload"));
	assert_true(span_is(signature, "sign"));
}

static void
a_file_can_be_written_in_parts(void **state)
{
	static const size_t lengths[] = { 0, 1, 127, 128, 16383, 16384, 300000 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct span text = span_make(arena_zalloc(arena, lengths[i] + 1, 1), lengths[i]);
		struct buf parts = buf_on(arena);
		struct span whole;

		hexregistry_before(&parts, text.len);
		buf_put_span(&parts, text);
		hexregistry_behind(&parts, SPAN("sign"));
		assert_true(gzip_read(arena, hexregistry_file(arena, text, SPAN("sign")), 1000000, &whole));
		assert_true(span_equal(whole, buf_span(&parts)));
	}
}

static struct span
gzipped(struct span plain)
{
	struct buf b = buf_on(arena);

	gzip_write(&b, plain);
	return buf_span(&b);
}

static void
what_is_no_file_is_refused(void **state)
{
	struct span payload, signature;

	(void)state;
	assert_false(hexregistry_open(arena, SPAN(""), &payload, &signature));
	assert_false(hexregistry_open(arena, SPAN("\x0a\x01x\x12\x01y"), &payload, &signature));
	/* without a signature, without a payload, cut off */
	assert_false(hexregistry_open(arena, gzipped(SPAN("\x0a\x01x")), &payload, &signature));
	assert_false(hexregistry_open(arena, gzipped(SPAN("\x12\x01y")), &payload, &signature));
	assert_false(hexregistry_open(arena, gzipped(SPAN("\x0a\x01x\x12\x02y")), &payload, &signature));
	assert_true(hexregistry_open(arena, gzipped(SPAN("\x0a\x01x\x12\x01y")), &payload, &signature));
}

TESTS(hexregistry,
	TEST(names_are_as_specified),
	TEST(versions_are_as_specified),
	TEST(versions_that_are_not_retired_take_no_field),
	TEST(parts_of_a_second_are_nanoseconds),
	TEST(entries_are_found_again),
	TEST(damaged_entries_are_noticed),
	TEST(a_release_has_what_clients_need),
	TEST(a_package_without_releases_keeps_its_names),
	TEST(a_retirement_has_a_reason_and_perhaps_a_message),
	TEST(a_dependency_says_only_what_is_not_usual),
	TEST(a_dependency_without_requirement_takes_any_version),
	TEST(a_file_is_a_gzipped_payload_and_signature),
	TEST(a_file_can_be_written_in_parts),
	TEST(what_is_no_file_is_refused)
);
