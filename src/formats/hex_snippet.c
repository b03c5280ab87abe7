/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Snippets; see the header.
 */
#include "formats/hex_snippet.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/text.h"
#include "version/semver.h"

static const char *
app_of(const struct hex_snippet *s)
{
	return s->app && *s->app ? s->app : s->name;
}

/* Words that Erlang takes for something else; behind Elixir's colon none is. */
static const char *const reserved[] = {
	"after", "and", "andalso", "band", "begin", "bnot", "bor", "bsl", "bsr", "bxor", "case", "catch", "cond", "div",
	"else", "end", "fun", "if", "let", "maybe", "not", "of", "or", "orelse", "receive", "rem", "try", "when", "xor",
};

static bool
is_plain(const char *name, char quote)
{
	if (*name < 'a' || *name > 'z')
		return false;
	for (size_t i = 0; quote == '\'' && i < ARRAY_LEN(reserved); i++)
		if (strcmp(name, reserved[i]) == 0)
			return false;
	for (; *name; name++)
		if (!is_alnum(*name) && *name != '_')
			return false;
	return true;
}

/* The name as it is, or between the language's quotes with quotes and backslashes escaped. */
static const char *
atom(struct arena *a, const char *name, char quote)
{
	struct buf b = buf_on(a);

	if (is_plain(name, quote))
		return name;
	buf_putc(&b, quote);
	for (; *name; name++) {
		if (*name == quote || *name == '\\' || (*name == '#' && quote == '"'))
			buf_putc(&b, '\\');
		buf_putc(&b, *name);
	}
	buf_putc(&b, quote);
	return buf_text(&b);
}

/* Up to the next release that may break something. */
static const char *
mix_requirement(struct arena *a, const char *text)
{
	struct semver v;

	if (!semver_parse(span_of(text), &v, NULL, 0))
		return text;
	if (semver_is_prerelease(&v))
		return arena_printf(a, "~> %s", text);
	if (v.major == 0)
		return arena_printf(a, "~> 0.%llu.%llu", (unsigned long long)v.minor, (unsigned long long)v.patch);
	return arena_printf(a, "~> %llu.%llu", (unsigned long long)v.major, (unsigned long long)v.minor);
}

const char *
hex_snippet_mix(struct arena *a, const struct hex_snippet *s)
{
	const char *app = app_of(s);
	struct buf b = buf_on(a);

	buf_printf(&b, "{:%s, \"%s\"", atom(a, app, '"'), mix_requirement(a, s->version));
	if (strcmp(app, s->name) != 0)
		buf_printf(&b, ", hex: :%s", atom(a, s->name, '"'));
	if (s->organization)
		buf_printf(&b, ", organization: \"%s\"", s->organization);
	buf_putc(&b, '}');
	return buf_text(&b);
}

const char *
hex_snippet_rebar(struct arena *a, const struct hex_snippet *s)
{
	const char *app = app_of(s);

	if (strcmp(app, s->name) == 0)
		return arena_printf(a, "{%s, \"%s\"}", atom(a, app, '\''), s->version);
	return arena_printf(a, "{%s, \"%s\", {pkg, %s}}", atom(a, app, '\''), s->version, atom(a, s->name, '\''));
}

const char *
hex_snippet_erlang_mk(struct arena *a, const struct hex_snippet *s)
{
	return arena_printf(a, "dep_%s = hex %s", s->name, s->version);
}
