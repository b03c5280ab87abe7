/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading searches, and composing the list from the parts in
 * sql/queries/hex_search.sql.
 */
#include "domain/hex_search.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/text.h"
#include "base/work.h"
#include "db/compose.h"
#include "domain/hex_package.h"
#include "domain/name_index.h"
#include "domain/repository.h"
#include "wire/doc.h"
#include "wire/json.h"

/* Nobody nests deeper. */
#define EXTRA_MAX_KEYS 16
/* Shorter than a trigram. */
#define SHORT 2
/* Of more matches than these some are met soon in any order, so that to walk it takes less than to sort them. */
#define SORTED_MAX 5000
/* But not on pages that begin behind so many. */
#define WALKED_MAX 1000

struct reader {
	struct arena *arena;
	struct hex_search *out;
	struct buf words;
	bool plain;			/* all of it is words */
};

static const char *
kept(struct reader *r, struct span s)
{
	return arena_dup(r->arena, s.at, s.len);
}

/* Names have small letters only. */
static const char *
name_of(struct reader *r, struct span s)
{
	return text_lower(r->arena, kept(r, s));
}

/* For LIKE, with its own wildcards taken literally. */
static const char *
pattern_of(struct arena *a, bool any_before, const char *s, bool any_behind)
{
	struct buf b = buf_on(a);

	if (any_before)
		buf_putc(&b, '%');
	for (; *s; s++) {
		if (*s == '%' || *s == '_' || *s == '\\')
			buf_putc(&b, '\\');
		buf_putc(&b, *s);
	}
	if (any_behind)
		buf_putc(&b, '%');
	return buf_text(&b);
}

/* ---- what the keys mean ---- */

/* "repository/rest": the repository, and what is left. */
static struct span
cut_repository(struct reader *r, struct span value)
{
	struct span rest = value, repository = span_cut(&rest, '/');

	if (!rest.at)
		return value;
	r->out->repository = kept(r, repository);
	return rest;
}

static void
take_name(struct reader *r, struct span value)
{
	bool before, behind;

	value = cut_repository(r, value);
	before = span_starts(value, "*");
	value = span_skip(value, before);
	behind = value.len > 0 && value.at[value.len - 1] == '*';
	value.len -= behind;
	if (before || behind)
		r->out->name_pattern = pattern_of(r->arena, before, name_of(r, value), behind);
	else
		r->out->name = name_of(r, value);
}

static void
take_description(struct reader *r, struct span value)
{
	r->out->description = kept(r, value);
}

static void
put_scalar(struct doc *to, const char *key, struct span value)
{
	int64_t n;

	if (number_parse(value, INT64_MIN, INT64_MAX, &n))
		doc_int(to, key, n);
	else
		doc_span(to, key, value);
}

static void
put_value(struct doc *to, const char *key, struct span value)
{
	struct doc *list;

	if (!span_starts(value, "[")) {
		put_scalar(to, key, value);
		return;
	}
	list = doc_add_list(to, key);
	value = span_skip(value, 1);
	if (value.len > 0 && value.at[value.len - 1] == ']')
		value.len--;
	while (value.at)
		put_scalar(list, NULL, span_cut(&value, ','));
}

/* "key,key,value": a value, or "[a list]", at the end of a path. */
static void
take_extra(struct reader *r, struct span value)
{
	struct doc *root = doc_map(r->arena), *at = root;
	struct buf json = buf_on(r->arena);
	int keys = 0;

	for (;;) {
		struct span rest = value, key = span_cut(&rest, ',');
		struct span behind = rest;

		if (!rest.at || ++keys > EXTRA_MAX_KEYS) {
			r->plain = true;
			return;
		}
		value = rest;
		span_cut(&behind, ',');
		if (!behind.at || span_starts(value, "[")) {
			put_value(at, kept(r, key), value);
			break;
		}
		at = doc_add_map(at, kept(r, key));
	}
	json_write(&json, root, NULL);
	r->out->extra = buf_text(&json);
}

static void
take_depends(struct reader *r, struct span value)
{
	struct span rest = value, repository = span_cut(&rest, ':');

	r->out->depends_in = rest.at ? kept(r, repository) : NULL;
	r->out->depends = name_of(r, rest.at ? rest : value);
}

static void
take_build_tool(struct reader *r, struct span value)
{
	r->out->build_tool = kept(r, value);
}

static void
take_updated_after(struct reader *r, struct span value)
{
	int64_t at;

	if (clock_parse_rfc3339(value, &at))
		r->out->updated_after = at;
}

static const struct {
	const char *key;
	void (*take)(struct reader *, struct span value);
} keys[] = {
	{ "build_tool", take_build_tool },
	{ "depends", take_depends },
	{ "description", take_description },
	{ "extra", take_extra },
	{ "name", take_name },
	{ "updated_after", take_updated_after },
};

static void
take_pair(struct reader *r, struct span key, struct span value)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (span_is(key, keys[i].key))
			keys[i].take(r, value);
}

/* ---- what was typed ---- */

/* Up to a blank, or what the quotes enclose. */
static struct span
next_value(struct span *rest)
{
	size_t len = 0;

	if (span_starts(*rest, "\"")) {
		*rest = span_skip(*rest, 1);
		return span_cut(rest, '"');
	}
	while (len < rest->len && !is_space(rest->at[len]))
		len++;
	*rest = span_skip(*rest, len);
	return span_make(rest->at - len, len);
}

/* A colon before the next blank, though not in the first place, makes a pair. */
static struct span
next_key(struct span *rest)
{
	size_t len = 0;

	while (len < rest->len && !is_space(rest->at[len]) && rest->at[len] != ':')
		len++;
	if (len == 0 || len == rest->len || rest->at[len] != ':' || *rest->at == '"')
		return span_make(NULL, 0);
	*rest = span_skip(*rest, len + 1);
	return span_make(rest->at - len - 1, len);
}

static void
read_token(struct reader *r, struct span *rest)
{
	struct span key = next_key(rest), value = next_value(rest);

	if (key.at) {
		take_pair(r, key, value);
		return;
	}
	if (r->words.len > 0)
		buf_putc(&r->words, ' ');
	buf_put_span(&r->words, value);
}

static void
take_words(struct reader *r, struct span words)
{
	if (words.len == 0)
		return;
	if (!memchr(words.at, ' ', words.len) && span_contains(words, "/"))
		r->out->name = name_of(r, cut_repository(r, words));
	else
		r->out->text = name_of(r, words);
}

void
hex_search_read(struct arena *a, struct span typed, struct hex_search *out)
{
	struct hex_search asked = *out;
	struct reader r = { .arena = a, .out = out, .words = buf_on(a) };
	struct span rest = span_trim(typed);

	while (rest.at && rest.len > 0) {
		read_token(&r, &rest);
		rest = rest.at ? span_trim(rest) : rest;
	}
	if (!r.plain) {
		take_words(&r, buf_span(&r.words));
		return;
	}
	*out = asked;
	out->text = name_of(&r, span_trim(typed));
}

/* ---- the list ---- */

/* The ids of those called NAME; NULL: of all. */
static struct arg
ids_of(struct arena *a, const struct rows *repositories, const char *name)
{
	const struct repository *r = repositories->at;
	int64_t *ids = arena_alloc(a, (repositories->count + 1) * sizeof(*ids));
	size_t count = 0;

	for (size_t i = 0; i < repositories->count; i++)
		if (!name || strcmp(r[i].name, name) == 0)
			ids[count++] = r[i].id;
	return int_array(ids, count);
}

static void
set_values(struct compose *c, const struct hex_search *s, const struct rows *repositories)
{
	struct arena *a = c->work->arena;

	compose_set(c, "repositories", ids_of(a, repositories, s->repository));
	compose_set(c, "name", text(s->name));
	compose_set(c, "name_pattern", text(s->name_pattern));
	compose_set(c, "q", text(s->text));
	compose_set(c, "pattern", text(s->text ? pattern_of(a, true, s->text, true) : NULL));
	compose_set(c, "description", text(s->description));
	compose_set(c, "extra", text(s->extra));
	compose_set(c, "depends", text(s->depends));
	compose_set(c, "depends_in", ids_of(a, repositories, s->depends_in));
	compose_set(c, "build_tool", text(s->build_tool));
	compose_set(c, "updated_after", timestamp(s->updated_after));
	compose_set(c, "bound", num(SORTED_MAX + 1));
	compose_set(c, "reach", num(s->offset + s->limit));
	compose_set(c, "limit", num(s->limit));
	compose_set(c, "offset", num(s->offset));
}

static bool
has_words(const struct hex_search *s)
{
	return s->text || s->name_pattern || s->description;
}

static void
add_text(struct compose *c, const char *text, bool scan)
{
	bool brief = text_char_count(span_of(text)) <= SHORT;

	if (!scan) {
		compose_add(c, brief ? Q_HEX_SEARCH_SHORT : Q_HEX_SEARCH_TEXT);
		return;
	}
	compose_add(c, Q_SEARCH_SCAN_BEGIN);
	compose_add(c, brief ? Q_HEX_SEARCH_SCAN_SHORT : Q_SEARCH_SCAN_TEXT);
	compose_add(c, Q_SEARCH_SCAN_END);
}

/* SCAN: all that have the words are looked for, and no index finds parts of names. */
static void
add_words(struct compose *c, const struct hex_search *s, bool scan)
{
	if (s->name_pattern)
		compose_add(c, Q_HEX_SEARCH_NAME_LIKE);
	if (s->text)
		add_text(c, s->text, scan);
	if (s->description)
		compose_add(c, Q_HEX_SEARCH_DESCRIPTION);
}

static void
add_conditions(struct compose *c, const struct hex_search *s)
{
	if (s->name)
		compose_add(c, Q_HEX_SEARCH_NAME);
	if (s->extra)
		compose_add(c, Q_HEX_SEARCH_EXTRA);
	if (s->depends)
		compose_add(c, Q_HEX_SEARCH_DEPENDS);
	if (s->build_tool)
		compose_add(c, Q_HEX_SEARCH_BUILD_TOOL);
	if (s->updated_after != 0)
		compose_add(c, Q_HEX_SEARCH_UPDATED_AFTER);
}

static enum query_name
order_of(const struct hex_search *s)
{
	static const enum query_name orders[] = {
		[HEX_BY_NAME] = Q_HEX_SEARCH_ORDER_NAME,
		[HEX_BY_DOWNLOADS] = Q_HEX_SEARCH_ORDER_DOWNLOADS,
		[HEX_BY_RECENT_DOWNLOADS] = Q_HEX_SEARCH_ORDER_RECENT_DOWNLOADS,
		[HEX_BY_CREATED] = Q_HEX_SEARCH_ORDER_CREATED,
		[HEX_BY_UPDATED] = Q_HEX_SEARCH_ORDER_UPDATED,
	};

	return s->updated_after != 0 ? Q_HEX_SEARCH_ORDER_UPDATED_FIRST : orders[s->order];
}

static void
compose_found(struct compose *c, const struct hex_search *s, bool scan)
{
	compose_add(c, Q_HEX_SEARCH_FOUND_BEGIN);
	add_words(c, s, scan);
	compose_add(c, Q_HEX_SEARCH_FOUND_END);
	add_conditions(c, s);
	compose_add(c, order_of(s));
}

static void
compose_listed(struct compose *c, const struct hex_search *s)
{
	compose_add(c, Q_HEX_SEARCH_BEGIN);
	if (has_words(s)) {
		compose_add(c, Q_HEX_SEARCH_COMMON_BEGIN);
		add_words(c, s, false);
		compose_add(c, Q_HEX_SEARCH_COMMON_END);
	} else {
		compose_add(c, Q_HEX_SEARCH_ALL);
	}
	add_conditions(c, s);
	compose_add(c, order_of(s));
	compose_add(c, Q_HEX_SEARCH_REACH);
	compose_add(c, order_of(s));
}

struct count_row {
	int64_t count;
};
static const struct column count_columns[] = {
	COLUMN(count_row, count), COLUMNS_END
};
static const struct row_type count_type = ROW_TYPE(count_row, count_columns);

/* Whether to sort what the indexes of words find. */
static bool
decide_to_sort(struct work *w, const struct hex_search *s, const struct rows *repositories, bool scan, bool *sort)
{
	struct compose c;
	struct rows rows;

	*sort = has_words(s) && s->offset > WALKED_MAX;
	if (!has_words(s) || *sort)
		return true;
	compose_begin(&c, w);
	set_values(&c, s, repositories);
	compose_add(&c, Q_HEX_SEARCH_COUNT_BEGIN);
	add_words(&c, s, scan);
	compose_add(&c, Q_HEX_SEARCH_COUNT_END);
	if (!compose_many(&c, &count_type, &rows))
		return false;
	*sort = ((const struct count_row *)rows.at)->count <= SORTED_MAX;
	return true;
}

bool
hex_search_page(struct work *w, const struct hex_search *s, const struct rows *repositories, struct rows *out)
{
	struct compose c;
	bool indexed = true, sort;

	if (s->text && !name_index_use(w, &indexed))
		return false;
	if (!decide_to_sort(w, s, repositories, !indexed, &sort))
		return false;
	compose_begin(&c, w);
	set_values(&c, s, repositories);
	if (sort)
		compose_found(&c, s, !indexed);
	else
		compose_listed(&c, s);
	compose_add(&c, Q_HEX_SEARCH_END);
	return compose_many(&c, &hex_package_row, out);
}
