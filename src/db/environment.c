/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For PostgreSQL's own programs: where a connection leads, told by environment
 * variables. Arguments would show the password to everybody on the machine.
 */
#include "db/db.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/work.h"
#include "db/session.h"

const char *const *
db_environment(struct work *w)
{
	PQconninfoOption *options;
	const char **variables;
	size_t count = 1, n = 0;

	if (!db_connect(w->db, w->fault))
		return NULL;
	options = PQconninfo(w->db->conn);
	if (!options) {
		fault_raise_internal(w->fault, FAULT_INTERNAL, "out of memory");
		return NULL;
	}
	for (const PQconninfoOption *o = options; o->keyword; o++)
		count++;
	variables = arena_zalloc(w->arena, count, sizeof(*variables));
	for (const PQconninfoOption *o = options; o->keyword; o++)
		if (o->envvar && o->val && *o->val)
			variables[n++] = arena_printf(w->arena, "%s=%s", o->envvar, o->val);
	PQconninfoFree(options);
	return variables;
}

bool
db_is_direct(struct work *w, bool *direct)
{
	PGresult *result = db_sql(w->db, w->fault, "SELECT pg_backend_pid()");

	*direct = false;
	if (!result)
		return false;
	/* A pooler makes up the process id that it tells its clients. */
	*direct = strtol(PQgetvalue(result, 0, 0), NULL, 10) == PQbackendPID(w->db->conn);
	PQclear(result);
	return true;
}
