/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever the filter, the order and the way of paging: the pages of a list
 * put together are the list, nothing twice and nothing left out, ties included.
 */
#include "request.h"
#include "support.h"

#include "base/buf.h"
#include "domain/download.h"

#define CRATES 20
#define MAX_PAGES 60

static const char *token;

/* The names of a page, each followed by a space. */
static void
put_names(struct buf *names, const struct test_answer *answer, const char *list, const char *member)
{
	for (const struct doc *d = doc_first(doc_find(answer->json, list)); d; d = d->next) {
		const struct doc *value = doc_find(d, member);

		if (doc_is(value, DOC_INT))
			buf_put_int(names, value->is.integer);
		else
			buf_puts(names, doc_find_text(d, member));
		buf_putc(names, ' ');
	}
}

static const struct test_answer *
fetch(const char *target)
{
	const struct test_answer *answer = ask(token, "GET", target, NULL);

	if (answer->status != 200)
		fail_msg("%s: %d %s", target, answer->status, answer->body.at);
	return answer;
}

struct listing {
	const char *path;
	const char *query;		/* "&a=b…" */
	const char *list;
	const char *member;
};

static const char *
at_once(const struct listing *l, const char **total)
{
	const struct test_answer *answer = fetch(arena_printf(w->arena, "%s?per_page=100%s", l->path, l->query));
	struct buf names = buf_on(w->arena);

	put_names(&names, answer, l->list, l->member);
	*total = answer_text(answer, "meta.total");
	return buf_text(&names);
}

static const char *
by_links(const struct listing *l, const char *first)
{
	const char *target = arena_printf(w->arena, "%s?per_page=3%s%s", l->path, l->query, first);
	struct buf names = buf_on(w->arena);

	for (int page = 0; page < MAX_PAGES; page++) {
		const struct test_answer *answer = fetch(target);
		const char *next = doc_find_text(doc_find(answer->json, "meta"), "next_page");

		put_names(&names, answer, l->list, l->member);
		if (!next)
			return buf_text(&names);
		target = arena_printf(w->arena, "%s%s", l->path, next);
	}
	fail_msg("%s does not end", target);
	return NULL;
}

static const char *
by_numbers(const struct listing *l)
{
	struct buf names = buf_on(w->arena);
	size_t before = SIZE_MAX;

	for (int page = 1; names.len != before; page++) {
		before = names.len;
		put_names(&names, fetch(arena_printf(w->arena, "%s?per_page=3%s&page=%d", l->path, l->query, page)),
			l->list, l->member);
	}
	return buf_text(&names);
}

static void
assert_same(const struct listing *l, const char *how, const char *names, const char *wanted)
{
	if (strcmp(names, wanted) != 0)
		fail_msg("%s%s %s:\n%s\nat once:\n%s", l->path, l->query, how, names, wanted);
}

static size_t
count_words(const char *names)
{
	size_t count = 0;

	for (; *names; names++)
		count += *names == ' ';
	return count;
}

/* ---- crates ---- */

static void
download(const char *name, unsigned count, unsigned days_ago)
{
	sql_do("INSERT INTO download_day (file_id, release_id, day, count) SELECT f.id, r.id, current_date - %u, %u"
		" FROM package p JOIN release r ON r.package_id = p.id JOIN file f ON f.release_id = r.id WHERE p.name = '%s'",
		days_ago, count, name);
}

/* Crates with many ties: same downloads, same times, same words. */
static void
arrange_crates(void)
{
	token = given_token("alice");
	for (unsigned i = 0; i < CRATES; i++) {
		const char *name = arena_printf(w->arena, "%s-%c%u", i % 4 == 0 ? "word" : i % 4 == 1 ? "Word" : "other", 'z' - (int)i, i);
		const char *metadata = arena_printf(w->arena, "{\"keywords\": [\"%s\"], \"categories\": [\"%s\"], \"description\": \"%s\"}",
			i % 3 == 0 ? "word" : "kw", i % 2 ? "science" : "science::geo", i % 5 == 0 ? "about a word" : "nothing");

		given_crate(i % 2 ? "alice" : "bob", name, "1.0.0", metadata);
		if (i % 3)
			download(name, i % 3 * 10, i % 4 * 40);
		if (i % 2)
			assert_int_equal(ask(token, "PUT", arena_printf(w->arena, "/api/v1/crates/%s/follow", name), NULL)->status, 200);
	}
	given_crate("alice", "word", "1.0.0", NULL);
	assert_true(download_rollup(w, NULL) && download_refresh_recent(w, NULL));
	sql_do("UPDATE package SET updated_at = created_at + interval '1 day' * (id %% 3), created_at = created_at - interval '1 day' * (id %% 4)");
}

static void
every_list_of_crates_is_its_pages(void **state)
{
	static const char *const sorts[] = {
		"", "&sort=alphabetical", "&sort=relevance", "&sort=downloads", "&sort=recent-downloads", "&sort=recent-updates", "&sort=new",
	};
	const char *filters[] = {
		"", "&q=word", "&q=nothing", "&keyword=word", "&all_keywords=kw", "&category=science", "&letter=w", "&q=word&category=science::geo",
		"&following=1", "&include_yanked=no", "&q=word&keyword=word", "&ids[]=word&ids[]=Word-y1", NULL,
	};
	const char *total;

	(void)state;
	arrange_crates();
	filters[ARRAY_LEN(filters) - 1] = arena_printf(w->arena, "&user_id=%lld", (long long)given_account("bob"));
	for (size_t f = 0; f < ARRAY_LEN(filters); f++) {
		for (size_t s = 0; s < ARRAY_LEN(sorts); s++) {
			struct listing l = { "/api/v1/crates", arena_printf(w->arena, "%s%s", filters[f], sorts[s]), "crates", "name" };
			const char *wanted = at_once(&l, &total);

			assert_int_equal(count_words(wanted), strtol(total, NULL, 10));
			if (count_words(wanted) == 0)
				fail_msg("%s finds nothing", l.query);
			assert_same(&l, "by seeking", by_links(&l, ""), wanted);
			assert_same(&l, "by page links", by_links(&l, "&page=1"), wanted);
			assert_same(&l, "by numbers", by_numbers(&l), wanted);
		}
	}
}

/* ---- other lists ---- */

static void
versions_are_their_pages(void **state)
{
	static const char *const versions[] = {
		"1.0.0", "0.1.0", "2.0.0-alpha", "2.0.0-alpha.1", "2.0.0-beta.11", "2.0.0-beta.2", "1.10.0", "1.9.0", "10.0.0", "1.0.1+b",
	};
	static const char *const sorts[] = { "", "&sort=date", "&sort=semver" };

	(void)state;
	token = NULL;
	for (size_t i = 0; i < ARRAY_LEN(versions); i++)
		given_crate("alice", "foo", versions[i], NULL);
	sql_do("UPDATE release SET published_at = published_at - interval '1 day' * (id %% 3)");
	for (size_t s = 0; s < ARRAY_LEN(sorts); s++) {
		struct listing l = { "/api/v1/crates/foo/versions", sorts[s], "versions", "num" };
		const char *total, *wanted = at_once(&l, &total);

		assert_string_equal(total, arena_printf(w->arena, "%zu", ARRAY_LEN(versions)));
		assert_int_equal(count_words(wanted), ARRAY_LEN(versions));
		assert_same(&l, "by seeking", by_links(&l, ""), wanted);
		if (s != 1)
			assert_string_equal(wanted, "10.0.0 2.0.0-beta.11 2.0.0-beta.2 2.0.0-alpha.1 2.0.0-alpha 1.10.0 1.9.0 1.0.1+b 1.0.0 0.1.0 ");
	}
}

static void
dependents_are_their_pages(void **state)
{
	struct listing l = { "/api/v1/crates/base/reverse_dependencies", "", "dependencies", "version_id" };
	const char *total, *wanted;

	(void)state;
	token = NULL;
	given_crate("alice", "base", "1.0.0", NULL);
	for (unsigned i = 0; i < 10; i++) {
		const char *name = arena_printf(w->arena, "user%u", i);

		given_crate("alice", name, "1.0.0", "{\"deps\": [{\"name\": \"base\"}]}");
		download(name, i % 3 + 1, 0);
	}
	assert_true(download_rollup(w, NULL));
	wanted = at_once(&l, &total);
	assert_string_equal(total, "10");
	assert_int_equal(count_words(wanted), 10);
	assert_same(&l, "by numbers", by_numbers(&l), wanted);
}

static void
keywords_and_categories_are_their_pages(void **state)
{
	static const struct listing lists[] = {
		{ "/api/v1/keywords", "", "keywords", "id" }, { "/api/v1/keywords", "&sort=crates", "keywords", "id" },
		{ "/api/v1/categories", "", "categories", "id" }, { "/api/v1/categories", "&sort=crates", "categories", "id" },
	};

	(void)state;
	token = NULL;
	for (unsigned i = 0; i < 12; i++)
		given_crate("alice", arena_printf(w->arena, "c%u", i), "1.0.0",
			arena_printf(w->arena, "{\"keywords\": [\"k%u\", \"k%u\", \"all\"], \"categories\": [\"%s\"]}", i, i / 2 + 20,
				i % 2 ? "encoding" : "games"));
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		const char *total, *wanted = at_once(&lists[i], &total);

		assert_int_equal(count_words(wanted), strtol(total, NULL, 10));
		assert_same(&lists[i], "by numbers", by_numbers(&lists[i]), wanted);
	}
}

TESTS(paging,
	TEST(every_list_of_crates_is_its_pages),
	TEST(versions_are_their_pages),
	TEST(dependents_are_their_pages),
	TEST(keywords_and_categories_are_their_pages),
);

TEST_MAIN("paging", TEST_LIST(paging))
