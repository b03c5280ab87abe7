/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of test cases in tests/data: one case per line, fields between tabs,
 * blank lines and lines that begin with '#' left out; or blocks of text, each
 * below a line that begins with "--- ".
 */
#ifndef ENTREPOT_TESTS_TABLE_H
#define ENTREPOT_TESTS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct table {
	struct span rest;
};

/* The file NAME of tests/data, on the arena of the running test, which fails when there is none. */
void table_open(struct table *t, const char *name);

/* The next case; false at the end. */
bool table_line(struct table *t, struct span *line);

/* The next block: the rest of its first line, and the lines below. */
bool table_block(struct table *t, struct span *title, struct span *text);

/* The next field of a line as a string, "" when there is none. */
const char *table_field(struct span *line);

/*
 * Every line of the file NAME is an input and what OUTCOME must make of it;
 * fails the test at the first that differs. How many there are.
 */
size_t table_check(const char *name, const char *(*outcome)(struct span input));

#endif
