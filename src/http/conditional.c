/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditional and range requests; see the header.
 */
#include "http/conditional.h"

#include <string.h>

#include "base/clock.h"
#include "base/compiler.h"
#include "base/number.h"
#include "base/text.h"
#include "http/request.h"

/* Without the mark of a weak tag. */
static struct span
opaque_tag(struct span tag)
{
	return span_starts(tag, "W/") ? span_skip(tag, 2) : tag;
}

/* Cut one entity tag off the front of the list; at == NULL at its end or at a malformed one. */
static struct span
next_tag(struct span *rest)
{
	struct span s = *rest;
	const char *end;
	size_t quote;

	while (s.len > 0 && (s.at[0] == ',' || is_space(s.at[0])))
		s = span_skip(s, 1);
	quote = span_starts(s, "W/") ? 2 : 0;
	if (s.len < quote + 2 || s.at[quote] != '"')
		return span_make(NULL, 0);
	end = memchr(s.at + quote + 1, '"', s.len - quote - 1);
	if (!end)
		return span_make(NULL, 0);
	s.len = (size_t)(end + 1 - s.at);
	*rest = span_skip(*rest, (size_t)(end + 1 - rest->at));
	return s;
}

/*
 * What web servers append to the tag of an answer that they compress on its
 * way. Clients send it back, and the servers pass it on as it is.
 */
static const char *const codings[] = { "-gzip\"", "-br\"", "-deflate\"", "-zstd\"" };

/* Weak comparison (RFC 9110 §8.8.3.2) with our tag, or with it as a web server changed it. */
static bool
is_ours(struct span given, struct span ours)
{
	struct span common = span_make(ours.at, ours.len - 1);

	if (span_equal(given, ours))
		return true;
	if (given.len <= common.len || memcmp(given.at, common.at, common.len) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(codings); i++)
		if (span_is(span_skip(given, common.len), codings[i]))
			return true;
	return false;
}

static bool
none_match(const char *list, const char *etag)
{
	struct span rest = span_of(list);
	struct span tag;

	if (span_is(span_trim(rest), "*"))
		return true;
	if (!etag)
		return false;
	while ((tag = next_tag(&rest)).at)
		if (is_ours(opaque_tag(tag), opaque_tag(span_of(etag))))
			return true;
	return false;
}

static int64_t
whole_seconds(int64_t micros)
{
	return micros / CLOCK_SECOND;
}

const char *
conditional_known_tag(const struct request *r)
{
	const char *given = request_header(r, "if-none-match");

	return given && given[strspn(given, "\"0123456789abcdef")] == '\0' ? given : NULL;
}

bool
conditional_not_modified(const struct request *r, const char *etag, int64_t modified)
{
	const char *list = request_header(r, "if-none-match");
	const char *since = request_header(r, "if-modified-since");
	int64_t t;

	if (r->method != METHOD_GET && r->method != METHOD_HEAD)
		return false;
	if (list)
		return none_match(list, etag);
	if (!since || modified == 0 || !clock_parse_http(span_of(since), &t))
		return false;
	return whole_seconds(modified) <= whole_seconds(t);
}

/* RFC 9110 §13.1.5: exactly this representation, by strong tag or by date. */
static bool
if_range_holds(const char *condition, const char *etag, int64_t modified)
{
	struct span given = span_trim(span_of(condition));
	int64_t t;

	if (span_starts(given, "\""))
		return etag && etag[0] == '"' && span_is(given, etag);
	if (modified == 0 || !clock_parse_http(given, &t))
		return false;
	return whole_seconds(modified) == whole_seconds(t);
}

/* A position too large for the type lies behind every representation. */
static bool
parse_position(struct span s, int64_t *out)
{
	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.at[i]))
			return false;
	if (!number_parse(s, 0, INT64_MAX, out))
		*out = INT64_MAX;
	return true;
}

static enum range_result
parse_spec(struct span spec, int64_t size, struct byte_range *part)
{
	struct span end = span_trim(spec);
	struct span begin = span_cut(&end, '-');
	int64_t from, to = INT64_MAX;

	if (!end.at)
		return RANGE_NONE;
	if (begin.len == 0) {			/* "-N": the last N bytes */
		if (!parse_position(end, &to))
			return RANGE_NONE;
		from = to < size ? size - to : 0;
		if (to == 0 || size == 0)
			return RANGE_UNSATISFIABLE;
		to = INT64_MAX;
	} else if (!parse_position(begin, &from) || (end.len > 0 && (!parse_position(end, &to) || to < from))) {
		return RANGE_NONE;
	}
	if (from >= size)
		return RANGE_UNSATISFIABLE;
	part->first = from;
	part->last = to < size ? to : size - 1;
	return RANGE_PART;
}

enum range_result
range_parse(const struct request *r, int64_t size, const char *etag, int64_t modified,
	    struct byte_range *part)
{
	struct span ranges = span_trim(span_of(request_header(r, "range")));
	const char *condition = request_header(r, "if-range");
	struct span unit;

	if (r->method != METHOD_GET || ranges.len == 0)
		return RANGE_NONE;
	if (condition && !if_range_holds(condition, etag, modified))
		return RANGE_NONE;
	unit = span_cut(&ranges, '=');
	if (!ranges.at || !span_equal_nocase(unit, SPAN("bytes")) || memchr(ranges.at, ',', ranges.len))
		return RANGE_NONE;
	return parse_spec(ranges, size, part);
}
