/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip in memory: whole members, members of pieces, and what is refused.
 */
#include "unit.h"

#include "base/buf.h"
#include "base/gzip.h"

#define LIMIT 1000000

static struct span
given_text(size_t len)
{
	char *s = arena_alloc(arena, len + 1);
	unsigned state = 1;

	for (size_t i = 0; i < len; i++) {
		state = state * 1103515245 + 12345;
		s[i] = (char)('a' + (state >> 16) % 7);
	}
	return span_make(s, len);
}

static void
assert_unpacks_to(struct span gzip, struct span plain)
{
	struct span got;

	assert_true(gzip_read(arena, gzip, LIMIT, &got));
	assert_int_equal(got.len, plain.len);
	assert_true(span_equal(got, plain));
}

static void
what_was_written_is_read(void **state)
{
	static const size_t sizes[] = { 0, 1, 100, 65536, 200000 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct buf b = buf_on(arena);

		gzip_write(&b, given_text(sizes[i]));
		assert_unpacks_to(buf_span(&b), given_text(sizes[i]));
	}
}

static void
the_head_has_no_time_and_no_name(void **state)
{
	static const char head[10] = "\x1f\x8b\x08\0\0\0\0\0\0\xff";
	struct buf b = buf_on(arena);

	(void)state;
	gzip_write(&b, SPAN("x"));
	assert_memory_equal(b.at, head, sizeof(head));
}

/* The member of the pieces, as a list would be put together again. */
static struct span
pieces(const struct span *plain, size_t count)
{
	struct gzip_sum sum = { 0, 0 };
	struct buf b = buf_on(arena);

	gzip_head(&b);
	for (size_t i = 0; i < count; i++) {
		struct gzip_sum one;

		gzip_piece(&b, plain[i], &one);
		gzip_sum_add(&sum, one);
	}
	gzip_end(&b, sum);
	return buf_span(&b);
}

static void
pieces_make_one_member(void **state)
{
	struct span text = given_text(300000);
	struct span parts[] = {
		span_make(text.at, 3), span_make(text.at + 3, 0),
		span_make(text.at + 3, 150000), span_skip(text, 150003),
	};

	(void)state;
	assert_unpacks_to(pieces(parts, 4), text);
	assert_unpacks_to(pieces(parts, 0), SPAN(""));
}

static void
a_piece_stays_the_same_whatever_is_around_it(void **state)
{
	struct span text = given_text(5000);
	struct span with_before[] = { SPAN("before"), text };
	struct buf piece = buf_on(arena);
	struct gzip_sum sum;
	struct span whole = pieces(with_before, 2);
	size_t at = 0;

	(void)state;
	gzip_piece(&piece, text, &sum);
	while (at + piece.len <= whole.len && memcmp(whole.at + at, piece.at, piece.len) != 0)
		at++;
	assert_true(at + piece.len < whole.len);
}

static void
anything_else_is_refused(void **state)
{
	struct buf b = buf_on(arena);
	struct span good, got;
	char *bad;

	(void)state;
	gzip_write(&b, given_text(5000));
	good = buf_span(&b);
	assert_false(gzip_read(arena, SPAN(""), LIMIT, &got));
	assert_false(gzip_read(arena, SPAN("plain text"), LIMIT, &got));
	for (size_t len = 0; len < good.len; len += 97)
		assert_false(gzip_read(arena, span_make(good.at, len), LIMIT, &got));
	for (size_t back = 1; back <= 8; back++) {
		bad = arena_dup(arena, good.at, good.len);
		bad[good.len - back] ^= 1;
		assert_false(gzip_read(arena, span_make(bad, good.len), LIMIT, &got));
	}
	buf_putc(&b, 'x');
	assert_false(gzip_read(arena, buf_span(&b), LIMIT, &got));
}

static void
more_than_the_limit_is_refused(void **state)
{
	struct buf b = buf_on(arena);
	struct span got;

	(void)state;
	gzip_write(&b, given_text(5000));
	assert_true(gzip_read(arena, buf_span(&b), 5000, &got));
	assert_false(gzip_read(arena, buf_span(&b), 4999, &got));
}

static void
a_bare_stream_is_inflated_and_summed(void **state)
{
	/* "hello" as one block of fixed codes, and one byte that follows. */
	struct span in = SPAN("\xcb\x48\xcd\xc9\xc9\x07\x00" "x");
	struct inflater *i = inflater_new_raw(arena);
	char out[16];
	size_t made;

	(void)state;
	assert_non_null(i);
	assert_int_equal(inflater_run(i, &in, out, sizeof(out), &made), INFLATE_END);
	assert_true(span_is(span_make(out, made), "hello"));
	assert_true(span_is(in, "x"));
	assert_int_equal(gzip_crc32(0, SPAN("hello")), 0x3610a686);
	assert_int_equal(gzip_crc32(gzip_crc32(0, SPAN("he")), SPAN("llo")), 0x3610a686);
	assert_int_equal(gzip_crc32(0, span_make(NULL, 0)), 0);
}

TESTS(gzip,
	TEST(what_was_written_is_read),
	TEST(the_head_has_no_time_and_no_name),
	TEST(pieces_make_one_member),
	TEST(a_piece_stays_the_same_whatever_is_around_it),
	TEST(anything_else_is_refused),
	TEST(more_than_the_limit_is_refused),
	TEST(a_bare_stream_is_inflated_and_summed)
);
