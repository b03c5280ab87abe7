/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Version requirements: grammar and matching.
 */
#include "unit.h"

#include "table.h"
#include "version/semver_req.h"

static struct semver_req
given_req(const char *text)
{
	char why[SEMVER_WHY_SIZE];
	struct semver_req req;

	if (!semver_req_parse(span_of(text), &req, why, sizeof(why)))
		fail_msg("%s: %s", text, why);
	return req;
}

static void
assert_matches(const char *text, struct span versions, bool expected)
{
	struct semver_req req = given_req(text);

	while (versions.at && versions.len > 0) {
		struct span version = span_cut(&versions, ' ');
		struct semver v;

		assert_true(semver_parse(version, &v, NULL, 0));
		if (semver_req_matches(&req, &v) != expected)
			fail_msg("%s and %.*s", text, (int)version.len, version.at);
	}
}

static void
requirements_match_what_cargo_matches(void **state)
{
	struct table t;
	struct span line;
	size_t cases = 0;

	(void)state;
	table_open(&t, "semver.requirements");
	for (; table_line(&t, &line); cases++) {
		const char *req = table_field(&line);

		assert_matches(req, span_of(table_field(&line)), true);
		assert_matches(req, span_of(table_field(&line)), false);
	}
	assert_true(cases > 40);
}

static void
what_is_not_a_requirement_is_refused_in_the_words_of_cargo(void **state)
{
	struct table t;
	struct span line;

	(void)state;
	table_open(&t, "semver.invalid-requirements");
	while (table_line(&t, &line)) {
		const char *text = table_field(&line);
		char why[SEMVER_WHY_SIZE] = "accepted";
		struct semver_req req;

		if (semver_req_parse(span_of(text), &req, why, sizeof(why)) || !span_is(line, why))
			fail_msg("%s: %s", text, why);
	}
}

static void
only_a_star_alone_is_the_bare_wildcard(void **state)
{
	struct semver_req star = given_req(" * ");
	struct semver_req major = given_req("1.*");

	(void)state;
	assert_true(semver_req_is_bare_wildcard(&star));
	assert_false(semver_req_is_bare_wildcard(&major));
}

static void
up_to_32_comparators_are_read(void **state)
{
	struct semver_req req = given_req(
		">0,>0,>0,>0,>0,>0,>0,>0,>0,>0,>0,>0,>0,>0,>0,>0,"
		">0,>0,>0,>0,>0,>0,>0,>0,>0,>0,>0,>0,>0,>0,>0,>0");

	(void)state;
	assert_int_equal(req.count, SEMVER_REQ_MAX);
}

TESTS(semver_req,
	TEST(requirements_match_what_cargo_matches),
	TEST(what_is_not_a_requirement_is_refused_in_the_words_of_cargo),
	TEST(only_a_star_alone_is_the_bare_wildcard),
	TEST(up_to_32_comparators_are_read)
);
