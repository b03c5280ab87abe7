/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growable byte strings.
 */
#include "unit.h"

#include "base/buf.h"

static void
an_untouched_buffer_is_the_empty_text(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	assert_string_equal(buf_text(&b), "");
	assert_int_equal(buf_span(&b).len, 0);
}

static void
what_is_put_keeps_its_order_and_its_nuls(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	buf_puts(&b, "ab");
	buf_put(&b, "\0c", 2);
	buf_putc(&b, 'd');
	buf_put_span(&b, SPAN("ef"));

	assert_true(span_equal(buf_span(&b), SPAN("ab\0cdef")));
	assert_int_equal(buf_text(&b)[7], '\0');
}

static void
growing_keeps_what_was_there(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_putc(&b, (char)('a' + i % 26));

	assert_int_equal(b.len, 100000);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(b.at[i], 'a' + i % 26);
}

static void
reserved_room_is_written_without_moving(void **state)
{
	struct buf b = buf_on(arena);
	char *room;

	(void)state;
	buf_puts(&b, "x");
	room = buf_reserve(&b, 5000);
	for (int i = 0; i < 5000; i++)
		buf_putc(&b, 'y');

	assert_ptr_equal(room, b.at + 1);
}

static void
the_extreme_integers_are_written_exactly(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	buf_put_int(&b, INT64_MIN);
	buf_putc(&b, ' ');
	buf_put_int(&b, INT64_MAX);
	buf_putc(&b, ' ');
	buf_put_uint(&b, UINT64_MAX);
	buf_putc(&b, ' ');
	buf_put_int(&b, 0);

	assert_string_equal(buf_text(&b),
		"-9223372036854775808 9223372036854775807 18446744073709551615 0");
}

static void
bytes_of_a_number_are_put_with_the_highest_first(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	buf_put_big_endian(&b, 0x0102ff, 4);
	buf_put_big_endian(&b, UINT64_MAX - 1, 8);
	buf_put_big_endian(&b, 0x41424344, 2);
	assert_int_equal(b.len, 14);
	assert_memory_equal(b.at, "\0\x01\x02\xff\xff\xff\xff\xff\xff\xff\xff\xfe" "CD", 15);
}

static void
printf_appends_texts_longer_than_the_buffer(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	buf_puts(&b, "<");
	buf_printf(&b, "%0*d>", 3000, 7);

	assert_int_equal(b.len, 3002);
	assert_string_equal(b.at + 2999, "07>");
}

static void
truncating_shortens_and_never_lengthens(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	buf_puts(&b, "abcdef");
	buf_truncate(&b, 3);
	assert_string_equal(buf_text(&b), "abc");
	buf_truncate(&b, 50);
	assert_string_equal(buf_text(&b), "abc");
	buf_truncate(&b, 0);
	buf_puts(&b, "x");
	assert_string_equal(buf_text(&b), "x");
}

static void
putting_nothing_makes_an_empty_text(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	buf_put(&b, NULL, 0);
	assert_non_null(b.at);
	assert_string_equal(buf_text(&b), "");
}

TESTS(buf,
	TEST(an_untouched_buffer_is_the_empty_text),
	TEST(what_is_put_keeps_its_order_and_its_nuls),
	TEST(growing_keeps_what_was_there),
	TEST(reserved_room_is_written_without_moving),
	TEST(the_extreme_integers_are_written_exactly),
	TEST(bytes_of_a_number_are_put_with_the_highest_first),
	TEST(printf_appends_texts_longer_than_the_buffer),
	TEST(truncating_shortens_and_never_lengthens),
	TEST(putting_nothing_makes_an_empty_text)
);
