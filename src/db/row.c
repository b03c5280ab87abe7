/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Result rows to structs. Which result column fills which member, and how, is
 * settled once per statement; a row is then a walk over the bindings. Values
 * are in PostgreSQL's binary form (src/backend/utils/adt, the *send functions).
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/number.h"
#include "db/session.h"

/* Types by their fixed object ids (pg_type.dat). */
enum {
	TYPE_BOOL = 16,
	TYPE_BYTEA = 17,
	TYPE_NAME = 19,
	TYPE_INT8 = 20,
	TYPE_INT2 = 21,
	TYPE_INT4 = 23,
	TYPE_TEXT = 25,
	TYPE_OID = 26,
	TYPE_JSON = 114,
	TYPE_FLOAT4 = 700,
	TYPE_FLOAT8 = 701,
	TYPE_NAME_ARRAY = 1003,
	TYPE_TEXT_ARRAY = 1009,
	TYPE_BPCHAR = 1042,
	TYPE_VARCHAR = 1043,
	TYPE_VARCHAR_ARRAY = 1015,
	TYPE_DATE = 1082,
	TYPE_TIMESTAMP = 1114,
	TYPE_TIMESTAMPTZ = 1184,
	TYPE_JSONB = 3802,
};

#define EPOCH INT64_C(946684800000000)
#define DAY INT64_C(86400000000)

static int32_t
int32_at(const char *at)
{
	return (int32_t)(uint32_t)number_big_endian(at, 4);
}

/* ---- decoders ---- */

static void
decode_int8(struct arena *a, const char *at, int len, void *member)
{
	(void)a;
	(void)len;
	*(int64_t *)member = (int64_t)number_big_endian(at, 8);
}

static void
decode_int4(struct arena *a, const char *at, int len, void *member)
{
	(void)a;
	(void)len;
	*(int64_t *)member = int32_at(at);
}

static void
decode_int2(struct arena *a, const char *at, int len, void *member)
{
	(void)a;
	(void)len;
	*(int64_t *)member = (int16_t)(uint16_t)number_big_endian(at, 2);
}

static void
decode_oid(struct arena *a, const char *at, int len, void *member)
{
	(void)a;
	(void)len;
	*(int64_t *)member = (int64_t)number_big_endian(at, 4);
}

/* The extremes are the infinities, here and there; what lies beyond our range but is finite stays below them. */
static void
decode_timestamp(struct arena *a, const char *at, int len, void *member)
{
	int64_t t = (int64_t)number_big_endian(at, 8);

	(void)a;
	(void)len;
	if (t != INT64_MAX && t != INT64_MIN)
		t = t >= INT64_MAX - EPOCH ? INT64_MAX - 1 : t + EPOCH;
	*(int64_t *)member = t;
}

static void
decode_date(struct arena *a, const char *at, int len, void *member)
{
	int32_t days = int32_at(at);

	(void)a;
	(void)len;
	if (days == INT32_MAX)
		*(int64_t *)member = INT64_MAX;
	else if (days == INT32_MIN)
		*(int64_t *)member = INT64_MIN;
	else
		*(int64_t *)member = days > INT64_MAX / DAY - EPOCH / DAY ? INT64_MAX - 1 : days * DAY + EPOCH;
}

static void
decode_bool(struct arena *a, const char *at, int len, void *member)
{
	(void)a;
	(void)len;
	*(bool *)member = *at != 0;
}

static void
decode_float8(struct arena *a, const char *at, int len, void *member)
{
	uint64_t bits = number_big_endian(at, 8);

	(void)a;
	(void)len;
	memcpy(member, &bits, sizeof(bits));
}

static void
decode_float4(struct arena *a, const char *at, int len, void *member)
{
	uint32_t bits = (uint32_t)number_big_endian(at, 4);
	float f;

	(void)a;
	(void)len;
	memcpy(&f, &bits, sizeof(f));
	*(double *)member = (double)f;
}

/* libpq ends every value with a NUL of its own. */
static void
decode_text(struct arena *a, const char *at, int len, void *member)
{
	(void)a;
	(void)len;
	*(const char **)member = at;
}

/* One byte of version, then the text. */
static void
decode_jsonb(struct arena *a, const char *at, int len, void *member)
{
	(void)a;
	*(const char **)member = len > 0 ? at + 1 : at;
}

static void
decode_span(struct arena *a, const char *at, int len, void *member)
{
	(void)a;
	*(struct span *)member = (struct span){ at, (size_t)len };
}

static void
decode_jsonb_span(struct arena *a, const char *at, int len, void *member)
{
	(void)a;
	*(struct span *)member = len > 0 ? (struct span){ at + 1, (size_t)len - 1 } : (struct span){ at, 0 };
}

/*
 * Dimensions, flags, element type; per dimension its size and lower bound; per
 * element its length (-1: NULL) and bytes (array_send). NULL elements become
 * empty texts, since NULL ends the list.
 */
static void
decode_texts(struct arena *a, const char *at, int len, void *member)
{
	const char *end = at + len;
	int32_t dimensions = len >= 12 ? int32_at(at) : 0;
	size_t count = dimensions > 0 ? 1 : 0;
	const char **items;

	at += 12;
	for (int32_t i = 0; i < dimensions; i++, at += 8)
		count *= (size_t)int32_at(at);
	items = arena_zalloc(a, count + 1, sizeof(*items));
	for (size_t i = 0; i < count && end - at >= 4; i++) {
		int32_t size = int32_at(at);

		at += 4;
		items[i] = arena_dup(a, at, size > 0 ? (size_t)size : 0);
		at += size > 0 ? size : 0;
	}
	*(struct texts *)member = (struct texts){ items, count };
}

static const struct {
	enum column_kind kind;
	Oid type;
	decode_fn decode;
} decoders[] = {
	{ COLUMN_INT, TYPE_INT8, decode_int8 },
	{ COLUMN_INT, TYPE_INT4, decode_int4 },
	{ COLUMN_INT, TYPE_INT2, decode_int2 },
	{ COLUMN_INT, TYPE_OID, decode_oid },
	{ COLUMN_INT, TYPE_TIMESTAMPTZ, decode_timestamp },
	{ COLUMN_INT, TYPE_TIMESTAMP, decode_timestamp },
	{ COLUMN_INT, TYPE_DATE, decode_date },
	{ COLUMN_BOOL, TYPE_BOOL, decode_bool },
	{ COLUMN_REAL, TYPE_FLOAT8, decode_float8 },
	{ COLUMN_REAL, TYPE_FLOAT4, decode_float4 },
	{ COLUMN_TEXT, TYPE_TEXT, decode_text },
	{ COLUMN_TEXT, TYPE_VARCHAR, decode_text },
	{ COLUMN_TEXT, TYPE_BPCHAR, decode_text },
	{ COLUMN_TEXT, TYPE_NAME, decode_text },
	{ COLUMN_TEXT, TYPE_JSON, decode_text },
	{ COLUMN_TEXT, TYPE_JSONB, decode_jsonb },
	{ COLUMN_SPAN, TYPE_BYTEA, decode_span },
	{ COLUMN_SPAN, TYPE_TEXT, decode_span },
	{ COLUMN_SPAN, TYPE_VARCHAR, decode_span },
	{ COLUMN_SPAN, TYPE_NAME, decode_span },
	{ COLUMN_SPAN, TYPE_JSON, decode_span },
	{ COLUMN_SPAN, TYPE_JSONB, decode_jsonb_span },
	{ COLUMN_TEXTS, TYPE_TEXT_ARRAY, decode_texts },
	{ COLUMN_TEXTS, TYPE_VARCHAR_ARRAY, decode_texts },
	{ COLUMN_TEXTS, TYPE_NAME_ARRAY, decode_texts },
};

decode_fn
row_decoder(enum column_kind kind, Oid type)
{
	for (size_t i = 0; i < ARRAY_LEN(decoders); i++)
		if (decoders[i].kind == kind && decoders[i].type == type)
			return decoders[i].decode;
	return NULL;
}

/* ---- binding ---- */

const char *
row_bind(struct arena *a, struct statement *s, const PGresult *result, const struct column *columns)
{
	size_t count = 0;
	struct binding *bindings;

	while (columns[count].name)
		count++;
	bindings = calloc(count + 1, sizeof(*bindings));
	if (!bindings)
		abort();
	free(s->bindings);
	s->bindings = bindings;
	s->columns = NULL;
	for (size_t i = 0; i < count; i++) {
		/* Not PQfnumber(): it folds case. */
		for (bindings[i].position = 0; bindings[i].position < PQnfields(result); bindings[i].position++)
			if (strcmp(PQfname(result, bindings[i].position), columns[i].name) == 0)
				break;
		if (bindings[i].position == PQnfields(result))
			return arena_printf(a, "no column %s", columns[i].name);
		bindings[i].offset = columns[i].offset;
		bindings[i].decode = row_decoder(columns[i].kind, PQftype(result, bindings[i].position));
		if (!bindings[i].decode)
			return arena_printf(a, "column %s has the unfit type %u", columns[i].name,
				PQftype(result, bindings[i].position));
	}
	s->columns = columns;
	return NULL;
}

bool
row_refers(const struct column *columns)
{
	for (; columns->name; columns++)
		if (columns->kind == COLUMN_TEXT || columns->kind == COLUMN_SPAN)
			return true;
	return false;
}

void *
row_decode(struct arena *a, const struct statement *s, const PGresult *result, size_t size)
{
	int count = PQntuples(result);
	char *rows = arena_zalloc(a, (size_t)count, size);

	for (int row = 0; row < count; row++) {
		char *at = rows + (size_t)row * size;

		for (const struct binding *b = s->bindings; b->decode; b++)
			if (!PQgetisnull(result, row, b->position))
				b->decode(a, PQgetvalue(result, row, b->position),
					PQgetlength(result, row, b->position), at + b->offset);
	}
	return rows;
}
