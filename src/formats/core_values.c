/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single values of core metadata; see the header.
 */
#include "formats/core_values.h"

#include "base/arena.h"
#include "base/compiler.h"
#include "base/text.h"
#include "formats/python_repr.h"

const char *
core_quoted(struct arena *a, struct span value)
{
	return python_repr(a, python_repr_ends(a, value, CORE_VALUE_SHOWN));
}

bool
core_has_line_end(struct span value)
{
	while (value.len > 0) {
		uint32_t c = text_next_char(&value);

		if ((c >= '\n' && c <= '\r') || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029)
			return true;
	}
	return false;
}

/* ---- content types ---- */

#define CONTENT_TYPE "'description-content-type'"

struct parameters {
	struct span charset;		/* at == NULL: not given */
	struct span variant;
};

static bool
is_token(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] <= ' ' || s.at[i] >= 0x7f || strchr("()<>@,;:\\\"/[]?=", s.at[i]))
			return false;
	return s.len > 0;
}

/* Up to the next semicolon outside of quotes. */
static struct span
cut_parameter(struct span *rest)
{
	struct span head = *rest;
	bool quoted = false;

	for (size_t i = 0; i < rest->len; i++) {
		if (rest->at[i] == '"')
			quoted = !quoted;
		if (rest->at[i] != ';' || quoted)
			continue;
		head.len = i;
		*rest = span_skip(*rest, i + 1);
		return head;
	}
	*rest = (struct span){ NULL, 0 };
	return head;
}

static bool
unquote(struct span *value)
{
	if (value->len < 2 || value->at[0] != '"' || value->at[value->len - 1] != '"')
		return is_token(*value);
	*value = span_make(value->at + 1, value->len - 2);
	return !memchr(value->at, '"', value->len) && !memchr(value->at, '\\', value->len);
}

static bool
read_parameters(struct span rest, struct parameters *out)
{
	while (rest.at) {
		struct span value = span_trim(cut_parameter(&rest));
		struct span name, *member = NULL;

		/* A semicolon at the end does no harm. */
		if (value.len == 0 && !rest.at)
			break;
		name = span_trim(span_cut(&value, '='));
		value = span_trim(value);
		if (!is_token(name) || !value.at || !unquote(&value))
			return false;
		if (span_equal_nocase(name, SPAN("charset")))
			member = &out->charset;
		if (span_equal_nocase(name, SPAN("variant")))
			member = &out->variant;
		if (member && member->at)
			return false;
		if (member)
			*member = value;
	}
	return true;
}

const char *
core_content_type_fault(struct arena *a, struct span value)
{
	static const char *const types[] = { "text/plain", "text/x-rst", "text/markdown" };
	struct span rest = value, type = span_trim(cut_parameter(&rest));
	struct parameters p = { { NULL, 0 }, { NULL, 0 } };
	size_t i = 0;

	while (i < ARRAY_LEN(types) && !span_equal_nocase(type, span_of(types[i])))
		i++;
	if (i == ARRAY_LEN(types))
		return arena_printf(a, CONTENT_TYPE " must be one of ['text/plain', 'text/x-rst', 'text/markdown'], "
				    "not %s", core_quoted(a, value));
	if (!read_parameters(rest, &p))
		return arena_printf(a, "%s is not a valid content type for " CONTENT_TYPE, core_quoted(a, value));
	if (p.charset.at && !span_equal_nocase(p.charset, SPAN("utf-8")))
		return arena_printf(a, CONTENT_TYPE " can only specify the UTF-8 charset, not %s",
				    core_quoted(a, p.charset));
	if (i == 2 && p.variant.at && !span_is(p.variant, "GFM") && !span_is(p.variant, "CommonMark"))
		return arena_printf(a, "valid Markdown variants for " CONTENT_TYPE " are ['GFM', 'CommonMark'], not %s",
				    core_quoted(a, p.variant));
	return NULL;
}

/* ---- paths of licenses ---- */

/* Whether a path is spelled the shortest way and with slashes only. */
static bool
is_plain(struct span path)
{
	if (span_is(path, "."))
		return true;
	while (path.at) {
		struct span step = span_cut(&path, '/');

		if (step.len == 0 || span_is(step, ".") || memchr(step.at, '\\', step.len))
			return false;
	}
	return true;
}

const char *
core_license_file_fault(struct arena *a, struct span path)
{
	bool drive = path.len >= 2 && is_alpha(path.at[0]) && path.at[1] == ':';
	const char *why = NULL;

	if (span_contains(path, ".."))
		why = "parent directory indicators are not allowed";
	else if (span_contains(path, "*"))
		why = "paths must be resolved";
	else if (drive || span_starts(path, "/") || span_starts(path, "\\\\"))
		why = "paths must be relative";
	else if (!is_plain(path))
		why = "paths must use '/' delimiter";
	return why ? arena_printf(a, "%s is invalid for 'license-file', %s", core_quoted(a, path), why) : NULL;
}

/* ---- names of modules ---- */

static bool
is_identifier(struct span s)
{
	bool first = true;

	if (s.len == 0)
		return false;
	for (; s.len > 0; first = false) {
		uint32_t c = text_next_char(&s);

		if (c == UINT32_MAX || !(c == '_' || (first ? char_is_xid_start(c) : char_is_xid_continue(c))))
			return false;
	}
	return true;
}

static bool
is_keyword(struct span s)
{
	static const char *const keywords[] = {
		"False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
		"del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
		"lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
	};

	for (size_t i = 0; i < ARRAY_LEN(keywords); i++)
		if (span_is(s, keywords[i]))
			return true;
	return false;
}

static struct span
trim_end(struct span s)
{
	while (s.len > 0 && is_space(s.at[s.len - 1]))
		s.len--;
	return s;
}

const char *
core_import_name_fault(struct arena *a, const char *field, struct span value)
{
	struct span option = value, name = trim_end(span_cut(&option, ';'));
	struct span rest = name;

	while (rest.at) {
		struct span word = span_cut(&rest, '.');
		const char *why = !is_identifier(word) ? "is not a valid identifier"
			: is_keyword(word) ? "is a keyword" : NULL;

		if (why)
			return arena_printf(a, "%s is invalid for '%s'; %s %s", core_quoted(a, name), field,
					    core_quoted(a, word), why);
	}
	if (option.at && !span_is(span_trim(option), "private"))
		return arena_printf(a, "%s is invalid for '%s'; the only valid option is 'private'",
				    core_quoted(a, value), field);
	return NULL;
}

/* ---- addresses ---- */

/* Whether a host's digits behind the last colon are a port, if that is what they are. */
static bool
has_good_port(struct span authority)
{
	struct span port = authority;
	unsigned long number = 0;

	for (size_t i = 0; i < authority.len; i++)
		if (authority.at[i] == ':' || authority.at[i] == ']')
			port = span_skip(authority, i + 1);
	for (size_t i = 0; i < port.len; i++) {
		if (!is_digit(port.at[i]))
			return true;
		if (number <= 65535)
			number = number * 10 + (unsigned long)(port.at[i] - '0');
	}
	return port.len == authority.len || number <= 65535;
}

bool
core_is_url(struct span url)
{
	struct span rest = url, scheme = span_cut(&rest, ':'), authority = { "", 0 };

	if (!rest.at || (!span_equal_nocase(scheme, SPAN("http")) && !span_equal_nocase(scheme, SPAN("https"))))
		return false;
	for (size_t i = 0; i < url.len; i++)
		if ((unsigned char)url.at[i] < 0x20 || url.at[i] == 0x7f)
			return false;
	if (span_starts(rest, "//")) {
		authority = span_skip(rest, 2);
		for (size_t i = 0; i < authority.len; i++)
			if (strchr("/?#", authority.at[i]))
				authority.len = i;
		rest = span_skip(rest, 2 + authority.len);
	}
	rest = span_cut(&rest, '#');
	return has_good_port(authority) && !span_contains(rest, "[") && !span_contains(rest, "]");
}

void
core_url_split(struct span entry, struct span *label, struct span *url)
{
	*url = entry;
	*label = span_trim(span_cut(url, ','));
	*url = url->at ? span_trim(*url) : SPAN("");
}
