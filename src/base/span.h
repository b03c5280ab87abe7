/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pointer and a length: bytes owned by somebody else.
 */
#ifndef ENTREPOT_BASE_SPAN_H
#define ENTREPOT_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
	const char *at;
	size_t len;
};

#define SPAN(literal) ((struct span){ (literal), sizeof(literal) - 1 })

static inline struct span
span_make(const char *at, size_t len)
{
	return (struct span){ at, len };
}

/* The string without its NUL; NULL becomes the empty span. */
static inline struct span
span_of(const char *s)
{
	return (struct span){ s, s ? strlen(s) : 0 };
}

static inline bool
span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool
span_is(struct span a, const char *s)
{
	return span_equal(a, span_of(s));
}

static inline bool
span_starts(struct span a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.len >= n && memcmp(a.at, prefix, n) == 0;
}

/* The bytes behind the first N; N is cut to the length. */
static inline struct span
span_skip(struct span a, size_t n)
{
	if (n > a.len)
		n = a.len;
	/* NULL + 0 is not defined */
	return n == 0 ? a : (struct span){ a.at + n, a.len - n };
}

/*
 * Cut the bytes before the first SEPARATOR off REST and return them; without
 * one, all of REST is returned and REST is left with at == NULL, which ends a
 * loop `while (rest.at)`.
 */
static inline struct span
span_cut(struct span *rest, char separator)
{
	const char *hit = rest->len > 0 ? memchr(rest->at, separator, rest->len) : NULL;
	struct span head = *rest;

	if (!hit) {
		*rest = (struct span){ NULL, 0 };
		return head;
	}
	head.len = (size_t)(hit - rest->at);
	rest->at += head.len + 1;
	rest->len -= head.len + 1;
	return head;
}

#endif
