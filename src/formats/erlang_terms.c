/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erlang terms as text; see the header. Grammar: Erlang reference manual,
 * "Data Types", as far as io_lib:format("~p") writes them.
 */
#include "formats/erlang_terms.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/number.h"
#include "base/text.h"

struct scan {
	struct arena *arena;
	struct fault *fault;
	struct span rest;		/* valid UTF-8 */
	int depth;
	int count;
};

static bool term(struct scan *s, struct doc *to, const char *key);

static bool
fail(struct scan *s)
{
	return fault_raise(s->fault, FAULT_BAD_REQUEST, "invalid terms");
}

/* ---- characters ---- */

static void
skip_blanks(struct scan *s)
{
	while (s->rest.len > 0 && is_space(s->rest.at[0]))
		s->rest = span_skip(s->rest, 1);
}

static bool
take(struct scan *s, const char *token)
{
	skip_blanks(s);
	if (!span_starts(s->rest, token))
		return false;
	s->rest = span_skip(s->rest, strlen(token));
	return true;
}

static bool
expect(struct scan *s, const char *token)
{
	return take(s, token) || fail(s);
}

static char
peek(struct scan *s)
{
	skip_blanks(s);
	return s->rest.len > 0 ? s->rest.at[0] : '\0';
}

static void
put_char(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_putc(b, (char)c);
	} else if (c < 0x800) {
		buf_putc(b, (char)(0xc0 | c >> 6));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_putc(b, (char)(0xe0 | c >> 12));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_putc(b, (char)(0xf0 | c >> 18));
		buf_putc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	}
}

static struct span
from_latin1(struct arena *a, struct span s)
{
	struct buf b = buf_on(a);

	for (size_t i = 0; i < s.len; i++)
		put_char(&b, (unsigned char)s.at[i]);
	return buf_span(&b);
}

static int
digit_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c = to_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* Up to MOST digits of a base. */
static bool
scan_digits(struct scan *s, int base, int most, uint32_t *out)
{
	int n = 0;

	*out = 0;
	while (n < most && s->rest.len > 0 && digit_value(s->rest.at[0]) < base) {
		*out = *out * (uint32_t)base + (uint32_t)digit_value(s->rest.at[0]);
		s->rest = span_skip(s->rest, 1);
		n++;
	}
	return n > 0;
}

static bool
scan_hexadecimal(struct scan *s, uint32_t *out)
{
	if (s->rest.len == 0 || s->rest.at[0] != '{') {
		const struct span before = s->rest;

		return scan_digits(s, 16, 2, out) && before.len - s->rest.len == 2;
	}
	s->rest = span_skip(s->rest, 1);
	if (!scan_digits(s, 16, 6, out) || s->rest.len == 0 || s->rest.at[0] != '}')
		return false;
	s->rest = span_skip(s->rest, 1);
	return true;
}

/* What follows a backslash. */
static bool
scan_escape(struct scan *s, uint32_t *out)
{
	static const char letters[] = "ntrvbfesd";
	static const char meanings[] = "\n\t\r\v\b\f\033 \177";
	const char *hit;
	char c;

	if (s->rest.len == 0)
		return false;
	c = s->rest.at[0];
	if (c >= '0' && c <= '7')
		return scan_digits(s, 8, 3, out) && *out <= 255;
	if ((unsigned char)c >= 0x80) {
		*out = text_next_char(&s->rest);
		return true;
	}
	s->rest = span_skip(s->rest, 1);
	if (c == 'x')
		return scan_hexadecimal(s, out);
	if (c == '^') {
		if (s->rest.len == 0 || s->rest.at[0] < '@' || s->rest.at[0] > '~')
			return false;
		*out = (uint32_t)(s->rest.at[0] & 31);
		s->rest = span_skip(s->rest, 1);
		return true;
	}
	hit = strchr(letters, c);
	*out = (unsigned char)(hit && c != '\0' ? meanings[hit - letters] : c);
	return true;
}

/* One character of a quoted text; *ENDED at the closing quote. */
static bool
scan_quoted(struct scan *s, char quote, uint32_t *out, bool *ended)
{
	*ended = false;
	if (s->rest.len == 0)
		return fail(s);
	if (s->rest.at[0] == quote) {
		s->rest = span_skip(s->rest, 1);
		*ended = true;
		return true;
	}
	if (s->rest.at[0] == '\\') {
		s->rest = span_skip(s->rest, 1);
		return (scan_escape(s, out) && *out <= 0x10ffff && (*out < 0xd800 || *out > 0xdfff)) || fail(s);
	}
	*out = text_next_char(&s->rest);
	return true;
}

/* ---- terms ---- */

/* "…" with or without /utf8, appended as bytes. */
static bool
segment_text(struct scan *s, struct buf *bytes)
{
	struct buf utf8 = buf_on(s->arena), plain = buf_on(s->arena);
	bool ended, wide = false;
	uint32_t c;

	for (;;) {
		if (!scan_quoted(s, '"', &c, &ended))
			return false;
		if (ended)
			break;
		if (c == 0)
			return fail(s);
		put_char(&utf8, c);
		if (c > 255)
			wide = true;
		else
			buf_putc(&plain, (char)c);
	}
	/* What is too wide for a byte was meant to be UTF-8, whether or not it says so. */
	buf_put_span(bytes, take(s, "/utf8") || wide ? buf_span(&utf8) : buf_span(&plain));
	return true;
}

static bool
segment_byte(struct scan *s, struct buf *bytes)
{
	uint32_t n;

	if (!scan_digits(s, 10, 4, &n) || n > 255 || n == 0)
		return fail(s);
	buf_putc(bytes, (char)n);
	return true;
}

static bool
binary(struct scan *s, struct span *out)
{
	struct buf bytes = buf_on(s->arena);
	bool numbers = false;

	if (!take(s, ">>")) {
		do {
			bool quoted = take(s, "\"");

			if (!(quoted ? segment_text(s, &bytes) : segment_byte(s, &bytes)))
				return false;
			numbers |= !quoted;
		} while (take(s, ","));
		if (!expect(s, ">>"))
			return false;
	}
	*out = bytes.at ? buf_span(&bytes) : SPAN("");
	if (text_is_utf8(*out))
		return true;
	/* Who spells out the bytes knows what they are. */
	if (numbers)
		return fail(s);
	*out = from_latin1(s->arena, *out);
	return true;
}

static bool
string(struct scan *s, struct doc *list)
{
	bool ended;
	uint32_t c;

	for (;;) {
		if (!scan_quoted(s, '"', &c, &ended))
			return false;
		if (ended)
			return true;
		if (++s->count > ERLANG_TERMS_MAX)
			return fail(s);
		doc_int(list, NULL, (int64_t)c);
	}
}

static bool
integer(struct scan *s, struct doc *to, const char *key)
{
	struct span text = s->rest;
	size_t n = text.at[0] == '-' || text.at[0] == '+';
	int64_t value;

	while (n < text.len && is_digit(text.at[n]))
		n++;
	s->rest = span_skip(text, n);
	text.len = n;
	if (text.at[0] == '+')
		text = span_skip(text, 1);
	if (!number_parse(text, INT64_MIN, INT64_MAX, &value))
		return fail(s);
	doc_int(to, key, value);
	return true;
}

static bool
begins_atom(char c)
{
	return c == '\'' || (c >= 'a' && c <= 'z');
}

/* Behind a character that begins_atom(). */
static bool
atom_text(struct scan *s, struct span *out)
{
	struct buf b = buf_on(s->arena);
	size_t n = 0;
	bool ended;
	uint32_t c;

	if (!take(s, "'")) {
		while (n < s->rest.len && (is_alnum(s->rest.at[n]) || s->rest.at[n] == '_' || s->rest.at[n] == '@'))
			n++;
		*out = span_make(s->rest.at, n);
		s->rest = span_skip(s->rest, n);
		return true;
	}
	for (;;) {
		if (!scan_quoted(s, '\'', &c, &ended))
			return false;
		if (ended)
			break;
		if (c == 0)
			return fail(s);
		put_char(&b, c);
	}
	*out = b.at ? buf_span(&b) : SPAN("");
	return true;
}

static bool
atom(struct scan *s, struct doc *to, const char *key)
{
	struct span name;

	if (!atom_text(s, &name))
		return false;
	if (span_is(name, "true") || span_is(name, "false"))
		doc_bool(to, key, span_is(name, "true"));
	else if (span_is(name, "nil") || span_is(name, "null") || span_is(name, "undefined"))
		doc_null(to, key);
	else
		doc_span(to, key, name);
	return true;
}

/* Terms separated by commas up to END. */
static bool
terms(struct scan *s, struct doc *list, const char *end)
{
	if (take(s, end))
		return true;
	do {
		if (!term(s, list, NULL))
			return false;
	} while (take(s, ","));
	return expect(s, end);
}

/*
 * A tuple is a list of which the reader of the list around it knows that it is
 * one: doc has no kind for it, but the key of a list's member is free until the
 * list has been read.
 */
static const char tuple_mark[] = "{}";

static void
unmark(const struct doc *list)
{
	for (struct doc *d = list->is.members.first; d; d = d->next)
		d->key = NULL;
}

static bool
is_pair(const struct doc *d)
{
	return d->key == tuple_mark && d->count == 2 && doc_is(doc_first(d), DOC_TEXT);
}

static bool
is_pairs(const struct doc *list)
{
	for (const struct doc *d = doc_first(list); d; d = d->next)
		if (!is_pair(d))
			return false;
	return list->count > 0;
}

static void
put_pair(struct scan *s, struct doc *map, const struct doc *pair)
{
	const struct doc *key = doc_first(pair);
	struct doc *value = (void *)arena_dup(s->arena, key->next, sizeof(*value));

	value->key = NULL;
	value->next = NULL;
	doc_put(map, arena_dup(s->arena, key->is.text.at, key->is.text.len), value);
}

static bool
list(struct scan *s, struct doc *to, const char *key)
{
	struct doc *members = doc_list(s->arena), *map;

	if (!terms(s, members, "]"))
		return false;
	if (!is_pairs(members)) {
		unmark(members);
		doc_put(to, key, members);
		return true;
	}
	map = doc_add_map(to, key);
	for (const struct doc *d = doc_first(members); d; d = d->next)
		put_pair(s, map, d);
	return true;
}

static bool
map_key(struct scan *s, struct span *out)
{
	if (take(s, "<<"))
		return binary(s, out);
	return begins_atom(peek(s)) ? atom_text(s, out) : fail(s);
}

static bool
map_term(struct scan *s, struct doc *to, const char *key)
{
	struct doc *map = doc_add_map(to, key);
	struct span name;

	if (take(s, "}"))
		return true;
	do {
		if (!map_key(s, &name) || !expect(s, "=>") || !term(s, map, arena_dup(s->arena, name.at, name.len)))
			return false;
	} while (take(s, ","));
	return expect(s, "}");
}

static bool
tuple(struct scan *s, struct doc *to, const char *key)
{
	struct doc *members = doc_list(s->arena);

	if (!terms(s, members, "}"))
		return false;
	unmark(members);
	doc_put(to, key, members);
	if (!key)
		members->key = tuple_mark;
	return true;
}

static bool
compound(struct scan *s, struct doc *to, const char *key)
{
	struct span text;

	if (take(s, "<<")) {
		if (!binary(s, &text))
			return false;
		doc_span(to, key, text);
		return true;
	}
	if (take(s, "#{"))
		return map_term(s, to, key);
	if (take(s, "["))
		return list(s, to, key);
	if (take(s, "{"))
		return tuple(s, to, key);
	return take(s, "\"") ? string(s, doc_add_list(to, key)) : fail(s);
}

static bool
term(struct scan *s, struct doc *to, const char *key)
{
	char c = peek(s);
	bool ok;

	if (++s->count > ERLANG_TERMS_MAX)
		return fail(s);
	if (is_digit(c) || c == '-' || c == '+')
		return integer(s, to, key);
	if (begins_atom(c))
		return atom(s, to, key);
	if (s->depth == ERLANG_TERMS_DEPTH)
		return fail(s);
	s->depth++;
	ok = compound(s, to, key);
	s->depth--;
	return ok;
}

/* Erlang's scanner knows the dot that ends a term by the blank behind it. */
static bool
dot(struct scan *s)
{
	return expect(s, ".") && (s->rest.len == 0 || is_space(s->rest.at[0]) || fail(s));
}

/* The outermost keys are binaries; an atom would mean something else to other readers. */
static bool
has_binary_key(struct scan s)
{
	return take(&s, "{") && take(&s, "<<");
}

const struct doc *
erlang_terms_read(struct arena *a, struct fault *f, struct span text)
{
	struct scan s = { .arena = a, .fault = f, .rest = text_is_utf8(text) ? text : from_latin1(a, text) };
	struct doc *all = doc_list(a), *map = doc_map(a);
	bool keyed = true;

	if (peek(&s) == '\0' && s.rest.len == 0)
		fail(&s);
	while (!fault_is_set(f) && peek(&s) != '\0') {
		keyed &= has_binary_key(s);
		if (term(&s, all, NULL))
			dot(&s);
	}
	if (!fault_is_set(f) && s.rest.len > 0)
		fail(&s);
	if (fault_is_set(f))
		return NULL;
	if (!keyed || !is_pairs(all)) {
		fault_raise(f, FAULT_BAD_REQUEST, "not in key-value format");
		return NULL;
	}
	for (const struct doc *d = doc_first(all); d; d = d->next)
		put_pair(&s, map, d);
	return map;
}
