/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding one's way in documents and telling two of them apart.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "request.h"
#include "support.h"
#include "wire/json.h"

/* ---- paths ---- */

static const struct doc *
item(const struct doc *list, long index)
{
	const struct doc *d;

	if (!doc_is(list, DOC_LIST))
		return NULL;
	if (index < 0)
		index += list->count;
	if (index < 0)
		return NULL;
	for (d = doc_first(list); d && index > 0; d = d->next)
		index--;
	return d;
}

static const struct doc *
member(const struct doc *d, const char *from, size_t len)
{
	return doc_is(d, DOC_MAP) ? doc_find(d, arena_dup(w->arena, from, len)) : NULL;
}

/* One step of the path; *PATH moves behind it. */
static const struct doc *
step(const struct doc *d, const char **path)
{
	const char *from = *path;
	char *end;
	size_t len;

	if (from[0] == '[' && from[1] == '\'') {
		len = strcspn(from + 2, "'");
		*path = from + len + 4;
		return member(d, from + 2, len);
	}
	if (from[0] == '[') {
		long index = strtol(from + 1, &end, 10);

		*path = end + 1;
		return item(d, index);
	}
	if (from[0] == '.')
		from++;
	len = strcspn(from, ".[");
	*path = from + len;
	return len > 0 ? member(d, from, len) : d;
}

const struct doc *
doc_at(const struct doc *d, const char *path)
{
	while (d && *path)
		d = step(d, &path);
	return d;
}

/* ---- comparison ---- */

static const char *
shown(const struct doc *d)
{
	struct buf b = buf_on(w->arena);

	json_write(&b, d, NULL);
	return buf_text(&b);
}

static bool
is_hex(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.at[i]) && !(s.at[i] >= 'a' && s.at[i] <= 'f'))
			return false;
	return true;
}

/* Whether EXPECTED is a placeholder; if so, *FITS says whether ACTUAL is of its form. */
static bool
is_placeholder(struct span expected, const struct doc *actual, bool *fits)
{
	struct span s = doc_is(actual, DOC_TEXT) ? actual->is.text : span_make(NULL, 0);
	int64_t t;

	if (span_is(expected, "<any>"))
		*fits = true;
	else if (span_is(expected, "<time>"))
		*fits = s.at && clock_parse_rfc3339(s, &t) && s.at[s.len - 1] == 'Z';
	else if (span_is(expected, "<date>"))
		*fits = s.at && clock_parse_date(s, &t);
	else if (span_is(expected, "<int>"))
		*fits = doc_is(actual, DOC_INT);
	else if (span_is(expected, "<id>"))
		*fits = doc_is(actual, DOC_INT) && actual->is.integer > 0 && actual->is.integer <= INT32_MAX;
	else if (span_is(expected, "<text>"))
		*fits = s.len > 0;
	else if (span_is(expected, "<sha256>"))
		*fits = s.len == 64 && is_hex(s);
	else if (span_is(expected, "<seek>"))
		*fits = s.len > 0 && s.at[0] == '?' && span_contains(s, "seek=");
	else
		return false;
	return true;
}

static const char *differ(const struct doc *expected, const struct doc *actual, const char *path);

static const char *
differ_maps(const struct doc *expected, const struct doc *actual, const char *path)
{
	bool more = false;
	const char *difference;

	for (const struct doc *e = doc_first(expected); e; e = e->next) {
		const char *key = arena_dup(w->arena, e->key, e->key_len);
		const struct doc *a = doc_find(actual, key);

		if (strcmp(key, "...") == 0) {
			more = true;
			continue;
		}
		if (!a)
			return arena_printf(w->arena, "%s.%s is missing", path, key);
		difference = differ(e, a, arena_printf(w->arena, "%s.%s", path, key));
		if (difference)
			return difference;
	}
	for (const struct doc *a = doc_first(actual); a && !more; a = a->next)
		if (!doc_find(expected, arena_dup(w->arena, a->key, a->key_len)))
			return arena_printf(w->arena, "%s.%.*s is too much", path, (int)a->key_len, a->key);
	return NULL;
}

static const char *
differ_lists(const struct doc *expected, const struct doc *actual, const char *path)
{
	const struct doc *a = doc_first(actual);
	const char *difference;
	int i = 0;

	for (const struct doc *e = doc_first(expected); e; e = e->next, a = a->next, i++) {
		if (doc_is(e, DOC_TEXT) && span_is(e->is.text, "..."))
			return NULL;
		if (!a)
			return arena_printf(w->arena, "%s has only %u items", path, actual->count);
		difference = differ(e, a, arena_printf(w->arena, "%s[%d]", path, i));
		if (difference)
			return difference;
	}
	return a ? arena_printf(w->arena, "%s has %u items, wanted %u", path, actual->count, expected->count) : NULL;
}

static const char *
differ(const struct doc *expected, const struct doc *actual, const char *path)
{
	bool same = false;

	if (doc_is(expected, DOC_TEXT) && is_placeholder(expected->is.text, actual, &same))
		;
	else if (expected->kind == DOC_MAP && actual->kind == DOC_MAP)
		return differ_maps(expected, actual, path);
	else if (expected->kind == DOC_LIST && actual->kind == DOC_LIST)
		return differ_lists(expected, actual, path);
	else
		same = expected->kind == actual->kind && strcmp(shown(expected), shown(actual)) == 0;
	return same ? NULL : arena_printf(w->arena, "%s is %s, wanted %s", path, shown(actual), shown(expected));
}

const char *
doc_difference(const struct doc *expected, const struct doc *actual)
{
	return differ(expected, actual, "answer");
}
