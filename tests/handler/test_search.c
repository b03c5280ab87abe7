/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ranking of a search against its definition, stated without any of the
 * turns that make it quick: of all that match, those with the most recent
 * downloads and the exact one are ranked; the total counts all that match.
 */
#include "support.h"

#include "base/buf.h"
#include "base/span.h"
#include "domain/hex_package.h"
#include "domain/hex_search.h"
#include "domain/name_index.h"
#include "domain/package.h"
#include "domain/repository.h"
#include "domain/search.h"

/* More than are ranked. Downloads and ranks have ties; the last one is an exact match that nobody downloads. */
static void
given_registry(void)
{
	sql_do("INSERT INTO package (repository_id, name, canonical_name, description, readme, recent_downloads, all_yanked) "
	       "SELECT r, n, canonical_package_name(CASE r WHEN 1 THEN 'crates' ELSE 'hex' END, n), "
	       "       'a common thing' || repeat(' for needles', i %% 4), "
	       "       CASE WHEN i %% 5 = 0 THEN repeat('needle and thread ', i %% 9) END, "
	       "       i * 7919 %% 400, i %% 13 = 0 "
	       "  FROM unnest(ARRAY[1, 3]) r, generate_series(1, 1300) i, "
	       "       concat('p', i, CASE WHEN i %% 7 = 0 THEN '_needle' WHEN i %% 11 = 0 THEN 'haystack' END) n "
	       " WHERE r = 1 OR i %% 10 = 0");
	sql_do("INSERT INTO package (repository_id, name, canonical_name) VALUES (1, 'common', 'common')");
	sql_do("INSERT INTO package_search (package_id, repository_id, name, canonical_name, recent_downloads, document) "
	       "SELECT id, repository_id, name, canonical_name, recent_downloads, "
	       "       search_document(name, NULL, description, readme) "
	       "  FROM package WHERE repository_id IN (1, 3)");
	sql_do("UPDATE package_search SET document = search_document(name, NULL, 'common', NULL) WHERE name = 'common'");
	/* Rows that moved, and the remains of deleted ones between them. */
	sql_do("UPDATE package SET recent_downloads = recent_downloads + 1 WHERE name LIKE '%%3'");
	sql_do("DELETE FROM package WHERE name LIKE 'p%%57%%'");
}

#define MATCHES \
	"SELECT s.*, p.all_yanked FROM package_search s JOIN package p ON p.id = s.package_id" \
	" WHERE s.repository_id = 1 AND (%s OR NOT p.all_yanked)" \
	"   AND (s.document @@ search_query('%s') OR strpos(s.canonical_name, '%s') > 0)"

static const char *
as_defined(const struct search *s)
{
	const char *all = s->hide_yanked ? "false" : "true";

	return sql_text("WITH found AS (" MATCHES "), popular AS ("
			"SELECT * FROM found ORDER BY recent_downloads DESC, package_id DESC LIMIT %d) "
			"SELECT concat((SELECT count(*) FROM found), ':', string_agg(' ' || name, '' ORDER BY place)) FROM ("
			"SELECT name, row_number() OVER (ORDER BY canonical_name = '%s' DESC,"
			"       ts_rank_cd(document, search_query('%s')) DESC, recent_downloads DESC, name) AS place"
			"  FROM (SELECT * FROM popular UNION SELECT * FROM found WHERE canonical_name = '%s') candidate"
			" ORDER BY place LIMIT %d OFFSET %d) page",
			all, s->text, s->exact, SEARCH_MAX_RANKED, s->exact, s->text, s->exact,
			(int)s->limit, (int)s->offset);
}

static const char *
as_found(const struct search *s)
{
	struct buf found = buf_on(w->arena), names = buf_on(w->arena);
	struct rows page;
	int64_t total;

	assert_true(search_page(w, s, &page));
	assert_true(search_total(w, s, &page, &total));
	for (size_t i = 0; i < page.count; i++) {
		buf_putc(&names, ' ');
		buf_puts(&names, ((const struct package *)page.at)[i].name);
	}
	buf_put_int(&found, total);
	buf_putc(&found, ':');
	buf_put_span(&found, buf_span(&names));
	return buf_text(&found);
}

static void
assert_rankings(void)
{
	static const struct {
		const char *text, *exact;
	} wanted[] = {
		{ "common", "common" }, { "needle", "needle" }, { "common needle", "common-needle" }, { "hay", "hay" },
		{ "haystack", "haystack" }, { "p70_needle", "p70-needle" }, { "p10", "p10" }, { "nothing", "nothing" },
	};
	static const int64_t offsets[] = { 0, 10, 90, 400, 990 };

	assert_true(sql_int("SELECT count(*) FROM package WHERE repository_id = 1") > SEARCH_MAX_RANKED + 50);
	for (size_t i = 0; i < 2 * ARRAY_LEN(wanted) * ARRAY_LEN(offsets); i++) {
		struct search s = {
			.repository_id = REPOSITORY_CRATES,
			.order = SEARCH_BY_RELEVANCE,
			.text = wanted[i / 2 / ARRAY_LEN(offsets)].text,
			.exact = wanted[i / 2 / ARRAY_LEN(offsets)].exact,
			.hide_yanked = i % 2 == 1,
			.limit = 10,
			.offset = offsets[i / 2 % ARRAY_LEN(offsets)],
		};

		assert_string_equal(as_found(&s), as_defined(&s));
	}
}

static void
a_ranking_is_what_reading_everything_gives(void **state)
{
	(void)state;
	given_registry();
	assert_rankings();
}

static void
a_ranking_is_the_same_without_the_index_of_names(void **state)
{
	(void)state;
	given_registry();
	test_drop_name_index();
	assert_rankings();
}

/* ---- lists ---- */

/* More with one word than are sorted when everything that matches was found, and few with another. */
static void
given_many_crates(void)
{
	sql_do("INSERT INTO package (repository_id, name, canonical_name, description, downloads, recent_downloads, all_yanked) "
	       "SELECT 1, n, n, 'usual' || CASE WHEN i %% 100 = 0 THEN ' hay' ELSE '' END, i * 7919 %% 4000, i * 31 %% 4000, i %% 9 = 0 "
	       "  FROM generate_series(1, 5900) i, concat('pipe', i) n");
	sql_do("INSERT INTO package_search (package_id, repository_id, name, canonical_name, recent_downloads, document) "
	       "SELECT id, 1, name, canonical_name, recent_downloads, search_document(name, NULL, description, NULL) "
	       "  FROM package WHERE repository_id = 1");
}

/* A list as reading everything gives it: how many, and the names of a page. */
static const char *
as_listed(const struct search *s, const char *order, const char *after)
{
	return sql_text("WITH found AS (SELECT p.*, d.document FROM package p JOIN package_search d ON d.package_id = p.id"
			" WHERE p.repository_id = 1 AND (%s OR NOT p.all_yanked)"
			"   AND (d.document @@ search_query('%s') OR strpos(p.canonical_name, '%s') > 0)) "
			"SELECT concat((SELECT count(*) FROM found), ':', string_agg(' ' || name, '' ORDER BY place)) FROM ("
			"SELECT name, row_number() OVER (ORDER BY %s) AS place FROM found WHERE %s"
			" ORDER BY place LIMIT %d OFFSET %d) page",
			s->hide_yanked ? "false" : "true", s->text, s->exact, order, after, (int)s->limit, (int)s->offset);
}

static void
a_list_is_what_reading_everything_gives(void **state)
{
	static const struct {
		enum search_order order;
		const char *sql;
		int64_t after_value;
		const char *after;
	} orders[] = {
		{ SEARCH_BY_NAME, "name <> 'pipe77', name", 0, "name <> 'pipe77' AND name > 'pipe3'" },
		{ SEARCH_BY_DOWNLOADS, "downloads DESC, id DESC", 2000, "(downloads, id) < (2000, 3000)" },
		{ SEARCH_BY_RECENT_DOWNLOADS, "recent_downloads DESC, id DESC", 2000, "(recent_downloads, id) < (2000, 3000)" },
	};
	static const char *const texts[] = { "usual", "hay", "pipe77", "pipe", "nothing" };

	(void)state;
	given_many_crates();
	for (size_t i = 0; i < ARRAY_LEN(orders) * ARRAY_LEN(texts) * 4; i++) {
		size_t o = i / 4 / ARRAY_LEN(texts);
		struct search s = {
			.repository_id = REPOSITORY_CRATES, .order = orders[o].order,
			.text = texts[i / 4 % ARRAY_LEN(texts)], .exact = "pipe77",
			.hide_yanked = i % 2 == 1, .limit = 10, .offset = i % 4 < 2 ? 30 : 0,
			.resume = i % 4 >= 2, .after_name = "pipe3", .after_value = orders[o].after_value, .after_id = 3000,
		};

		assert_string_equal(as_found(&s), as_listed(&s, orders[o].sql, s.resume ? orders[o].after : "true"));
	}
}

/* Every order of crates with each of the texts, two pages. */
static const char *
crates_listed(void)
{
	static const char *const texts[] = { "common", "needle", "p70_needle", "10", "nothing" };
	struct buf all = buf_on(w->arena);

	for (int order = SEARCH_BY_NAME; order <= SEARCH_BY_CREATED; order++)
		for (size_t i = 0; i < 2 * ARRAY_LEN(texts); i++) {
			struct search s = {
				.repository_id = REPOSITORY_CRATES,
				.order = (enum search_order)order,
				.text = texts[i / 2],
				.exact = texts[i / 2],
				.limit = 20,
				.offset = i % 2 == 0 ? 0 : 15,
			};

			buf_printf(&all, "%d %s: %s\n", order, s.text, as_found(&s));
		}
	return buf_text(&all);
}

/* More with one word, and one part of a name, than are sorted when everything that matches was found. */
static void
given_hex_packages(void)
{
	sql_do("INSERT INTO package (repository_id, name, canonical_name, description, downloads, recent_downloads) "
	       "SELECT 3, n, n, 'usual' || CASE WHEN i %% 100 = 0 THEN ' hay' ELSE '' END, i * 7919 %% 4000, i * 31 %% 4000 "
	       "  FROM generate_series(1, 5200) i, concat('pipe_', i) n");
	sql_do("INSERT INTO package_search (package_id, repository_id, name, canonical_name, recent_downloads, document) "
	       "SELECT id, 3, name, canonical_name, recent_downloads, search_document(name, NULL, description, NULL) "
	       "  FROM package WHERE repository_id = 3");
}

static void
put_hex_page(struct buf *all, const struct hex_search *s)
{
	static const struct repository repository = { .id = REPOSITORY_HEX, .name = "hexpm" };
	struct rows page;

	assert_true(hex_search_page(w, s, &(struct rows){ &repository, 1 }, &page));
	for (size_t i = 0; i < page.count; i++)
		buf_printf(all, " %s", ((const struct hex_package *)page.at)[i].name);
	buf_putc(all, '\n');
}

/* Every order of Hex packages with each of the texts, and pages that are walked to and sorted to. */
static const char *
hex_listed(void)
{
	static const struct hex_search wanted[] = {
		{ .text = "usual" }, { .text = "ipe" }, { .text = "pe_42" }, { .text = "hay" }, { .text = "pi" },
		{ .text = "pipe_7" }, { .text = "nothing" }, { .text = "42", .description = "usual" },
		{ .text = "ipe", .name_pattern = "%9" }, { .name_pattern = "%77%" },
	};
	static const int64_t offsets[] = { 0, 90, 1100 };
	struct buf all = buf_on(w->arena);

	for (int order = HEX_BY_NAME; order <= HEX_BY_UPDATED; order++)
		for (size_t i = 0; i < ARRAY_LEN(wanted) * ARRAY_LEN(offsets); i++) {
			struct hex_search s = wanted[i / ARRAY_LEN(offsets)];

			s.order = (enum hex_search_order)order;
			s.limit = 10;
			s.offset = offsets[i % ARRAY_LEN(offsets)];
			buf_printf(&all, "%d %zu:", order, i);
			put_hex_page(&all, &s);
		}
	return buf_text(&all);
}

static void
lists_are_the_same_without_the_index_of_names(void **state)
{
	const char *crates, *hex;

	(void)state;
	given_registry();
	crates = crates_listed();
	assert_non_null(strstr(crates, " p70_needle"));
	sql_do("DELETE FROM package WHERE repository_id = 3");
	given_hex_packages();
	hex = hex_listed();
	assert_non_null(strstr(hex, " pipe_4200"));
	test_drop_name_index();
	assert_string_equal(crates_listed(), crates);
	assert_string_equal(hex_listed(), hex);
}

/* ---- one or two letters ---- */

/* Every name of at most five of a, b, c and _ that begins with a letter, but for those with three _ in a row. */
static void
given_short_names(void)
{
	sql_do("WITH RECURSIVE made (n) AS ("
	       "SELECT unnest(ARRAY['a', 'b', 'c']) UNION ALL "
	       "SELECT n || c FROM made, unnest(ARRAY['a', 'b', 'c', '_']) c WHERE length(n) < 5) "
	       "INSERT INTO package (repository_id, name, canonical_name) SELECT 1, n, n FROM made WHERE n NOT LIKE '%%\\_\\_\\_%%'");
	sql_do("INSERT INTO package_search (package_id, repository_id, name, canonical_name, recent_downloads, document) "
	       "SELECT id, 1, name, canonical_name, 0, search_document(name, NULL, NULL, NULL) FROM package "
	       " WHERE repository_id = 1");
}

static void
one_or_two_letters_find_what_trigrams_call_similar_with_and_without_them(void **state)
{
	static const char *const texts[] = { "a", "b", "ab", "ba", "aa", "cb", "a_", "_b", "_", "__", "d", "da", "+", "a+", "é" };
	const char *similar[ARRAY_LEN(texts)];

	(void)state;
	given_short_names();
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		similar[i] = sql_text("SELECT concat(count(*), ':', string_agg(' ' || name, '' ORDER BY name <> '%s', name))"
				      "  FROM package_search WHERE document @@ search_query('%s') OR canonical_name %%> '%s'",
				      texts[i], texts[i], texts[i]);
	for (size_t i = 0; i < 2 * ARRAY_LEN(texts); i++) {
		struct search s = {
			.repository_id = REPOSITORY_CRATES,
			.order = SEARCH_BY_NAME,
			.text = texts[i % ARRAY_LEN(texts)],
			.exact = texts[i % ARRAY_LEN(texts)],
			.limit = 2000,
		};

		if (i == ARRAY_LEN(texts))
			test_drop_name_index();
		assert_string_equal(as_found(&s), similar[i % ARRAY_LEN(texts)]);
		s.order = SEARCH_BY_RELEVANCE;
		s.limit = 1;
		assert_int_equal(strtol(as_found(&s), NULL, 10), strtol(similar[i % ARRAY_LEN(texts)], NULL, 10));
	}
}

/* ---- the index ---- */

static void
the_index_of_names_is_made_as_soon_as_it_can_be(void **state)
{
	const char *obstacle, *advice;
	bool made;

	(void)state;
	test_drop_name_index();
	assert_true(name_index_use(w, &made));
	assert_false(made);
	sql_do("CREATE SCHEMA elsewhere; CREATE EXTENSION pg_trgm SCHEMA elsewhere");
	assert_true(name_index_advice(w, NULL, &advice));
	assert_non_null(strstr(advice, "`entrepot-admin migrate` makes it"));
	assert_true(name_index_make(w, &obstacle));
	assert_null(obstacle);
	assert_true(name_index_use(w, &made));
	assert_true(made);
	assert_true(name_index_advice(w, NULL, &advice));
	assert_null(advice);
	assert_true(name_index_make(w, &obstacle));
	assert_null(obstacle);
}

static void
what_stands_against_the_extension_is_told(void **state)
{
	const char *obstacle, *advice;

	(void)state;
	test_drop_name_index();
	sql_do("DO $$ BEGIN EXECUTE format('REVOKE CREATE ON DATABASE %%I FROM entrepot', current_database()); END $$");
	assert_true(name_index_make(w, &obstacle));
	assert_string_equal(obstacle, "permission denied to create extension \"pg_trgm\"");
	assert_true(name_index_advice(w, obstacle, &advice));
	assert_non_null(strstr(advice, obstacle));
	assert_non_null(strstr(advice, "`CREATE EXTENSION pg_trgm` in the database program"));
}

TESTS(search,
	TEST(a_ranking_is_what_reading_everything_gives),
	TEST(a_ranking_is_the_same_without_the_index_of_names),
	TEST(a_list_is_what_reading_everything_gives),
	TEST(lists_are_the_same_without_the_index_of_names),
	TEST(one_or_two_letters_find_what_trigrams_call_similar_with_and_without_them),
	TEST(the_index_of_names_is_made_as_soon_as_it_can_be),
	TEST(what_stands_against_the_extension_is_told)
);
