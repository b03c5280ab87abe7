/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Character classes and small operations on text. ASCII only and independent
 * of the locale, except where UTF-8 is named.
 */
#ifndef ENTREPOT_BASE_TEXT_H
#define ENTREPOT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct arena;

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || is_upper(c);
}

static inline bool
is_alnum(char c)
{
	return is_alpha(c) || is_digit(c);
}

static inline bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline char
to_lower(char c)
{
	return is_upper(c) ? (char)(c + 32) : c;
}

/* Lower-cased copy on the arena. */
char *text_lower(struct arena *a, const char *s);

/* Equal but for ASCII case. */
bool text_equal_nocase(const char *a, const char *b);
bool span_equal_nocase(struct span a, struct span b);

/* Without white space at both ends. */
struct span span_trim(struct span s);

/* Whether NEEDLE stands in HAY (ASCII case ignored by the second). */
bool span_contains(struct span hay, const char *needle);
bool span_contains_nocase(struct span hay, const char *needle);

/* Valid UTF-8 per RFC 3629 (no surrogates, no overlong forms); NUL bytes are valid here. */
bool text_is_utf8(struct span s);

/*
 * Decode one code point at the start of *REST and step over it. Returns
 * UINT32_MAX on malformed input (and steps over one byte) and at the end.
 */
uint32_t text_next_char(struct span *rest);

/* S with U+FFFD for every byte that is not part of valid UTF-8; S itself when there is none. */
struct span text_make_utf8(struct arena *a, struct span s);

/* Number of code points in valid UTF-8. */
size_t text_char_count(struct span s);

/* Whether the code point may begin / continue an identifier (Unicode XID_Start, XID_Continue; UAX 31). */
bool char_is_xid_start(uint32_t c);
bool char_is_xid_continue(uint32_t c);

/* Line and column (from 1, in bytes) of the last byte that is not white space. */
void span_end_position(struct span s, size_t *line, size_t *column);

/* The first position of a NUL byte, or -1. */
long span_find_nul(struct span s);

#endif
