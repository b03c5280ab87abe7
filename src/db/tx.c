/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transactions. The outermost is a real one, those inside of it are
 * savepoints, so a function need not know whether its caller began one.
 */
#include "db/db.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/work.h"
#include "db/session.h"

struct tx {
	struct db *db;
	struct tx *outer;
	int depth;			/* 0: the real one */
	bool ended;
	struct arena_hook *hook;
};

#define COMMAND_SIZE (DB_LIMITS_SIZE + 80)

static void
roll_back_left_open(void *arg)
{
	tx_rollback(arg);
}

static struct tx *
begin_with(struct work *w, const char *sql)
{
	struct db *db = w->db;
	struct tx *tx;
	PGresult *result = db_sql(db, w->fault, sql);

	if (!result)
		return NULL;
	PQclear(result);
	tx = arena_new(w->arena, struct tx);
	tx->db = db;
	tx->outer = db->tx;
	tx->depth = db->tx ? db->tx->depth + 1 : 0;
	tx->hook = arena_on_clear(w->arena, roll_back_left_open, tx);
	db->tx = tx;
	return tx;
}

/* A session that may be any has limits of its own only within a transaction; they go along, in the same exchange. */
static struct tx *
begin_outermost(struct work *w, const char *begin)
{
	char limits[DB_LIMITS_SIZE] = "", sql[COMMAND_SIZE];

	if (w->db->sessionless)
		db_limits(w->db, "SET LOCAL", limits);
	snprintf(sql, sizeof(sql), "%s;%s", begin, limits);
	return begin_with(w, sql);
}

struct tx *
tx_begin(struct work *w)
{
	struct db *db = w->db;
	char sql[COMMAND_SIZE];

	if (fault_is_set(w->fault))
		return NULL;
	if (!db->tx)
		return begin_outermost(w, "BEGIN");
	snprintf(sql, sizeof(sql), "SAVEPOINT s%d", db->tx->depth + 1);
	return begin_with(w, sql);
}

struct tx *
tx_begin_frozen(struct work *w)
{
	if (w->db->tx) {
		fault_raise_internal(w->fault, FAULT_INTERNAL, "a frozen transaction within another one");
		return NULL;
	}
	return begin_outermost(w, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
}

/* The transaction is over, and with it those begun inside and left open. */
static void
end(struct tx *tx)
{
	struct db *db = tx->db;
	struct tx *inner;

	do {
		inner = db->tx;
		inner->ended = true;
		arena_hook_cancel(inner->hook);
		db->tx = inner->outer;
	} while (inner != tx);
	if (!db->tx)
		db->tx_lost = false;
}

bool
tx_commit(struct work *w, struct tx *tx)
{
	struct db *db = w->db;
	char sql[COMMAND_SIZE] = "COMMIT";
	PGresult *result;

	if (!tx || tx->ended)
		return fault_raise_internal(w->fault, FAULT_INTERNAL, "commit without a transaction");
	if (fault_is_set(w->fault)) {
		tx_rollback(tx);
		return false;
	}
	if (tx->depth > 0)
		snprintf(sql, sizeof(sql), "RELEASE SAVEPOINT s%d", tx->depth);
	result = db_sql(db, w->fault, sql);
	if (!result) {
		tx_rollback(tx);
		return false;
	}
	end(tx);
	/* PostgreSQL answers a COMMIT of a failed transaction with success and this word. */
	if (strcmp(PQcmdStatus(result), "ROLLBACK") == 0)
		fault_raise_internal(w->fault, FAULT_INTERNAL, "commit of a failed transaction");
	PQclear(result);
	return !fault_is_set(w->fault);
}

void
tx_rollback(struct tx *tx)
{
	char sql[COMMAND_SIZE] = "ROLLBACK";
	struct db *db;
	PGresult *result;

	if (!tx || tx->ended)
		return;
	db = tx->db;
	end(tx);
	if (!db_is_connected(db) || db->tx_lost)
		return;
	if (PQtransactionStatus(db->conn) == PQTRANS_IDLE)
		return;
	if (tx->depth > 0)
		snprintf(sql, sizeof(sql), "ROLLBACK TO SAVEPOINT s%d; RELEASE SAVEPOINT s%d", tx->depth, tx->depth);
	result = PQexec(db->conn, sql);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		db_lose(db);
	PQclear(result);
}

void
db_abort(struct db *db)
{
	struct tx *tx = db->tx;

	while (tx && tx->outer != db->floor)
		tx = tx->outer;
	if (db->tx != db->floor)
		tx_rollback(tx);
}
