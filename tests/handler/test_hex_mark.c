/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Marks in a list: what they remember is what reading from the front gives.
 */
#include "support.h"

#include "base/buf.h"
#include "base/number.h"
#include "domain/hex_mark.h"

/* A list of chunks, each as long as it says. */
#define CHUNKS 600
#define CHUNK_MAX 4000

static char bytes_of_chunks[CHUNK_MAX + CHUNKS];

static struct span
chunk_name(size_t i)
{
	return span_of(i == 0 ? "" : arena_printf(w->arena, "name%04zu", i));
}

static struct span
chunk_payload(size_t i, const size_t *lengths)
{
	return span_make(bytes_of_chunks + i % 7, lengths[i]);
}

static void
read_chunks(struct hex_tally *t, struct hex_marks *m, size_t first, const size_t *lengths)
{
	for (size_t i = first; i < CHUNKS; i++) {
		hex_marks_pass(m, chunk_name(i), t);
		hex_tally_add(t, chunk_payload(i, lengths), gzip_crc32(0, chunk_payload(i, lengths)));
	}
}

static size_t
index_of(struct span name)
{
	int64_t i = 0;

	assert_true(name.len == 0 || number_parse(span_skip(name, strlen("name")), 1, CHUNKS, &i));
	return (size_t)i;
}

static void
assert_same(const struct hex_tally *a, const struct hex_tally *b)
{
	uint8_t digests[2][SHA512_SIZE];

	sha512_finish(&a->sha512, digests[0]);
	sha512_finish(&b->sha512, digests[1]);
	assert_memory_equal(digests[0], digests[1], SHA512_SIZE);
	assert_int_equal(a->sum.crc32, b->sum.crc32);
	assert_int_equal(a->sum.length, b->sum.length);
	assert_int_equal(a->cuts, b->cuts);
}

/* Save, load, change chunk I, go on; returns where reading began. */
static size_t
change(struct hex_marks *m, size_t i, size_t *lengths)
{
	struct hex_tally resumed, whole;
	struct buf saved = buf_on(w->arena);
	struct hex_marks unused;
	struct span from;
	size_t first;

	hex_marks_save(m, &saved);
	hex_marks_load(m, w->arena, buf_span(&saved));
	lengths[i] = (lengths[i] * 7 + 13) % CHUNK_MAX;
	hex_marks_resume(m, chunk_name(i), &resumed, &from);
	first = index_of(from);
	read_chunks(&resumed, m, first, lengths);

	hex_tally_begin(&whole);
	hex_marks_begin(&unused, w->arena);
	read_chunks(&whole, &unused, 0, lengths);
	assert_same(&resumed, &whole);
	return first;
}

static void
going_on_from_a_mark_is_as_good_as_reading_all(void **state)
{
	size_t lengths[CHUNKS];
	struct hex_tally t;
	struct hex_marks m;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes_of_chunks); i++)
		bytes_of_chunks[i] = (char)(i * 37 + i / 11);
	for (size_t i = 0; i < CHUNKS; i++)
		lengths[i] = CHUNK_MAX / 2;
	hex_tally_begin(&t);
	hex_marks_begin(&m, w->arena);
	read_chunks(&t, &m, 0, lengths);
	for (size_t turn = 0; turn < 200; turn++) {
		size_t i = turn * 211 % CHUNKS;
		size_t first = change(&m, i, lengths);

		assert_true(first <= i);
		/* half as many as may be are always left, so the next one is near */
		assert_true(i - first <= CHUNKS / 4);
		assert_in_range(m.count, HEX_MARKS_MAX / 4, HEX_MARKS_MAX);
	}
}

static void
what_is_no_mark_is_none(void **state)
{
	size_t lengths[CHUNKS];
	struct buf saved = buf_on(w->arena);
	struct hex_tally t;
	struct hex_marks m;

	(void)state;
	for (size_t i = 0; i < CHUNKS; i++)
		lengths[i] = CHUNK_MAX;
	hex_tally_begin(&t);
	hex_marks_begin(&m, w->arena);
	read_chunks(&t, &m, 0, lengths);
	hex_marks_save(&m, &saved);
	for (size_t len = 0; len < saved.len; len++) {
		size_t count;

		hex_marks_load(&m, w->arena, span_make(saved.at, len));
		count = m.count;
		for (size_t i = 0; i < count; i++)
			assert_true(m.at[i].before.sum.length == CHUNK_MAX * index_of(m.at[i].first_name));
	}
	buf_puts(&saved, "more");
	hex_marks_load(&m, w->arena, buf_span(&saved));
	assert_int_equal(m.count, 0);
	hex_marks_load(&m, w->arena, SPAN(""));
	assert_int_equal(m.count, 0);
}

TESTS(hex_mark,
	TEST(going_on_from_a_mark_is_as_good_as_reading_all),
	TEST(what_is_no_mark_is_none)
);
