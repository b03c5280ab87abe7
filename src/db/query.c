/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running named queries: prepared on first use of a session that is ours, arguments in
 * the form that is cheapest to make, results in binary form. One exchange with
 * the server per call, nothing is allocated but by libpq.
 */
#include "db/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/number.h"
#include "base/work.h"
#include "db/session.h"

#define MAX_PARAMS 64
/* 2000-01-01 in µs since 1970; PostgreSQL counts from there. */
#define EPOCH INT64_C(946684800000000)

/* What libpq wants of the arguments. */
struct bound {
	const char *values[MAX_PARAMS];
	int lengths[MAX_PARAMS];
	int formats[MAX_PARAMS];
	char numbers[MAX_PARAMS][NUMBER_TEXT_SIZE];
};

/* A statement and its caller do not belong together: a bug that tests find. */
static NORETURN void
disagree(const struct statement *s, const char *why)
{
	log_error("query %s: %s", s->name, why);
	abort();
}

/* ---- arguments ---- */

/* PostgreSQL's text cannot hold NUL; libpq would cut the text there. */
static bool
refuse_nul(struct work *w, struct span s)
{
	if (s.len == 0 || !memchr(s.at, '\0', s.len))
		return true;
	return fault_raise(w->fault, FAULT_BAD_REQUEST, "text may not contain NUL characters");
}

static void
bind_time(char to[NUMBER_TEXT_SIZE], int64_t t)
{
	uint64_t n;

	if (t != INT64_MAX)
		t = t < INT64_MIN + EPOCH ? INT64_MIN : t - EPOCH;
	n = (uint64_t)t;
	for (int i = 0; i < 8; i++)
		to[i] = (char)(n >> (56 - 8 * i));
}

struct arg
text_list(struct arena *a, struct texts t)
{
	struct span *items = arena_zalloc(a, t.count + 1, sizeof(*items));

	for (size_t i = 0; i < t.count; i++)
		items[i] = span_of(t.items[i]);
	return text_array(items, t.count);
}

/* {"a","b\"c",NULL}: every element quoted, so that none can be mistaken. */
static const char *
text_array_literal(struct work *w, const struct arg *arg)
{
	const struct span *items = arg->items;
	struct buf b = buf_on(w->arena);

	buf_putc(&b, '{');
	for (size_t i = 0; i < arg->count; i++) {
		if (i > 0)
			buf_putc(&b, ',');
		if (!items[i].at) {
			buf_puts(&b, "NULL");
			continue;
		}
		if (!refuse_nul(w, items[i]))
			return NULL;
		buf_putc(&b, '"');
		for (size_t k = 0; k < items[i].len; k++) {
			if (items[i].at[k] == '"' || items[i].at[k] == '\\')
				buf_putc(&b, '\\');
			buf_putc(&b, items[i].at[k]);
		}
		buf_putc(&b, '"');
	}
	buf_putc(&b, '}');
	return buf_text(&b);
}

static const char *
int_array_literal(struct work *w, const struct arg *arg)
{
	const int64_t *items = arg->items;
	struct buf b = buf_on(w->arena);

	buf_putc(&b, '{');
	for (size_t i = 0; i < arg->count; i++) {
		if (i > 0)
			buf_putc(&b, ',');
		buf_put_int(&b, items[i]);
	}
	buf_putc(&b, '}');
	return buf_text(&b);
}

static bool
bind_arg(struct work *w, struct bound *b, size_t i, const struct arg *arg)
{
	b->formats[i] = 0;
	b->lengths[i] = 0;
	b->values[i] = b->numbers[i];
	switch (arg->kind) {
	case ARG_NULL:
		b->values[i] = NULL;
		return true;
	case ARG_INT:
		number_format(b->numbers[i], arg->integer);
		return true;
	case ARG_BOOL:
		memcpy(b->numbers[i], arg->integer ? "t" : "f", 2);
		return true;
	case ARG_TIME:
		bind_time(b->numbers[i], arg->integer);
		b->lengths[i] = 8;
		b->formats[i] = 1;
		return true;
	case ARG_TEXT:
		b->values[i] = arena_dup(w->arena, arg->bytes.at, arg->bytes.len);
		return refuse_nul(w, arg->bytes);
	case ARG_BYTES:
		if (arg->bytes.len > INT32_MAX)
			return fault_raise_plain(w->fault, FAULT_TOO_LARGE);
		b->values[i] = arg->bytes.at;
		b->lengths[i] = (int)arg->bytes.len;
		b->formats[i] = 1;
		return true;
	case ARG_TEXT_ARRAY:
		b->values[i] = text_array_literal(w, arg);
		return b->values[i] != NULL;
	case ARG_INT_ARRAY:
		b->values[i] = int_array_literal(w, arg);
		return true;
	}
	abort();
}

/* ---- exchanges ---- */

static bool
succeeded(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* Count the time; a failed result is cleared and raised. */
static PGresult *
finish(struct db *db, struct fault *f, PGresult *result, const char *what, int64_t start)
{
	db->heard_at = clock_ticks();
	db->spent += db->heard_at - start;
	db->sent++;
	if (succeeded(result))
		return result;
	sqlstate_raise(db, f, result, what);
	PQclear(result);
	return NULL;
}

/* A test wants to see what happens when the server goes away here. */
static void
break_when_due(struct db *db)
{
	if (db->break_at > 0 && --db->break_at == 0)
		shutdown(PQsocket(db->conn), SHUT_RDWR);
}

/* After a failure PostgreSQL refuses everything up to the end of the transaction: do not even ask. */
static bool
usable(struct db *db, struct fault *f, const char *what)
{
	if (!db_ready(db, f))
		return false;
	break_when_due(db);
	if (PQtransactionStatus(db->conn) == PQTRANS_INERROR)
		return fault_raise_internal(f, FAULT_INTERNAL, "%s: statement in a failed transaction", what);
	return true;
}

PGresult *
db_sql(struct db *db, struct fault *f, const char *sql)
{
	char what[48];
	int64_t start;

	/* The beginning is enough to recognize it by; migrations are long. */
	snprintf(what, sizeof(what), "%.*s", (int)strcspn(sql, "\n"), sql);
	if (fault_is_set(f) || !usable(db, f, what))
		return NULL;
	start = clock_ticks();
	return finish(db, f, PQexec(db->conn, sql), what, start);
}

bool
db_prepare(struct db *db, struct fault *f, struct statement *s)
{
	PGresult *result;

	if (s->prepared)
		return true;
	result = finish(db, f, PQprepare(db->conn, s->name, s->sql, 0, NULL), s->name, clock_ticks());
	if (!result)
		return false;
	PQclear(result);
	s->prepared = true;
	return true;
}

static PGresult *
execute(struct db *db, const struct statement *s, const struct bound *b, int count)
{
	if (db->sessionless)
		return PQexecParams(db->conn, s->sql, count, NULL, b->values, b->lengths, b->formats, 1);
	return PQexecPrepared(db->conn, s->name, count, b->values, b->lengths, b->formats, 1);
}

static PGresult *
run(struct work *w, struct statement *s, struct args args)
{
	struct db *db = w->db;
	struct bound b;
	int64_t start;

	if (args.count != (size_t)s->params || args.count > MAX_PARAMS)
		disagree(s, "wrong number of arguments");
	if (fault_is_set(w->fault))
		return NULL;
	for (size_t i = 0; i < args.count; i++)
		if (!bind_arg(w, &b, i, &args.at[i]))
			return NULL;
	if (!usable(db, w->fault, s->name) || (!db->sessionless && !db_prepare(db, w->fault, s)))
		return NULL;
	start = clock_ticks();
	return finish(db, w->fault, execute(db, s, &b, (int)args.count), s->name, start);
}

/* ---- verbs ---- */

static void
clear_result(void *result)
{
	PQclear(result);
}

/* The rows as structs; the result lives as long as they do, or ends here when they do not need it. */
static void *
decode(struct work *w, struct statement *s, const struct row_type *type, PGresult *result)
{
	const char *mismatch;
	void *rows;

	if (s->columns != type->columns) {
		mismatch = row_bind(w->arena, s, result, type->columns);
		if (mismatch)
			disagree(s, mismatch);
	}
	rows = row_decode(w->arena, s, result, type->size);
	if (row_refers(type->columns))
		arena_on_clear(w->arena, clear_result, result);
	else
		PQclear(result);
	return rows;
}

const void *
db_one(struct work *w, enum query_name q, const struct row_type *type, struct args args)
{
	struct statement *s = &w->db->statements[q];
	PGresult *result = run(w, s, args);

	if (!result)
		return NULL;
	if (PQntuples(result) == 1)
		return decode(w, s, type, result);
	if (PQntuples(result) > 1)
		fault_raise_internal(w->fault, FAULT_INTERNAL, "%s: %d rows where one was expected",
			s->name, PQntuples(result));
	PQclear(result);
	return NULL;
}

bool
db_run_many(struct work *w, struct statement *s, const struct row_type *type, struct args args, struct rows *out)
{
	PGresult *result = run(w, s, args);

	*out = (struct rows){ NULL, 0 };
	if (!result)
		return false;
	out->count = (size_t)PQntuples(result);
	out->at = decode(w, s, type, result);
	return true;
}

bool
db_many(struct work *w, enum query_name q, const struct row_type *type, struct args args, struct rows *out)
{
	return db_run_many(w, &w->db->statements[q], type, args, out);
}

bool
db_exec(struct work *w, enum query_name q, struct args args, int64_t *affected)
{
	PGresult *result = run(w, &w->db->statements[q], args);

	if (affected)
		*affected = 0;
	if (!result)
		return false;
	if (affected)
		*affected = strtoll(PQcmdTuples(result), NULL, 10);
	PQclear(result);
	return true;
}

bool
db_int(struct work *w, enum query_name q, struct args args, int64_t *out)
{
	struct statement *s = &w->db->statements[q];
	PGresult *result = run(w, s, args);
	decode_fn decoder;

	*out = 0;
	if (!result)
		return false;
	if (PQntuples(result) > 0 && !PQgetisnull(result, 0, 0)) {
		decoder = row_decoder(COLUMN_INT, PQftype(result, 0));
		if (!decoder)
			disagree(s, "the first column is not an integer");
		decoder(w->arena, PQgetvalue(result, 0, 0), PQgetlength(result, 0, 0), out);
	}
	PQclear(result);
	return true;
}
