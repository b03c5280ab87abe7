/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every named query is understood by PostgreSQL on the migrated schema, and
 * asks for nothing the column decoders cannot read: a typo in SQL is a failed
 * test, not a failed request.
 */
#include "query_use.h"
#include "support.h"

#include <stdio.h>

#include "base/text.h"
#include "db/session.h"

/* Whether some kind of member can take a column of that type. */
static bool
is_readable(Oid type)
{
	static const enum column_kind kinds[] = {
		COLUMN_INT, COLUMN_BOOL, COLUMN_REAL, COLUMN_TEXT, COLUMN_SPAN, COLUMN_TEXTS,
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (row_decoder(kinds[i], type))
			return true;
	return false;
}

static int
check_result(const struct query_text *q, const PGresult *described)
{
	int wrong = 0;

	if (q->cardinality == QUERY_EXEC)
		return 0;
	if (PQnfields(described) == 0) {
		print_error("%s gives no columns\n", q->name);
		return 1;
	}
	for (int i = 0; i < PQnfields(described); i++) {
		if (is_readable(PQftype(described, i)))
			continue;
		print_error("%s: column %s has the type %u, which nothing decodes\n", q->name,
			PQfname(described, i), PQftype(described, i));
		wrong++;
	}
	return wrong;
}

static int
check_query(enum query_name id)
{
	const struct query_text *q = &query_table[id];
	struct tx *tx = tx_begin(w);
	PGresult *described;
	int wrong = 0;

	if (!db_prepare(w->db, w->fault, &w->db->statements[id])) {
		print_error("%s\n", w->fault->detail);
		tx_rollback(tx);
		fault_clear(w->fault);
		return 1;
	}
	described = PQdescribePrepared(w->db->conn, q->name);
	if (PQnparams(described) != q->params) {
		print_error("%s: %d parameters, %d counted\n", q->name, PQnparams(described), q->params);
		wrong++;
	}
	wrong += check_result(q, described);
	PQclear(described);
	tx_rollback(tx);
	return wrong;
}

static void
every_query_can_be_prepared_on_the_schema(void **state)
{
	int wrong = 0;

	(void)state;
	for (int id = 0; id < QUERY_COUNT; id++)
		if (query_table[id].cardinality != QUERY_PART)
			wrong += check_query((enum query_name)id);
	assert_int_equal(wrong, 0);
}

/* ---- calls ---- */

static int
find_query(struct span symbol)
{
	const char *name = text_lower(w->arena, arena_dup(w->arena, symbol.at + 2, symbol.len - 2));

	for (int id = 0; id < QUERY_COUNT; id++)
		if (strcmp(query_table[id].name, name) == 0)
			return id;
	return -1;
}

static int
check_columns(const struct query_use *use, const PGresult *described)
{
	int wrong = 0;

	for (const struct used_column *c = use->columns; c && c->name.len > 0; c++) {
		int position = 0;

		while (position < PQnfields(described) && !span_is(c->name, PQfname(described, position)))
			position++;
		if (position < PQnfields(described) && row_decoder(c->kind, PQftype(described, position)))
			continue;
		print_error("%s: %.*s gives no fitting column %.*s\n", use->file, (int)use->query.len, use->query.at,
			(int)c->name.len, c->name.at);
		wrong++;
	}
	return wrong;
}

static int
check_use(const struct query_use *use)
{
	int id = find_query(use->query), wrong = 0;
	PGresult *described;

	if (id < 0 || query_table[id].cardinality == QUERY_PART)
		return 0;
	if (use->arguments >= 0 && use->arguments != query_table[id].params) {
		print_error("%s: %.*s takes %d arguments, %d are given\n", use->file, (int)use->query.len, use->query.at,
			query_table[id].params, use->arguments);
		wrong++;
	}
	if (!db_prepare(w->db, w->fault, &w->db->statements[id]))
		fail_msg("%s", w->fault->detail);
	described = PQdescribePrepared(w->db->conn, query_table[id].name);
	wrong += check_columns(use, described);
	PQclear(described);
	return wrong;
}

static void
every_call_fits_its_query(void **state)
{
	const char *root = getenv("ENTREPOT_SOURCE");
	const struct query_use *uses;
	size_t count;
	int wrong = 0;

	(void)state;
	uses = query_uses(arena_printf(w->arena, "%s/src", root ? root : ".."), &count);
	assert_true(count > 50);
	for (size_t i = 0; i < count; i++)
		wrong += check_use(&uses[i]);
	assert_int_equal(wrong, 0);
}

static void
every_query_is_used(void **state)
{
	const char *root = getenv("ENTREPOT_SOURCE");
	const char *command;
	int unused = 0;

	(void)state;
	for (int id = 0; id < QUERY_COUNT; id++) {
		command = arena_printf(w->arena, "grep -rqiw Q_%s '%s/src'", query_table[id].name, root ? root : "..");
		if (system(command) != 0) {
			print_error("nobody uses %s\n", query_table[id].name);
			unused++;
		}
	}
	assert_int_equal(unused, 0);
}

TESTS(queries,
	TEST(every_call_fits_its_query),
	TEST(every_query_is_used),
	TEST(every_query_can_be_prepared_on_the_schema),
);

TEST_MAIN("queries", TEST_LIST(queries))
