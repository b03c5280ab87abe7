/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Queries for tests, and what their rows become.
 */
#include "db_queries.h"

#include "db/query_table.h"
#include "support.h"

const struct query_text query_table[QUERY_COUNT] = {
	[T_NUMBERS] = { "numbers", 3, QUERY_ONE,
		"SELECT $1::bigint AS a, $2::integer AS b, ($2::integer)::smallint AS c, 4000000000::oid AS d,"
		" $3::boolean AS yes, NULL::bigint AS nothing" },
	[T_TIMES] = { "times", 1, QUERY_ONE,
		"SELECT ($1::timestamptz)::date AS day, $1::timestamptz AS at, ($1::timestamptz)::text AS spelled" },
	[T_TEXTS] = { "texts", 1, QUERY_ONE,
		"SELECT $1::text AS t, $1::text AS s, octet_length($1::text) AS n, $1::varchar AS v, $1::text::name AS other" },
	[T_BYTES] = { "bytes", 1, QUERY_ONE, "SELECT $1::bytea AS s, octet_length($1::bytea) AS n" },
	[T_ARRAY] = { "array", 1, QUERY_ONE,
		"SELECT $1::text[] AS items, array_to_string($1::text[], '|', '<null>') AS joined,"
		" cardinality($1::text[]) AS n" },
	[T_INTS] = { "ints", 1, QUERY_MANY, "SELECT unnest($1::bigint[]) AS n" },
	[T_JSON] = { "json", 1, QUERY_ONE, "SELECT $1::jsonb AS t, $1::jsonb AS s, ($1::jsonb)::json AS j" },
	[T_REALS] = { "reals", 0, QUERY_ONE, "SELECT 0.5::float4 AS f, -1.25e300::float8 AS d" },
	[T_SERIES] = { "series", 1, QUERY_MANY,
		"SELECT 'row ' || n AS t, n::bigint AS n FROM generate_series(1, $1::int) AS n ORDER BY n" },
	[T_NOTE] = { "note", 2, QUERY_EXEC, "INSERT INTO note (id, parent, word) VALUES ($1, $2, 'w')" },
	[T_COUNT] = { "count", 0, QUERY_ONE, "SELECT count(*) FROM note" },
	[T_NULL] = { "null", 1, QUERY_ONE, "SELECT NULL::bigint WHERE $1::bool" },
	[T_SLEEP] = { "sleep", 0, QUERY_EXEC, "SELECT pg_sleep(30)" },
	[T_SELECT_LINES] = { "select_lines", 0, QUERY_PART, "SELECT 'row ' || n AS t, n::bigint AS n FROM generate_series(1, 9) AS n" },
	[T_UP_TO] = { "up_to", 0, QUERY_PART, "WHERE n <= {most}::int AND n <> {not}::int" },
	[T_BUT_NOT] = { "but_not", 0, QUERY_PART, "AND n <> {most}::int AND '{}' = '{}'::text" },
	[T_FALLING] = { "falling", 0, QUERY_PART, "ORDER BY n DESC" },
	[T_BROKEN] = { "broken", 0, QUERY_EXEC, "SELECT * FROM there_is_no_such_table" },
};

static const struct column number_columns[] = {
	COLUMN(numbers, a), COLUMN(numbers, b), COLUMN(numbers, c), COLUMN(numbers, d),
	COLUMN(numbers, nothing), COLUMN(numbers, yes), COLUMNS_END
};
const struct row_type numbers_row = ROW_TYPE(numbers, number_columns);

static const struct column time_columns[] = {
	COLUMN(times, at), COLUMN(times, day), COLUMN(times, spelled), COLUMNS_END
};
const struct row_type times_row = ROW_TYPE(times, time_columns);

static const struct column word_columns[] = {
	COLUMN(words, t), COLUMN(words, s), COLUMN(words, n), COLUMN(words, v), COLUMN(words, other), COLUMNS_END
};
const struct row_type words_row = ROW_TYPE(words, word_columns);
static const struct column blob_columns[] = { COLUMN(words, s), COLUMN(words, n), COLUMNS_END };
const struct row_type blob_row = ROW_TYPE(words, blob_columns);
static const struct column line_columns[] = { COLUMN(words, n), COLUMN(words, t), COLUMNS_END };
const struct row_type line_row = ROW_TYPE(words, line_columns);
static const struct column only_n_columns[] = { COLUMN(words, n), COLUMNS_END };
const struct row_type only_n_row = ROW_TYPE(words, only_n_columns);

static const struct column listing_columns[] = {
	COLUMN(listing, items), COLUMN(listing, joined), COLUMN(listing, n), COLUMNS_END
};
const struct row_type listing_row = ROW_TYPE(listing, listing_columns);

static const struct column document_columns[] = {
	COLUMN(document, t), COLUMN(document, s), COLUMN(document, j), COLUMNS_END
};
const struct row_type document_row = ROW_TYPE(document, document_columns);

static const struct column real_columns[] = { COLUMN(reals, f), COLUMN(reals, d), COLUMNS_END };
const struct row_type reals_row = ROW_TYPE(reals, real_columns);

void
create_notes(void)
{
	sql_do("CREATE TABLE note (id bigint CONSTRAINT note_pkey PRIMARY KEY,"
		" parent bigint CONSTRAINT note_parent_fkey REFERENCES note,"
		" word text NOT NULL, CONSTRAINT note_id_check CHECK (id > 0))");
}

int64_t
count_notes(void)
{
	return sql_int("SELECT count(*) FROM note");
}
