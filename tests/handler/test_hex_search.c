/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Searches for what so many Hex packages have that they are not put in order,
 * but met in it.
 */
#include "support.h"

#include "base/buf.h"
#include "domain/hex_package.h"
#include "domain/hex_search.h"
#include "domain/repository.h"
#include "hex.h"

/* More than are ever sorted have the word "common", and all have "every". */
#define COMMON 5400
#define ALL (COMMON + COMMON / 2)
#define PAGE 30

static void
given_packages(void)
{
	sql_do("INSERT INTO package (repository_id, name, canonical_name, description, downloads, recent_downloads, "
	       "created_at, updated_at) "
	       "SELECT CASE WHEN i %% 5 = 0 THEN %d ELSE 3 END, n, n, CASE WHEN i %% 3 = 0 THEN 'every' ELSE 'every common' END, "
	       "i * 7919 %% 1000, i * 104729 %% 999, '2024-01-01Z'::timestamptz + i * 7 %% 500 * interval '1 min', "
	       "'2025-01-01Z'::timestamptz + i * 11 %% 700 * interval '1 min' "
	       "FROM (SELECT 'name_' || i * 6007 %% %d AS n, i FROM generate_series(1, %d) i) p",
	       (int)given_hex_repository("acme"), ALL, ALL);
	sql_do("INSERT INTO package_search (package_id, repository_id, name, canonical_name, recent_downloads, document) "
	       "SELECT id, repository_id, name, canonical_name, recent_downloads, "
	       "search_document(name, NULL, description, NULL) FROM package");
}

/* The ids that the page should show, by a plain statement. */
static const char *
expected(const char *condition, const char *order, int64_t offset)
{
	return sql_text("SELECT string_agg(id::text, ',') FROM (SELECT id FROM package p WHERE %s ORDER BY %s LIMIT %d "
			"OFFSET %d) p", condition, order, PAGE, (int)offset);
}

static const char *
found(const struct hex_search *s, const struct rows *repositories)
{
	struct buf ids = buf_on(w->arena);
	const struct hex_package *p;
	struct rows rows;

	assert_true(hex_search_page(w, s, repositories, &rows));
	p = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		buf_printf(&ids, "%s%d", i > 0 ? "," : "", (int)p[i].id);
	return buf_text(&ids);
}

static const struct {
	enum hex_search_order order;
	const char *sql;
} orders[] = {
	{ HEX_BY_NAME, "name, id" },
	{ HEX_BY_DOWNLOADS, "downloads DESC, id DESC" },
	{ HEX_BY_RECENT_DOWNLOADS, "recent_downloads DESC, id DESC" },
	{ HEX_BY_CREATED, "created_at DESC, id DESC" },
	{ HEX_BY_UPDATED, "updated_at DESC, id DESC" },
};

static void
assert_every_order(const char *condition, struct hex_search s, const struct rows *repositories)
{
	static const int64_t offsets[] = { 0, PAGE, 970, 5000, COMMON + 100 };

	s.limit = PAGE;
	for (size_t i = 0; i < ARRAY_LEN(orders); i++)
		for (size_t k = 0; k < ARRAY_LEN(offsets); k++) {
			const char *ids = expected(condition, orders[i].sql, offsets[k]);

			s.order = orders[i].order;
			s.offset = offsets[k];
			if (strcmp(found(&s, repositories), ids ? ids : "") != 0)
				fail_msg("%s, %s, from %d: %s instead of %s", condition, orders[i].sql, (int)offsets[k],
					 found(&s, repositories), ids);
		}
}

static void
what_most_packages_have_is_found_in_every_order(void **state)
{
	static struct repository both[] = { { .id = REPOSITORY_HEX, .name = "hexpm" }, { .name = "acme" } };
	const struct rows all = { both, 2 }, one = { both, 1 };

	(void)state;
	given_packages();
	both[1].id = sql_int("SELECT id FROM repository WHERE name = 'acme'");
	assert_every_order("description LIKE '%common'", (struct hex_search){ .description = "common" }, &all);
	assert_every_order("description LIKE 'every%'", (struct hex_search){ .text = "every" }, &all);
	assert_every_order("repository_id = 3 AND description LIKE 'every%'", (struct hex_search){ .name_pattern = "name%" }, &one);
	assert_every_order("description LIKE '%common' AND name LIKE '%7%'",
			   (struct hex_search){ .description = "common", .name_pattern = "%7%" }, &all);
	assert_every_order("description LIKE '%common' AND name = 'name_7'",
			   (struct hex_search){ .description = "common", .name = "name_7" }, &all);
}

TESTS(hex_search,
	TEST(what_most_packages_have_is_found_in_every_order)
);
