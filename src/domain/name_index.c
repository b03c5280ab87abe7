/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making and missing the index of names; see the header.
 */
#include "domain/name_index.h"

#include "base/arena.h"
#include "base/work.h"
#include "db/db.h"

struct outcome {
	const char *obstacle;
};
static const struct column outcome_columns[] = { COLUMN(outcome, obstacle), COLUMNS_END };
static const struct row_type outcome_type = ROW_TYPE(outcome, outcome_columns);

struct state {
	bool made;
	bool extension;
	const char *database;
};
static const struct column state_columns[] = {
	COLUMN(state, made),
	COLUMN(state, extension),
	COLUMN(state, database),
	COLUMNS_END
};
static const struct row_type state_type = ROW_TYPE(state, state_columns);

bool
name_index_make(struct work *w, const char **obstacle)
{
	struct tx *tx = tx_begin(w);
	const struct outcome *outcome;

	if (!tx || !db_exec(w, Q_NAME_INDEX_LOCK, NO_ARGS, NULL))
		return false;
	outcome = db_one(w, Q_NAME_INDEX_MAKE, &outcome_type, NO_ARGS);
	if (!outcome)
		return false;
	*obstacle = outcome->obstacle;
	return tx_commit(w, tx);
}

bool
name_index_use(struct work *w, bool *made)
{
	const struct state *state;

	*made = db_knows(w->db, DB_NAME_INDEX);
	if (*made)
		return true;
	state = db_one(w, Q_NAME_INDEX_STATE, &state_type, NO_ARGS);
	if (!state)
		return false;
	*made = state->made;
	if (*made)
		db_learn(w->db, DB_NAME_INDEX);
	return true;
}

bool
name_index_advice(struct work *w, const char *obstacle, const char **advice)
{
	const struct state *state = db_one(w, Q_NAME_INDEX_STATE, &state_type, NO_ARGS);
	const char *why = obstacle ? arena_printf(w->arena, " (%s)", obstacle) : "";

	*advice = NULL;
	if (!state)
		return false;
	if (!state->made && state->extension)
		*advice = arena_printf(w->arena, "The index of package names is missing%s, so searches read every name: "
			"`entrepot-admin migrate` makes it.", why);
	else if (!state->made)
		*advice = arena_printf(w->arena, "PostgreSQL's extension pg_trgm is missing%s, so searches read every name: "
			"let an administrator of PostgreSQL run `CREATE EXTENSION pg_trgm` in the database %s, then call "
			"`entrepot-admin migrate` again.", why, state->database);
	return true;
}
