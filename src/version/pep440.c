/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions of Python packages; see the header.
 */
#include "version/pep440.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"

/* ---- reading ---- */

struct scan {
	struct arena *arena;
	struct span rest;		/* lower case */
};

static bool
is_separator(char c)
{
	return c == '.' || c == '-' || c == '_';
}

/* The byte AT places ahead; 0 behind the end. */
static char
peek(const struct scan *s, size_t at)
{
	return at < s->rest.len ? s->rest.at[at] : '\0';
}

static void
skip(struct scan *s, size_t n)
{
	s->rest = span_skip(s->rest, n);
}

static struct span
without_zeros(struct span digits)
{
	while (digits.len > 1 && digits.at[0] == '0')
		digits = span_skip(digits, 1);
	return digits;
}

/* False when there are none. */
static bool
scan_digits(struct scan *s, struct span *out)
{
	size_t len = 0;

	while (is_digit(peek(s, len)))
		len++;
	*out = without_zeros(span_make(s->rest.at, len));
	skip(s, len);
	return len > 0;
}

struct word {
	const char *text;
	enum pep440_pre pre;
};

/* Longer words first, so that none hides behind another's beginning. */
static const struct word pre_words[] = {
	{ "preview", PEP440_RC }, { "alpha", PEP440_ALPHA }, { "beta", PEP440_BETA }, { "pre", PEP440_RC },
	{ "rc", PEP440_RC }, { "a", PEP440_ALPHA }, { "b", PEP440_BETA }, { "c", PEP440_RC }, { NULL, PEP440_FINAL }
};
static const struct word post_words[] = {
	{ "post", PEP440_FINAL }, { "rev", PEP440_FINAL }, { "r", PEP440_FINAL }, { NULL, PEP440_FINAL }
};
static const struct word dev_words[] = { { "dev", PEP440_FINAL }, { NULL, PEP440_FINAL } };

/* A segment that a word begins, and its number, 0 when it is not written; NULL when there is none. */
static const struct word *
scan_tag(struct scan *s, const struct word *words, struct span *number)
{
	size_t before = is_separator(peek(s, 0)) ? 1 : 0;

	for (const struct word *w = words; w->text; w++) {
		if (!span_starts(span_skip(s->rest, before), w->text))
			continue;
		skip(s, before + strlen(w->text));
		if (is_separator(peek(s, 0)))
			skip(s, 1);
		if (!scan_digits(s, number))
			*number = SPAN("0");
		return w;
	}
	return NULL;
}

static bool
scan_release(struct scan *s, struct pep440 *out)
{
	struct span *numbers = arena_zalloc(s->arena, s->rest.len / 2 + 1, sizeof(*numbers));
	size_t count = 0;

	if (!scan_digits(s, &numbers[count++]))
		return false;
	out->epoch = SPAN("0");
	if (peek(s, 0) == '!') {
		skip(s, 1);
		out->epoch = numbers[0];
		if (!scan_digits(s, &numbers[0]))
			return false;
	}
	while (peek(s, 0) == '.' && is_digit(peek(s, 1))) {
		skip(s, 1);
		scan_digits(s, &numbers[count++]);
	}
	out->release = numbers;
	out->release_count = count;
	return true;
}

static void
scan_post(struct scan *s, struct pep440 *out)
{
	if (peek(s, 0) == '-' && is_digit(peek(s, 1))) {
		skip(s, 1);
		out->has_post = scan_digits(s, &out->post);
	} else {
		out->has_post = scan_tag(s, post_words, &out->post) != NULL;
	}
}

static bool
is_number(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.at[i]))
			return false;
	return true;
}

static bool
scan_local(struct scan *s, struct pep440 *out)
{
	struct pep440_local *segments;
	size_t len;

	if (peek(s, 0) != '+')
		return true;
	segments = arena_zalloc(s->arena, s->rest.len / 2 + 1, sizeof(*segments));
	do {
		skip(s, 1);
		for (len = 0; is_alnum(peek(s, len)); len++)
			;
		if (len == 0)
			return false;
		segments[out->local_count].text = span_make(s->rest.at, len);
		segments[out->local_count].number = is_number(span_make(s->rest.at, len));
		if (segments[out->local_count].number)
			segments[out->local_count].text = without_zeros(span_make(s->rest.at, len));
		out->local_count++;
		skip(s, len);
	} while (is_separator(peek(s, 0)));
	out->local = segments;
	return true;
}

bool
pep440_parse(struct arena *a, struct span text, struct pep440 *out)
{
	struct scan s = { .arena = a };
	const struct word *pre;
	char *lower;

	text = span_trim(text);
	*out = (struct pep440){ .pre = PEP440_FINAL };
	if (text.len == 0 || text.len > PEP440_MAX)
		return false;
	lower = arena_dup(a, text.at, text.len);
	for (size_t i = 0; i < text.len; i++)
		lower[i] = to_lower(lower[i]);
	s.rest = span_make(lower, text.len);
	if (peek(&s, 0) == 'v')
		skip(&s, 1);
	if (!scan_release(&s, out))
		return false;
	pre = scan_tag(&s, pre_words, &out->pre_number);
	if (pre)
		out->pre = pre->pre;
	scan_post(&s, out);
	out->has_dev = scan_tag(&s, dev_words, &out->dev) != NULL;
	return scan_local(&s, out) && s.rest.len == 0;
}

/* ---- writing ---- */

static const char *const pre_names[] = { "", "a", "b", "rc" };

/* How many numbers of the release are left without the zeros at its end. */
static size_t
significant(const struct pep440 *v)
{
	size_t n = v->release_count;

	while (n > 1 && span_is(v->release[n - 1], "0"))
		n--;
	return n;
}

static const char *
written(struct arena *a, const struct pep440 *v, size_t numbers, bool with_local)
{
	struct buf b = buf_on(a);

	if (!span_is(v->epoch, "0")) {
		buf_put_span(&b, v->epoch);
		buf_putc(&b, '!');
	}
	for (size_t i = 0; i < numbers; i++) {
		if (i > 0)
			buf_putc(&b, '.');
		buf_put_span(&b, v->release[i]);
	}
	if (v->pre != PEP440_FINAL) {
		buf_puts(&b, pre_names[v->pre]);
		buf_put_span(&b, v->pre_number);
	}
	if (v->has_post) {
		buf_puts(&b, ".post");
		buf_put_span(&b, v->post);
	}
	if (v->has_dev) {
		buf_puts(&b, ".dev");
		buf_put_span(&b, v->dev);
	}
	for (size_t i = 0; with_local && i < v->local_count; i++) {
		buf_putc(&b, i == 0 ? '+' : '.');
		buf_put_span(&b, v->local[i].text);
	}
	return buf_text(&b);
}

const char *
pep440_normal(struct arena *a, const struct pep440 *v)
{
	return written(a, v, v->release_count, true);
}

const char *
pep440_public(struct arena *a, const struct pep440 *v)
{
	return written(a, v, v->release_count, false);
}

const char *
pep440_canonical(struct arena *a, const struct pep440 *v)
{
	return written(a, v, significant(v), true);
}

/* ---- order ---- */

static int
compare_numbers(struct span a, struct span b)
{
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return memcmp(a.at, b.at, a.len);
}

static int
compare_texts(struct span a, struct span b)
{
	int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int
compare_releases(const struct pep440 *a, const struct pep440 *b)
{
	size_t na = significant(a), nb = significant(b);

	for (size_t i = 0; i < na && i < nb; i++) {
		int order = compare_numbers(a->release[i], b->release[i]);

		if (order != 0)
			return order;
	}
	/* A single zero is no more than nothing. */
	return (na > nb) - (na < nb);
}

/* Where the pre-release part stands: development releases of nothing else are lowest. */
enum { RANK_DEV, RANK_ALPHA, RANK_BETA, RANK_RC, RANK_NONE };

static int
pre_rank(const struct pep440 *v)
{
	if (v->pre != PEP440_FINAL)
		return v->pre == PEP440_ALPHA ? RANK_ALPHA : v->pre == PEP440_BETA ? RANK_BETA : RANK_RC;
	return v->has_dev && !v->has_post ? RANK_DEV : RANK_NONE;
}

static int
compare_locals(const struct pep440 *a, const struct pep440 *b)
{
	for (size_t i = 0; i < a->local_count && i < b->local_count; i++) {
		const struct pep440_local *x = &a->local[i], *y = &b->local[i];
		int order;

		if (x->number != y->number)
			return x->number ? 1 : -1;
		order = x->number ? compare_numbers(x->text, y->text) : compare_texts(x->text, y->text);
		if (order != 0)
			return order;
	}
	return (a->local_count > b->local_count) - (a->local_count < b->local_count);
}

int
pep440_compare(const struct pep440 *a, const struct pep440 *b)
{
	int order = compare_numbers(a->epoch, b->epoch);

	if (order == 0)
		order = compare_releases(a, b);
	if (order == 0)
		order = pre_rank(a) - pre_rank(b);
	if (order == 0 && a->pre != PEP440_FINAL)
		order = compare_numbers(a->pre_number, b->pre_number);
	if (order == 0)
		order = a->has_post - b->has_post;
	if (order == 0 && a->has_post)
		order = compare_numbers(a->post, b->post);
	if (order == 0)
		order = b->has_dev - a->has_dev;
	if (order == 0 && a->has_dev)
		order = compare_numbers(a->dev, b->dev);
	return order != 0 ? order : compare_locals(a, b);
}

/* Its length before its digits: more of them are a greater number. PEP440_MAX fits the byte. */
static void
put_number(struct buf *b, struct span digits)
{
	buf_putc(b, (char)(unsigned char)digits.len);
	buf_put_span(b, digits);
}

struct span
pep440_key(struct arena *a, const struct pep440 *v)
{
	size_t numbers = significant(v);
	struct buf b = buf_on(a);

	put_number(&b, v->epoch);
	for (size_t i = 0; i < numbers; i++) {
		buf_putc(&b, 1);
		put_number(&b, v->release[i]);
	}
	buf_putc(&b, 0);
	buf_putc(&b, (char)pre_rank(v));
	if (v->pre != PEP440_FINAL)
		put_number(&b, v->pre_number);
	buf_putc(&b, v->has_post);
	if (v->has_post)
		put_number(&b, v->post);
	buf_putc(&b, !v->has_dev);
	if (v->has_dev)
		put_number(&b, v->dev);
	for (size_t i = 0; i < v->local_count; i++) {
		buf_putc(&b, v->local[i].number ? 2 : 1);
		if (v->local[i].number) {
			put_number(&b, v->local[i].text);
		} else {
			buf_put_span(&b, v->local[i].text);
			buf_putc(&b, 0);
		}
	}
	return buf_span(&b);
}
