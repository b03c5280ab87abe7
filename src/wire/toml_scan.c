/* SPDX-License-Identifier: Apache-2.0 */
/*
 * White space, comments and strings of TOML 1.0.
 */
#include "wire/toml_scan.h"

#include <stdarg.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/text.h"

bool
toml_fail(struct toml_scan *s, const char *format, ...)
{
	va_list args;
	const char *what;

	va_start(args, format);
	what = arena_vprintf(s->arena, format, args);
	va_end(args);
	return fault_raise(s->fault, FAULT_BAD_REQUEST, "%s at line %u", what, s->line);
}

bool
toml_take(struct toml_scan *s, char c)
{
	if (s->rest.len == 0 || s->rest.at[0] != c)
		return false;
	s->rest = span_skip(s->rest, 1);
	return true;
}

bool
toml_take_word(struct toml_scan *s, const char *word)
{
	if (!span_starts(s->rest, word))
		return false;
	s->rest = span_skip(s->rest, strlen(word));
	return true;
}

void
toml_skip_blanks(struct toml_scan *s)
{
	while (toml_take(s, ' ') || toml_take(s, '\t'))
		;
}

static bool
take_newline(struct toml_scan *s)
{
	if (!toml_take(s, '\n') && !toml_take_word(s, "\r\n"))
		return false;
	s->line++;
	return true;
}

static bool
is_control(char c)
{
	return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

/* A comment up to its newline, if there is one. */
static bool
skip_comment(struct toml_scan *s)
{
	if (!toml_take(s, '#'))
		return true;
	while (s->rest.len > 0 && !is_control(s->rest.at[0]))
		s->rest = span_skip(s->rest, 1);
	if (s->rest.len > 0 && !span_starts(s->rest, "\n") && !span_starts(s->rest, "\r\n"))
		return toml_fail(s, "control character in a comment");
	return true;
}

bool
toml_skip_space(struct toml_scan *s)
{
	do {
		toml_skip_blanks(s);
		if (!skip_comment(s))
			return false;
	} while (take_newline(s));
	return true;
}

bool
toml_end_line(struct toml_scan *s)
{
	toml_skip_blanks(s);
	if (!skip_comment(s))
		return false;
	return s->rest.len == 0 || take_newline(s)
		|| toml_fail(s, "expected the end of the line");
}

static bool
put_char(struct toml_scan *s, struct buf *b, uint32_t c)
{
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return toml_fail(s, "escape of something that is not a character");
	if (c < 0x80) {
		buf_putc(b, (char)c);
	} else if (c < 0x800) {
		buf_putc(b, (char)(0xc0 | c >> 6));
	} else if (c < 0x10000) {
		buf_putc(b, (char)(0xe0 | c >> 12));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
	} else {
		buf_putc(b, (char)(0xf0 | c >> 18));
		buf_putc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	if (c >= 0x80)
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	return true;
}

static bool
unicode_escape(struct toml_scan *s, struct buf *b, size_t digits)
{
	uint32_t c = 0;

	if (s->rest.len < digits)
		return toml_fail(s, "unfinished escape in a string");
	for (size_t i = 0; i < digits; i++) {
		char d = to_lower(s->rest.at[i]);

		if (!is_digit(d) && !(d >= 'a' && d <= 'f'))
			return toml_fail(s, "bad digit in an escape");
		c = c << 4 | (uint32_t)(is_digit(d) ? d - '0' : d - 'a' + 10);
	}
	s->rest = span_skip(s->rest, digits);
	return put_char(s, b, c);
}

/* What follows a backslash at the end of a line is dropped up to the next visible character. */
static bool
line_continuation(struct toml_scan *s)
{
	toml_skip_blanks(s);
	if (!take_newline(s))
		return toml_fail(s, "unknown escape in a string");
	do
		toml_skip_blanks(s);
	while (take_newline(s));
	return true;
}

/* Behind the backslash. */
static bool
escape(struct toml_scan *s, struct buf *b, bool multiline)
{
	static const char codes[] = "btnfr\"\\";
	static const char meanings[] = "\b\t\n\f\r\"\\";
	char c = toml_peek(s);
	const char *hit = c != '\0' ? strchr(codes, c) : NULL;

	if (hit) {
		s->rest = span_skip(s->rest, 1);
		buf_putc(b, meanings[hit - codes]);
		return true;
	}
	if (toml_take(s, 'u'))
		return unicode_escape(s, b, 4);
	if (toml_take(s, 'U'))
		return unicode_escape(s, b, 8);
	if (multiline)
		return line_continuation(s);
	return toml_fail(s, "unknown escape in a string");
}

static bool
single_line(struct toml_scan *s, char quote, struct span *out)
{
	struct buf b = buf_on(s->arena);

	for (;;) {
		size_t len = 0;

		while (len < s->rest.len && s->rest.at[len] != quote && !is_control(s->rest.at[len])
		    && !(quote == '"' && s->rest.at[len] == '\\'))
			len++;
		*out = span_make(s->rest.at, len);
		s->rest = span_skip(s->rest, len);
		/* Most strings have no escapes and need no copy. */
		if (toml_peek(s) == quote && b.len == 0)
			break;
		buf_put_span(&b, *out);
		*out = buf_span(&b);
		if (toml_peek(s) == quote)
			break;
		if (quote != '"' || !toml_take(s, '\\'))
			return toml_fail(s, s->rest.len > 0 && toml_peek(s) != '\n'
				? "control character in a string" : "unfinished string");
		if (!escape(s, &b, false))
			return false;
	}
	s->rest = span_skip(s->rest, 1);
	return true;
}

/* Up to two quotes may stand before the three that close. */
static bool
take_closing(struct toml_scan *s, char quote, struct buf *b)
{
	size_t quotes = 0;

	while (quotes < s->rest.len && quotes < 5 && s->rest.at[quotes] == quote)
		quotes++;
	if (quotes == 0)
		return false;
	buf_put(b, s->rest.at, quotes < 3 ? quotes : quotes - 3);
	s->rest = span_skip(s->rest, quotes);
	return quotes >= 3;
}

static bool
multi_line(struct toml_scan *s, char quote, struct span *out)
{
	struct buf b = buf_on(s->arena);

	take_newline(s);
	while (!take_closing(s, quote, &b)) {
		if (s->rest.len == 0)
			return toml_fail(s, "unfinished string");
		if (toml_peek(s) == quote)
			continue;
		if (take_newline(s)) {
			buf_putc(&b, '\n');
		} else if (quote == '"' && toml_take(s, '\\')) {
			if (!escape(s, &b, true))
				return false;
		} else if (is_control(s->rest.at[0])) {
			return toml_fail(s, "control character in a string");
		} else {
			buf_putc(&b, s->rest.at[0]);
			s->rest = span_skip(s->rest, 1);
		}
	}
	*out = span_make(buf_text(&b), b.len);
	return true;
}

bool
toml_string(struct toml_scan *s, bool multiline, struct span *out)
{
	char quote = toml_peek(s);
	const char *triple = quote == '"' ? "\"\"\"" : "'''";

	if (!toml_take_word(s, triple)) {
		s->rest = span_skip(s->rest, 1);
		return single_line(s, quote, out);
	}
	if (!multiline)
		return toml_fail(s, "a multi-line string cannot be a key");
	return multi_line(s, quote, out);
}
