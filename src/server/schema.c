/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the database is one that this program may work on; see the header.
 */
#include "server/schema.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/name_index.h"

static void
keep_reason(const struct fault *f, const char **why)
{
	static char text[512];

	if (!why)
		return;
	snprintf(text, sizeof(text), "%s", f->detail ? f->detail : f->message);
	*why = text;
}

enum schema_state
schema_check(struct db *db, const struct config *config, const char **why)
{
	struct arena arena;
	struct fault fault;
	struct work work = { .arena = &arena, .fault = &fault, .config = config, .db = db, .now = clock_now() };
	enum schema_state state = SCHEMA_FITS;

	arena_init(&arena);
	fault_init(&fault, &arena);
	if (!db_connect(db, &fault) || !db_check_schema(&work)) {
		/* A connection that broke meanwhile says nothing about the schema. */
		state = db_is_connected(db) ? SCHEMA_REFUSED : SCHEMA_AWAY;
		keep_reason(&fault, why);
	}
	db_take_time(db, NULL);
	arena_free(&arena);
	return state;
}

void
schema_say_lacks(struct db *db, const struct config *config)
{
	struct arena arena;
	struct fault fault;
	struct work work = { .arena = &arena, .fault = &fault, .config = config, .db = db, .now = clock_now() };
	const char *advice;

	arena_init(&arena);
	fault_init(&fault, &arena);
	if (name_index_advice(&work, NULL, &advice) && advice)
		log_warn("%s", advice);
	db_take_time(db, NULL);
	arena_free(&arena);
}
