/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A statement composed at run time of constant parts (queries with the
 * cardinality :part), for listings whose filters and orders go together in
 * too many ways to write each down. Every combination becomes one prepared
 * statement; values only ever travel as parameters.
 */
#ifndef ENTREPOT_DB_COMPOSE_H
#define ENTREPOT_DB_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "db/db.h"

#define COMPOSE_MAX_PARAMS 28

struct compose {
	struct work *work;
	struct buf name;		/* numbers of the parts, in order */
	struct buf sql;
	struct {
		const char *name;
		struct arg value;
		int number;		/* $n; 0: not used yet */
	} params[COMPOSE_MAX_PARAMS];
	size_t param_count;
	struct arg args[COMPOSE_MAX_PARAMS];	/* by number */
	size_t arg_count;
};

/* Begin an empty statement. */
void compose_begin(struct compose *c, struct work *w);

/* The value of {NAME} in parts added later. Unused values are left out. */
void compose_set(struct compose *c, const char *name, struct arg value);

/* Append a part. A name in braces that has no value ends the process. */
void compose_add(struct compose *c, enum query_name part);

/* Run it; as db_many(). */
bool compose_many(struct compose *c, const struct row_type *type, struct rows *out) MUST_CHECK;

#endif
