/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Media types; see the header.
 */
#include "http/accept.h"

#include <string.h>

#include "base/text.h"

/* How well RANGE fits: 3 exactly, 2 by its type, 1 as anything, 0 not. */
static int
fit(struct span range, struct span type)
{
	const char *slash = memchr(type.at, '/', type.len);
	size_t head = slash ? (size_t)(slash - type.at) + 1 : type.len;

	if (span_equal_nocase(range, type))
		return 3;
	if (span_is(range, "*/*"))
		return 1;
	if (range.len == head + 1 && range.at[head] == '*' &&
	    span_equal_nocase(span_make(range.at, head), span_make(type.at, head)))
		return 2;
	return 0;
}

/* "0.85" → 850; what is no weight counts in full, as if it were not there. */
static int
weight(struct span text)
{
	int value, unit = 100;

	if (text.len == 0 || text.len > 5 || (text.at[0] != '0' && text.at[0] != '1') ||
	    (text.len > 1 && text.at[1] != '.'))
		return ACCEPT_BEST;
	value = text.at[0] == '1' ? ACCEPT_BEST : 0;
	for (size_t i = 2; i < text.len; i++, unit /= 10) {
		if (!is_digit(text.at[i]))
			return ACCEPT_BEST;
		value += (text.at[i] - '0') * unit;
	}
	return value > ACCEPT_BEST ? ACCEPT_BEST : value;
}

static int
weight_of(struct span parameters)
{
	while (parameters.at) {
		struct span parameter = span_trim(span_cut(&parameters, ';'));

		if (span_starts(parameter, "q=") || span_starts(parameter, "Q="))
			return weight(span_skip(parameter, 2));
	}
	return ACCEPT_BEST;
}

int
accept_weight(const char *accept, const char *media_type)
{
	struct span rest = span_trim(span_of(accept));
	int best = 0, result = 0;

	if (rest.len == 0)
		return ACCEPT_BEST;
	while (rest.at) {
		struct span parameters = span_cut(&rest, ',');
		struct span range = span_trim(span_cut(&parameters, ';'));
		int how = fit(range, span_of(media_type));

		if (how > best) {
			best = how;
			result = weight_of(parameters);
		}
	}
	return result;
}

bool
media_type_is(const char *content_type, const char *media_type)
{
	struct span rest = span_of(content_type);

	return span_equal_nocase(span_trim(span_cut(&rest, ';')), span_of(media_type));
}
