/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking license expressions: whether one is valid depends only on which
 * kind of token follows which, and on balanced parentheses.
 */
#include "formats/license.h"

#include <stdlib.h>

#include "base/fault.h"
#include "base/text.h"

#define NESTING_MAX 64

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
	struct fault *fault;
	struct span text;
	size_t start;			/* of the current token */
	size_t end;
	unsigned depth;
	size_t opened[NESTING_MAX];	/* where the open parentheses stand */
};

/* Point at LEN bytes from AT with MARK; always false. */
static bool
fail_at(struct parser *p, size_t at, size_t len, char mark, const char *reason)
{
	char marks[LICENSE_MAX + 1];

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
	int order = strncmp(wanted->at, id, wanted->len);

	return order != 0 ? order : id[wanted->len] == '\0' ? 0 : -1;
}

static bool
is_license(struct span id)
{
	static const char *const ids[] = {
#define LICENSE(name) name,
#include "formats/license.def"
#undef LICENSE
	};

	return bsearch(&id, ids, ARRAY_LEN(ids), sizeof(ids[0]), compare_id) != NULL;
}

static bool
is_exception(struct span id)
{
	static const char *const ids[] = {
#define EXCEPTION(name) name,
#include "formats/license.def"
#undef EXCEPTION
	};

	return bsearch(&id, ids, ARRAY_LEN(ids), sizeof(ids[0]), compare_id) != NULL;
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
	word.len = len;
	if (span_is(word, "AND") || span_is(word, "OR"))
		*token = TOKEN_OPERATOR;
	else if (span_is(word, "WITH"))
		*token = TOKEN_WITH;
	else if (is_license(word))
		*token = TOKEN_LICENSE;
	else if (is_exception(word))
		*token = TOKEN_EXCEPTION;
	else if (is_reference(word))
		*token = TOKEN_REFERENCE;
	else
		return fail(p, "unknown term");
	return true;
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
		if (signs[i].sign != p->text.at[p->start])
			continue;
		p->end = p->start + 1;
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

bool
license_check(struct fault *f, struct span expression)
{
	struct parser p = { .fault = f, .text = expression };
	enum token last = TOKEN_START;
	enum token token;

	if (expression.len > LICENSE_MAX) {
		p.text = SPAN("");
		return fail_at(&p, 0, 0, '^', "the expression is too long");
	}
	do {
		if (!next_token(&p, &token) || !accept(&p, token, last))
			return false;
		last = token;
	} while (token != TOKEN_END);
	return true;
}
