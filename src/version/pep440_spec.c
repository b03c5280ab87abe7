/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Version specifiers of Python packages; see the header.
 */
#include "version/pep440_spec.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"

/* A version that is asked about. */
struct candidate {
	struct arena *arena;
	const struct pep440 *whole;
	struct pep440 public;		/* without its local label */
};

struct pep440_operator {
	const char *text;
	bool takes_wildcard;
	bool takes_local;
	bool takes_anything;		/* not only versions */
	bool keeps_zeros;		/* at the end of a release they make a difference */
	size_t numbers;			/* at least so many in the release */
	bool (*matches)(const struct pep440_clause *c, const struct candidate *v);
};

/* ---- evaluation ---- */

static struct pep440
without_local(const struct pep440 *v)
{
	struct pep440 public = *v;

	public.local = NULL;
	public.local_count = 0;
	return public;
}

/* Whether V belongs to the series that the first NUMBERS numbers of PREFIX's release name. */
static bool
in_series(const struct pep440 *prefix, size_t numbers, const struct pep440 *v)
{
	if (!span_equal(prefix->epoch, v->epoch))
		return false;
	for (size_t i = 0; i < numbers; i++)
		if (!span_equal(prefix->release[i], i < v->release_count ? v->release[i] : SPAN("0")))
			return false;
	return true;
}

/* Whether they are pre- and post-releases, or development releases, of one and the same version. */
static bool
same_base(const struct pep440 *a, const struct pep440 *b)
{
	return in_series(a, a->release_count, b) && in_series(b, b->release_count, a);
}

static bool
is_equal(const struct pep440_clause *c, const struct candidate *v)
{
	if (c->wildcard)
		return in_series(&c->version, c->version.release_count, v->whole);
	return pep440_compare(c->version.local_count > 0 ? v->whole : &v->public, &c->version) == 0;
}

static bool
is_different(const struct pep440_clause *c, const struct candidate *v)
{
	return !is_equal(c, v);
}

static bool
is_at_most(const struct pep440_clause *c, const struct candidate *v)
{
	return pep440_compare(&v->public, &c->version) <= 0;
}

static bool
is_at_least(const struct pep440_clause *c, const struct candidate *v)
{
	return pep440_compare(&v->public, &c->version) >= 0;
}

/* "<1.0" is not satisfied by pre-releases of 1.0. */
static bool
is_less(const struct pep440_clause *c, const struct candidate *v)
{
	struct pep440 bound = c->version;

	if (!pep440_is_prerelease(&bound)) {
		bound.has_dev = true;
		bound.dev = SPAN("0");
	}
	return pep440_compare(&v->public, &bound) < 0;
}

/* ">1.0" is not satisfied by post-releases of 1.0. */
static bool
is_greater(const struct pep440_clause *c, const struct candidate *v)
{
	const struct pep440 *a = &c->version, *b = v->whole;

	if (pep440_compare(&v->public, a) <= 0)
		return false;
	return a->has_post || a->has_dev || !same_base(a, b) || a->pre != b->pre ||
	       (a->pre != PEP440_FINAL && !span_equal(a->pre_number, b->pre_number));
}

static bool
is_compatible(const struct pep440_clause *c, const struct candidate *v)
{
	return is_at_least(c, v) && in_series(&c->version, c->version.release_count - 1, v->whole);
}

static bool
is_same_text(const struct pep440_clause *c, const struct candidate *v)
{
	return span_equal_nocase(span_skip(c->text, strlen("===")), span_of(pep440_normal(v->arena, v->whole)));
}

/* Longer ones before those that they begin with. */
static const struct pep440_operator operators[] = {
	{ .text = "===", .matches = is_same_text, .takes_anything = true },
	{ .text = "==", .matches = is_equal, .takes_wildcard = true, .takes_local = true, .numbers = 1 },
	{ .text = "!=", .matches = is_different, .takes_wildcard = true, .takes_local = true, .numbers = 1 },
	{ .text = "~=", .matches = is_compatible, .keeps_zeros = true, .numbers = 2 },
	{ .text = "<=", .matches = is_at_most, .numbers = 1 },
	{ .text = ">=", .matches = is_at_least, .numbers = 1 },
	{ .text = "<", .matches = is_less, .numbers = 1 },
	{ .text = ">", .matches = is_greater, .numbers = 1 },
};

bool
pep440_spec_matches(struct arena *a, const struct pep440_spec *spec, const struct pep440 *v)
{
	struct candidate candidate = { .arena = a, .whole = v, .public = without_local(v) };

	for (size_t i = 0; i < spec->count; i++)
		if (!spec->clauses[i].op->matches(&spec->clauses[i], &candidate))
			return false;
	return true;
}

bool
pep440_spec_wants_prereleases(const struct pep440_spec *spec)
{
	for (size_t i = 0; i < spec->count; i++) {
		const struct pep440_clause *c = &spec->clauses[i];

		if (c->op->matches != is_different && c->has_version && pep440_is_prerelease(&c->version))
			return true;
	}
	return false;
}

size_t
pep440_spec_filter(struct arena *a, const struct pep440_spec *spec, const struct pep440 *versions,
		   size_t count, bool *keep)
{
	bool wanted = pep440_spec_wants_prereleases(spec);
	size_t kept = 0, finals = 0;

	for (size_t i = 0; i < count; i++) {
		keep[i] = pep440_spec_matches(a, spec, &versions[i]);
		kept += keep[i];
		finals += keep[i] && !pep440_is_prerelease(&versions[i]);
	}
	if (wanted || finals == 0)
		return kept;
	for (size_t i = 0; i < count; i++)
		keep[i] = keep[i] && !pep440_is_prerelease(&versions[i]);
	return finals;
}

/* ---- reading ---- */

static bool
is_printable(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] <= ' ' || s.at[i] > '~')
			return false;
	return true;
}

/* What follows "===" may stand before a marker, or in parentheses. */
static bool
ends_within(struct span s)
{
	return memchr(s.at, ';', s.len) || memchr(s.at, ')', s.len);
}

static bool
read_version(struct arena *a, struct span text, struct pep440_clause *c)
{
	const struct pep440_operator *op = c->op;

	if (text.len == 0 || !is_printable(text))
		return false;
	if (op->takes_anything) {
		c->has_version = pep440_parse(a, text, &c->version);
		return !ends_within(text);
	}
	c->wildcard = op->takes_wildcard && text.len > 2 && memcmp(text.at + text.len - 2, ".*", 2) == 0;
	if (c->wildcard)
		text.len -= 2;
	c->has_version = pep440_parse(a, text, &c->version);
	if (!c->has_version || c->version.release_count < op->numbers)
		return false;
	if (c->wildcard)
		return !pep440_is_prerelease(&c->version) && !c->version.has_post && c->version.local_count == 0;
	return op->takes_local || c->version.local_count == 0;
}

/* Operator and version in the spelling that clauses are told apart by. */
static const char *
identity(struct arena *a, const struct pep440_clause *c)
{
	if (c->op->takes_anything || c->wildcard)
		return arena_dup(a, c->text.at, c->text.len);
	return arena_printf(a, "%s%s", c->op->text,
			    c->op->keeps_zeros ? pep440_normal(a, &c->version) : pep440_canonical(a, &c->version));
}

static bool
read_clause(struct arena *a, struct span text, struct pep440_clause *c)
{
	struct buf b = buf_on(a);
	struct span version;

	for (size_t i = 0; i < ARRAY_LEN(operators) && !c->op; i++)
		if (span_starts(text, operators[i].text))
			c->op = &operators[i];
	if (!c->op)
		return false;
	version = span_trim(span_skip(text, strlen(c->op->text)));
	if (!read_version(a, version, c))
		return false;
	buf_puts(&b, c->op->text);
	buf_put_span(&b, version);
	c->text = buf_span(&b);
	c->identity = identity(a, c);
	return true;
}

static int
by_text(const void *x, const void *y)
{
	const struct pep440_clause *a = x, *b = y;
	int order = memcmp(a->text.at, b->text.at, a->text.len < b->text.len ? a->text.len : b->text.len);

	return order != 0 ? order : (a->text.len > b->text.len) - (a->text.len < b->text.len);
}

static int
by_identity(const void *x, const void *y)
{
	const struct pep440_clause *a = x, *b = y;
	int order = strcmp(a->identity, b->identity);

	return order != 0 ? order : by_text(a, b);
}

/* Of those that are the same the first in the order of texts stays. */
static size_t
sort_clauses(struct pep440_clause *clauses, size_t count)
{
	size_t kept = 0;

	if (count == 0)
		return 0;
	qsort(clauses, count, sizeof(*clauses), by_identity);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(clauses[i].identity, clauses[kept - 1].identity) != 0)
			clauses[kept++] = clauses[i];
	qsort(clauses, kept, sizeof(*clauses), by_text);
	return kept;
}

bool
pep440_spec_parse(struct arena *a, struct span text, struct pep440_spec *out)
{
	struct pep440_clause *clauses;
	size_t commas = 0, count = 0;

	*out = (struct pep440_spec){ .count = 0 };
	if (text.len > PEP440_SPEC_MAX)
		return false;
	for (size_t i = 0; i < text.len; i++)
		commas += text.at[i] == ',';
	if (commas >= PEP440_SPEC_CLAUSES)
		return false;
	clauses = arena_zalloc(a, commas + 1, sizeof(*clauses));
	while (text.at) {
		struct span clause = span_trim(span_cut(&text, ','));

		if (clause.len > 0 && !read_clause(a, clause, &clauses[count++]))
			return false;
	}
	out->clauses = clauses;
	out->count = sort_clauses(clauses, count);
	return true;
}

const char *
pep440_spec_text(struct arena *a, const struct pep440_spec *spec)
{
	struct buf b = buf_on(a);

	for (size_t i = 0; i < spec->count; i++) {
		if (i > 0)
			buf_putc(&b, ',');
		buf_put_span(&b, spec->clauses[i].text);
	}
	return buf_text(&b);
}
