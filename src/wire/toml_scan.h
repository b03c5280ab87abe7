/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of TOML: white space, comments, strings, numbers, dates. Only
 * toml*.c include this.
 */
#ifndef ENTREPOT_WIRE_TOML_SCAN_H
#define ENTREPOT_WIRE_TOML_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct doc;
struct fault;

struct toml_scan {
	struct arena *arena;
	struct fault *fault;
	struct span rest;		/* valid UTF-8 */
	unsigned line;			/* of the first byte of REST, from 1 */
};

/* Raise "<message> at line N"; always false. */
bool toml_fail(struct toml_scan *s, const char *format, ...) PRINTF(2, 3);

/* The next byte is C / the next bytes are WORD: step over. */
bool toml_take(struct toml_scan *s, char c);
bool toml_take_word(struct toml_scan *s, const char *word);

/* The next byte, '\0' at the end (a NUL in the file is refused everywhere). */
static inline char
toml_peek(const struct toml_scan *s)
{
	return s->rest.len > 0 ? s->rest.at[0] : '\0';
}

/* Spaces and tabs. */
void toml_skip_blanks(struct toml_scan *s);

/* Blanks, comments and newlines. */
bool toml_skip_space(struct toml_scan *s) MUST_CHECK;

/* Blanks, perhaps a comment, and a newline or the end of the file. */
bool toml_end_line(struct toml_scan *s) MUST_CHECK;

/* Any of the four kinds of string; the next byte is a quote. MULTILINE: """ and ''' are allowed. */
bool toml_string(struct toml_scan *s, bool multiline, struct span *out) MUST_CHECK;

/* A boolean, number, date or time, added to TO under KEY (toml_number.c). */
bool toml_scalar(struct toml_scan *s, struct doc *to, const char *key) MUST_CHECK;

#endif
