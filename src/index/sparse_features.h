/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which features of a crate cargo versions before 1.60 cannot read: those that
 * use `dep:` or `?/`, and those that enable one of them, however indirectly.
 */
#ifndef ENTREPOT_INDEX_SPARSE_FEATURES_H
#define ENTREPOT_INDEX_SPARSE_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct doc;

struct sparse_feature {
	const char *name;
	const struct doc *values;	/* list of texts */
	bool modern;			/* belongs into features2 */
};

struct sparse_features {
	size_t count;
	struct sparse_feature *at;	/* sorted by name, each name once */
	bool any_modern;
};

/* FEATURES is a map of lists of texts, or NULL; of two equal names the last one counts. */
struct sparse_features sparse_features_split(struct arena *a, const struct doc *features);

#endif
