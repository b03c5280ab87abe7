/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splitting features into `features` and `features2`; see the header.
 */
#include "index/sparse_features.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/text.h"
#include "wire/doc.h"

/* "feature A enables feature B", by position. */
struct edge {
	size_t from;
	size_t to;
};

static int
compare_features(const void *left, const void *right)
{
	const struct sparse_feature *a = left;
	const struct sparse_feature *b = right;

	return strcmp(a->name, b->name);
}

static int
compare_name(const void *name, const void *feature)
{
	return strcmp(name, ((const struct sparse_feature *)feature)->name);
}

static struct sparse_feature *
find_feature(const struct sparse_features *set, const char *name)
{
	if (set->count == 0)
		return NULL;
	return bsearch(name, set->at, set->count, sizeof(*set->at), compare_name);
}

/* The names once and sorted; the lists of the last of each name. */
static void
collect(struct arena *a, const struct doc *features, struct sparse_features *set)
{
	size_t kept = 0;

	set->at = arena_zalloc(a, features->count, sizeof(*set->at));
	for (const struct doc *d = doc_first(features); d; d = d->next)
		set->at[set->count++].name = d->key;
	qsort(set->at, set->count, sizeof(*set->at), compare_features);
	for (size_t i = 0; i < set->count; i++)
		if (kept == 0 || strcmp(set->at[kept - 1].name, set->at[i].name) != 0)
			set->at[kept++] = set->at[i];
	set->count = kept;
	for (const struct doc *d = doc_first(features); d; d = d->next)
		find_feature(set, d->key)->values = doc_is(d, DOC_LIST) ? d : NULL;
}

static bool
is_modern_value(struct span value)
{
	return span_starts(value, "dep:") || span_contains(value, "?/");
}

/* Mark the features that use the new syntax themselves, and note who enables whom. */
static size_t
mark_and_link(struct arena *a, struct sparse_features *set, struct edge *edges)
{
	size_t count = 0;

	for (size_t i = 0; i < set->count; i++) {
		for (const struct doc *d = doc_first(set->at[i].values); d; d = d->next) {
			struct sparse_feature *enabled;

			if (!doc_is(d, DOC_TEXT))
				continue;
			set->at[i].modern |= is_modern_value(d->is.text);
			enabled = find_feature(set, arena_dup(a, d->is.text.at, d->is.text.len));
			if (enabled)
				edges[count++] = (struct edge){ i, (size_t)(enabled - set->at) };
		}
	}
	return count;
}

struct sparse_features
sparse_features_split(struct arena *a, const struct doc *features)
{
	struct sparse_features set = { 0 };
	struct edge *edges;
	size_t values = 0, count;
	bool changed;

	if (!doc_is(features, DOC_MAP) || features->count == 0)
		return set;
	collect(a, features, &set);
	for (size_t i = 0; i < set.count; i++)
		values += set.at[i].values ? set.at[i].values->count : 0;
	edges = arena_zalloc(a, values, sizeof(*edges));
	count = mark_and_link(a, &set, edges);
	do {
		changed = false;
		for (size_t i = 0; i < count; i++) {
			if (set.at[edges[i].from].modern || !set.at[edges[i].to].modern)
				continue;
			set.at[edges[i].from].modern = true;
			changed = true;
		}
	} while (changed);
	for (size_t i = 0; i < set.count; i++)
		set.any_modern |= set.at[i].modern;
	return set;
}
