/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keywords and categories, as the crates.io API shows them.
 */
#include <string.h>

#include "domain/taxonomy.h"
#include "protocols/call.h"
#include "protocols/crates/views.h"

struct doc *
keyword_view(struct call *c, const struct keyword *k)
{
	struct doc *d = doc_map(c->work.arena);

	doc_text(d, "id", k->name);
	doc_text(d, "keyword", k->name);
	doc_time(d, "created_at", k->created_at);
	doc_int(d, "crates_cnt", k->package_count);
	return d;
}

void
keyword_list_view(struct call *c, struct doc *to, const char *key, const struct rows *rows)
{
	const struct keyword *keywords = rows->at;
	struct doc *list = doc_add_list(to, key);

	for (size_t i = 0; i < rows->count; i++)
		doc_put(list, NULL, keyword_view(c, &keywords[i]));
}

/* The last part of "Cryptography::Cryptocurrencies". */
static const char *
display_name(const char *path)
{
	const char *next;

	while ((next = strstr(path, "::")))
		path = next + 2;
	return path;
}

struct doc *
category_view(struct call *c, const struct category *g)
{
	struct doc *d = doc_map(c->work.arena);

	doc_text(d, "id", g->slug);
	doc_text(d, "category", display_name(g->path));
	doc_text(d, "slug", g->slug);
	doc_text(d, "description", g->description);
	doc_time(d, "created_at", g->created_at);
	doc_int(d, "crates_cnt", g->package_count);
	return d;
}

void
category_list_view(struct call *c, struct doc *to, const char *key, const struct rows *rows)
{
	const struct category *categories = rows->at;
	struct doc *list = doc_add_list(to, key);

	for (size_t i = 0; i < rows->count; i++)
		doc_put(list, NULL, category_view(c, &categories[i]));
}

struct doc *
slug_view(struct call *c, const struct category *g)
{
	struct doc *d = doc_map(c->work.arena);

	doc_text(d, "id", g->slug);
	doc_text(d, "slug", g->slug);
	doc_text(d, "description", g->description);
	return d;
}
