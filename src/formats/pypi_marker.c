/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Environment markers; see the header. A marker becomes a list of parts:
 * comparisons, words between them and parentheses. Only once all of it is read is
 * known which parentheses are needed.
 */
#include "formats/pypi_marker.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/text.h"
#include "formats/pypi_name.h"

enum part_kind { COMPARISON, WORD, OPENING, CLOSING };

struct part {
	struct part *next;
	enum part_kind kind;
	const char *text;
	struct part *opening;		/* of a closing parenthesis */
	bool joins;			/* a parenthesis around more than one comparison */
	bool written;
};

struct scan {
	struct arena *arena;
	struct span rest;
	const char *why;
	struct part *first, **last;
	struct part whole;		/* stands for the parentheses around everything */
	struct part *open[PYPI_MARKER_DEPTH + 1];	/* the whole, and what is in it */
	size_t depth;
};

static bool
refuse(struct scan *s, const char *why)
{
	s->why = why;
	return false;
}

static void
skip_blanks(struct scan *s)
{
	while (s->rest.len > 0 && (s->rest.at[0] == ' ' || s->rest.at[0] == '\t'))
		s->rest = span_skip(s->rest, 1);
}

static bool
skip_char(struct scan *s, char c)
{
	if (s->rest.len == 0 || s->rest.at[0] != c)
		return false;
	s->rest = span_skip(s->rest, 1);
	return true;
}

static bool
in_word(char c)
{
	return is_alnum(c) || c == '_';
}

/* Step over TEXT when it stands here and the word ends with it. */
static bool
skip_word(struct scan *s, const char *text)
{
	size_t len = strlen(text);

	if (!span_starts(s->rest, text) || (s->rest.len > len && in_word(s->rest.at[len])))
		return false;
	s->rest = span_skip(s->rest, len);
	return true;
}

static struct part *
add_part(struct scan *s, enum part_kind kind, const char *text)
{
	struct part *part = arena_new(s->arena, struct part);

	part->kind = kind;
	part->text = text;
	*s->last = part;
	s->last = &part->next;
	return part;
}

/* ---- comparisons ---- */

/* Spelling, and what is written for it. */
static const char *const variables[][2] = {
	{ "python_version", "python_version" },
	{ "python_full_version", "python_full_version" },
	{ "os_name", "os_name" },
	{ "os.name", "os_name" },
	{ "sys_platform", "sys_platform" },
	{ "sys.platform", "sys_platform" },
	{ "platform_release", "platform_release" },
	{ "platform_system", "platform_system" },
	{ "platform_version", "platform_version" },
	{ "platform.version", "platform_version" },
	{ "platform_machine", "platform_machine" },
	{ "platform.machine", "platform_machine" },
	{ "platform_python_implementation", "platform_python_implementation" },
	{ "platform.python_implementation", "platform_python_implementation" },
	{ "python_implementation", "platform_python_implementation" },
	{ "implementation_name", "implementation_name" },
	{ "implementation_version", "implementation_version" },
	{ "extra", "extra" },
	{ "extras", "extras" },
	{ "dependency_groups", "dependency_groups" },
};

/* Longer ones before those that they begin with. */
static const char *const operators[] = { "===", "==", "~=", "!=", "<=", ">=", "<", ">" };

struct operand {
	const char *variable;		/* NULL: a value */
	struct span value;
};

static bool
read_value(struct scan *s, struct operand *out)
{
	char quote = s->rest.at[0];
	const char *end = memchr(s->rest.at + 1, quote, s->rest.len - 1);

	if (!end)
		return refuse(s, "Expected a marker variable or quoted string");
	out->value = span_make(s->rest.at + 1, (size_t)(end - s->rest.at) - 1);
	for (size_t i = 0; i < out->value.len; i++)
		if (out->value.at[i] < ' ' || out->value.at[i] > '~' || out->value.at[i] == '\\')
			return refuse(s, "Invalid quoted string");
	s->rest = span_skip(s->rest, out->value.len + 2);
	return true;
}

static bool
read_operand(struct scan *s, struct operand *out)
{
	*out = (struct operand){ .variable = NULL };
	if (s->rest.len > 0 && (s->rest.at[0] == '"' || s->rest.at[0] == '\''))
		return read_value(s, out);
	for (size_t i = 0; i < ARRAY_LEN(variables); i++)
		if (skip_word(s, variables[i][0])) {
			out->variable = variables[i][1];
			return true;
		}
	return refuse(s, "Expected a marker variable or quoted string");
}

static bool
read_operator(struct scan *s, const char **out)
{
	*out = "in";
	if (skip_word(s, "in"))
		return true;
	if (skip_word(s, "not")) {
		struct span before = s->rest;

		*out = "not in";
		skip_blanks(s);
		if (s->rest.len == before.len)
			return refuse(s, "Expected whitespace after 'not'");
		return skip_word(s, "in") || refuse(s, "Expected 'in' after 'not'");
	}
	for (size_t i = 0; i < ARRAY_LEN(operators); i++)
		if (span_starts(s->rest, operators[i])) {
			*out = operators[i];
			s->rest = span_skip(s->rest, strlen(operators[i]));
			return true;
		}
	return refuse(s, "Expected marker operator, one of <=, <, !=, ==, >=, >, ~=, ===, in, not in");
}

static bool
is_variable(const struct operand *o, const char *name)
{
	return o->variable && strcmp(o->variable, name) == 0;
}

/* Names of extras and groups are compared in normal form; sets stand on the right only. */
static void
normalize_extras(struct arena *a, struct operand *left, struct operand *right)
{
	bool set = is_variable(right, "extras") || is_variable(right, "dependency_groups");

	if (is_variable(left, "extra") && !right->variable)
		right->value = span_of(pypi_name_normal(a, right->value));
	else if ((is_variable(right, "extra") || set) && !left->variable)
		left->value = span_of(pypi_name_normal(a, left->value));
}

static void
put_operand(struct buf *b, const struct operand *o)
{
	char quote = memchr(o->value.at ? o->value.at : "", '"', o->value.len) ? '\'' : '"';

	if (o->variable) {
		buf_puts(b, o->variable);
		return;
	}
	buf_putc(b, quote);
	buf_put_span(b, o->value);
	buf_putc(b, quote);
}

static bool
read_comparison(struct scan *s)
{
	struct operand left, right;
	struct buf b = buf_on(s->arena);
	const char *op;

	if (!read_operand(s, &left))
		return false;
	skip_blanks(s);
	if (!read_operator(s, &op))
		return false;
	skip_blanks(s);
	if (!read_operand(s, &right))
		return false;
	normalize_extras(s->arena, &left, &right);
	put_operand(&b, &left);
	buf_printf(&b, " %s ", op);
	put_operand(&b, &right);
	add_part(s, COMPARISON, buf_text(&b));
	return true;
}

/* ---- the whole ---- */

static bool
read_openings(struct scan *s)
{
	skip_blanks(s);
	while (skip_char(s, '(')) {
		if (s->depth == PYPI_MARKER_DEPTH)
			return refuse(s, "Marker expression is nested too deep");
		s->open[++s->depth] = add_part(s, OPENING, "(");
		skip_blanks(s);
	}
	return true;
}

static void
read_closings(struct scan *s)
{
	skip_blanks(s);
	while (s->depth > 0 && skip_char(s, ')')) {
		add_part(s, CLOSING, ")")->opening = s->open[s->depth--];
		skip_blanks(s);
	}
}

static bool
read_joining_word(struct scan *s)
{
	const char *word = skip_word(s, "and") ? "and" : skip_word(s, "or") ? "or" : NULL;

	if (!word)
		return false;
	s->open[s->depth]->joins = true;
	add_part(s, WORD, word);
	return true;
}

static bool
read_marker(struct scan *s)
{
	do {
		if (!read_openings(s) || !read_comparison(s))
			return false;
		read_closings(s);
	} while (read_joining_word(s));
	if (s->depth > 0)
		return refuse(s, "Expected matching RIGHT_PARENTHESIS for LEFT_PARENTHESIS, after marker expression");
	return s->rest.len == 0 || refuse(s, "Expected end of dependency specifier");
}

/* A parenthesis matters when more than one comparison is in it, and something stands beside it further out. */
static const char *
written(const struct scan *s)
{
	struct buf b = buf_on(s->arena);
	size_t beside = s->whole.joins ? 1 : 0;

	for (struct part *part = s->first; part; part = part->next) {
		switch (part->kind) {
		case OPENING:
			part->written = part->joins && beside > 0;
			beside += part->joins;
			if (part->written)
				buf_putc(&b, '(');
			break;
		case CLOSING:
			beside -= part->opening->joins;
			if (part->opening->written)
				buf_putc(&b, ')');
			break;
		case COMPARISON:
			buf_puts(&b, part->text);
			break;
		case WORD:
			buf_printf(&b, " %s ", part->text);
			break;
		}
	}
	return buf_text(&b);
}

const char *
pypi_marker_normal(struct arena *a, struct span text, const char **why)
{
	struct scan s = { .arena = a, .rest = text };

	s.last = &s.first;
	s.open[0] = &s.whole;
	if (read_marker(&s))
		return written(&s);
	*why = s.why;
	return NULL;
}
