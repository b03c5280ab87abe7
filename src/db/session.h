/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of a connection, shared by the files of this directory and by
 * tests. Nobody else sees libpq.
 */
#ifndef ENTREPOT_DB_SESSION_H
#define ENTREPOT_DB_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include <libpq-fe.h>

#include "base/compiler.h"
#include "db/db.h"
#include "db/query_table.h"

struct arena;
struct fault;
struct tx;

/* How one column of a statement's result becomes one member of a struct. */
typedef void (*decode_fn)(struct arena *a, const char *at, int len, void *member);

struct binding {
	int position;
	decode_fn decode;	/* NULL ends the list */
	size_t offset;
};

/* A statement and what is known of it on the present connection. */
struct statement {
	const char *name;		/* of the prepared statement */
	const char *sql;
	int params;
	bool prepared;
	const struct column *columns;	/* what the bindings were made for */
	struct binding *bindings;
};

struct db {
	char *conninfo;
	int64_t statement_timeout;	/* µs */
	bool sessionless;		/* db_forgo_session() */
	PGconn *conn;			/* NULL: not connected */
	struct statement statements[QUERY_COUNT + 1];
	struct composed *composed;	/* compose.c's */
	bool facts[DB_FACT_COUNT];	/* db_learn() */
	struct tx *tx;			/* the innermost open one */
	struct tx *floor;		/* db_abort() leaves it and those outside of it alone (tests); or NULL */
	bool tx_lost;			/* the connection broke inside of it */
	bool notified;
	int64_t break_at;		/* tests: the connection breaks at this statement from now; 0: never */
	bool dying;			/* the server said goodbye */
	int64_t heard_at;		/* ticks of the server's last answer */
	int64_t retry_at;		/* ticks before which no connection is tried */
	int64_t pause;			/* µs between the last two attempts */
	char *refusal;			/* why the last attempt failed */
	int64_t tell_at;		/* ticks before which the log need not hear of the same again */
	int64_t spent;			/* µs since the last db_take_time() */
	int64_t sent;			/* statements since then */
};

/* ---- db.c ---- */

/*
 * A connection that a statement can be sent on. Outside a transaction a lost
 * one is replaced; inside, it raises UNAVAILABLE, as every statement does until
 * the outermost transaction has ended.
 */
bool db_ready(struct db *db, struct fault *f) MUST_CHECK;

/* The connection is of no use any more. */
void db_lose(struct db *db);

/*
 * The limits that hold for every statement, as SQL: a worker that waits for
 * ever is worth less than one that answers 503. SCOPE is "SET" or "SET LOCAL".
 */
#define DB_LIMITS_SIZE 256
void db_limits(const struct db *db, const char *scope, char sql[DB_LIMITS_SIZE]);

/* ---- query.c ---- */

/*
 * Run SQL that is part of the program (several statements are possible). NULL
 * with a fault on failure; the caller clears the result.
 */
PGresult *db_sql(struct db *db, struct fault *f, const char *sql) MUST_CHECK;

/* Prepare the statement on the present connection unless that was done. */
bool db_prepare(struct db *db, struct fault *f, struct statement *s) MUST_CHECK;

/* What db_many() does, for any statement. */
bool db_run_many(struct work *w, struct statement *s, const struct row_type *type, struct args args, struct rows *out)
	MUST_CHECK;

/* ---- compose.c ---- */

/* The connection is gone, or the whole of DB: so are the prepared statements. */
void compose_lose(struct db *db);
void compose_free(struct db *db);

/* ---- row.c ---- */

/*
 * Match the column table with the result's columns, once per statement. NULL,
 * or what does not fit.
 */
const char *row_bind(struct arena *a, struct statement *s, const PGresult *result, const struct column *columns)
	MUST_CHECK;
/* The decoder for a column of this type, NULL when the type does not fit. */
decode_fn row_decoder(enum column_kind kind, Oid type);

/* Decode all rows into an array on the arena. Texts and spans stay inside the result. */
void *row_decode(struct arena *a, const struct statement *s, const PGresult *result, size_t size);
/* Whether the decoded rows refer to memory of the result. */
bool row_refers(const struct column *columns);

/* ---- sqlstate.c ---- */

/* Raise what the failed result says; RESULT may be NULL (out of memory, or no connection). Always false. */
bool sqlstate_raise(struct db *db, struct fault *f, const PGresult *result, const char *what);

#endif
