/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sql/embed.awk makes of the files below sql/: the named queries and the
 * migrations, as constants. queries.h (generated) has the enum of query names,
 * query_table is indexed by it.
 */
#ifndef ENTREPOT_DB_QUERY_TABLE_H
#define ENTREPOT_DB_QUERY_TABLE_H

#include "queries.h"

/* How many rows a query may give: 0 or 1, any number, or none at all. */
enum query_cardinality {
	QUERY_ONE,
	QUERY_MANY,
	QUERY_EXEC,
	QUERY_PART	/* a piece of a composed statement (db/compose.h), never run alone */
};

/* One named query. The name is also that of the prepared statement. */
struct query_text {
	const char *name;
	int params;		/* highest $n */
	enum query_cardinality cardinality;
	const char *sql;	/* without its comments and final semicolon */
};

/* One migration: several statements, to be run in one transaction. */
struct migration_text {
	int number;		/* 1, 2, … without a gap, in table order */
	const char *name;
	const char *sql;
};

extern const struct query_text query_table[];	/* QUERY_COUNT of them */
extern const struct migration_text migration_table[];
extern const int migration_count;

#endif
