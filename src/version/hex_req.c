/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elixir requirements; see the header.
 */
#include "version/hex_req.h"

#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/text.h"
#include "version/semver.h"

/* Longer ones before those that they begin with. */
static const char *const operators[] = { "==", "!=", "!", ">=", ">", "<=", "<", "~>" };

static size_t
skip_spaces(struct span *rest)
{
	size_t n = 0;

	while (n < rest->len && rest->at[n] == ' ')
		n++;
	*rest = span_skip(*rest, n);
	return n;
}

/* "X.Y" and what follows it as "X.Y.0" and that. */
static bool
is_short_version(struct span text)
{
	char full[HEX_REQ_MAX + 8];
	size_t numbers = 0, dots = 0;
	struct semver ignored;
	int n;

	for (; numbers < text.len && text.at[numbers] != '-' && text.at[numbers] != '+'; numbers++)
		dots += text.at[numbers] == '.';
	if (dots != 1)
		return false;
	n = snprintf(full, sizeof(full), "%.*s.0%.*s", (int)numbers, text.at, (int)(text.len - numbers),
		     text.at + numbers);
	return semver_parse(span_make(full, (size_t)n), &ignored, NULL, 0);
}

static bool
comparison(struct span *rest)
{
	const char *op = "";
	struct span version;
	struct semver ignored;

	skip_spaces(rest);
	for (size_t i = 0; i < ARRAY_LEN(operators) && !*op; i++)
		if (span_starts(*rest, operators[i]))
			op = operators[i];
	*rest = span_skip(*rest, strlen(op));
	skip_spaces(rest);
	version = *rest;
	for (version.len = 0; version.len < rest->len && rest->at[version.len] != ' '; version.len++)
		;
	*rest = span_skip(*rest, version.len);
	return semver_parse(version, &ignored, NULL, 0) || (strcmp(op, "~>") == 0 && is_short_version(version));
}

bool
hex_req_is_valid(struct span text)
{
	if (text.len > HEX_REQ_MAX || span_find_nul(text) >= 0)
		return false;
	for (;;) {
		if (!comparison(&text))
			return false;
		if (skip_spaces(&text) == 0 || text.len == 0)
			return text.len == 0;
		if (span_starts(text, "and "))
			text = span_skip(text, strlen("and "));
		else if (span_starts(text, "or "))
			text = span_skip(text, strlen("or "));
		else
			return false;
	}
}
