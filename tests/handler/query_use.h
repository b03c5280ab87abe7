/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the source uses named queries, read from its text: which row type each
 * call decodes into, what its columns are, how many arguments are given.
 */
#ifndef ENTREPOT_TESTS_QUERY_USE_H
#define ENTREPOT_TESTS_QUERY_USE_H

#include <stddef.h>

#include "base/span.h"
#include "db/db.h"

struct query_use {
	const char *file;
	struct span query;		/* "Q_RELEASE_BY_VERSION" */
	int arguments;			/* -1: not to be seen from the text */
	const struct used_column *columns;	/* ended by an empty name; NULL: none, or not to be seen */
};

struct used_column {
	struct span name;
	enum column_kind kind;
};

/* Every use below DIRECTORY, on the arena of the test. *COUNT of them. */
const struct query_use *query_uses(const char *directory, size_t *count);

#endif
