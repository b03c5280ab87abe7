/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bringing the schema up to the one this program was built with, and refusing
 * any other. Migrations only go forward, each in a transaction of its own.
 */
#include "db/db.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/work.h"
#include "db/session.h"

/* "entrepot" in ASCII: whoever else uses advisory locks in this database is unlikely to take this one. */
#define LOCK "7308332045752627060"

static const char begin_sql[] =
	"SELECT pg_advisory_xact_lock(" LOCK ");"
	/* Building an index may take longer than any request. */
	"SET LOCAL statement_timeout = 0;"
	"SET LOCAL lock_timeout = 0;"
	"CREATE TABLE IF NOT EXISTS schema_migration ("
	"	number integer NOT NULL CONSTRAINT schema_migration_pkey PRIMARY KEY,"
	"	name text NOT NULL,"
	"	applied_at timestamptz NOT NULL DEFAULT now())";

/* What the database says of itself. */
struct applied {
	int count;
	int highest;
	const char *highest_name;
};

static bool
run(struct work *w, const char *sql)
{
	PGresult *result = db_sql(w->db, w->fault, sql);

	PQclear(result);
	return result != NULL;
}

static bool
read_applied(struct work *w, struct applied *out)
{
	PGresult *result = db_sql(w->db, w->fault,
		"SELECT count(*) OVER (), number, name FROM schema_migration ORDER BY number DESC LIMIT 1");

	if (!result)
		return false;
	*out = (struct applied){ 0 };
	if (PQntuples(result) > 0) {
		out->count = (int)strtol(PQgetvalue(result, 0, 0), NULL, 10);
		out->highest = (int)strtol(PQgetvalue(result, 0, 1), NULL, 10);
		out->highest_name = arena_strdup(w->arena, PQgetvalue(result, 0, 2));
	}
	PQclear(result);
	return true;
}

/* The database must have a beginning of our list, nothing else. */
static bool
is_known(struct work *w, const struct applied *applied)
{
	if (applied->highest > migration_count)
		return fault_raise(w->fault, FAULT_UNAVAILABLE,
			"the database schema (%d, %s) is newer than this program (%d): update the program",
			applied->highest, applied->highest_name, migration_count);
	if (applied->count != applied->highest
	    || (applied->highest > 0 && strcmp(migration_table[applied->highest - 1].name, applied->highest_name) != 0))
		return fault_raise(w->fault, FAULT_UNAVAILABLE,
			"the database schema (%d, %s) is not one of this program",
			applied->highest, applied->highest_name);
	return true;
}

static bool
note_applied(struct work *w, const struct migration_text *m)
{
	return run(w, arena_printf(w->arena, "INSERT INTO schema_migration (number, name) VALUES (%d, '%s')",
		m->number, m->name));
}

static bool
apply(struct work *w, const struct migration_text *m)
{
	if (run(w, m->sql) && note_applied(w, m))
		return true;
	w->fault->detail = arena_printf(w->arena, "migration %d, %s: %s", m->number, m->name,
		w->fault->detail ? w->fault->detail : "");
	return false;
}

/*
 * The next missing migration, in a transaction; *MORE says whether there was
 * one. Looked up again under the lock each time: somebody else may be migrating too.
 */
static bool
apply_next(struct work *w, bool *more)
{
	struct tx *tx = tx_begin(w);
	struct applied applied;

	*more = false;
	if (!tx || !run(w, begin_sql) || !read_applied(w, &applied) || !is_known(w, &applied)) {
		tx_rollback(tx);
		return false;
	}
	if (applied.highest == migration_count)
		return tx_commit(w, tx);
	if (!apply(w, &migration_table[applied.highest])) {
		tx_rollback(tx);
		return false;
	}
	*more = true;
	return tx_commit(w, tx);
}

bool
db_migrate(struct work *w, int *applied)
{
	bool more = true;

	*applied = 0;
	while (more) {
		if (!apply_next(w, &more))
			return false;
		*applied += more;
	}
	return true;
}

bool
db_check_schema(struct work *w)
{
	struct applied applied = { 0 };
	PGresult *result = db_sql(w->db, w->fault, "SELECT to_regclass('schema_migration') IS NULL");
	bool empty;

	if (!result)
		return false;
	empty = PQgetvalue(result, 0, 0)[0] == 't';
	PQclear(result);
	if (!empty && (!read_applied(w, &applied) || !is_known(w, &applied)))
		return false;
	if (applied.highest < migration_count)
		return fault_raise(w->fault, FAULT_UNAVAILABLE,
			"the database schema is at %d, this program needs %d: run entrepot-admin migrate",
			applied.highest, migration_count);
	return true;
}

int64_t
db_schema_known(void)
{
	return migration_count;
}
