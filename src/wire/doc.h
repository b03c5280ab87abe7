/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The document tree: what views build and serializers write, and what request
 * bodies are read into.
 *
 * Nodes live on an arena. A list or a map keeps its members in order, in a
 * singly linked list with a tail pointer: adding is O(1), looking a key up is
 * O(members) and meant for request bodies, which are small. A builder function
 * never fails. The key is not copied: it is a literal or lives on the arena;
 * text is not copied either.
 */
#ifndef ENTREPOT_WIRE_DOC_H
#define ENTREPOT_WIRE_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;

enum doc_kind {
	DOC_NULL,
	DOC_BOOL,
	DOC_INT,
	DOC_UINT,	/* only for numbers above INT64_MAX */
	DOC_REAL,
	DOC_TEXT,	/* valid UTF-8 */
	DOC_BYTES,	/* not text: base64 in JSON, a binary in Erlang terms */
	DOC_TIME,	/* µs since 1970; the dialect spells it */
	DOC_DATE,	/* µs since 1970 at midnight; "YYYY-MM-DD" */
	DOC_RAW,	/* JSON text stored by us, e.g. a jsonb column; parsed when the codec is not JSON */
	DOC_LIST,
	DOC_MAP
};

/* Longest key, in bytes. */
#define DOC_KEY_MAX ((1 << 24) - 1)

/*
 * What a codec reads at most: nesting of lists and maps, their number (json-c
 * spends about a kilobyte on an empty object), and that of values.
 */
#define DOC_READ_DEPTH 32
#define DOC_READ_CONTAINERS 10000
#define DOC_READ_VALUES 250000

/* 48 bytes: documents are built per answer, and their nodes are most of it. */
struct doc {
	enum doc_kind kind : 8;
	unsigned key_len : 24;
	uint32_t count;			/* members of a list or map */
	const char *key;		/* within a map */
	struct doc *next;		/* next member of the same list or map */
	union {
		bool boolean;
		int64_t integer;	/* INT, TIME, DATE */
		uint64_t unsigned_integer;
		double real;
		struct span text;	/* TEXT, BYTES, RAW */
		struct {
			struct doc *first;
			struct doc *last;
			struct arena *arena;
		} members;		/* LIST, MAP */
	} is;
};

/* Roots. */
struct doc *doc_map(struct arena *a);
struct doc *doc_list(struct arena *a);
struct doc *doc_scalar_text(struct arena *a, struct span text);
struct doc *doc_scalar_int(struct arena *a, int64_t n);
struct doc *doc_scalar_null(struct arena *a);

/* Add a member: to a map under KEY, to a list with KEY NULL. A NULL text adds null. */
void doc_null(struct doc *to, const char *key);
void doc_bool(struct doc *to, const char *key, bool value);
void doc_int(struct doc *to, const char *key, int64_t value);
void doc_uint(struct doc *to, const char *key, uint64_t value);
void doc_real(struct doc *to, const char *key, double value);
void doc_text(struct doc *to, const char *key, const char *text);
void doc_span(struct doc *to, const char *key, struct span text);
void doc_bytes(struct doc *to, const char *key, struct span bytes);
void doc_time(struct doc *to, const char *key, int64_t micros);
void doc_date(struct doc *to, const char *key, int64_t micros);
void doc_raw(struct doc *to, const char *key, struct span json);
/* printf into a text member. */
void doc_printf(struct doc *to, const char *key, const char *format, ...) PRINTF(3, 4);
/* A fresh empty map or list as member. */
struct doc *doc_add_map(struct doc *to, const char *key);
struct doc *doc_add_list(struct doc *to, const char *key);
/* Move an existing root (not yet a member of anything) below TO; NULL adds null. */
void doc_put(struct doc *to, const char *key, struct doc *sub);

/* Reading. Every function takes NULL and then finds nothing. */
static inline bool
doc_is(const struct doc *d, enum doc_kind kind)
{
	return d && d->kind == kind;
}
/* First member of a list or map, to be followed by ->next. */
const struct doc *doc_first(const struct doc *d);
/* The last member of that name (as JSON parsers of other languages do), or NULL. */
const struct doc *doc_find(const struct doc *map, const char *key);
/*
 * The text as a C string on the map's arena, NULL when it is absent, null, or
 * not text. Text with a NUL byte inside counts as not text.
 */
const char *doc_find_text(const struct doc *map, const char *key);

#endif
