/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short addresses. Only hosts that are trusted can be led to: everybody may
 * make one.
 */
#include "domain/short_url.h"

#include "base/arena.h"
#include "base/fault.h"
#include "base/random.h"
#include "base/settings.h"
#include "base/text.h"
#include "base/work.h"
#include "db/db.h"

#define MAX_URL 2000
#define CODE_LENGTH 5
#define ATTEMPTS 20

/* Without what is mistaken for something else. */
static const char alphabet[] = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789";

struct short_url {
	const char *code;
	const char *url;
};
static const struct column short_url_columns[] = {
	COLUMN(short_url, code),
	COLUMN(short_url, url),
	COLUMNS_END
};
static const struct row_type short_url_row = ROW_TYPE(short_url, short_url_columns);

/* ---- where it may lead ---- */

/* The host with its port; at == NULL when it is no http or https address. */
static struct span
authority(struct span url)
{
	struct span rest;
	size_t len = 0;

	if (url.len >= 7 && span_equal_nocase(span_make(url.at, 7), SPAN("http://")))
		rest = span_skip(url, 7);
	else if (url.len >= 8 && span_equal_nocase(span_make(url.at, 8), SPAN("https://")))
		rest = span_skip(url, 8);
	else
		return (struct span){ NULL, 0 };
	while (len < rest.len && rest.at[len] != '/' && rest.at[len] != '?' && rest.at[len] != '#')
		len++;
	return span_make(rest.at, len);
}

static bool
is_allowed(struct work *w, struct span host)
{
	struct span rest = span_of(w->config->hex_short_url_hosts);

	if (span_equal_nocase(host, authority(span_of(w->config->base_url))))
		return true;
	while (rest.len > 0) {
		struct span word = span_cut(&rest, ' ');

		if (word.len > 0 && span_equal_nocase(host, word))
			return true;
	}
	return false;
}

/* Browsers read backslashes and blanks in ways of their own. */
static bool
is_plain(struct span url)
{
	for (size_t i = 0; i < url.len; i++)
		if (url.at[i] <= ' ' || url.at[i] > '~' || url.at[i] == '\\')
			return false;
	return true;
}

static bool
check(struct work *w, struct span url)
{
	struct span host = authority(url);

	if (!host.at)
		return fault_raise_field(w->fault, FAULT_INVALID, "url", "must use http or https scheme");
	if (host.len == 0)
		return fault_raise_field(w->fault, FAULT_INVALID, "url", "must include a host");
	if (url.len > MAX_URL || !is_plain(url))
		return fault_raise_field(w->fault, FAULT_INVALID, "url", "is invalid");
	if (!is_allowed(w, host))
		return fault_raise_field(w->fault, FAULT_INVALID, "url", "domain must match %.*s",
					 (int)authority(span_of(w->config->base_url)).len,
					 authority(span_of(w->config->base_url)).at);
	return true;
}

/* ---- codes ---- */

static const char *
new_code(struct work *w)
{
	char *code = arena_zalloc(w->arena, 1, CODE_LENGTH + 1);
	size_t used = 0;

	while (used < CODE_LENGTH) {
		unsigned char byte;

		random_bytes(&byte, 1);
		if (byte < 256 / (sizeof(alphabet) - 1) * (sizeof(alphabet) - 1))
			code[used++] = alphabet[byte % (sizeof(alphabet) - 1)];
	}
	return code;
}

const char *
short_url_make(struct work *w, struct span url)
{
	if (!check(w, url))
		return NULL;
	for (int i = 0; i < ATTEMPTS; i++) {
		static const struct column columns[] = { COLUMN(short_url, code), COLUMNS_END };
		static const struct row_type type = ROW_TYPE(short_url, columns);
		const struct short_url *s = db_one(w, Q_SHORT_URL_OF, &short_url_row, ARGS(text_span(url)));

		if (!s && !fault_is_set(w->fault))
			s = db_one(w, Q_SHORT_URL_INSERT, &type, ARGS(text(new_code(w)), text_span(url)));
		if (s || fault_is_set(w->fault))
			return s ? s->code : NULL;
	}
	fault_raise_internal(w->fault, FAULT_INTERNAL, "no short code is free after %d attempts", ATTEMPTS);
	return NULL;
}

const char *
short_url_find(struct work *w, struct span code)
{
	const struct short_url *s;

	if (code.len != CODE_LENGTH)
		return NULL;
	s = db_one(w, Q_SHORT_URL_FIND, &short_url_row, ARGS(text_span(code)));
	return s ? s->url : NULL;
}
