/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The document tree; see the header.
 */
#include "wire/doc.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

static struct doc *
root(struct arena *a, enum doc_kind kind)
{
	struct doc *d = arena_alloc(a, sizeof(*d));

	*d = (struct doc){ .kind = kind };
	return d;
}

static struct doc *
container(struct arena *a, enum doc_kind kind)
{
	struct doc *d = root(a, kind);

	d->is.members.arena = a;
	return d;
}

struct doc *
doc_map(struct arena *a)
{
	return container(a, DOC_MAP);
}

struct doc *
doc_list(struct arena *a)
{
	return container(a, DOC_LIST);
}

struct doc *
doc_scalar_text(struct arena *a, struct span text)
{
	struct doc *d = root(a, DOC_TEXT);

	d->is.text = text;
	return d;
}

struct doc *
doc_scalar_int(struct arena *a, int64_t n)
{
	struct doc *d = root(a, DOC_INT);

	d->is.integer = n;
	return d;
}

struct doc *
doc_scalar_null(struct arena *a)
{
	return root(a, DOC_NULL);
}

static void
append(struct doc *to, const char *key, struct doc *member)
{
	size_t key_len = key ? strlen(key) : 0;

	if (key_len > DOC_KEY_MAX)
		abort();
	member->key = key;
	member->key_len = (unsigned)key_len;
	member->next = NULL;
	if (to->is.members.last)
		to->is.members.last->next = member;
	else
		to->is.members.first = member;
	to->is.members.last = member;
	to->count++;
}

static struct doc *
add(struct doc *to, const char *key, enum doc_kind kind)
{
	struct doc *d = root(to->is.members.arena, kind);

	append(to, key, d);
	return d;
}

void
doc_null(struct doc *to, const char *key)
{
	add(to, key, DOC_NULL);
}

void
doc_bool(struct doc *to, const char *key, bool value)
{
	add(to, key, DOC_BOOL)->is.boolean = value;
}

void
doc_int(struct doc *to, const char *key, int64_t value)
{
	add(to, key, DOC_INT)->is.integer = value;
}

void
doc_uint(struct doc *to, const char *key, uint64_t value)
{
	if (value <= INT64_MAX)
		doc_int(to, key, (int64_t)value);
	else
		add(to, key, DOC_UINT)->is.unsigned_integer = value;
}

void
doc_real(struct doc *to, const char *key, double value)
{
	add(to, key, DOC_REAL)->is.real = value;
}

static void
add_span(struct doc *to, const char *key, enum doc_kind kind, struct span s)
{
	if (s.at)
		add(to, key, kind)->is.text = s;
	else
		doc_null(to, key);
}

void
doc_text(struct doc *to, const char *key, const char *text)
{
	add_span(to, key, DOC_TEXT, span_of(text));
}

void
doc_span(struct doc *to, const char *key, struct span text)
{
	add_span(to, key, DOC_TEXT, text);
}

void
doc_bytes(struct doc *to, const char *key, struct span bytes)
{
	add_span(to, key, DOC_BYTES, bytes);
}

void
doc_time(struct doc *to, const char *key, int64_t micros)
{
	add(to, key, DOC_TIME)->is.integer = micros;
}

void
doc_date(struct doc *to, const char *key, int64_t micros)
{
	add(to, key, DOC_DATE)->is.integer = micros;
}

void
doc_raw(struct doc *to, const char *key, struct span json)
{
	add_span(to, key, DOC_RAW, json);
}

void
doc_printf(struct doc *to, const char *key, const char *format, ...)
{
	va_list args;
	const char *text;

	va_start(args, format);
	text = arena_vprintf(to->is.members.arena, format, args);
	va_end(args);
	doc_text(to, key, text);
}

struct doc *
doc_add_map(struct doc *to, const char *key)
{
	struct doc *d = add(to, key, DOC_MAP);

	d->is.members.arena = to->is.members.arena;
	return d;
}

struct doc *
doc_add_list(struct doc *to, const char *key)
{
	struct doc *d = add(to, key, DOC_LIST);

	d->is.members.arena = to->is.members.arena;
	return d;
}

void
doc_put(struct doc *to, const char *key, struct doc *sub)
{
	if (sub)
		append(to, key, sub);
	else
		doc_null(to, key);
}

const struct doc *
doc_first(const struct doc *d)
{
	return doc_is(d, DOC_MAP) || doc_is(d, DOC_LIST) ? d->is.members.first : NULL;
}

const struct doc *
doc_find(const struct doc *map, const char *key)
{
	const struct doc *found = NULL;
	size_t key_len = strlen(key);

	if (!doc_is(map, DOC_MAP))
		return NULL;
	for (const struct doc *d = map->is.members.first; d; d = d->next)
		if (d->key_len == key_len && memcmp(d->key, key, key_len) == 0)
			found = d;
	return found;
}

const char *
doc_find_text(const struct doc *map, const char *key)
{
	const struct doc *d = doc_find(map, key);

	if (!doc_is(d, DOC_TEXT) || span_find_nul(d->is.text) >= 0)
		return NULL;
	return arena_dup(map->is.members.arena, d->is.text.at, d->is.text.len);
}
