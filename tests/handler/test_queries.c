/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every named query is understood by PostgreSQL on the migrated schema, and
 * asks for nothing the column decoders cannot read: a typo in SQL is a failed
 * test, not a failed request.
 */
#include "support.h"

#include <stdio.h>

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

TESTS(queries,
	TEST(every_query_can_be_prepared_on_the_schema),
);

TEST_MAIN("queries", TEST_LIST(queries))
