/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /crates: listing and searching. Links lead on by seek values, unless the
 * client numbers its pages.
 */
#include "protocols/crates/crates.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "domain/package.h"
#include "domain/repository.h"
#include "domain/search.h"
#include "formats/crate_rules.h"
#include "protocols/crates/views.h"

/* ---- what is asked for ---- */

/* An unknown order means by name; so does relevance to nothing. */
static enum search_order
read_order(struct call *c, bool has_text)
{
	static const struct {
		const char *name;
		enum search_order order;
	} orders[] = {
		{ "relevance", SEARCH_BY_RELEVANCE },
		{ "downloads", SEARCH_BY_DOWNLOADS },
		{ "recent-downloads", SEARCH_BY_RECENT_DOWNLOADS },
		{ "recent-updates", SEARCH_BY_UPDATED },
		{ "new", SEARCH_BY_CREATED },
	};
	struct span sort = query_find(c->query, "sort");

	if (!sort.at)
		sort = SPAN("relevance");
	for (size_t i = 0; i < ARRAY_LEN(orders); i++)
		if (span_is(sort, orders[i].name) && (has_text || orders[i].order != SEARCH_BY_RELEVANCE))
			return orders[i].order;
	return SEARCH_BY_NAME;
}

static bool
read_text(struct call *c, struct search *s)
{
	struct span yanked = query_find(c->query, "include_yanked");

	if (!crates_query_text(c, "q", &s->text) || !crates_query_text(c, "category", &s->category))
		return false;
	if (s->text && !*s->text)
		s->text = NULL;
	if (s->text)
		s->exact = crate_name_canonical(c->work.arena, span_of(s->text));
	s->order = read_order(c, s->text != NULL);
	s->hide_yanked = yanked.at && !span_is(yanked, "yes");
	return true;
}

/* The words of a list of keywords, lower-cased. */
static void
set_keywords(struct call *c, struct search *s, const char *all)
{
	const char *lower = text_lower(c->work.arena, all);
	struct span *words = arena_zalloc(c->work.arena, strlen(lower) / 2 + 1, sizeof(*words));

	s->keywords = words;
	while (*lower) {
		size_t n = 0;

		while (lower[n] && !is_space(lower[n]))
			n++;
		if (n > 0)
			words[s->keyword_count++] = span_make(lower, n);
		lower += lower[n] ? n + 1 : n;
	}
}

static bool
set_letter(struct call *c, struct search *s, const char *letter)
{
	struct span rest = span_of(letter);

	text_next_char(&rest);
	if (rest.at == letter)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "letter value must contain 1 character");
	s->letter = text_lower(c->work.arena, arena_dup(c->work.arena, letter, (size_t)(rest.at - letter)));
	return true;
}

/* "following" counts without a value too, as it once did; with an empty one it never did. */
static bool
wants_followed(const struct query *q)
{
	for (size_t i = 0; q && i < q->count; i++)
		if (span_is(q->fields[i].name, "following"))
			return !q->fields[i].value.at || q->fields[i].value.len > 0;
	return false;
}

static bool
set_followed(struct call *c, struct search *s)
{
	if (!call_authorize(c, SCOPE_NONE, NULL, NULL))
		return false;
	call_header(c, "Cache-Control", "no-store");
	s->followed_by = c->actor.account_id;
	return true;
}

static void
set_owner(struct search *s, const char *kind, int64_t id)
{
	s->owner_kind = kind;
	s->owner_id = id;
}

/* Of these only the first that is there counts, but none may be malformed. */
static bool
read_filter(struct call *c, struct search *s)
{
	const char *all_keywords, *keyword, *keywords, *letter;
	struct crates_int user, team;
	const struct span *names;
	size_t name_count;

	if (!crates_query_text(c, "all_keywords", &all_keywords) || !crates_query_text(c, "keyword", &keyword) ||
	    !crates_query_text(c, "keywords", &keywords) || !crates_query_text(c, "letter", &letter) ||
	    !crates_query_id(c, "user_id", &user) || !crates_query_id(c, "team_id", &team) ||
	    !crates_query_texts(c, "ids[]", &names, &name_count))
		return false;
	if (all_keywords) {
		set_keywords(c, s, all_keywords);
	} else if (keyword || keywords) {
		s->keyword = text_lower(c->work.arena, keyword ? keyword : keywords);
	} else if (letter) {
		return set_letter(c, s, letter);
	} else if (user.present) {
		set_owner(s, "user", user.value);
	} else if (team.present) {
		set_owner(s, "organization", team.value);
	} else if (wants_followed(c->query)) {
		return set_followed(c, s);
	} else {
		s->names = names;
		s->name_count = name_count;
	}
	return true;
}

/* ---- which part of it ---- */

static bool
check_ranked(struct call *c, int64_t offset, int64_t max)
{
	if (offset <= max)
		return true;
	return fault_raise(&c->fault, FAULT_BAD_REQUEST,
			   "Cannot page beyond the first %d results when sorting by relevance. "
			   "Please use another sort order or a narrower query.", SEARCH_MAX_RANKED);
}

static bool
read_seek(struct call *c, struct search *s, const struct doc *seek)
{
	int64_t exact = 0;

	s->resume = true;
	switch (s->order) {
	case SEARCH_BY_RELEVANCE:
		s->resume = false;
		return crates_seek_int(c, seek, 0, &s->offset) && check_ranked(c, s->offset, SEARCH_MAX_RANKED);
	case SEARCH_BY_NAME:
		if (!crates_seek_text(c, seek, 0, &s->after_name) || !crates_seek_int(c, seek, 1, &exact))
			return false;
		s->after_exact = exact != 0;
		return true;
	default:
		return crates_seek_int(c, seek, 0, &s->after_value) && crates_seek_int(c, seek, 1, &s->after_id);
	}
}

static bool
read_place(struct call *c, struct search *s, struct paging *paging)
{
	if (!crates_paging(c, PAGING_PAGE | PAGING_SEEK | PAGING_LIMITED, paging))
		return false;
	s->limit = paging->per_page;
	s->offset = paging_offset(paging);
	if (paging->seek)
		return read_seek(c, s, paging->seek);
	return s->order != SEARCH_BY_RELEVANCE || check_ranked(c, s->offset, SEARCH_MAX_RANKED - 1);
}

/* What leads on behind LAST, which is the row before OFFSET. */
static const char *
seek_behind(struct call *c, const struct search *s, const struct package *last, int64_t offset)
{
	struct doc *list = doc_list(c->work.arena);

	switch (s->order) {
	case SEARCH_BY_RELEVANCE:
		doc_int(list, NULL, offset);
		return crates_seek(c, list);
	case SEARCH_BY_NAME:
		doc_text(list, NULL, last->name);
		doc_int(list, NULL, last->exact_match);
		return crates_seek(c, list);
	case SEARCH_BY_DOWNLOADS:
		doc_int(list, NULL, last->downloads);
		break;
	case SEARCH_BY_RECENT_DOWNLOADS:
		doc_int(list, NULL, last->recent_downloads);
		break;
	case SEARCH_BY_UPDATED:
		doc_int(list, NULL, last->updated_at);
		break;
	case SEARCH_BY_CREATED:
		doc_int(list, NULL, last->created_at);
		break;
	}
	doc_int(list, NULL, last->id);
	return crates_seek(c, list);
}

/* ---- the answer ---- */

static void
put_links(struct call *c, struct doc *meta, const struct search *s, const struct paging *paging,
	const struct rows *rows)
{
	const struct package *packages = rows->at;
	const char *seek;

	if (paging->page > 0) {
		crates_page_meta(c, meta, paging, rows->count);
		return;
	}
	if ((int64_t)rows->count == paging->per_page) {
		seek = seek_behind(c, s, &packages[rows->count - 1], s->offset + (int64_t)rows->count);
		doc_text(meta, "next_page", crates_query_with(c, "seek", seek));
	} else {
		doc_null(meta, "next_page");
	}
	doc_null(meta, "prev_page");
}

static bool
list_crates(struct call *c)
{
	struct search search = { .repository_id = REPOSITORY_CRATES };
	struct doc *view = doc_map(c->work.arena), *meta;
	struct paging paging;
	struct rows rows;
	int64_t total = 0;

	if (!read_text(c, &search) || !read_place(c, &search, &paging) || !read_filter(c, &search) ||
	    !search_page(&c->work, &search, &rows))
		return false;
	if (rows.count > 0 && !search_total(&c->work, &search, &rows, &total))
		return false;
	crate_list_view(c, view, "crates", &rows);
	meta = doc_add_map(view, "meta");
	doc_int(meta, "total", total);
	put_links(c, meta, &search, &paging, &rows);
	return reply(c, 200, view);
}

const struct route crates_list_routes[] = {
	ROUTE(GET, "/crates", PUBLIC, list_crates, "List and search crates"),
	ROUTE_END
};
