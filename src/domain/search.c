/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Composes the listing of packages from the parts in sql/queries/search.sql.
 */
#include "domain/search.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/text.h"
#include "base/work.h"
#include "db/compose.h"
#include "domain/name_index.h"
#include "domain/package.h"
#include "domain/taxonomy.h"

static const struct column totals_columns[] = {
	COLUMN(search_totals, package_count), COLUMN(search_totals, download_count), COLUMNS_END
};
static const struct row_type totals_type = ROW_TYPE(search_totals, totals_columns);

/* Of more matches than these a page is met soon in any order, so that to walk it takes less than to sort them. */
#define SORTED_MAX 5000

struct count_row {
	int64_t count;
};
static const struct column count_columns[] = { COLUMN(count_row, count), COLUMNS_END };
static const struct row_type count_type = ROW_TYPE(count_row, count_columns);

/* %text% for LIKE, with its own wildcards taken literally. */
static const char *
like_pattern(struct arena *a, const char *s)
{
	struct buf b = buf_on(a);

	buf_putc(&b, '%');
	for (; *s; s++) {
		if (*s == '%' || *s == '_' || *s == '\\')
			buf_putc(&b, '\\');
		buf_putc(&b, *s);
	}
	buf_putc(&b, '%');
	return buf_text(&b);
}

/* Shorter than a trigram. */
static bool
is_short(const struct search *s)
{
	return strlen(s->exact) <= 2;
}

#define WORD_PATTERNS 4

/*
 * The names with words that trigrams call similar to one letter, or to two (a
 * share of 0.6), said so that no extension is needed to understand it. One
 * letter is a whole word; two begin a word, or end one before a word that begins
 * with the first of them. For LIKE, with a and b in the places of the letters.
 */
static const char *const word_patterns[][WORD_PATTERNS] = {
	{ "a", "a\\_%", "%\\_a", "%\\_a\\_%" },
	{ "ab%", "%\\_ab%", "%ab\\_a%", "%ab\\_\\_a%" },
};

static const char *
word_pattern(struct arena *a, const char *pattern, const char letters[2])
{
	char *filled = arena_strdup(a, pattern);

	for (char *c = filled; *c; c++)
		if (is_alpha(*c))
			*c = letters[*c - 'a'];
	return filled;
}

/* What is no letter or digit of ASCII stands in no name, or between words. */
static void
set_words(struct compose *c, const char *exact)
{
	static const char *const names[WORD_PATTERNS] = { "words_1", "words_2", "words_3", "words_4" };
	char letters[2] = { 0 };
	size_t count = 0;

	for (; *exact; exact++)
		if (is_alnum(*exact))
			letters[count++] = *exact;
	for (size_t i = 0; i < WORD_PATTERNS; i++)
		compose_set(c, names[i], text(count == 0 ? NULL :
			word_pattern(c->work->arena, word_patterns[count - 1][i], letters)));
}

static void
set_filters(struct compose *c, const struct search *s)
{
	struct arena *a = c->work->arena;

	compose_set(c, "repository", num(s->repository_id));
	compose_set(c, "repositories", int_array(&s->repository_id, 1));
	compose_set(c, "q", text(s->text));
	compose_set(c, "exact", text(s->exact));
	compose_set(c, "pattern", text(s->exact ? like_pattern(a, s->exact) : NULL));
	compose_set(c, "category", text(s->category));
	compose_set(c, "keywords", text_array(s->keywords, s->keyword_count));
	compose_set(c, "keyword", text(s->keyword));
	compose_set(c, "letter", text(s->letter));
	compose_set(c, "owner", num(s->owner_id));
	compose_set(c, "owner_kind", text(s->owner_kind));
	compose_set(c, "account", num(s->followed_by));
	compose_set(c, "names", text_array(s->names, s->name_count));
	if (s->text && is_short(s))
		set_words(c, s->exact);
}

static void
set_page(struct compose *c, const struct search *s)
{
	compose_set(c, "limit", num(s->limit));
	compose_set(c, "offset", num(s->offset));
	compose_set(c, "candidates", num(SEARCH_MAX_RANKED));
	compose_set(c, "bound", num(SORTED_MAX + 1));
	compose_set(c, "after_name", text(s->after_name));
	compose_set(c, "after_exact", flag(s->after_exact));
	compose_set(c, "after_number", num(s->after_value));
	compose_set(c, "after_time", timestamp(s->after_value));
	compose_set(c, "after_id", num(s->after_id));
}

static bool
add_text(struct compose *c, const struct search *s, bool ranked)
{
	bool indexed;

	if (!s->text)
		return true;
	if (!name_index_use(c->work, &indexed))
		return false;
	if (!indexed) {
		compose_add(c, Q_SEARCH_SCAN_BEGIN);
		compose_add(c, is_short(s) ? Q_SEARCH_SCAN_SHORT : Q_SEARCH_SCAN_TEXT);
		compose_add(c, Q_SEARCH_SCAN_END);
	} else if (ranked) {
		compose_add(c, is_short(s) ? Q_SEARCH_MATCH_SHORT : Q_SEARCH_MATCH_TEXT);
	} else {
		compose_add(c, is_short(s) ? Q_SEARCH_WHERE_SHORT : Q_SEARCH_WHERE_TEXT);
	}
	return true;
}

static void
add_filters(struct compose *c, const struct search *s)
{
	if (s->hide_yanked)
		compose_add(c, Q_SEARCH_WHERE_NOT_YANKED);
	if (s->category)
		compose_add(c, Q_SEARCH_WHERE_CATEGORY);
	if (s->keyword_count > 0)
		compose_add(c, Q_SEARCH_WHERE_KEYWORDS);
	if (s->keyword)
		compose_add(c, Q_SEARCH_WHERE_KEYWORD);
	if (s->letter)
		compose_add(c, Q_SEARCH_WHERE_LETTER);
	if (s->owner_kind)
		compose_add(c, Q_SEARCH_WHERE_OWNER);
	if (s->followed_by != 0)
		compose_add(c, Q_SEARCH_WHERE_FOLLOWING);
	if (s->names)
		compose_add(c, Q_SEARCH_WHERE_NAMES);
}

/* The part that orders, and the one that resumes behind an earlier page. */
static void
order_parts(const struct search *s, enum query_name *order, enum query_name *after)
{
	static const struct {
		enum query_name order, after;
	} parts[] = {
		[SEARCH_BY_NAME] = { Q_SEARCH_ORDER_NAME, Q_SEARCH_AFTER_NAME },
		[SEARCH_BY_DOWNLOADS] = { Q_SEARCH_ORDER_DOWNLOADS, Q_SEARCH_AFTER_DOWNLOADS },
		[SEARCH_BY_RECENT_DOWNLOADS] = { Q_SEARCH_ORDER_RECENT_DOWNLOADS, Q_SEARCH_AFTER_RECENT_DOWNLOADS },
		[SEARCH_BY_UPDATED] = { Q_SEARCH_ORDER_UPDATED, Q_SEARCH_AFTER_UPDATED },
		[SEARCH_BY_CREATED] = { Q_SEARCH_ORDER_CREATED, Q_SEARCH_AFTER_CREATED },
	};

	*order = parts[s->order].order;
	*after = parts[s->order].after;
	if (s->order == SEARCH_BY_NAME && s->text) {
		*order = Q_SEARCH_ORDER_EXACT_NAME;
		*after = Q_SEARCH_AFTER_EXACT_NAME;
	}
}

static bool
compose_ranked(struct compose *c, const struct search *s)
{
	compose_add(c, Q_SEARCH_RELEVANCE_BEGIN);
	if (!add_text(c, s, true))
		return false;
	add_filters(c, s);
	compose_add(c, Q_SEARCH_RELEVANCE_MIDDLE);
	add_filters(c, s);
	compose_add(c, Q_SEARCH_RELEVANCE_END);
	return true;
}

/* Whether what matches the text is so little that it is found first and then put in order. */
static bool
decide_to_sort(struct work *w, const struct search *s, bool *sort)
{
	struct compose c;
	struct rows rows;

	*sort = false;
	if (!s->text)
		return true;
	compose_begin(&c, w);
	set_filters(&c, s);
	set_page(&c, s);
	compose_add(&c, Q_SEARCH_FEW_BEGIN);
	if (!add_text(&c, s, true))
		return false;
	compose_add(&c, Q_SEARCH_FEW_END);
	if (!compose_many(&c, &count_type, &rows))
		return false;
	*sort = ((const struct count_row *)rows.at)->count <= SORTED_MAX;
	return true;
}

static bool
compose_ordered(struct compose *c, const struct search *s)
{
	enum query_name order, after;
	bool sort;

	if (!decide_to_sort(c->work, s, &sort))
		return false;
	order_parts(s, &order, &after);
	compose_add(c, sort ? Q_SEARCH_FOUND_BEGIN : Q_SEARCH_PAGE_BEGIN);
	if (!add_text(c, s, sort))
		return false;
	if (sort)
		compose_add(c, Q_SEARCH_FOUND_END);
	add_filters(c, s);
	if (s->resume)
		compose_add(c, after);
	compose_add(c, order);
	compose_add(c, Q_SEARCH_LIMIT);
	compose_add(c, Q_SEARCH_PAGE_END);
	return true;
}

bool
search_page(struct work *w, const struct search *s, struct rows *out)
{
	struct compose c;

	compose_begin(&c, w);
	set_filters(&c, s);
	set_page(&c, s);
	if (s->order == SEARCH_BY_RELEVANCE)
		return compose_ranked(&c, s) && compose_many(&c, &package_ranked_type, out);
	return compose_ordered(&c, s) && compose_many(&c, &package_found_type, out);
}

static bool
is_narrowed(const struct search *s)
{
	return s->text || s->category || s->keyword_count > 0 || s->keyword || s->letter || s->owner_kind ||
	       s->followed_by != 0 || s->names || s->hide_yanked;
}

static bool
count_matches(struct work *w, const struct search *s, int64_t *total)
{
	struct compose c;
	struct rows rows;

	compose_begin(&c, w);
	set_filters(&c, s);
	compose_add(&c, s->text ? Q_SEARCH_COUNT_MATCHES_BEGIN : Q_SEARCH_COUNT_BEGIN);
	if (!add_text(&c, s, false))
		return false;
	add_filters(&c, s);
	if (!compose_many(&c, &count_type, &rows))
		return false;
	*total = ((const struct count_row *)rows.at)->count;
	return true;
}

/* How many packages a keyword has, or the repository, is kept. */
static bool
find_kept_total(struct work *w, const struct search *s, bool *found, int64_t *total)
{
	const struct keyword *keyword;
	const struct search_totals *totals;
	struct search rest = *s;

	rest.keyword = NULL;
	*found = !is_narrowed(&rest);
	if (!*found)
		return true;
	if (s->keyword) {
		keyword = keyword_find(w, s->repository_id, s->keyword);
		*total = keyword ? keyword->package_count : 0;
	} else {
		totals = search_totals(w, s->repository_id);
		*total = totals ? totals->package_count : 0;
	}
	return !fault_is_set(w->fault);
}

bool
search_total(struct work *w, const struct search *s, const struct rows *page, int64_t *total)
{
	const struct package *packages = page->at;
	int64_t shown = (int64_t)page->count;
	bool found;

	*total = s->offset + shown;
	if (shown > 0 && s->order == SEARCH_BY_RELEVANCE) {
		*total = packages[0].match_count;
		return true;
	}
	if (shown > 0 && shown < s->limit && !s->resume)
		return true;
	return find_kept_total(w, s, &found, total) && (found || count_matches(w, s, total));
}

const struct search_totals *
search_totals(struct work *w, int64_t repository_id)
{
	return db_one(w, Q_SEARCH_TOTAL, &totals_type, ARGS(num(repository_id)));
}

bool
search_updated_later(struct work *w, int64_t repository_id, int64_t limit, struct rows *out)
{
	return db_many(w, Q_SEARCH_UPDATED_LATER, &package_found_type, ARGS(num(repository_id), num(limit)), out);
}
