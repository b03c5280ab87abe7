/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Booleans, integers, floats, dates and times of TOML 1.0: one word each, but
 * for the blank that may stand between a date and a time.
 */
#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/text.h"
#include "wire/doc.h"
#include "wire/toml_scan.h"

/* The end of the run of characters that can be part of a scalar. */
static size_t
word_length(struct span rest)
{
	size_t len = 0;

	while (len < rest.len && (is_alnum(rest.at[len]) || (rest.at[len] != '\0' && strchr("+-_.:", rest.at[len]))))
		len++;
	return len;
}

/* Whether the text has the shape of the pattern, in which '0' stands for any digit. */
static bool
has_shape(struct span s, const char *pattern)
{
	size_t len = strlen(pattern);

	if (s.len < len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (pattern[i] == '0' ? !is_digit(s.at[i]) : s.at[i] != pattern[i])
			return false;
	return true;
}

static unsigned
two_digits(const char *at)
{
	return (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
}

static bool
is_date(struct span s)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned year, month, day;
	bool leap;

	if (!has_shape(s, "0000-00-00"))
		return false;
	year = two_digits(s.at) * 100 + two_digits(s.at + 2);
	month = two_digits(s.at + 5);
	day = two_digits(s.at + 8);
	leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return month >= 1 && month <= 12 && day >= 1
		&& day <= days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

/* hh:mm:ss with a fraction; *LEN is how much it takes. A leap second is allowed. */
static bool
is_time(struct span s, size_t *len)
{
	if (!has_shape(s, "00:00:00") || two_digits(s.at) > 23
	    || two_digits(s.at + 3) > 59 || two_digits(s.at + 6) > 60)
		return false;
	*len = 8;
	if (s.len == 8 || s.at[8] != '.')
		return true;
	while (++*len < s.len && is_digit(s.at[*len]))
		;
	return *len > 9;
}

static bool
is_zone(struct span s)
{
	if (s.len == 0 || (s.len == 1 && to_lower(s.at[0]) == 'z'))
		return true;
	return s.len == 6 && (s.at[0] == '+' || s.at[0] == '-') && has_shape(span_skip(s, 1), "00:00")
		&& two_digits(s.at + 1) <= 23 && two_digits(s.at + 4) <= 59;
}

static bool
is_date_or_time(struct span s)
{
	size_t len;

	if (is_time(s, &len))
		return len == s.len;
	if (!is_date(s))
		return false;
	if (s.len == 10)
		return true;
	if (to_lower(s.at[10]) != 't' && s.at[10] != ' ')
		return false;
	s = span_skip(s, 11);
	return is_time(s, &len) && is_zone(span_skip(s, len));
}

static bool
is_digit_of(char c, unsigned base)
{
	c = to_lower(c);
	if (base == 16)
		return is_digit(c) || (c >= 'a' && c <= 'f');
	return c >= '0' && c < (char)('0' + base);
}

/*
 * Copy a run of digits to *TO without its underscores, each of which stands
 * between two digits. Returns what is left; at == NULL without a valid run.
 */
static struct span
copy_digits(struct span s, unsigned base, char **to)
{
	size_t i = 0;

	if (s.len == 0 || !is_digit_of(s.at[0], base))
		return span_make(NULL, 0);
	for (; i < s.len; i++) {
		if (is_digit_of(s.at[i], base))
			*(*to)++ = s.at[i];
		else if (s.at[i] != '_')
			break;
		else if (i + 1 == s.len || !is_digit_of(s.at[i + 1], base))
			return span_make(NULL, 0);
	}
	**to = '\0';
	return span_skip(s, i);
}

static bool
add_integer(struct toml_scan *s, struct doc *to, const char *key, const char *digits, unsigned base)
{
	bool negative = digits[0] == '-';
	uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
	uint64_t value = 0;

	for (const char *at = digits + (negative || digits[0] == '+'); *at; at++) {
		char c = to_lower(*at);
		unsigned digit = (unsigned)(is_digit(c) ? c - '0' : c - 'a' + 10);

		if (value > (limit - digit) / base)
			return toml_fail(s, "number out of range");
		value = value * base + digit;
	}
	doc_int(to, key, negative ? (int64_t)(0 - value) : (int64_t)value);
	return true;
}

static bool
based_integer(struct toml_scan *s, struct doc *to, const char *key, struct span word)
{
	unsigned base = word.at[1] == 'x' ? 16 : word.at[1] == 'o' ? 8 : 2;
	char *digits = arena_alloc(s->arena, word.len + 1);
	char *end = digits;
	struct span rest = copy_digits(span_skip(word, 2), base, &end);

	if (!rest.at || rest.len > 0)
		return toml_fail(s, "invalid number");
	return add_integer(s, to, key, digits, base);
}

/* ".digits" and "e±digits" behind an integer; false when they are malformed. */
static bool
copy_float_tail(struct span rest, char **to)
{
	if (rest.at[0] == '.') {
		*(*to)++ = '.';
		rest = copy_digits(span_skip(rest, 1), 10, to);
		if (!rest.at)
			return false;
		if (rest.len == 0)
			return true;
	}
	if (to_lower(rest.at[0]) != 'e')
		return false;
	*(*to)++ = 'e';
	rest = span_skip(rest, 1);
	if (rest.len > 0 && (rest.at[0] == '+' || rest.at[0] == '-')) {
		*(*to)++ = rest.at[0];
		rest = span_skip(rest, 1);
	}
	rest = copy_digits(rest, 10, to);
	return rest.at && rest.len == 0;
}

static bool
decimal(struct toml_scan *s, struct doc *to, const char *key, struct span word)
{
	char *digits = arena_alloc(s->arena, word.len + 1);
	char *end = digits;
	struct span rest = word;
	char first;

	if (rest.at[0] == '+' || rest.at[0] == '-') {
		*end++ = rest.at[0];
		rest = span_skip(rest, 1);
	}
	if (span_is(rest, "inf") || span_is(rest, "nan")) {
		double value = rest.at[0] == 'i' ? HUGE_VAL : NAN;

		doc_real(to, key, word.at[0] == '-' ? -value : value);
		return true;
	}
	first = rest.len > 0 ? rest.at[0] : '\0';
	if (first == '0' && rest.len > 1 && (is_digit(rest.at[1]) || rest.at[1] == '_'))
		return toml_fail(s, "number with a leading zero");
	rest = copy_digits(rest, 10, &end);
	if (!rest.at)
		return toml_fail(s, "invalid value");
	if (rest.len == 0)
		return add_integer(s, to, key, digits, 10);
	if (!copy_float_tail(rest, &end))
		return toml_fail(s, "invalid number");
	doc_real(to, key, strtod(digits, NULL));
	return true;
}

bool
toml_scalar(struct toml_scan *s, struct doc *to, const char *key)
{
	struct span word = span_make(s->rest.at, word_length(s->rest));

	if (word.len == 10 && is_date(word) && s->rest.len > 11
	    && s->rest.at[10] == ' ' && is_digit(s->rest.at[11]))
		word.len = 11 + word_length(span_skip(s->rest, 11));
	s->rest = span_skip(s->rest, word.len);
	if (word.len == 0)
		return toml_fail(s, "expected a value");
	if (span_is(word, "true") || span_is(word, "false"))
		doc_bool(to, key, word.at[0] == 't');
	else if (is_date_or_time(word))
		doc_span(to, key, word);
	else if (word.len > 2 && word.at[0] == '0' && strchr("xob", word.at[1]))
		return based_integer(s, to, key, word);
	else
		return decimal(s, to, key, word);
	return true;
}
