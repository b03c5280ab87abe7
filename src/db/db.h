/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PostgreSQL: one connection per process, statements prepared on first use,
 * results in binary form decoded into structs by column tables. Only user of
 * libpq, together with the other files of this directory.
 *
 * A lost connection raises UNAVAILABLE and is opened again by the next query
 * outside a transaction (with a pause of at most a second between attempts).
 */
#ifndef ENTREPOT_DB_DB_H
#define ENTREPOT_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "queries.h"

struct arena;
struct fault;
struct work;
struct db;

/* ---- connection ---- */

/* Not yet connected; CONNINFO is copied. Lives until db_close(). */
struct db *db_new(const char *conninfo, int64_t statement_timeout);
void db_close(struct db *db);
/*
 * From now on nothing is kept in the session beyond a transaction, so that each
 * may have another one: no prepared statements, and the limits are set by
 * transactions for themselves. What is no transaction has the server's limits.
 * Before the first connection.
 */
void db_forgo_session(struct db *db);

/* Connect now if there is no connection. Raises UNAVAILABLE with libpq's text as detail. */
bool db_connect(struct db *db, struct fault *f) MUST_CHECK;
bool db_is_connected(const struct db *db);
/* Microseconds spent waiting for the server and number of statements since the last call. */
int64_t db_take_time(struct db *db, int64_t *statements);
/* The connection's descriptor (for LISTEN in the job runner), -1 if none. */
int db_socket(const struct db *db);
/* Read what the server sent unasked; whether a notification (LISTEN) came since the last call. Does not wait. */
bool db_take_notification(struct db *db);

/*
 * The variables (ended by NULL, on the arena) that lead PostgreSQL's own programs to where this connection leads,
 * password included. NULL with a fault set when there is no connection.
 */
const char *const *db_environment(struct work *w) MUST_CHECK;

/*
 * Whether the session is PostgreSQL's own: behind a pooler nothing may be kept in it beyond a transaction, and its
 * programs would leave their settings to others.
 */
bool db_is_direct(struct work *w, bool *direct) MUST_CHECK;

/* What a caller found out about the database and need not ask again; forgotten with the connection. */
enum db_fact { DB_NAME_INDEX, DB_FACT_COUNT };
bool db_knows(const struct db *db, enum db_fact fact);
void db_learn(struct db *db, enum db_fact fact);

/* ---- arguments ---- */

enum arg_kind { ARG_NULL, ARG_INT, ARG_BOOL, ARG_TEXT, ARG_BYTES, ARG_TIME, ARG_TEXT_ARRAY, ARG_INT_ARRAY };

struct arg {
	enum arg_kind kind;
	int64_t integer;		/* INT, BOOL, TIME (µs since 1970) */
	struct span bytes;		/* TEXT, BYTES */
	const void *items;		/* arrays: const struct span *, const int64_t * */
	size_t count;
};

static inline struct arg
num(int64_t n)
{
	return (struct arg){ .kind = ARG_INT, .integer = n };
}

/* 0 becomes NULL: optional references. */
static inline struct arg
ref(int64_t id)
{
	return (struct arg){ .kind = id == 0 ? ARG_NULL : ARG_INT, .integer = id };
}

static inline struct arg
flag(bool b)
{
	return (struct arg){ .kind = ARG_BOOL, .integer = b };
}

/* NULL becomes NULL. */
static inline struct arg
text(const char *s)
{
	return (struct arg){ .kind = s ? ARG_TEXT : ARG_NULL, .bytes = span_of(s) };
}

static inline struct arg
text_span(struct span s)
{
	return (struct arg){ .kind = s.at ? ARG_TEXT : ARG_NULL, .bytes = s };
}

static inline struct arg
bytes(const void *at, size_t len)
{
	return (struct arg){ .kind = at ? ARG_BYTES : ARG_NULL, .bytes = { at, len } };
}

/* µs since 1970; 0 becomes NULL. */
static inline struct arg
timestamp(int64_t t)
{
	return (struct arg){ .kind = t == 0 ? ARG_NULL : ARG_TIME, .integer = t };
}

/* A text[]; an item with at == NULL is a NULL element. */
static inline struct arg
text_array(const struct span *items, size_t count)
{
	return (struct arg){ .kind = ARG_TEXT_ARRAY, .items = items, .count = count };
}

/* A bigint[]. */
static inline struct arg
int_array(const int64_t *items, size_t count)
{
	return (struct arg){ .kind = ARG_INT_ARRAY, .items = items, .count = count };
}

struct args {
	const struct arg *at;
	size_t count;
};
#define ARGS(...) ((struct args){ (const struct arg[]){ __VA_ARGS__ }, \
	sizeof((const struct arg[]){ __VA_ARGS__ }) / sizeof(struct arg) })
#define NO_ARGS ((struct args){ NULL, 0 })

/* ---- columns ---- */

/*
 * How a column becomes a member. Result columns are matched by name at the
 * first use of a statement; a missing column or a type that does not fit ends
 * the process (tests prepare every statement).
 *   int64_t      bigint, integer, smallint, oid, date (µs at midnight), timestamptz (µs,
 *                infinity is INT64_MAX); NULL → 0
 *   bool         boolean; NULL → false
 *   double       double precision, real; NULL → 0
 *   const char * text, varchar, name, json, jsonb (as text); NULL → NULL
 *   struct span  text or bytea; NULL → at == NULL
 *   struct texts text[]; NULL → items == NULL; NULL elements → ""
 */
struct texts {
	const char *const *items;	/* ended by NULL */
	size_t count;
};

/* A text[] of them, empty when there are none, on the arena. */
struct arg text_list(struct arena *a, struct texts t);

enum column_kind { COLUMN_INT, COLUMN_BOOL, COLUMN_REAL, COLUMN_TEXT, COLUMN_SPAN, COLUMN_TEXTS };

struct column {
	const char *name;
	size_t offset;
	enum column_kind kind;
};

#define COLUMN_KIND(member) _Generic((member), int64_t: COLUMN_INT, bool: COLUMN_BOOL, double: COLUMN_REAL, \
	const char *: COLUMN_TEXT, struct span: COLUMN_SPAN, struct texts: COLUMN_TEXTS)
#define COLUMN(type, member) { #member, offsetof(struct type, member), COLUMN_KIND(((struct type *)0)->member) }
#define COLUMNS_END { NULL, 0, COLUMN_INT }

/* A column table and the size of its struct. */
struct row_type {
	const struct column *columns;	/* ended by COLUMNS_END */
	size_t size;
};
#define ROW_TYPE(type, table) { (table), sizeof(struct type) }

struct rows {
	const void *at;		/* array of structs */
	size_t count;
};

/* Which part of a list is wanted. */
struct slice {
	int64_t limit;		/* at most so many rows */
	int64_t offset;		/* behind the first so many */
	int64_t after;		/* in lists by id: behind this one */
};

/* ---- queries ---- */

/*
 * All of these do nothing and return false (NULL) when a fault is set already:
 * a chain is checked once. A text argument with a NUL byte raises BAD_REQUEST
 * and never reaches the server. Violated constraints raise CONFLICT (unique)
 * or INVALID (others) with fault->constraint set; deadlocks, timeouts and a
 * lost connection raise UNAVAILABLE, what nobody foresaw INTERNAL.
 */

/* The only row, decoded on the arena; NULL without a fault when there is none, NULL with one on failure. */
const void *db_one(struct work *w, enum query_name q, const struct row_type *type, struct args args) MUST_CHECK;

/* All rows as an array; false on failure. */
bool db_many(struct work *w, enum query_name q, const struct row_type *type, struct args args,
	struct rows *out) MUST_CHECK;

/* No result wanted; *AFFECTED may be NULL. */
bool db_exec(struct work *w, enum query_name q, struct args args, int64_t *affected) MUST_CHECK;

/* One row with one integer column (RETURNING id, count): *OUT is 0 when there is no row or NULL. */
bool db_int(struct work *w, enum query_name q, struct args args, int64_t *out) MUST_CHECK;

/* ---- transactions ---- */

/*
 * Begin; nested calls are savepoints. Rolled back by an arena hook unless
 * committed. The commit refuses (false) when a fault is set.
 */
struct tx;
struct tx *tx_begin(struct work *w) MUST_CHECK;
/* The same, outermost only: nothing is written, and every statement sees the state at the first one. */
struct tx *tx_begin_frozen(struct work *w) MUST_CHECK;
bool tx_commit(struct work *w, struct tx *tx) MUST_CHECK;
void tx_rollback(struct tx *tx);

/* Roll back whatever transaction is open on the connection (a request failed); DB may be NULL. */
void db_abort(struct db *db);

/* ---- schema ---- */

/* Apply what is missing under an advisory lock; *APPLIED is how many were. */
bool db_migrate(struct work *w, int *applied) MUST_CHECK;

/* Raises UNAVAILABLE, with a message for operators, unless the schema is exactly the one this program knows. */
bool db_check_schema(struct work *w) MUST_CHECK;

/* The number of that schema: of the last migration. */
int64_t db_schema_known(void);

#endif
