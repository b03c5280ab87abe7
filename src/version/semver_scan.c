/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers, identifiers and complaints; see the header. The texts are those of
 * the parser inside cargo, so that users find them with a search engine.
 */
#include "version/semver_scan.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

const char *
semver_part_name(enum semver_part part)
{
	static const char *const names[] = {
		[SEMVER_MAJOR] = "major version number",
		[SEMVER_MINOR] = "minor version number",
		[SEMVER_PATCH] = "patch version number",
		[SEMVER_PRE] = "pre-release identifier",
		[SEMVER_BUILD] = "build metadata",
	};

	return names[part];
}

bool
semver_scan_fail(struct semver_scan *s, const char *format, ...)
{
	va_list args;

	if (!s->why || s->why_size == 0)
		return false;
	va_start(args, format);
	vsnprintf(s->why, s->why_size, format, args);
	va_end(args);
	return false;
}

const char *
semver_scan_quote(struct span rest, char text[16])
{
	struct span behind = rest;
	uint32_t c = text_next_char(&behind);

	if (c == UINT32_MAX)
		snprintf(text, 16, "'\\u{fffd}'");
	else if (c == 0)
		snprintf(text, 16, "'\\0'");
	else if (c == '\t' || c == '\n' || c == '\r')
		snprintf(text, 16, "'\\%c'", c == '\t' ? 't' : c == '\n' ? 'n' : 'r');
	else if (c == '\'' || c == '\\')
		snprintf(text, 16, "'\\%c'", (char)c);
	else if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		snprintf(text, 16, "'\\u{%x}'", (unsigned)c);
	else
		snprintf(text, 16, "'%.*s'", (int)(rest.len - behind.len), rest.at);
	return text;
}

bool
semver_scan_take(struct semver_scan *s, char c)
{
	if (s->rest.len == 0 || s->rest.at[0] != c)
		return false;
	s->rest = span_skip(s->rest, 1);
	return true;
}

static bool
fail_at_number(struct semver_scan *s)
{
	char quoted[16];

	if (s->rest.len == 0)
		return semver_scan_fail(s, "unexpected end of input while parsing %s", semver_part_name(s->part));
	return semver_scan_fail(s, "unexpected character %s while parsing %s",
		semver_scan_quote(s->rest, quoted), semver_part_name(s->part));
}

bool
semver_scan_number(struct semver_scan *s, enum semver_part part, uint64_t *out)
{
	uint64_t value = 0;
	size_t len = 0;

	s->part = part;
	for (; len < s->rest.len && is_digit(s->rest.at[len]); len++) {
		unsigned digit = (unsigned)(s->rest.at[len] - '0');

		if (len > 0 && value == 0)
			return semver_scan_fail(s, "invalid leading zero in %s", semver_part_name(part));
		if (value > (UINT64_MAX - digit) / 10)
			return semver_scan_fail(s, "value of %s exceeds u64::MAX", semver_part_name(part));
		value = value * 10 + digit;
	}
	if (len == 0)
		return fail_at_number(s);
	s->rest = span_skip(s->rest, len);
	*out = value;
	return true;
}

/* Length of the identifier at the start of REST; *NUMERIC: digits only. */
static size_t
identifier_length(struct span rest, bool *numeric)
{
	size_t len = 0;

	*numeric = true;
	while (len < rest.len && (is_alnum(rest.at[len]) || rest.at[len] == '-'))
		*numeric &= is_digit(rest.at[len++]);
	return len;
}

bool
semver_scan_identifiers(struct semver_scan *s, enum semver_part part, struct span *out)
{
	const char *start = s->rest.at;

	s->part = part;
	do {
		bool numeric;
		size_t len = identifier_length(s->rest, &numeric);

		if (len == 0)
			return semver_scan_fail(s, "empty identifier segment in %s", semver_part_name(part));
		if (part == SEMVER_PRE && numeric && len > 1 && s->rest.at[0] == '0')
			return semver_scan_fail(s, "invalid leading zero in %s", semver_part_name(part));
		s->rest = span_skip(s->rest, len);
	} while (semver_scan_take(s, '.'));
	*out = span_make(start, (size_t)(s->rest.at - start));
	return true;
}
