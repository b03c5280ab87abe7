/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 304, 206 and 416.
 */
#include "unit.h"

#include "base/clock.h"
#include "http/conditional.h"
#include "http/request.h"

#define ETAG "\"abc\""
#define WHEN INT64_C(784111777000000)		/* Sun, 06 Nov 1994 08:49:37 GMT */

static bool
not_modified(const char *header, const char *value, const char *etag, int64_t modified)
{
	struct request r = { .method = METHOD_GET };

	request_add_header(arena, &r, header, value);
	return conditional_not_modified(&r, etag, modified);
}

static bool
none_match(const char *value)
{
	return not_modified("If-None-Match", value, ETAG, 0);
}

static bool
modified_since(const char *value)
{
	return !not_modified("If-Modified-Since", value, NULL, WHEN + 500000);
}

static void
a_matching_tag_means_not_modified(void **state)
{
	(void)state;
	assert_true(none_match("\"abc\""));
	assert_true(none_match("W/\"abc\""));
	assert_true(none_match("\"x\", W/\"y\" ,\t\"abc\""));
	assert_true(none_match("\"a,b\",\"abc\""));
	assert_true(none_match(" * "));
	assert_true(not_modified("If-None-Match", "\"abc\"", "W/\"abc\"", 0));
}

static void
the_tag_of_a_compressed_answer_matches_too(void **state)
{
	(void)state;
	assert_true(none_match("\"abc-gzip\""));
	assert_true(none_match("W/\"abc-br\""));
	assert_true(none_match("\"x\", \"abc-deflate\""));
	assert_false(none_match("\"abc-\""));
	assert_false(none_match("\"abc-gzip-gzip\""));
	assert_false(none_match("\"abcd-gzip\""));
	assert_false(none_match("\"-gzip\""));
	assert_false(none_match("\"abc-gzip"));
}

static void
other_tags_mean_modified(void **state)
{
	(void)state;
	assert_false(none_match("\"abcd\""));
	assert_false(none_match("\"ab\""));
	assert_false(none_match("abc"));
	assert_false(none_match("\"abc"));
	assert_false(none_match("W/"));
	assert_false(none_match("w/\"abc\""));
	assert_false(none_match(""));
	assert_false(not_modified("If-None-Match", "\"abc\"", NULL, 0));
}

static void
dates_are_compared_in_whole_seconds(void **state)
{
	(void)state;
	assert_false(modified_since("Sun, 06 Nov 1994 08:49:37 GMT"));
	assert_false(modified_since("Sun, 06 Nov 1994 08:49:38 GMT"));
	assert_true(modified_since("Sun, 06 Nov 1994 08:49:36 GMT"));
	assert_false(modified_since("Sunday, 06-Nov-94 08:49:37 GMT"));
	assert_false(modified_since("Sun Nov  6 08:49:37 1994"));
}

static void
a_date_that_cannot_be_read_is_ignored(void **state)
{
	(void)state;
	assert_true(modified_since("yesterday"));
	assert_true(modified_since(""));
	assert_false(not_modified("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT", ETAG, 0));
}

static void
tags_overrule_dates(void **state)
{
	struct request r = { .method = METHOD_GET };

	(void)state;
	request_add_header(arena, &r, "If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT");
	request_add_header(arena, &r, "If-None-Match", "\"other\"");
	assert_false(conditional_not_modified(&r, ETAG, WHEN));
}

static void
only_get_and_head_are_conditional(void **state)
{
	struct request r = { .method = METHOD_HEAD };

	(void)state;
	request_add_header(arena, &r, "If-None-Match", "*");
	assert_true(conditional_not_modified(&r, ETAG, 0));
	r.method = METHOD_PUT;
	assert_false(conditional_not_modified(&r, ETAG, 0));
}

static enum range_result
range(const char *value, int64_t size, struct byte_range *part)
{
	struct request r = { .method = METHOD_GET };

	request_add_header(arena, &r, "Range", value);
	return range_parse(&r, size, ETAG, WHEN, part);
}

static void
check_part(const char *value, int64_t first, int64_t last)
{
	struct byte_range part = { -1, -1 };

	assert_int_equal(range(value, 100, &part), RANGE_PART);
	assert_int_equal(part.first, first);
	assert_int_equal(part.last, last);
}

static void
check_result(const char *value, int64_t size, enum range_result expected)
{
	struct byte_range part = { -1, -1 };

	assert_int_equal(range(value, size, &part), expected);
	assert_int_equal(part.first, -1);
	assert_int_equal(part.last, -1);
}

static void
one_range_is_a_part(void **state)
{
	(void)state;
	check_part("bytes=0-9", 0, 9);
	check_part("bytes=90-", 90, 99);
	check_part("bytes=-10", 90, 99);
	check_part("bytes=99-99", 99, 99);
	check_part("Bytes=0-0", 0, 0);
	check_part("bytes= 1-2 ", 1, 2);
}

static void
a_range_is_cut_to_what_there_is(void **state)
{
	(void)state;
	check_part("bytes=50-1000", 50, 99);
	check_part("bytes=-1000", 0, 99);
	check_part("bytes=0-99999999999999999999999", 0, 99);
	check_part("bytes=-99999999999999999999999", 0, 99);
}

static void
a_range_behind_the_end_is_unsatisfiable(void **state)
{
	(void)state;
	check_result("bytes=100-", 100, RANGE_UNSATISFIABLE);
	check_result("bytes=100-200", 100, RANGE_UNSATISFIABLE);
	check_result("bytes=-0", 100, RANGE_UNSATISFIABLE);
	check_result("bytes=0-", 0, RANGE_UNSATISFIABLE);
	check_result("bytes=-5", 0, RANGE_UNSATISFIABLE);
	check_result("bytes=99999999999999999999999-", 100, RANGE_UNSATISFIABLE);
}

static void
what_is_no_single_range_of_bytes_is_ignored(void **state)
{
	static const char *const values[] = {
		"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4", "bytes=0-1,5-6", "items=0-1",
		"bytes=--1", "bytes=+1-2", "bytes=1 - 2", "bytes=1-2-3", "bytes=0x1-2", "0-1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		check_result(values[i], 100, RANGE_NONE);
}

static enum range_result
if_range(const char *condition, const char *etag, int64_t modified)
{
	struct request r = { .method = METHOD_GET };
	struct byte_range part;

	request_add_header(arena, &r, "Range", "bytes=0-9");
	request_add_header(arena, &r, "If-Range", condition);
	return range_parse(&r, 100, etag, modified, &part);
}

static void
a_range_of_another_representation_is_ignored(void **state)
{
	(void)state;
	assert_int_equal(if_range(ETAG, ETAG, 0), RANGE_PART);
	assert_int_equal(if_range("\"other\"", ETAG, 0), RANGE_NONE);
	assert_int_equal(if_range("W/\"abc\"", "W/\"abc\"", 0), RANGE_NONE);
	assert_int_equal(if_range(ETAG, NULL, 0), RANGE_NONE);
	assert_int_equal(if_range("Sun, 06 Nov 1994 08:49:37 GMT", NULL, WHEN + 1), RANGE_PART);
	assert_int_equal(if_range("Sun, 06 Nov 1994 08:49:38 GMT", NULL, WHEN), RANGE_NONE);
	assert_int_equal(if_range("Sun, 06 Nov 1994 08:49:37 GMT", NULL, 0), RANGE_NONE);
}

static void
only_get_has_ranges(void **state)
{
	struct request r = { .method = METHOD_HEAD };
	struct byte_range part;

	(void)state;
	request_add_header(arena, &r, "Range", "bytes=0-9");
	assert_int_equal(range_parse(&r, 100, ETAG, 0, &part), RANGE_NONE);
}

TESTS(conditional,
	TEST(a_matching_tag_means_not_modified),
	TEST(the_tag_of_a_compressed_answer_matches_too),
	TEST(other_tags_mean_modified),
	TEST(dates_are_compared_in_whole_seconds),
	TEST(a_date_that_cannot_be_read_is_ignored),
	TEST(tags_overrule_dates),
	TEST(only_get_and_head_are_conditional),
	TEST(one_range_is_a_part),
	TEST(a_range_is_cut_to_what_there_is),
	TEST(a_range_behind_the_end_is_unsatisfiable),
	TEST(what_is_no_single_range_of_bytes_is_ignored),
	TEST(a_range_of_another_representation_is_ignored),
	TEST(only_get_has_ranges)
);
