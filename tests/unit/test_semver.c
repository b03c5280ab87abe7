/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Semantic versions: grammar, precedence, sort key.
 */
#include "unit.h"

#include "table.h"
#include "version/semver.h"

#define MANY 256

static struct semver
given_version(const char *text)
{
	char why[SEMVER_WHY_SIZE];
	struct semver v;

	if (!semver_parse(span_of(text), &v, why, sizeof(why)))
		fail_msg("%s: %s", text, why);
	return v;
}

static int
sign(int n)
{
	return (n > 0) - (n < 0);
}

static int
compare_keys(const struct semver *a, const struct semver *b)
{
	struct span x = semver_key(arena, a);
	struct span y = semver_key(arena, b);
	int order = memcmp(x.at, y.at, x.len < y.len ? x.len : y.len);

	return order != 0 ? sign(order) : (x.len > y.len) - (x.len < y.len);
}

static void
every_part_of_a_version_is_read(void **state)
{
	struct semver v = given_version("1.20.300-alpha.1-x+build.007");

	(void)state;
	assert_int_equal(v.major, 1);
	assert_int_equal(v.minor, 20);
	assert_int_equal(v.patch, 300);
	assert_true(span_is(v.pre, "alpha.1-x"));
	assert_true(span_is(v.build, "build.007"));
}

static void
numbers_go_up_to_64_bits(void **state)
{
	struct semver v = given_version("18446744073709551615.0.0");

	(void)state;
	assert_true(v.major == UINT64_MAX);
}

static void
what_is_not_a_version_is_refused_in_the_words_of_cargo(void **state)
{
	struct table t;
	struct span line;

	(void)state;
	table_open(&t, "semver.invalid");
	while (table_line(&t, &line)) {
		const char *text = table_field(&line);
		char why[SEMVER_WHY_SIZE] = "accepted";
		struct semver v;

		if (semver_parse(span_of(text), &v, why, sizeof(why)) || !span_is(line, why))
			fail_msg("%s: %s", text, why);
	}
}

static void
the_empty_text_and_control_characters_are_refused(void **state)
{
	char why[SEMVER_WHY_SIZE];
	struct semver v;

	(void)state;
	assert_false(semver_parse(SPAN(""), &v, why, sizeof(why)));
	assert_string_equal(why, "empty string, expected a semver version");
	assert_false(semver_parse(SPAN("1.2.3\0"), &v, why, sizeof(why)));
	assert_string_equal(why, "unexpected character '\\0' after patch version number");
	assert_false(semver_parse(SPAN("1.\n"), &v, why, sizeof(why)));
	assert_string_equal(why, "unexpected character '\\n' while parsing minor version number");
	assert_false(semver_parse(SPAN("1.2.\x1b"), &v, why, sizeof(why)));
	assert_string_equal(why, "unexpected character '\\u{1b}' while parsing patch version number");
	assert_false(semver_parse(SPAN("\xff"), &v, NULL, 0));
}

static size_t
read_order(struct semver versions[MANY], int ranks[MANY])
{
	struct table t;
	struct span line;
	size_t count = 0;
	int rank = 0;

	table_open(&t, "semver.order");
	for (; table_line(&t, &line); rank++) {
		while (line.at) {
			assert_true(count < MANY);
			ranks[count] = rank;
			versions[count++] = given_version(table_field(&line));
		}
	}
	assert_true(count > 50);
	return count;
}

static void
versions_and_their_keys_order_by_precedence(void **state)
{
	struct semver versions[MANY];
	int ranks[MANY];
	size_t count = read_order(versions, ranks);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			int expected = sign(ranks[i] - ranks[j]);

			if (sign(semver_compare(&versions[i], &versions[j])) != expected
			    || compare_keys(&versions[i], &versions[j]) != expected)
				fail_msg("%s against %s", semver_identity(arena, &versions[i]),
					semver_identity(arena, &versions[j]));
		}
	}
}

/* The same sequence in every run. */
static unsigned
next_random(unsigned limit)
{
	static uint64_t seed = 1;

	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % limit;
}

/* Few different characters, so that common beginnings are frequent. */
static const char *
random_version(void)
{
	static const char *const identifiers[] = {
		"0", "1", "9", "10", "11", "100", "a", "b", "aa", "ab", "a0", "A", "Z", "-", "--",
		"0a", "00a", "1-", "9999999999999999999999", "z", "a-",
	};
	unsigned parts = next_random(4);
	char *text = arena_printf(arena, "%u.%u.%u", next_random(2), next_random(2) * 9, next_random(3) * 5);

	for (unsigned i = 0; i < parts; i++)
		text = arena_printf(arena, "%s%c%s", text, i == 0 ? '-' : '.',
			identifiers[next_random(sizeof(identifiers) / sizeof(identifiers[0]))]);
	return text;
}

static void
keys_agree_with_precedence_for_random_pairs(void **state)
{
	(void)state;
	for (int i = 0; i < 50000; i++) {
		const char *x = random_version();
		const char *y = random_version();
		struct semver a = given_version(x);
		struct semver b = given_version(y);

		if (compare_keys(&a, &b) != sign(semver_compare(&a, &b)))
			fail_msg("%s against %s", x, y);
		arena_clear(arena);
	}
}

static void
keys_agree_with_precedence_for_identifiers_of_any_length(void **state)
{
	static const size_t lengths[] = { 1, 2, 253, 254, 255, 256, 257, 300, 511, 512, 70000 };
	struct semver versions[ARRAY_LEN(lengths) * 2];
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		char *digits = arena_alloc(arena, lengths[i]);
		char *letters = arena_alloc(arena, lengths[i]);

		memset(digits, '1', lengths[i]);
		memset(letters, 'z', lengths[i]);
		versions[count++] = (struct semver){ .pre = span_make(digits, lengths[i]) };
		versions[count++] = (struct semver){ .pre = span_make(letters, lengths[i]) };
	}
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++)
			assert_int_equal(compare_keys(&versions[i], &versions[j]),
				sign(semver_compare(&versions[i], &versions[j])));
}

static void
the_last_byte_of_a_key_tells_a_pre_release(void **state)
{
	struct semver release = given_version("1.0.0+x");
	struct semver pre = given_version("1.0.0-9");
	struct span key;

	(void)state;
	key = semver_key(arena, &release);
	assert_int_equal(key.at[key.len - 1], 3);
	assert_false(semver_is_prerelease(&release));
	key = semver_key(arena, &pre);
	assert_int_equal(key.at[key.len - 1], 0);
	assert_true(semver_is_prerelease(&pre));
}

static void
the_identity_leaves_out_build_metadata_only(void **state)
{
	struct semver plain = given_version("1.2.3+build");
	struct semver pre = given_version("18446744073709551615.0.1-rc.1+x");

	(void)state;
	assert_string_equal(semver_identity(arena, &plain), "1.2.3");
	assert_string_equal(semver_identity(arena, &pre), "18446744073709551615.0.1-rc.1");
}

TESTS(semver,
	TEST(every_part_of_a_version_is_read),
	TEST(numbers_go_up_to_64_bits),
	TEST(what_is_not_a_version_is_refused_in_the_words_of_cargo),
	TEST(the_empty_text_and_control_characters_are_refused),
	TEST(versions_and_their_keys_order_by_precedence),
	TEST(keys_agree_with_precedence_for_random_pairs),
	TEST(keys_agree_with_precedence_for_identifiers_of_any_length),
	TEST(the_last_byte_of_a_key_tells_a_pre_release),
	TEST(the_identity_leaves_out_build_metadata_only)
);
