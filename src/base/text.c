/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations on text; see the header. Malformed UTF-8 is whatever RFC 3629 §4
 * does not derive: the permitted range of the second byte depends on the
 * first, which rules out overlong forms, surrogates and anything above 10FFFF.
 */
#include "base/text.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"

char *
text_lower(struct arena *a, const char *s)
{
	char *copy = arena_strdup(a, s);

	for (char *p = copy; p && *p; p++)
		*p = to_lower(*p);
	return copy;
}

bool
span_equal_nocase(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (to_lower(a.at[i]) != to_lower(b.at[i]))
			return false;
	return true;
}

bool
text_equal_nocase(const char *a, const char *b)
{
	a = a ? a : "";
	b = b ? b : "";
	for (; to_lower(*a) == to_lower(*b); a++, b++)
		if (!*a)
			return true;
	return false;
}

struct span
span_trim(struct span s)
{
	while (s.len > 0 && is_space(s.at[0]))
		s = span_skip(s, 1);
	while (s.len > 0 && is_space(s.at[s.len - 1]))
		s.len--;
	return s;
}

bool
span_contains(struct span hay, const char *needle)
{
	size_t n = strlen(needle);

	return n == 0 || (hay.len >= n && memmem(hay.at, hay.len, needle, n));
}

bool
span_contains_nocase(struct span hay, const char *needle)
{
	struct span wanted = span_of(needle);

	for (; hay.len >= wanted.len; hay = span_skip(hay, 1)) {
		if (span_equal_nocase(span_make(hay.at, wanted.len), wanted))
			return true;
		if (hay.len == 0)
			break;
	}
	return false;
}

/* How many bytes follow the first one, and the range of the first of them; -1: no such first byte. */
static int
sequence(uint8_t first, uint8_t *low, uint8_t *high)
{
	*low = 0x80;
	*high = 0xbf;
	if (first >= 0xc2 && first <= 0xdf)
		return 1;
	if (first >= 0xe0 && first <= 0xef) {
		if (first == 0xe0)
			*low = 0xa0;
		if (first == 0xed)
			*high = 0x9f;
		return 2;
	}
	if (first >= 0xf0 && first <= 0xf4) {
		if (first == 0xf0)
			*low = 0x90;
		if (first == 0xf4)
			*high = 0x8f;
		return 3;
	}
	return -1;
}

uint32_t
text_next_char(struct span *rest)
{
	const uint8_t *at = (const uint8_t *)rest->at;
	uint8_t low, high;
	uint32_t c;
	int more;

	if (rest->len == 0)
		return UINT32_MAX;
	c = at[0];
	if (c < 0x80) {
		*rest = span_skip(*rest, 1);
		return c;
	}
	more = sequence(at[0], &low, &high);
	if (more < 0 || (size_t)more >= rest->len || at[1] < low || at[1] > high)
		goto malformed;
	c &= 0x3fu >> more;
	for (int i = 1; i <= more; i++) {
		if ((at[i] & 0xc0) != 0x80)
			goto malformed;
		c = c << 6 | (at[i] & 0x3f);
	}
	*rest = span_skip(*rest, (size_t)more + 1);
	return c;
malformed:
	*rest = span_skip(*rest, 1);
	return UINT32_MAX;
}

/* Nearly all text is ASCII: step over it a word at a time. */
static struct span
skip_ascii(struct span s)
{
	uint64_t word;

	while (s.len >= sizeof(word)) {
		memcpy(&word, s.at, sizeof(word));
		if (word & UINT64_C(0x8080808080808080))
			break;
		s = span_skip(s, sizeof(word));
	}
	return s;
}

bool
text_is_utf8(struct span s)
{
	for (s = skip_ascii(s); s.len > 0; s = skip_ascii(s))
		if (text_next_char(&s) == UINT32_MAX)
			return false;
	return true;
}

struct span
text_make_utf8(struct arena *a, struct span s)
{
	struct buf b = buf_on(a);

	if (text_is_utf8(s))
		return s;
	while (s.len > 0) {
		struct span before = s;

		if (text_next_char(&s) == UINT32_MAX)
			buf_puts(&b, "\xef\xbf\xbd");
		else
			buf_put(&b, before.at, before.len - s.len);
	}
	return buf_span(&b);
}

size_t
text_char_count(struct span s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.len; i++)
		count += ((unsigned char)s.at[i] & 0xc0) != 0x80;
	return count;
}

struct range {
	uint32_t first, last;
};

static const struct range starts[] = {
#define S(first, last) { first, last },
#define C(first, last)
#include "base/xid.def"
#undef S
#undef C
};

static const struct range continues[] = {
#define S(first, last)
#define C(first, last) { first, last },
#include "base/xid.def"
#undef S
#undef C
};

static bool
in_ranges(const struct range *ranges, size_t count, uint32_t c)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c < ranges[middle].first)
			high = middle;
		else if (c > ranges[middle].last)
			low = middle + 1;
		else
			return true;
	}
	return false;
}

bool
char_is_xid_start(uint32_t c)
{
	if (c < 0x80)
		return is_alpha((char)c);
	return in_ranges(starts, ARRAY_LEN(starts), c);
}

bool
char_is_xid_continue(uint32_t c)
{
	if (c < 0x80)
		return is_alnum((char)c) || c == '_';
	return char_is_xid_start(c) || in_ranges(continues, ARRAY_LEN(continues), c);
}

long
span_find_nul(struct span s)
{
	const char *hit = s.len > 0 ? memchr(s.at, '\0', s.len) : NULL;

	return hit ? (long)(hit - s.at) : -1;
}

void
span_end_position(struct span s, size_t *line, size_t *column)
{
	s = span_trim(s);
	*line = 1;
	*column = 0;
	for (size_t i = 0; i < s.len; i++) {
		(*column)++;
		if (s.at[i] == '\n') {
			(*line)++;
			*column = 0;
		}
	}
}
