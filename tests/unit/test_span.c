/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pointer and a length.
 */
#include "unit.h"

#include "base/span.h"

static void
empty_spans_are_equal_whatever_they_point_at(void **state)
{
	(void)state;
	assert_true(span_equal(span_of(NULL), span_of("")));
	assert_true(span_is(span_make(NULL, 0), ""));
	assert_false(span_is(span_make(NULL, 0), "a"));
}

static void
equality_looks_past_a_nul(void **state)
{
	(void)state;
	assert_false(span_equal(SPAN("a\0b"), SPAN("a\0c")));
	assert_false(span_is(SPAN("a\0b"), "a"));
}

static void
a_prefix_longer_than_the_span_does_not_match(void **state)
{
	(void)state;
	assert_true(span_starts(SPAN("abc"), "ab"));
	assert_true(span_starts(SPAN("abc"), ""));
	assert_false(span_starts(SPAN("ab"), "abc"));
}

static void
skipping_more_than_there_is_leaves_nothing(void **state)
{
	struct span rest = span_skip(SPAN("abc"), 99);

	(void)state;
	assert_int_equal(rest.len, 0);
	assert_true(span_is(span_skip(SPAN("abc"), 2), "c"));
	assert_null(span_skip((struct span){ NULL, 0 }, 5).at);
}

static void
cutting_yields_every_piece_also_the_empty_ones(void **state)
{
	struct span rest = SPAN("a,,b,");

	(void)state;
	assert_true(span_is(span_cut(&rest, ','), "a"));
	assert_true(span_is(span_cut(&rest, ','), ""));
	assert_true(span_is(span_cut(&rest, ','), "b"));
	assert_non_null(rest.at);
	assert_true(span_is(span_cut(&rest, ','), ""));
	assert_null(rest.at);
}

static void
cutting_an_empty_text_yields_one_empty_piece(void **state)
{
	struct span rest = SPAN("");

	(void)state;
	assert_true(span_is(span_cut(&rest, ','), ""));
	assert_null(rest.at);
}

TESTS(span,
	TEST(empty_spans_are_equal_whatever_they_point_at),
	TEST(equality_looks_past_a_nul),
	TEST(a_prefix_longer_than_the_span_does_not_match),
	TEST(skipping_more_than_there_is_leaves_nothing),
	TEST(cutting_yields_every_piece_also_the_empty_ones),
	TEST(cutting_an_empty_text_yields_one_empty_piece)
);
