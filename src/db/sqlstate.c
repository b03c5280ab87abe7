/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a failed statement means, by its SQLSTATE (PostgreSQL 15 manual,
 * appendix A). Failures that go away by themselves are UNAVAILABLE: whoever
 * asked may ask again. Which constraint was violated goes along, so that the
 * domain can say it in its own words.
 */
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "db/session.h"

#define POOLER " (behind a pooler that gives every transaction another session set prepared = no)"

static const struct {
	const char *state;	/* the beginning of the code */
	enum fault_kind kind;
	bool lose;		/* only a new connection helps */
	const char *advice;	/* for the log; or NULL */
} meanings[] = {
	{ "23505", FAULT_CONFLICT,	false, NULL },	/* unique_violation */
	{ "23P01", FAULT_CONFLICT,	false, NULL },	/* exclusion_violation */
	{ "23",	   FAULT_INVALID,	false, NULL },	/* foreign key, check, not null */
	{ "22021", FAULT_BAD_REQUEST,	false, NULL },	/* character_not_in_repertoire: not UTF-8 */
	{ "22P05", FAULT_BAD_REQUEST,	false, NULL },	/* untranslatable_character: \u0000 in jsonb */
	{ "22",	   FAULT_INVALID,	false, NULL },	/* out of range, too long, malformed */
	{ "54",	   FAULT_INVALID,	false, NULL },	/* too large for an index, too deep */
	{ "40",	   FAULT_UNAVAILABLE,	false, NULL },	/* serialization_failure, deadlock_detected */
	{ "55P03", FAULT_UNAVAILABLE,	false, NULL },	/* lock_not_available: lock_timeout */
	{ "57014", FAULT_UNAVAILABLE,	false, NULL },	/* query_canceled: statement_timeout */
	{ "53",	   FAULT_UNAVAILABLE,	false, NULL },	/* out of disk, memory, connections */
	{ "25006", FAULT_UNAVAILABLE,	true, NULL },		/* read_only_sql_transaction: became a standby */
	{ "25P03", FAULT_UNAVAILABLE,	true, NULL },		/* idle_in_transaction_session_timeout */
	{ "57P",   FAULT_UNAVAILABLE,	true, NULL },		/* shutdown, crash, starting up */
	{ "08",	   FAULT_UNAVAILABLE,	true, NULL },		/* connection exceptions */
	{ "0A000", FAULT_UNAVAILABLE,	true, NULL },		/* cached plan must not change result type: migrated */
	{ "26000", FAULT_UNAVAILABLE,	true, POOLER },	/* the prepared statement is gone */
	{ "42P05", FAULT_UNAVAILABLE,	true, POOLER },	/* it is there, though it was not prepared */
};

static const char *
field(const PGresult *result, int code)
{
	const char *value = PQresultErrorField(result, code);

	return value ? value : "";
}

static void
raise_result(struct db *db, struct fault *f, const PGresult *result, const char *what)
{
	const char *state = field(result, PG_DIAG_SQLSTATE);
	const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);
	enum fault_kind kind = FAULT_INTERNAL;
	const char *advice = "";
	bool lose = false;

	for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
		if (strncmp(state, meanings[i].state, strlen(meanings[i].state)) == 0) {
			kind = meanings[i].kind;
			lose = meanings[i].lose;
			advice = meanings[i].advice ? meanings[i].advice : "";
			break;
		}
	}
	fault_raise_internal(f, kind, "%s: %s %s%s%s%s", what, state, field(result, PG_DIAG_MESSAGE_PRIMARY),
		constraint ? " constraint " : "", constraint ? constraint : "", advice);
	f->constraint = arena_strdup(f->arena, constraint);
	if (lose)
		db_lose(db);
}

bool
sqlstate_raise(struct db *db, struct fault *f, const PGresult *result, const char *what)
{
	bool was_set = fault_is_set(f);

	if (result && *field(result, PG_DIAG_SQLSTATE) && !was_set)
		raise_result(db, f, result, what);
	if (db->conn && PQstatus(db->conn) != CONNECTION_OK)
		db_lose(db);
	if (!db->conn)
		return fault_raise_internal(f, FAULT_UNAVAILABLE, "%s: the connection to the database was lost", what);
	return fault_raise_internal(f, FAULT_INTERNAL, "%s: %s", what, PQerrorMessage(db->conn));
}
