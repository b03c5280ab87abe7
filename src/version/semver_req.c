/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Version requirements: the grammar and the matching rules of cargo
 * (The Cargo Book, "Specifying Dependencies").
 */
#include "version/semver_req.h"

#include "version/semver_scan.h"

static void
skip_blanks(struct semver_scan *s)
{
	while (semver_scan_take(s, ' '))
		;
}

static bool
take_wildcard(struct semver_scan *s)
{
	return semver_scan_take(s, '*') || semver_scan_take(s, 'x') || semver_scan_take(s, 'X');
}

/* Returns false when no operator is written, which means SEMVER_CARET. */
static bool
take_operator(struct semver_scan *s, enum semver_op *op)
{
	*op = SEMVER_CARET;
	if (semver_scan_take(s, '='))
		*op = SEMVER_EXACT;
	else if (semver_scan_take(s, '>'))
		*op = semver_scan_take(s, '=') ? SEMVER_GREATER_EQUAL : SEMVER_GREATER;
	else if (semver_scan_take(s, '<'))
		*op = semver_scan_take(s, '=') ? SEMVER_LESS_EQUAL : SEMVER_LESS;
	else if (semver_scan_take(s, '~'))
		*op = SEMVER_TILDE;
	else
		return semver_scan_take(s, '^');
	return true;
}

/* ".minor" and ".patch", either of which may be missing or a wildcard. */
static bool
scan_minor_and_patch(struct semver_scan *s, struct semver_comparator *c, bool *wildcard)
{
	*wildcard = false;
	if (!semver_scan_take(s, '.'))
		return true;
	s->part = SEMVER_MINOR;
	if (take_wildcard(s)) {
		*wildcard = true;
	} else {
		if (!semver_scan_number(s, SEMVER_MINOR, &c->minor))
			return false;
		c->has_minor = true;
	}
	if (!semver_scan_take(s, '.'))
		return true;
	s->part = SEMVER_PATCH;
	if (take_wildcard(s)) {
		*wildcard = true;
		return true;
	}
	if (*wildcard)
		return semver_scan_fail(s, "unexpected character after wildcard in version req");
	c->has_patch = true;
	return semver_scan_number(s, SEMVER_PATCH, &c->patch);
}

static bool
scan_comparator(struct semver_scan *s, struct semver_comparator *c)
{
	bool explicit_op = take_operator(s, &c->op);
	bool wildcard;
	struct span build;

	skip_blanks(s);
	if (!semver_scan_number(s, SEMVER_MAJOR, &c->major)
	    || !scan_minor_and_patch(s, c, &wildcard))
		return false;
	if (wildcard && !explicit_op)
		c->op = SEMVER_WILDCARD;
	if (c->has_patch && semver_scan_take(s, '-')
	    && !semver_scan_identifiers(s, SEMVER_PRE, &c->pre))
		return false;
	if (c->has_patch && semver_scan_take(s, '+')
	    && !semver_scan_identifiers(s, SEMVER_BUILD, &build))
		return false;
	skip_blanks(s);
	return true;
}

/* The reason for a "*" within a list is better than "unexpected character". */
static bool
fail_at_wildcard(struct semver_scan *s, struct span from)
{
	struct semver_scan look = { .rest = from };

	if (!take_wildcard(&look))
		return false;
	skip_blanks(&look);
	if (look.rest.len > 0 && look.rest.at[0] != ',')
		return false;
	return semver_scan_fail(s, "wildcard req (%c) must be the only comparator in the version req", from.at[0]);
}

static bool
scan_list(struct semver_scan *s, struct semver_req *out)
{
	char quoted[16];

	for (;;) {
		struct span from = s->rest;

		if (!scan_comparator(s, &out->at[out->count]))
			return fail_at_wildcard(s, from);
		out->count++;
		if (s->rest.len == 0)
			return true;
		if (!semver_scan_take(s, ','))
			return semver_scan_fail(s, "expected comma after %s, found %s",
				semver_part_name(s->part), semver_scan_quote(s->rest, quoted));
		if (out->count == SEMVER_REQ_MAX)
			return semver_scan_fail(s, "excessive number of version comparators");
		skip_blanks(s);
	}
}

bool
semver_req_parse(struct span text, struct semver_req *out, char *why, size_t why_size)
{
	struct semver_scan s = { .rest = text, .why = why, .why_size = why_size };
	struct span from;

	*out = (struct semver_req){ 0 };
	skip_blanks(&s);
	from = s.rest;
	if (!take_wildcard(&s))
		return scan_list(&s, out);
	skip_blanks(&s);
	if (s.rest.len == 0)
		return true;
	if (s.rest.at[0] == ',')
		return fail_at_wildcard(&s, from);
	return semver_scan_fail(&s, "unexpected character after wildcard in version req");
}

static bool
matches_exact(const struct semver_comparator *c, const struct semver *v)
{
	return v->major == c->major
		&& (!c->has_minor || v->minor == c->minor)
		&& (!c->has_patch || v->patch == c->patch)
		&& semver_compare_pre(v->pre, c->pre) == 0;
}

/* The order of V against C; 0 also when V only goes on where the partial C ends. */
static int
compare_partial(const struct semver_comparator *c, const struct semver *v)
{
	if (v->major != c->major)
		return v->major > c->major ? 1 : -1;
	if (!c->has_minor)
		return 0;
	if (v->minor != c->minor)
		return v->minor > c->minor ? 1 : -1;
	if (!c->has_patch)
		return 0;
	if (v->patch != c->patch)
		return v->patch > c->patch ? 1 : -1;
	return semver_compare_pre(v->pre, c->pre);
}

static bool
matches_tilde(const struct semver_comparator *c, const struct semver *v)
{
	if (v->major != c->major || (c->has_minor && v->minor != c->minor))
		return false;
	if (c->has_patch && v->patch != c->patch)
		return v->patch > c->patch;
	return semver_compare_pre(v->pre, c->pre) >= 0;
}

static bool
matches_caret(const struct semver_comparator *c, const struct semver *v)
{
	if (v->major != c->major)
		return false;
	if (!c->has_minor)
		return true;
	if (!c->has_patch)
		return c->major > 0 ? v->minor >= c->minor : v->minor == c->minor;
	if (v->minor != c->minor)
		return c->major > 0 && v->minor > c->minor;
	if (v->patch != c->patch)
		return (c->major > 0 || c->minor > 0) && v->patch > c->patch;
	return semver_compare_pre(v->pre, c->pre) >= 0;
}

static bool
matches_one(const struct semver_comparator *c, const struct semver *v)
{
	switch (c->op) {
	case SEMVER_EXACT:
	case SEMVER_WILDCARD:
		return matches_exact(c, v);
	case SEMVER_GREATER:
		return compare_partial(c, v) > 0;
	case SEMVER_GREATER_EQUAL:
		return compare_partial(c, v) > 0 || matches_exact(c, v);
	case SEMVER_LESS:
		return compare_partial(c, v) < 0;
	case SEMVER_LESS_EQUAL:
		return compare_partial(c, v) < 0 || matches_exact(c, v);
	case SEMVER_TILDE:
		return matches_tilde(c, v);
	case SEMVER_CARET:
		break;
	}
	return matches_caret(c, v);
}

static bool
allows_pre(const struct semver_comparator *c, const struct semver *v)
{
	return c->has_patch && c->pre.len > 0 && c->major == v->major
		&& c->minor == v->minor && c->patch == v->patch;
}

bool
semver_req_matches(const struct semver_req *req, const struct semver *v)
{
	bool pre_allowed = !semver_is_prerelease(v);

	for (size_t i = 0; i < req->count; i++) {
		if (!matches_one(&req->at[i], v))
			return false;
		pre_allowed |= allows_pre(&req->at[i], v);
	}
	return pre_allowed;
}
