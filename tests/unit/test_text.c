/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Character classes, UTF-8, identifiers.
 */
#include "unit.h"

#include "base/compiler.h"
#include "base/text.h"

static void
lowering_changes_ascii_letters_only(void **state)
{
	(void)state;
	assert_string_equal(text_lower(arena, "AbZ@[`{\xc3\x84 9"), "abz@[`{\xc3\x84 9");
	assert_null(text_lower(arena, NULL));
}

static void
comparing_without_case_is_ascii_only(void **state)
{
	(void)state;
	assert_true(text_equal_nocase("Content-TYPE", "content-type"));
	assert_false(text_equal_nocase("a", "ab"));
	assert_false(text_equal_nocase("@", "`"));
	assert_false(text_equal_nocase("\xc3\x84", "\xc3\xa4"));
	assert_true(span_equal_nocase(span_make(NULL, 0), SPAN("")));
}

static void
trimming_takes_white_space_off_both_ends(void **state)
{
	(void)state;
	assert_true(span_is(span_trim(SPAN(" \t\r\na b\v\f ")), "a b"));
	assert_true(span_is(span_trim(SPAN("  \n ")), ""));
	assert_true(span_is(span_trim(span_make(NULL, 0)), ""));
}

static void
needles_are_found_at_every_place(void **state)
{
	(void)state;
	assert_true(span_contains(SPAN("abc"), "abc"));
	assert_true(span_contains(SPAN("abc"), "c"));
	assert_true(span_contains(SPAN(""), ""));
	assert_false(span_contains(SPAN("abc"), "abcd"));
	assert_false(span_contains(SPAN("abc"), "B"));
	assert_true(span_contains_nocase(SPAN("gzip, Chunked"), "CHUNKED"));
	assert_true(span_contains_nocase(SPAN(""), ""));
	assert_false(span_contains_nocase(SPAN("chunke"), "chunked"));
	assert_false(span_contains_nocase(span_make(NULL, 0), "a"));
	assert_true(span_contains(SPAN("a\0b"), "b"));
}

static void
well_formed_utf8_is_accepted(void **state)
{
	static const struct span good[] = {
		SPAN(""), SPAN("a\0b"), SPAN("\x7f"), SPAN("\xc2\x80"), SPAN("\xdf\xbf"),
		SPAN("\xe0\xa0\x80"), SPAN("\xed\x9f\xbf"), SPAN("\xee\x80\x80"), SPAN("\xef\xbf\xbf"),
		SPAN("\xf0\x90\x80\x80"), SPAN("\xf4\x8f\xbf\xbf"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(text_is_utf8(good[i]));
}

static void
malformed_utf8_is_refused(void **state)
{
	static const struct span bad[] = {
		SPAN("\x80"), SPAN("\xbf"),				/* nothing to continue */
		SPAN("\xc0\x80"), SPAN("\xc1\xbf"),			/* overlong, two bytes */
		SPAN("\xe0\x80\xaf"), SPAN("\xe0\x9f\xbf"),		/* overlong, three */
		SPAN("\xf0\x80\x80\x80"), SPAN("\xf0\x8f\xbf\xbf"),	/* overlong, four */
		SPAN("\xed\xa0\x80"), SPAN("\xed\xbf\xbf"),		/* surrogates */
		SPAN("\xf4\x90\x80\x80"), SPAN("\xf5\x80\x80\x80"),	/* above 10FFFF */
		SPAN("\xfe"), SPAN("\xff"),
		SPAN("\xc2"), SPAN("\xe2\x82"), SPAN("\xf0\x9f\x98"),	/* cut off */
		SPAN("\xc2\x41"), SPAN("\xe2\x82\x41"), SPAN("\xf0\x9f\x98\x41"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(text_is_utf8(bad[i]));
}

static void
one_bad_byte_is_found_at_every_place_in_ascii(void **state)
{
	char text[40];

	(void)state;
	memset(text, 'a', sizeof(text));
	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = '\x80';
		for (size_t start = 0; start <= i; start++)
			assert_false(text_is_utf8(span_make(text + start, sizeof(text) - start)));
		assert_true(text_is_utf8(span_make(text, i)));
		text[i] = 'a';
	}
}

static void
decoding_steps_over_one_bad_byte_at_a_time(void **state)
{
	struct span rest = SPAN("\xe2\x82" "a\xf0\x9f\x98\x80");

	(void)state;
	assert_int_equal(text_next_char(&rest), UINT32_MAX);
	assert_int_equal(text_next_char(&rest), UINT32_MAX);
	assert_int_equal(text_next_char(&rest), 'a');
	assert_int_equal(text_next_char(&rest), 0x1f600);
	assert_int_equal(rest.len, 0);
	assert_int_equal(text_next_char(&rest), UINT32_MAX);
}

static void
every_code_point_survives_decoding(void **state)
{
	(void)state;
	for (uint32_t c = 0x800; c < 0x10000; c++) {
		char text[3] = {
			(char)(0xe0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3f)), (char)(0x80 | (c & 0x3f)),
		};
		struct span rest = span_make(text, 3);
		bool surrogate = c >= 0xd800 && c <= 0xdfff;

		assert_int_equal(text_next_char(&rest), surrogate ? UINT32_MAX : c);
	}
}

static void
bad_bytes_become_replacement_characters(void **state)
{
	struct span good = SPAN("a\xc3\xa4\0");

	(void)state;
	assert_true(span_is(text_make_utf8(arena, SPAN("a\xff" "b\xe2\x82")),
		"a\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd"));
	assert_ptr_equal(text_make_utf8(arena, good).at, good.at);
}

static void
characters_are_counted_and_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(text_char_count(SPAN("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80")), 4);
	assert_int_equal(text_char_count(SPAN("")), 0);
}

static void
identifiers_begin_and_continue_as_unicode_says(void **state)
{
	(void)state;
	assert_true(char_is_xid_start('a'));
	assert_true(char_is_xid_start(0xe4));		/* ä */
	assert_true(char_is_xid_start(0x3042));		/* あ */
	assert_true(char_is_xid_start(0x20000));
	assert_false(char_is_xid_start('_'));
	assert_false(char_is_xid_start('1'));
	assert_false(char_is_xid_start(0x301));		/* combining acute */
	assert_false(char_is_xid_start(0x37a));		/* ID_Start, but not XID_Start */
	assert_false(char_is_xid_start(UINT32_MAX));

	assert_true(char_is_xid_continue('_'));
	assert_true(char_is_xid_continue('1'));
	assert_true(char_is_xid_continue(0x301));
	assert_true(char_is_xid_continue(0x660));	/* Arabic-Indic zero */
	assert_true(char_is_xid_continue(0xe4));
	assert_false(char_is_xid_continue('-'));
	assert_false(char_is_xid_continue(0x20ac));	/* € */
	assert_false(char_is_xid_continue(0x1f600));
	assert_false(char_is_xid_continue(0xd800));
	assert_false(char_is_xid_continue(0x110000));
}

static void
a_nul_is_found_where_it_stands(void **state)
{
	(void)state;
	assert_int_equal(span_find_nul(SPAN("ab\0c\0")), 2);
	assert_int_equal(span_find_nul(SPAN("abc")), -1);
	assert_int_equal(span_find_nul(span_make(NULL, 0)), -1);
}

TESTS(text,
	TEST(lowering_changes_ascii_letters_only),
	TEST(comparing_without_case_is_ascii_only),
	TEST(trimming_takes_white_space_off_both_ends),
	TEST(needles_are_found_at_every_place),
	TEST(well_formed_utf8_is_accepted),
	TEST(malformed_utf8_is_refused),
	TEST(one_bad_byte_is_found_at_every_place_in_ascii),
	TEST(decoding_steps_over_one_bad_byte_at_a_time),
	TEST(every_code_point_survives_decoding),
	TEST(bad_bytes_become_replacement_characters),
	TEST(characters_are_counted_and_not_bytes),
	TEST(identifiers_begin_and_continue_as_unicode_says),
	TEST(a_nul_is_found_where_it_stands)
);
