/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules for the texts of a crate. Limits count characters where the public
 * registry counts characters and bytes where it counts bytes.
 */
#include "formats/crate_rules.h"

#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "version/semver_req.h"

/* Longest part of a refused value that is sent back. */
#define QUOTED_MAX 256

/* For "%.*s", cut between characters. */
#define QUOTED(s) (int)quoted_length(s), (s).at

static size_t
quoted_length(struct span s)
{
	size_t len = s.len;

	if (len <= QUOTED_MAX)
		return len;
	len = QUOTED_MAX;
	while (len > 0 && ((unsigned char)s.at[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* The character at the start of REST, as bytes. */
static struct span
first_char(struct span rest)
{
	struct span behind = rest;

	text_next_char(&behind);
	return span_make(rest.at, rest.len - behind.len);
}

static bool
is_name_char(char c)
{
	return is_alnum(c) || c == '-' || c == '_';
}

bool
crate_name_is_valid(struct span name)
{
	if (name.len == 0 || name.len > CRATE_NAME_MAX || !is_alpha(name.at[0]))
		return false;
	for (size_t i = 1; i < name.len; i++)
		if (!is_name_char(name.at[i]))
			return false;
	return true;
}

const char *
crate_name_canonical(struct arena *a, struct span name)
{
	char *canonical = arena_dup(a, name.at, name.len);

	for (size_t i = 0; i < name.len; i++)
		canonical[i] = canonical[i] == '-' ? '_' : to_lower(canonical[i]);
	return canonical;
}

static bool
equal_canonical(struct span name, const char *canonical)
{
	if (name.len != strlen(canonical))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i] == '-' ? '_' : to_lower(name.at[i]);

		if (c != canonical[i])
			return false;
	}
	return true;
}

bool
crate_name_is_reserved(struct span name)
{
	static const char *const reserved[] = {
#define RESERVED(canonical) #canonical,
#include "formats/crate_reserved.def"
#undef RESERVED
	};

	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (equal_canonical(name, reserved[i]))
			return true;
	return false;
}

/* WHAT is "crate" or "dependency"; UNDERSCORE: the first character may be '_'. */
static bool
check_name(struct fault *f, const char *what, bool underscore, struct span name)
{
	struct span bad;

	if (name.len == 0)
		return fault_raise(f, FAULT_BAD_REQUEST, "%s name cannot be empty", what);
	if (text_char_count(name) > CRATE_NAME_MAX)
		return fault_raise(f, FAULT_BAD_REQUEST, "the %s name `%.*s` is too long (max %d characters)",
			what, QUOTED(name), CRATE_NAME_MAX);
	if (is_digit(name.at[0]))
		return fault_raise(f, FAULT_BAD_REQUEST, "the name `%.*s` cannot be used as a %s name, "
			"the name cannot start with a digit", QUOTED(name), what);
	bad = first_char(name);
	if (!is_alpha(name.at[0]) && !(underscore && name.at[0] == '_'))
		return fault_raise(f, FAULT_BAD_REQUEST, "invalid character `%.*s` in %s name: `%.*s`, "
			"the first character must be an ASCII character%s",
			QUOTED(bad), what, QUOTED(name), underscore ? ", or `_`" : "");
	for (size_t i = 1; i < name.len; i++) {
		if (is_name_char(name.at[i]))
			continue;
		bad = first_char(span_skip(name, i));
		return fault_raise(f, FAULT_BAD_REQUEST, "invalid character `%.*s` in %s name: `%.*s`, "
			"characters must be an ASCII alphanumeric characters, `-`, or `_`",
			QUOTED(bad), what, QUOTED(name));
	}
	return true;
}

bool
crate_check_name(struct fault *f, struct span name)
{
	return check_name(f, "crate", false, name);
}

bool
crate_check_dependency_name(struct fault *f, struct span name)
{
	return check_name(f, "dependency", false, name);
}

bool
crate_check_rename(struct fault *f, struct span name)
{
	return check_name(f, "dependency", true, name);
}

bool
crate_check_feature(struct fault *f, struct span name)
{
	struct span rest = name;
	struct span at = name;
	uint32_t c;

	if (name.len == 0)
		return fault_raise(f, FAULT_BAD_REQUEST, "feature cannot be empty");
	c = text_next_char(&rest);
	if (c == UINT32_MAX || !(char_is_xid_start(c) || c == '_' || (c >= '0' && c <= '9')))
		return fault_raise(f, FAULT_BAD_REQUEST, "invalid character `%.*s` in feature `%.*s`, "
			"the first character must be a Unicode XID start character or digit "
			"(most letters or `_` or `0` to `9`)", QUOTED(first_char(at)), QUOTED(name));
	while (rest.len > 0) {
		at = rest;
		c = text_next_char(&rest);
		if (c != UINT32_MAX && (char_is_xid_continue(c) || c == '+' || c == '-' || c == '.'))
			continue;
		return fault_raise(f, FAULT_BAD_REQUEST, "invalid character `%.*s` in feature `%.*s`, "
			"characters must be Unicode XID characters, `+`, `-`, or `.` "
			"(numbers, `+`, `-`, `_`, `.`, or most letters)", QUOTED(first_char(at)), QUOTED(name));
	}
	return true;
}

bool
crate_check_feature_value(struct fault *f, struct span value)
{
	struct span rest = value;
	struct span head = span_cut(&rest, '/');

	if (rest.at) {
		if (head.len > 0 && head.at[head.len - 1] == '?')
			head.len--;
		return crate_check_rename(f, head) && crate_check_feature(f, rest);
	}
	if (span_starts(value, "dep:"))
		return crate_check_rename(f, span_skip(value, 4));
	return crate_check_feature(f, value);
}

bool
crate_check_keyword(struct fault *f, struct span keyword)
{
	bool valid = keyword.len > 0 && is_alnum(keyword.at[0]);

	if (keyword.len > CRATE_KEYWORD_MAX)
		return fault_raise(f, FAULT_BAD_REQUEST, "\"%.*s\" is an invalid keyword "
			"(keywords must have less than %d characters)", QUOTED(keyword), CRATE_KEYWORD_MAX);
	for (size_t i = 1; valid && i < keyword.len; i++)
		valid = is_name_char(keyword.at[i]) || keyword.at[i] == '+';
	return valid || fault_raise(f, FAULT_BAD_REQUEST, "\"%.*s\" is an invalid keyword", QUOTED(keyword));
}

bool
crate_check_requirement(struct fault *f, const char *site, struct span name, struct span req)
{
	struct semver_req parsed;

	if (!semver_req_parse(req, &parsed, NULL, 0))
		return fault_raise(f, FAULT_BAD_REQUEST, "\"%.*s\" is an invalid version requirement", QUOTED(req));
	if (semver_req_is_bare_wildcard(&parsed))
		return fault_raise(f, FAULT_BAD_REQUEST, "wildcard (`*`) dependency constraints are not allowed on %s. "
			"Crate with this problem: `%.*s` See https://doc.rust-lang.org/cargo/faq.html"
			"#can-libraries-use--as-a-version-for-their-dependencies for more information",
			site, QUOTED(name));
	return true;
}

/* host, host:port or [address]:port; the host may be internationalized. */
static bool
is_host_and_port(struct span authority)
{
	struct span host = authority;
	struct span port;

	if (authority.len > 0 && authority.at[0] == '[') {
		host = span_cut(&authority, ']');
		for (size_t i = 1; i < host.len; i++)
			if (!is_alnum(host.at[i]) && host.at[i] != ':' && host.at[i] != '.')
				return false;
		if (!authority.at || host.len < 3 || (authority.len > 0 && authority.at[0] != ':'))
			return false;
		port = span_skip(authority, 1);
	} else {
		host = span_cut(&authority, ':');
		port = authority;
		for (size_t i = 0; i < host.len; i++)
			if (strchr(" \"#%/<>?@[\\]^`{|}", host.at[i]))
				return false;
	}
	if (host.len == 0 || port.len > 5)
		return false;
	for (size_t i = 0; i < port.len; i++)
		if (!is_digit(port.at[i]))
			return false;
	return true;
}

static bool
is_web_url(struct span url)
{
	struct span rest = span_skip(url, span_starts(url, "https://") ? 8 : 7);
	struct span authority = { rest.at, 0 };

	for (size_t i = 0; i < rest.len; i++)
		if ((unsigned char)rest.at[i] < 0x20 || rest.at[i] == 0x7f)
			return false;
	while (authority.len < rest.len && !strchr("/?#", rest.at[authority.len]))
		authority.len++;
	/* User information ends at the last '@'. */
	for (size_t i = authority.len; i > 0; i--) {
		if (authority.at[i - 1] == '@') {
			authority = span_skip(authority, i);
			break;
		}
	}
	return is_host_and_port(authority);
}

bool
crate_check_url(struct fault *f, const char *field, struct span url)
{
	if (!span_starts(url, "http://") && !span_starts(url, "https://"))
		return fault_raise(f, FAULT_BAD_REQUEST,
			"URL for field `%s` must begin with http:// or https:// (url: %.*s)", field, QUOTED(url));
	return is_web_url(url)
		|| fault_raise(f, FAULT_BAD_REQUEST, "`%s` is not a valid url: `%.*s`", field, QUOTED(url));
}

bool
crate_check_rust_version(struct fault *f, struct span version)
{
	struct semver_req parsed;
	bool valid = semver_req_parse(version, &parsed, NULL, 0);

	for (size_t i = 0; valid && i < version.len; i++)
		valid = is_digit(version.at[i]) || version.at[i] == '.';
	return valid || fault_raise(f, FAULT_BAD_REQUEST,
		"failed to parse `Cargo.toml` manifest file\n\ninvalid `rust-version` value");
}

bool
crate_check_scope(struct fault *f, struct span pattern)
{
	struct span name = pattern;

	if (span_is(pattern, "*"))
		return true;
	if (name.len > 0 && name.at[name.len - 1] == '*')
		name.len--;
	return crate_name_is_valid(name) || fault_raise(f, FAULT_BAD_REQUEST, "invalid crate scope");
}
