/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keywords and categories.
 */
#include "protocols/crates/crates.h"

#include "base/arena.h"
#include "base/text.h"
#include "domain/repository.h"
#include "domain/taxonomy.h"
#include "protocols/crates/views.h"

/* Anything but "crates" means by name. */
static enum taxonomy_order
read_order(struct call *c)
{
	return span_is(query_find(c->query, "sort"), "crates") ? TAXONOMY_BY_COUNT : TAXONOMY_BY_NAME;
}

/* A parameter of the path in lower case; NULL when it holds a NUL byte. */
static const char *
path_lower(struct call *c, const char *name)
{
	const char *given = path_text(c, name);

	return given ? text_lower(c->work.arena, given) : NULL;
}

static bool
list_keywords(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);
	struct work *w = &c->work;
	struct paging paging;
	struct rows rows;
	int64_t total = 0;

	if (!crates_paging(c, PAGING_PAGE, &paging) ||
	    !keyword_list(w, REPOSITORY_CRATES, read_order(c), paging_slice(&paging), &rows))
		return false;
	if (rows.count > 0 && !keyword_count(w, REPOSITORY_CRATES, &total))
		return false;
	keyword_list_view(c, view, "keywords", &rows);
	doc_int(doc_add_map(view, "meta"), "total", total);
	return reply(c, 200, view);
}

static bool
show_keyword(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);
	const char *name = path_lower(c, "keyword");
	const struct keyword *k = name ? keyword_find(&c->work, REPOSITORY_CRATES, name) : NULL;

	if (!k)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	doc_put(view, "keyword", keyword_view(c, k));
	return reply(c, 200, view);
}

static bool
list_categories(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);
	struct work *w = &c->work;
	struct paging paging;
	struct rows rows;
	int64_t total;

	if (!crates_paging(c, PAGING_PAGE, &paging) ||
	    !category_list(w, REPOSITORY_CRATES, read_order(c), paging_slice(&paging), &rows) ||
	    !category_count(w, REPOSITORY_CRATES, &total))
		return false;
	category_list_view(c, view, "categories", &rows);
	doc_int(doc_add_map(view, "meta"), "total", total);
	return reply(c, 200, view);
}

static bool
show_category(struct call *c)
{
	struct doc *view = doc_map(c->work.arena), *category;
	struct work *w = &c->work;
	const char *slug = path_lower(c, "category");
	const struct category *g = slug ? category_find(w, REPOSITORY_CRATES, slug) : NULL;
	struct rows children, parents;

	if (!g)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	if (!category_children(w, REPOSITORY_CRATES, slug, &children) ||
	    !category_parents(w, REPOSITORY_CRATES, slug, &parents))
		return false;
	category = category_view(c, g);
	category_list_view(c, category, "subcategories", &children);
	category_list_view(c, category, "parent_categories", &parents);
	doc_put(view, "category", category);
	return reply(c, 200, view);
}

static bool
list_slugs(struct call *c)
{
	struct doc *view = doc_map(c->work.arena), *list = doc_add_list(view, "category_slugs");
	const struct category *categories;
	struct rows rows;

	if (!category_slugs(&c->work, REPOSITORY_CRATES, &rows))
		return false;
	categories = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		doc_put(list, NULL, slug_view(c, &categories[i]));
	return reply(c, 200, view);
}

const struct route crates_taxonomy_routes[] = {
	ROUTE(GET, "/keywords", PUBLIC, list_keywords, "List keywords"),
	ROUTE(GET, "/keywords/:keyword", PUBLIC, show_keyword, "One keyword"),
	ROUTE(GET, "/categories", PUBLIC, list_categories, "List top-level categories"),
	ROUTE(GET, "/categories/:category", PUBLIC, show_category, "One category with those around it"),
	ROUTE(GET, "/category_slugs", PUBLIC, list_slugs, "Every category that a manifest may name"),
	ROUTE_END
};
