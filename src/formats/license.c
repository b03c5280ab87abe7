/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking license expressions: whether one is valid depends only on which
 * kind of token follows which, and on balanced parentheses.
 */
#include "formats/license.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/text.h"

#define NESTING_MAX 64

/* "LicenseRef-x" and what divides it from the next one. */
#define REFERENCES_MAX (LICENSE_MAX / 13 + 1)

enum token {
	TOKEN_START,
	TOKEN_LICENSE,
	TOKEN_REFERENCE,
	TOKEN_EXCEPTION,
	TOKEN_PLUS,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_WITH,
	TOKEN_OPERATOR,
	TOKEN_END
};

#define AFTER(token) (1u << TOKEN_##token)

/* Which tokens may stand before a token. */
static const unsigned allowed_after[] = {
	[TOKEN_LICENSE] = AFTER(START) | AFTER(OPERATOR) | AFTER(OPEN),
	[TOKEN_REFERENCE] = AFTER(START) | AFTER(OPERATOR) | AFTER(OPEN),
	[TOKEN_EXCEPTION] = AFTER(WITH),
	[TOKEN_PLUS] = AFTER(LICENSE),
	[TOKEN_OPEN] = AFTER(START) | AFTER(OPERATOR) | AFTER(OPEN),
	[TOKEN_CLOSE] = AFTER(LICENSE) | AFTER(REFERENCE) | AFTER(PLUS) | AFTER(EXCEPTION) | AFTER(CLOSE),
	[TOKEN_WITH] = AFTER(LICENSE) | AFTER(REFERENCE) | AFTER(PLUS),
	[TOKEN_OPERATOR] = AFTER(LICENSE) | AFTER(REFERENCE) | AFTER(PLUS) | AFTER(EXCEPTION) | AFTER(CLOSE),
	[TOKEN_END] = AFTER(LICENSE) | AFTER(REFERENCE) | AFTER(PLUS) | AFTER(EXCEPTION) | AFTER(CLOSE),
};

/* What would have been right behind a token. */
static const char *const expected[] = {
	[TOKEN_START] = "expected one of `<license>`, `(` here",
	[TOKEN_LICENSE] = "expected one of `AND`, `OR`, `WITH`, `)`, `+` here",
	[TOKEN_REFERENCE] = "expected one of `AND`, `OR`, `WITH`, `)` here",
	[TOKEN_EXCEPTION] = "expected one of `AND`, `OR`, `)` here",
	[TOKEN_PLUS] = "expected one of `AND`, `OR`, `WITH`, `)` here",
	[TOKEN_OPEN] = "expected one of `<license>`, `(` here",
	[TOKEN_CLOSE] = "expected one of `AND`, `OR` here",
	[TOKEN_WITH] = "expected a `<exception>` here",
	[TOKEN_OPERATOR] = "expected one of `<license>`, `(` here",
};

struct parser {
	struct fault *fault;		/* NULL: no report */
	struct buf *normal;		/* NULL: identifiers must be as they are listed, "/" is OR */
	struct span text;
	size_t start;			/* of the current token */
	size_t end;
	unsigned depth;
	size_t opened[NESTING_MAX];	/* where the open parentheses stand */
	struct span term;		/* the normal form of the current token */
	size_t reference_count;
	struct span references[REFERENCES_MAX];
};

/* Point at LEN bytes from AT with MARK; always false. */
static bool
fail_at(struct parser *p, size_t at, size_t len, char mark, const char *reason)
{
	char marks[LICENSE_MAX + 1];

	if (!p->fault)
		return false;
	memset(marks, mark, len);
	return fault_raise(p->fault, FAULT_BAD_REQUEST,
		"unknown or invalid license expression; see http://opensource.org/licenses for options, "
		"and http://spdx.org/licenses/ for their identifiers\n"
		"Note: If you have a non-standard license that is not listed by SPDX, use the license-file field "
		"to specify the path to a file containing the text of the license.\n"
		"See https://doc.rust-lang.org/cargo/reference/manifest.html#the-license-and-license-file-fields "
		"for more information.\n"
		"%.*s\n%*s%.*s %s",
		(int)p->text.len, p->text.at, (int)at, "", (int)len, marks, reason);
}

static bool
fail(struct parser *p, const char *reason)
{
	return fail_at(p, p->start, p->end - p->start, '^', reason);
}

static int
compare_id(const void *key, const void *member)
{
	const struct span *wanted = key;
	const char *id = *(const char *const *)member;

	for (size_t i = 0; i < wanted->len; i++) {
		int order = (unsigned char)to_lower(wanted->at[i]) - (unsigned char)to_lower(id[i]);

		if (order != 0)
			return order;
	}
	return id[wanted->len] == '\0' ? 0 : -1;
}

/* The identifier that WORD is in any case, or NULL. */
static const char *
find_id(const char *const *ids, size_t count, struct span word)
{
	const char *const *found = bsearch(&word, ids, count, sizeof(ids[0]), compare_id);

	return found ? *found : NULL;
}

static const char *
find_license(struct span word)
{
	static const char *const ids[] = {
#define LICENSE(name) name,
#include "formats/license.def"
#undef LICENSE
	};

	return find_id(ids, ARRAY_LEN(ids), word);
}

static const char *
find_exception(struct span word)
{
	static const char *const ids[] = {
#define EXCEPTION(name) name,
#include "formats/license.def"
#undef EXCEPTION
	};

	return find_id(ids, ARRAY_LEN(ids), word);
}

static bool
is_reference_name(struct span name, const char *prefix)
{
	return span_starts(name, prefix) && name.len > strlen(prefix) && !memchr(name.at, ':', name.len);
}

/* LicenseRef-x or DocumentRef-x:LicenseRef-y. */
static bool
is_reference(struct span word)
{
	struct span rest = word;
	struct span document = span_cut(&rest, ':');

	if (!rest.at)
		return is_reference_name(word, "LicenseRef-");
	return is_reference_name(document, "DocumentRef-") && is_reference_name(rest, "LicenseRef-");
}

/* LicenseRef-x in any case; the first spelling of a reference is that of all. */
static bool
read_reference(struct parser *p, struct span word)
{
	static const char prefix[] = "LicenseRef-";
	size_t len = sizeof(prefix) - 1;

	if (word.len <= len || !span_equal_nocase(span_make(word.at, len), SPAN(prefix)) ||
	    memchr(word.at, ':', word.len))
		return false;
	for (size_t i = 0; i < p->reference_count; i++)
		if (span_equal_nocase(p->references[i], word)) {
			p->term = p->references[i];
			return true;
		}
	p->term = span_of(arena_printf(p->normal->arena, "%s%.*s", prefix, (int)(word.len - len), word.at + len));
	p->references[p->reference_count++] = p->term;
	return true;
}

/* Any of these identifiers goes by itself in a manifest of a crate, but none is on the list. */
static bool
is_half(const char *id)
{
	static const char ending[] = "-invariants";
	size_t len = strlen(id), n = sizeof(ending) - 1;

	return len > n && strcmp(id + len - n, ending) == 0;
}

static bool
read_term(struct parser *p, struct span word, enum token *token)
{
	static const struct { const char *word; enum token token; } operators[] = {
		{ "AND", TOKEN_OPERATOR }, { "OR", TOKEN_OPERATOR }, { "WITH", TOKEN_WITH },
	};
	const char *id = NULL;

	for (size_t i = 0; i < ARRAY_LEN(operators) && !id; i++)
		if (span_equal_nocase(word, span_of(operators[i].word))) {
			id = operators[i].word;
			*token = operators[i].token;
		}
	if (!id && (id = find_license(word)) != NULL)
		*token = TOKEN_LICENSE;
	if (!id && (id = find_exception(word)) != NULL)
		*token = TOKEN_EXCEPTION;
	if (!id || (p->normal && is_half(id)) || (!p->normal && !span_is(word, id))) {
		*token = TOKEN_REFERENCE;
		return p->normal ? read_reference(p, word) : is_reference(word);
	}
	p->term = span_of(id);
	return true;
}

static bool
read_word(struct parser *p, enum token *token)
{
	struct span word = span_skip(p->text, p->start);
	size_t len = 0;

	while (len < word.len && (is_alnum(word.at[len]) || (word.at[len] != '\0' && strchr("-.:", word.at[len]))))
		len++;
	p->end = len > 0 ? p->start + len : p->text.len;
	if (len == 0)
		return fail(p, "invalid character(s)");
	if (p->normal && p->start > 0 && p->text.at[p->start - 1] == '+')
		return fail(p, "`+` must be followed by a blank");
	word.len = len;
	return read_term(p, word, token) || fail(p, "unknown term");
}

/* The token behind the last one; white space separates, but not before `+`. */
static bool
next_token(struct parser *p, enum token *token)
{
	static const struct { char sign; enum token token; } signs[] = {
		{ '+', TOKEN_PLUS }, { '(', TOKEN_OPEN }, { ')', TOKEN_CLOSE }, { '/', TOKEN_OPERATOR },
	};
	size_t blank = p->end;

	p->start = p->end;
	while (p->start < p->text.len && is_space(p->text.at[p->start]))
		p->start++;
	p->end = p->start;
	*token = TOKEN_END;
	if (p->start == p->text.len)
		return true;
	if (p->text.at[p->start] == '+' && p->start > blank)
		return fail_at(p, blank, p->start - blank, '^', "`+` must not follow whitespace");
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		if (signs[i].sign != p->text.at[p->start] || (p->normal && signs[i].sign == '/'))
			continue;
		p->end = p->start + 1;
		p->term = span_make(p->text.at + p->start, 1);
		*token = signs[i].token;
		return true;
	}
	return read_word(p, token);
}

static bool
accept(struct parser *p, enum token token, enum token last)
{
	if (token == TOKEN_END && last == TOKEN_START)
		return fail_at(p, 0, p->text.len, '^', "empty expression");
	if (!(allowed_after[token] & 1u << last))
		return fail(p, expected[last]);
	if (token == TOKEN_OPEN) {
		if (p->depth == NESTING_MAX)
			return fail(p, "nested too deep");
		p->opened[p->depth++] = p->start;
	}
	if (token == TOKEN_CLOSE && p->depth-- == 0)
		return fail_at(p, p->start, 1, '^', "unopened parens");
	if (token == TOKEN_END && p->depth > 0)
		return fail_at(p, p->opened[p->depth - 1], 1, '-', "unclosed parens");
	return true;
}

/* Operators stand between blanks, whatever else does not. */
static void
put_term(struct parser *p, enum token token)
{
	bool blanks = token == TOKEN_OPERATOR || token == TOKEN_WITH;

	if (!p->normal || token == TOKEN_END)
		return;
	if (blanks)
		buf_putc(p->normal, ' ');
	buf_put_span(p->normal, p->term);
	if (blanks)
		buf_putc(p->normal, ' ');
}

static bool
parse(struct parser *p)
{
	enum token last = TOKEN_START;
	enum token token;

	do {
		if (!next_token(p, &token) || !accept(p, token, last))
			return false;
		put_term(p, token);
		last = token;
	} while (token != TOKEN_END);
	return true;
}

bool
license_check(struct fault *f, struct span expression)
{
	struct parser p = { .fault = f, .text = expression };

	if (expression.len > LICENSE_MAX) {
		p.text = SPAN("");
		return fail_at(&p, 0, 0, '^', "the expression is too long");
	}
	return parse(&p);
}

const char *
license_normal(struct arena *a, struct span expression)
{
	struct buf normal = buf_on(a);
	struct parser p = { .normal = &normal, .text = expression };

	return expression.len <= LICENSE_MAX && parse(&p) ? buf_text(&normal) : NULL;
}
