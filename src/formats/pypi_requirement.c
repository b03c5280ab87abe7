/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requirements of Python packages; see the header.
 */
#include "formats/pypi_requirement.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "formats/pypi_marker.h"
#include "formats/pypi_name.h"

struct scan {
	struct arena *arena;
	struct span rest;
	const char *why;
};

static bool
refuse(struct scan *s, const char *why)
{
	s->why = why;
	return false;
}

static size_t
skip_blanks(struct scan *s)
{
	size_t n = 0;

	while (n < s->rest.len && (s->rest.at[n] == ' ' || s->rest.at[n] == '\t'))
		n++;
	s->rest = span_skip(s->rest, n);
	return n;
}

static bool
skip_char(struct scan *s, char c)
{
	if (s->rest.len == 0 || s->rest.at[0] != c)
		return false;
	s->rest = span_skip(s->rest, 1);
	return true;
}

/* Cut off what comes before the first byte of STOPS, or all. */
static struct span
cut_before(struct scan *s, const char *stops)
{
	size_t len = 0;

	while (len < s->rest.len && !strchr(stops, s->rest.at[len]))
		len++;
	s->rest = span_skip(s->rest, len);
	return span_make(s->rest.at - len, len);
}

/* A name as far as it goes. */
static bool
read_name(struct scan *s, struct span *out)
{
	size_t len = 0;

	while (len < s->rest.len && (is_alnum(s->rest.at[len]) || strchr("._-", s->rest.at[len])))
		len++;
	*out = span_make(s->rest.at, len);
	s->rest = span_skip(s->rest, len);
	return pypi_name_is_valid(*out);
}

/* ---- extras ---- */

static int
by_text(const void *x, const void *y)
{
	const struct span *a = x, *b = y;
	int order = memcmp(a->at, b->at, a->len < b->len ? a->len : b->len);

	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static size_t
sort_extras(struct span *extras, size_t count)
{
	size_t kept = 0;

	qsort(extras, count, sizeof(*extras), by_text);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || !span_equal(extras[i], extras[kept - 1]))
			extras[kept++] = extras[i];
	return kept;
}

/* What stands between the brackets, with at least one name. */
static bool
read_extra_names(struct scan *s, struct span *extras, size_t *count)
{
	do {
		skip_blanks(s);
		if (*count == PYPI_REQUIREMENT_EXTRAS)
			return refuse(s, "Too many extras");
		if (!read_name(s, &extras[(*count)++]))
			return refuse(s, *count == 1 ? "Expected extra name" : "Expected extra name after comma");
		skip_blanks(s);
	} while (skip_char(s, ','));
	if (s->rest.len > 0 && is_alnum(s->rest.at[0]))
		return refuse(s, "Expected comma between extra names");
	return true;
}

static bool
read_extras(struct scan *s, struct pypi_requirement *out)
{
	struct span *extras;

	if (!skip_char(s, '['))
		return true;
	skip_blanks(s);
	if (skip_char(s, ']'))
		return true;
	extras = arena_zalloc(s->arena, PYPI_REQUIREMENT_EXTRAS, sizeof(*extras));
	if (!read_extra_names(s, extras, &out->extra_count))
		return false;
	if (!skip_char(s, ']'))
		return refuse(s, "Expected matching RIGHT_BRACKET for LEFT_BRACKET, after extras");
	out->extra_count = sort_extras(extras, out->extra_count);
	out->extras = extras;
	return true;
}

/* ---- versions and URLs ---- */

/* A set of specifiers alone may have empty clauses; here only one comma at the end may be too many. */
static bool
has_empty_clause(struct span text)
{
	for (size_t clauses = 0; text.at; clauses++) {
		struct span clause = span_trim(span_cut(&text, ','));

		if (clause.len == 0 && (text.at || clauses == 0))
			return true;
	}
	return false;
}

static bool
read_versions(struct scan *s, struct pypi_requirement *out)
{
	bool parenthesized = skip_char(s, '(');
	struct span text = span_trim(cut_before(s, ";)"));

	if (text.len > 0 && (has_empty_clause(text) || !pep440_spec_parse(s->arena, text, &out->versions)))
		return refuse(s, arena_printf(s->arena, "Invalid specifier: '%.*s'", (int)text.len, text.at));
	if (parenthesized && !skip_char(s, ')'))
		return refuse(s, "Expected matching RIGHT_PARENTHESIS for LEFT_PARENTHESIS, after version specifier");
	skip_blanks(s);
	return true;
}

static bool
read_url(struct scan *s, struct pypi_requirement *out)
{
	skip_blanks(s);
	out->url = cut_before(s, " \t");
	if (out->url.len == 0)
		return refuse(s, "Expected URL after @");
	skip_blanks(s);
	return true;
}

/* ---- the whole ---- */

static bool
read_marker(struct scan *s, struct pypi_requirement *out)
{
	if (s->rest.len == 0)
		return true;
	if (!skip_char(s, ';'))
		return refuse(s, "Expected semicolon or end");
	out->marker = pypi_marker_normal(s->arena, s->rest, &s->why);
	return out->marker != NULL;
}

static bool
is_one_line(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] != '\t' && (text.at[i] < ' ' || text.at[i] > '~'))
			return false;
	return true;
}

static bool
read_requirement(struct scan *s, struct pypi_requirement *out)
{
	if (s->rest.len > PYPI_REQUIREMENT_MAX)
		return refuse(s, "Too long");
	if (!is_one_line(s->rest))
		return refuse(s, "Expected printable ASCII characters");
	skip_blanks(s);
	if (!read_name(s, &out->name))
		return refuse(s, "Expected package name at the start of dependency specifier");
	skip_blanks(s);
	if (!read_extras(s, out))
		return false;
	skip_blanks(s);
	return (skip_char(s, '@') ? read_url(s, out) : read_versions(s, out)) && read_marker(s, out);
}

bool
pypi_requirement_parse(struct arena *a, struct span text, struct pypi_requirement *out, const char **why)
{
	struct scan s = { .arena = a, .rest = text };

	*out = (struct pypi_requirement){ .marker = NULL };
	if (read_requirement(&s, out))
		return true;
	if (why)
		*why = s.why;
	return false;
}

const char *
pypi_requirement_text(struct arena *a, const struct pypi_requirement *r)
{
	struct buf b = buf_on(a);

	buf_put_span(&b, r->name);
	for (size_t i = 0; i < r->extra_count; i++) {
		buf_putc(&b, i == 0 ? '[' : ',');
		buf_put_span(&b, r->extras[i]);
	}
	if (r->extra_count > 0)
		buf_putc(&b, ']');
	buf_puts(&b, pep440_spec_text(a, &r->versions));
	if (r->url.len > 0) {
		buf_puts(&b, " @ ");
		buf_put_span(&b, r->url);
	}
	if (r->marker)
		buf_printf(&b, "%s; %s", r->url.len > 0 ? " " : "", r->marker);
	return buf_text(&b);
}
