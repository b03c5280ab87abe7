/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rendering the sparse index; see the header.
 */
#include "index/sparse.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "index/sparse_features.h"
#include "wire/dialect.h"
#include "wire/doc.h"
#include "wire/json.h"

/* cargo takes pubtime in this form only. */
static const struct dialect index_dialect = { .fraction_digits = 0, .zone = "Z" };

const char *
sparse_path(struct arena *a, struct span name)
{
	const char *lower = text_lower(a, arena_dup(a, name.at, name.len));

	if (name.len <= 2)
		return arena_printf(a, "%zu/%s", name.len, lower);
	if (name.len == 3)
		return arena_printf(a, "3/%.1s/%s", lower, lower);
	return arena_printf(a, "%.2s/%.2s/%s", lower, lower + 2, lower);
}

static int
compare_optional(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

/* Old cargo mishandles a dependency listed twice unless the normal one comes first. */
static int
compare_dependencies(const void *left, const void *right)
{
	const struct sparse_dependency *a = *(const struct sparse_dependency *const *)left;
	const struct sparse_dependency *b = *(const struct sparse_dependency *const *)right;
	int order = strcmp(a->name, b->name);

	if (order == 0)
		order = (int)a->kind - (int)b->kind;
	if (order == 0)
		order = strcmp(a->req, b->req);
	if (order == 0)
		order = (int)a->optional - (int)b->optional;
	if (order == 0)
		order = (int)a->default_features - (int)b->default_features;
	if (order == 0)
		order = compare_optional(a->target, b->target);
	return order != 0 ? order : compare_optional(a->package, b->package);
}

static void
put_texts(struct doc *to, const char *key, const struct doc *texts)
{
	struct doc *list = doc_add_list(to, key);

	for (const struct doc *d = doc_first(texts); d; d = d->next)
		if (doc_is(d, DOC_TEXT))
			doc_span(list, NULL, d->is.text);
}

static void
put_dependency(struct doc *list, const struct sparse_dependency *d)
{
	static const char *const kinds[] = {
		[SPARSE_NORMAL] = "normal",
		[SPARSE_BUILD] = "build",
		[SPARSE_DEV] = "dev",
	};
	struct doc *to = doc_add_map(list, NULL);

	doc_text(to, "name", d->name);
	doc_text(to, "req", d->req);
	put_texts(to, "features", d->features);
	doc_bool(to, "optional", d->optional);
	doc_bool(to, "default_features", d->default_features);
	doc_text(to, "target", d->target);
	doc_text(to, "kind", kinds[d->kind]);
	if (d->package)
		doc_text(to, "package", d->package);
	if (d->registry)
		doc_text(to, "registry", d->registry);
}

static void
put_dependencies(struct doc *line, struct arena *a, const struct sparse_version *v)
{
	const struct sparse_dependency **sorted;
	struct doc *list = doc_add_list(line, "deps");

	sorted = arena_zalloc(a, v->dep_count, sizeof(*sorted));
	for (size_t i = 0; i < v->dep_count; i++)
		sorted[i] = &v->deps[i];
	if (v->dep_count > 0)
		qsort(sorted, v->dep_count, sizeof(*sorted), compare_dependencies);
	for (size_t i = 0; i < v->dep_count; i++)
		put_dependency(list, sorted[i]);
}

static void
put_features(struct doc *line, const char *key, const struct sparse_features *set, bool modern)
{
	struct doc *map = doc_add_map(line, key);

	for (size_t i = 0; i < set->count; i++)
		if (set->at[i].modern == modern)
			put_texts(map, set->at[i].name, set->at[i].values);
}

struct span
sparse_line_head(struct arena *a, const struct sparse_version *v)
{
	struct sparse_features set = sparse_features_split(a, v->features);
	struct doc *line = doc_map(a);
	struct buf b = buf_on(a);

	doc_text(line, "name", v->name);
	doc_text(line, "vers", v->vers);
	put_dependencies(line, a, v);
	doc_text(line, "cksum", v->cksum);
	put_features(line, "features", &set, false);
	if (set.any_modern)
		put_features(line, "features2", &set, true);
	if (v->links)
		doc_text(line, "links", v->links);
	if (v->rust_version)
		doc_text(line, "rust_version", v->rust_version);
	doc_time(line, "pubtime", v->published);
	if (set.any_modern)
		doc_int(line, "v", 2);
	json_write(&b, line, &index_dialect);
	/* Without the closing brace, which sparse_line() puts behind `yanked`. */
	return span_make(b.at, b.len - 1);
}

void
sparse_line(struct buf *to, struct span head, bool yanked)
{
	buf_put_span(to, head);
	buf_puts(to, yanked ? ",\"yanked\":true}\n" : ",\"yanked\":false}\n");
}

struct span
sparse_config(struct arena *a, const char *dl, const char *api, bool auth_required)
{
	struct doc *config = doc_map(a);
	struct buf b = buf_on(a);

	doc_text(config, "dl", dl);
	doc_text(config, "api", api);
	if (auth_required)
		doc_bool(config, "auth-required", true);
	json_write(&b, config, &index_dialect);
	return buf_span(&b);
}

enum sparse_kind
sparse_kind_parse(const char *kind)
{
	if (strcmp(kind, "build") == 0)
		return SPARSE_BUILD;
	return strcmp(kind, "dev") == 0 ? SPARSE_DEV : SPARSE_NORMAL;
}
