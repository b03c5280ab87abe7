/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of settings; see the header.
 */
#include "base/setting_value.h"

#include <stdint.h>

#include "base/address.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/settings.h"
#include "base/text.h"
#include "base/transfer.h"

#define COUNT_MAX INT64_C(1000000000)

/* The words of each CHOICE in the order of its enumeration, and how to tell them. */
struct choice {
	const char *words[5];
	const char *complaint;
};

static const struct choice choices[] = {
	[SETTING_KIND_CHOICE_LOG_FORMAT] = { { "text", "json" }, "must be text or json" },
	[SETTING_KIND_CHOICE_LOG_LEVEL] = {
		{ "debug", "info", "warn", "error" }, "must be debug, info, warn or error" },
	[SETTING_KIND_CHOICE_SENDFILE] = {
		{ "none", "x-sendfile", "x-accel-redirect" },
		"must be none, x-sendfile or x-accel-redirect" },
	[SETTING_KIND_CHOICE_SEVERITY] = { { "refuse", "warn" }, "must be refuse or warn" },
};

struct unit {
	const char *suffix;
	int64_t size;
};

/* Largest first; the last one divides everything. */
static const struct unit sizes[] = {
	{ "g", INT64_C(1) << 30 }, { "m", INT64_C(1) << 20 }, { "k", INT64_C(1) << 10 }, { "", 1 },
};
static const struct unit durations[] = {
	{ "d", CLOCK_DAY }, { "h", CLOCK_HOUR }, { "m", CLOCK_MINUTE }, { "s", CLOCK_SECOND },
	{ "ms", CLOCK_SECOND / 1000 },
};

static const char *
parse_flag(struct span text, bool *to)
{
	*to = span_is(text, "yes");
	return *to || span_is(text, "no") ? NULL : "must be yes or no";
}

static const char *
parse_choice(const struct choice *choice, struct span text, int *to)
{
	for (int i = 0; choice->words[i]; i++) {
		if (span_is(text, choice->words[i])) {
			*to = i;
			return NULL;
		}
	}
	return choice->complaint;
}

/* Values reach headers, mail and answers: one line of valid UTF-8. */
static const char *
parse_text(struct arena *a, struct span text, const char **to)
{
	for (struct span rest = text; rest.len > 0;) {
		uint32_t c = text_next_char(&rest);

		if (c == UINT32_MAX)
			return "is not valid UTF-8";
		if (c < 0x20 ? c != '\t' : c == 0x7f)
			return "contains a control character";
	}
	*to = arena_dup(a, text.at, text.len);
	return NULL;
}

const char *
setting_parse(struct arena *a, enum setting_kind kind, struct span text, void *to)
{
	switch (kind) {
	case SETTING_KIND_TEXT:
	case SETTING_KIND_SECRET:
	case SETTING_KIND_LIST:
		return parse_text(a, text, to);
	case SETTING_KIND_FLAG:
		return parse_flag(text, to);
	case SETTING_KIND_COUNT:
		return number_parse(text, 0, COUNT_MAX, to) ? NULL :
			"must be a number from 0 to 1000000000";
	case SETTING_KIND_SIZE:
		return number_parse_size(text, INT64_MAX, to) ? NULL :
			"must be a size in bytes, or with k, m or g";
	case SETTING_KIND_DURATION:
		return number_parse_duration(text, to) ? NULL :
			"must be a duration such as 500ms, 30s, 5m, 2h or 1d";
	case SETTING_KIND_CHOICE_LOG_FORMAT:
	case SETTING_KIND_CHOICE_LOG_LEVEL:
	case SETTING_KIND_CHOICE_SENDFILE:
	case SETTING_KIND_CHOICE_SEVERITY:
		break;
	}
	return parse_choice(&choices[kind], text, to);
}

static const char *
format_scaled(struct arena *a, int64_t n, const struct unit *unit)
{
	if (n == 0)
		return "0";
	while (n % unit->size != 0)
		unit++;
	return arena_printf(a, "%lld%s", (long long)(n / unit->size), unit->suffix);
}

const char *
setting_format(struct arena *a, enum setting_kind kind, const void *from)
{
	switch (kind) {
	case SETTING_KIND_TEXT:
	case SETTING_KIND_SECRET:
	case SETTING_KIND_LIST:
		return *(const char *const *)from;
	case SETTING_KIND_FLAG:
		return *(const bool *)from ? "yes" : "no";
	case SETTING_KIND_COUNT:
		return arena_printf(a, "%lld", (long long)*(const int64_t *)from);
	case SETTING_KIND_SIZE:
		return format_scaled(a, *(const int64_t *)from, sizes);
	case SETTING_KIND_DURATION:
		return format_scaled(a, *(const int64_t *)from, durations);
	case SETTING_KIND_CHOICE_LOG_FORMAT:
	case SETTING_KIND_CHOICE_LOG_LEVEL:
	case SETTING_KIND_CHOICE_SENDFILE:
	case SETTING_KIND_CHOICE_SEVERITY:
		break;
	}
	return choices[kind].words[*(const int *)from];
}

/* --- what single settings must fulfil ---------------------------------------- */

static bool
is_host(struct span host)
{
	if (host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
		return address_parse(span_make(host.at + 1, host.len - 2), &(struct address){ 0 });
	if (host.len == 0 || host.len > 253)
		return false;
	for (size_t i = 0; i < host.len; i++)
		if (!is_alnum(host.at[i]) && host.at[i] != '-' && host.at[i] != '.')
			return false;
	return true;
}

/* host, host:port; the colons of an IPv6 address stand in brackets. */
static bool
is_authority(struct span authority)
{
	struct span host = authority;
	size_t at = authority.len;
	int64_t port;

	while (at > 0 && is_digit(authority.at[at - 1]))
		at--;
	if (at > 0 && authority.at[at - 1] == ':') {
		if (!number_parse(span_skip(authority, at), 1, 65535, &port))
			return false;
		host.len = at - 1;
	}
	return is_host(host);
}

/* "/a/b": no empty, "." or ".." segments, nothing that would need escaping. */
static const char *
check_mount(struct span path)
{
	while (path.at) {
		struct span segment = span_cut(&path, '/');

		if (segment.len == 0)
			return "must not end in a slash or contain an empty path segment";
		if (span_is(segment, ".") || span_is(segment, ".."))
			return "must not contain the path segments . and ..";
		for (size_t i = 0; i < segment.len; i++)
			if (!is_alnum(segment.at[i]) && !strchr("-._~", segment.at[i]))
				return "may contain letters, digits and -._~ only in its path";
	}
	return NULL;
}

static const char *
check_base_url(const char *text)
{
	struct span rest = span_of(text);

	if (span_starts(rest, "http://"))
		rest = span_skip(rest, strlen("http://"));
	else if (span_starts(rest, "https://"))
		rest = span_skip(rest, strlen("https://"));
	else
		return "must begin with http:// or https://";
	if (!is_authority(span_cut(&rest, '/')))
		return "must name a host and perhaps a port behind the scheme";
	return check_mount(rest);
}

static const char *
check_directory(const char *text)
{
	return text[0] == '/' ? NULL : "must be an absolute path";
}

static const char *
check_directory_or_empty(const char *text)
{
	return text[0] ? check_directory(text) : NULL;
}

static const char *
check_mode(const char *text)
{
	size_t len = strspn(text, "01234567");

	if (text[len] || len < 3 || len > 4 || (len == 4 && text[0] != '0'))
		return "must be an octal mode such as 0660";
	return NULL;
}

static const char *
check_networks(const char *text)
{
	struct span rest = span_of(text);
	struct span word;

	while ((word = config_next_word(&rest)).at)
		if (!network_parse(word, &(struct network){ 0 }))
			return "must be addresses or networks such as 192.0.2.7, 10.0.0.0/8 or ::1";
	return NULL;
}

static const char *
check_smtp_url(const char *text)
{
	struct span url = span_of(text);

	if (url.len == 0 || span_starts(url, "smtp://") || span_starts(url, "smtps://"))
		return NULL;
	return "must begin with smtp:// or smtps://";
}

static const char *
check_mail_address(const char *text)
{
	const char *at = strchr(text, '@');

	if (!at || at == text || !at[1] || strpbrk(text, " \t<>,;"))
		return "must be one bare mail address";
	return NULL;
}

static const char *
check_workers(const char *text)
{
	int64_t n;

	return number_parse(span_of(text), 0, 1024, &n) ? NULL : "must be at most 1024";
}

static const char *
check_issuer(const char *text)
{
	size_t len = strlen(text);

	if (len > 0 && (!fetch_is_allowed(text) || text[len - 1] == '/'))
		return "must begin with https:// (http:// only on the loopback address) and not end in a slash";
	return NULL;
}

static const char *
check_not_empty(const char *text)
{
	return text[0] ? NULL : "must not be empty";
}

static const struct {
	const char *name;
	const char *(*check)(const char *text);
} checks[] = {
	{ "base_url", check_base_url },
	{ "data_dir", check_directory },
	{ "database", check_not_empty },
	{ "github_issuer", check_issuer },
	{ "gitlab_issuer", check_issuer },
	{ "log", check_directory_or_empty },
	{ "mail_dir", check_directory_or_empty },
	{ "mail_from", check_mail_address },
	{ "metrics_from", check_networks },
	{ "pid_file", check_directory_or_empty },
	{ "sendfile_prefix", check_directory_or_empty },
	{ "smtp_url", check_smtp_url },
	{ "socket_mode", check_mode },
	{ "trusted_proxies", check_networks },
	{ "workers", check_workers },
};

const char *
setting_check(const char *name, const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		if (strcmp(checks[i].name, name) == 0)
			return checks[i].check(text);
	return NULL;
}
