/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Marks in a list; see the header. Saved, a mark is the length of its name,
 * the name, the digest's state, checksum and cuts; before the first of them
 * stands the step.
 */
#include "domain/hex_mark.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/number.h"

/* To begin with; doubled whenever there are too many marks. */
#define FIRST_STEP 16384

#define WORD 8
/* Of FNV-1a with 64 bits. */
#define PRIME UINT64_C(1099511628211)

void
hex_tally_begin(struct hex_tally *t)
{
	*t = (struct hex_tally){ .cuts = 0 };
	sha512_begin(&t->sha512);
}

void
hex_tally_add(struct hex_tally *t, struct span payload, uint32_t crc32)
{
	sha512_update(&t->sha512, payload);
	gzip_sum_add(&t->sum, (struct gzip_sum){ crc32, payload.len });
	t->cuts = t->cuts * PRIME + payload.len;
}

void
hex_marks_begin(struct hex_marks *m, struct arena *a)
{
	m->arena = a;
	m->step = FIRST_STEP;
	m->count = 0;
}

/* Every second one goes. */
static void
thin_out(struct hex_marks *m)
{
	for (size_t i = 1; i < m->count; i += 2)
		m->at[i / 2] = m->at[i];
	m->count /= 2;
	m->step *= 2;
}

void
hex_marks_pass(struct hex_marks *m, struct span first_name, const struct hex_tally *t)
{
	uint64_t last = m->count > 0 ? m->at[m->count - 1].before.sum.length : 0;

	if (t->sum.length < last + m->step)
		return;
	if (m->count == HEX_MARKS_MAX) {
		thin_out(m);
		return;
	}
	first_name.at = arena_dup(m->arena, first_name.at, first_name.len);
	m->at[m->count++] = (struct hex_mark){ first_name, *t };
}

/* By bytes, as the database orders names. */
static bool
is_behind(struct span a, struct span b)
{
	int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);

	return order > 0 || (order == 0 && a.len > b.len);
}

void
hex_marks_resume(struct hex_marks *m, struct span changed, struct hex_tally *t, struct span *first_name)
{
	while (m->count > 0 && is_behind(m->at[m->count - 1].first_name, changed))
		m->count--;
	hex_tally_begin(t);
	*first_name = SPAN("");
	if (m->count > 0) {
		*t = m->at[m->count - 1].before;
		*first_name = m->at[m->count - 1].first_name;
	}
}

void
hex_marks_save(const struct hex_marks *m, struct buf *out)
{
	buf_put_big_endian(out, m->step, WORD);
	for (size_t i = 0; i < m->count; i++) {
		const struct hex_mark *mark = &m->at[i];

		buf_put_big_endian(out, mark->first_name.len, WORD);
		buf_put_span(out, mark->first_name);
		sha512_save(&mark->before.sha512, out);
		buf_put_big_endian(out, mark->before.sum.crc32, WORD);
		buf_put_big_endian(out, mark->before.cuts, WORD);
	}
}

static bool
load_number(uint64_t *n, struct span *from)
{
	if (from->len < WORD)
		return false;
	*n = number_big_endian(from->at, WORD);
	*from = span_skip(*from, WORD);
	return true;
}

static bool
load_mark(struct hex_mark *mark, struct span *from)
{
	uint64_t length, crc32;

	if (!load_number(&length, from) || length > from->len)
		return false;
	mark->first_name = span_make(from->at, (size_t)length);
	*from = span_skip(*from, (size_t)length);
	if (!sha512_load(&mark->before.sha512, from) || !load_number(&crc32, from) ||
	    !load_number(&mark->before.cuts, from))
		return false;
	mark->before.sum = (struct gzip_sum){ (uint32_t)crc32, mark->before.sha512.length };
	return true;
}

void
hex_marks_load(struct hex_marks *m, struct arena *a, struct span saved)
{
	hex_marks_begin(m, a);
	if (!load_number(&m->step, &saved))
		return;
	while (saved.len > 0 && m->count < HEX_MARKS_MAX && load_mark(&m->at[m->count], &saved))
		m->count++;
	if (saved.len > 0 || m->step < FIRST_STEP)
		hex_marks_begin(m, a);
}
