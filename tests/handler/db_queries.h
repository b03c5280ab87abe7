/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queries of the program that tests src/db: the linker takes this table in
 * place of the generated one, so that every type and every failure can be had
 * at will.
 */
#ifndef ENTREPOT_TESTS_DB_QUERIES_H
#define ENTREPOT_TESTS_DB_QUERIES_H

#include "db/db.h"

enum {
	T_NUMBERS, T_TIMES, T_TEXTS, T_BYTES, T_ARRAY, T_INTS, T_JSON, T_REALS, T_SERIES, T_NOTE, T_COUNT,
	T_NULL, T_SLEEP, T_BROKEN, T_SELECT_LINES, T_UP_TO, T_BUT_NOT, T_FALLING, TEST_QUERY_COUNT
};
_Static_assert((int)TEST_QUERY_COUNT <= (int)QUERY_COUNT, "ids of test queries must be ids of queries");

/* In the place of a query of the program. */
#define Q(name) ((enum query_name)T_##name)

struct numbers {
	int64_t a, b, c, d, nothing;
	bool yes;
};

struct times {
	int64_t at, day;
	const char *spelled;
};

struct words {
	const char *t;
	struct span s;
	int64_t n;
	const char *v;
	const char *other;
};

struct listing {
	struct texts items;
	const char *joined;
	int64_t n;
};

struct document {
	const char *t;
	struct span s;
	const char *j;
};

struct reals {
	double f, d;
};

extern const struct row_type numbers_row;
extern const struct row_type times_row;
extern const struct row_type words_row;
extern const struct row_type blob_row;
extern const struct row_type line_row;
extern const struct row_type only_n_row;
extern const struct row_type listing_row;
extern const struct row_type document_row;
extern const struct row_type reals_row;

/* The table that the queries about notes need, in the test's transaction. */
void create_notes(void);
/* "SELECT count(*) FROM note" */
int64_t count_notes(void);

#endif
