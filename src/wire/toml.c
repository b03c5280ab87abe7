/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TOML 1.0 (https://toml.io/en/v1.0.0): keys, tables and arrays.
 *
 * One hash table over (table, key) remembers how each member came to be: it
 * decides what may be extended, and keeps files of many keys from costing
 * quadratic time.
 */
#include "wire/toml.h"

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "wire/toml_scan.h"

enum origin {
	ORIGIN_VALUE,		/* a value, inline tables and arrays too: closed */
	ORIGIN_PARENT,		/* made by the header of a table below it */
	ORIGIN_HEADER,		/* [table] */
	ORIGIN_DOTTED,		/* made by a dotted key */
	ORIGIN_ARRAY		/* [[array of tables]]; the node is the list */
};

struct member {
	struct member *next;	/* in the same bucket */
	const struct doc *table;
	struct span key;
	struct doc *node;	/* NULL for a value that is no container */
	enum origin origin;
};

struct reader {
	struct toml_scan scan;
	struct member **buckets;
	size_t bucket_mask;
	unsigned depth;
};

/* The parts of a dotted key. */
struct key_path {
	size_t count;
	const char *at[TOML_DEPTH];
};

static struct member **
bucket_of(struct reader *r, const struct doc *table, struct span key)
{
	/* FNV-1a over the key, seeded with the table. */
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ (uintptr_t)table;

	for (size_t i = 0; i < key.len; i++)
		hash = (hash ^ (unsigned char)key.at[i]) * UINT64_C(0x100000001b3);
	return &r->buckets[(hash ^ hash >> 32) & r->bucket_mask];
}

static struct member *
find_member(struct reader *r, const struct doc *table, const char *key)
{
	struct span wanted = span_of(key);
	struct member *m = *bucket_of(r, table, wanted);

	while (m && (m->table != table || !span_equal(m->key, wanted)))
		m = m->next;
	return m;
}

static struct member *
add_member(struct reader *r, const struct doc *table, const char *key, enum origin origin)
{
	struct member *m = arena_new(r->scan.arena, struct member);
	struct member **bucket = bucket_of(r, table, span_of(key));

	m->table = table;
	m->key = span_of(key);
	m->origin = origin;
	m->next = *bucket;
	*bucket = m;
	return m;
}

static bool
enter(struct reader *r)
{
	if (r->depth >= TOML_DEPTH)
		return toml_fail(&r->scan, "nested too deep");
	r->depth++;
	return true;
}

static bool
is_bare_key_char(char c)
{
	return is_alnum(c) || c == '-' || c == '_';
}

static bool
read_simple_key(struct toml_scan *s, const char **out)
{
	struct span key;
	size_t len = 0;

	if (toml_peek(s) == '"' || toml_peek(s) == '\'') {
		if (!toml_string(s, false, &key))
			return false;
		if (key.len > 0 && memchr(key.at, '\0', key.len))
			return toml_fail(s, "a key with a NUL character");
	} else {
		while (len < s->rest.len && is_bare_key_char(s->rest.at[len]))
			len++;
		if (len == 0)
			return toml_fail(s, "expected a key");
		key = span_make(s->rest.at, len);
		s->rest = span_skip(s->rest, len);
	}
	*out = arena_dup(s->arena, key.at, key.len);
	return true;
}

static bool
read_key(struct toml_scan *s, struct key_path *path)
{
	path->count = 0;
	do {
		toml_skip_blanks(s);
		if (path->count == TOML_DEPTH)
			return toml_fail(s, "nested too deep");
		if (!read_simple_key(s, &path->at[path->count++]))
			return false;
		toml_skip_blanks(s);
	} while (toml_take(s, '.'));
	return true;
}

static bool
fail_duplicate(struct reader *r, const char *key)
{
	return toml_fail(&r->scan, "duplicate key `%.200s`", key);
}

static bool read_value(struct reader *r, struct doc *to, const char *key);

/* The table below *TABLE that part KEY of a dotted key names, made when new. */
static bool
step_dotted(struct reader *r, struct doc **table, const char *key)
{
	struct member *m = find_member(r, *table, key);

	if (!enter(r))
		return false;
	if (!m) {
		m = add_member(r, *table, key, ORIGIN_DOTTED);
		m->node = doc_add_map(*table, m->key.at);
	}
	if (m->origin != ORIGIN_DOTTED && m->origin != ORIGIN_PARENT)
		return fail_duplicate(r, key);
	m->origin = ORIGIN_DOTTED;
	*table = m->node;
	return true;
}

/* key = value, into TABLE. */
static bool
read_pair(struct reader *r, struct doc *table)
{
	struct key_path path;
	unsigned depth = r->depth;
	const char *last;

	if (!read_key(&r->scan, &path))
		return false;
	for (size_t i = 0; i + 1 < path.count; i++)
		if (!step_dotted(r, &table, path.at[i]))
			return false;
	last = path.at[path.count - 1];
	if (find_member(r, table, last))
		return fail_duplicate(r, last);
	add_member(r, table, last, ORIGIN_VALUE);
	if (!toml_take(&r->scan, '='))
		return toml_fail(&r->scan, "expected `=` after a key");
	toml_skip_blanks(&r->scan);
	if (!read_value(r, table, last))
		return false;
	r->depth = depth;
	return true;
}

static bool
read_array(struct reader *r, struct doc *list)
{
	struct toml_scan *s = &r->scan;

	if (!toml_skip_space(s))
		return false;
	while (!toml_take(s, ']')) {
		if (!read_value(r, list, NULL) || !toml_skip_space(s))
			return false;
		if (toml_take(s, ']'))
			return true;
		if (!toml_take(s, ','))
			return toml_fail(s, "expected `,` or `]` in an array");
		if (!toml_skip_space(s))
			return false;
	}
	return true;
}

static bool
read_inline_table(struct reader *r, struct doc *map)
{
	struct toml_scan *s = &r->scan;

	toml_skip_blanks(s);
	if (toml_take(s, '}'))
		return true;
	for (;;) {
		if (!read_pair(r, map))
			return false;
		toml_skip_blanks(s);
		if (toml_take(s, '}'))
			return true;
		if (!toml_take(s, ','))
			return toml_fail(s, "expected `,` or `}` in an inline table");
	}
}

static bool
read_value(struct reader *r, struct doc *to, const char *key)
{
	struct toml_scan *s = &r->scan;
	struct span text;
	bool ok;

	if (toml_peek(s) == '"' || toml_peek(s) == '\'') {
		if (!toml_string(s, true, &text))
			return false;
		doc_span(to, key, text);
		return true;
	}
	if (toml_peek(s) != '[' && toml_peek(s) != '{')
		return toml_scalar(s, to, key);
	if (!enter(r))
		return false;
	if (toml_take(s, '['))
		ok = read_array(r, doc_add_list(to, key));
	else
		ok = toml_take(s, '{') && read_inline_table(r, doc_add_map(to, key));
	r->depth--;
	return ok;
}

/* The table below *TABLE that a part of a header names, made when new. */
static bool
step_header(struct reader *r, struct doc **table, const char *key)
{
	struct member *m = find_member(r, *table, key);

	if (!enter(r))
		return false;
	if (!m) {
		m = add_member(r, *table, key, ORIGIN_PARENT);
		m->node = doc_add_map(*table, m->key.at);
	}
	if (m->origin == ORIGIN_VALUE)
		return fail_duplicate(r, key);
	*table = m->origin == ORIGIN_ARRAY ? m->node->is.members.last : m->node;
	return true;
}

static bool
open_table(struct reader *r, struct doc **table, const char *key)
{
	struct member *m = find_member(r, *table, key);

	if (!m) {
		m = add_member(r, *table, key, ORIGIN_PARENT);
		m->node = doc_add_map(*table, m->key.at);
	}
	if (m->origin != ORIGIN_PARENT)
		return fail_duplicate(r, key);
	m->origin = ORIGIN_HEADER;
	*table = m->node;
	return true;
}

static bool
open_array(struct reader *r, struct doc **table, const char *key)
{
	struct member *m = find_member(r, *table, key);

	if (!m) {
		m = add_member(r, *table, key, ORIGIN_ARRAY);
		m->node = doc_add_list(*table, m->key.at);
	}
	if (m->origin != ORIGIN_ARRAY)
		return fail_duplicate(r, key);
	*table = doc_add_map(m->node, NULL);
	return enter(r);
}

/* [table] or [[array]]; *TABLE becomes what the following pairs belong to. */
static bool
read_header(struct reader *r, struct doc *root, struct doc **table)
{
	bool array = toml_take_word(&r->scan, "[[");
	struct key_path path;

	if (!array && !toml_take(&r->scan, '['))
		return false;
	if (!read_key(&r->scan, &path))
		return false;
	if (!toml_take_word(&r->scan, array ? "]]" : "]"))
		return toml_fail(&r->scan, "expected `%s` after the name of a table", array ? "]]" : "]");
	*table = root;
	r->depth = 0;
	for (size_t i = 0; i + 1 < path.count; i++)
		if (!step_header(r, table, path.at[i]))
			return false;
	if (!enter(r))
		return false;
	return array ? open_array(r, table, path.at[path.count - 1])
		: open_table(r, table, path.at[path.count - 1]);
}

static bool
read_file(struct reader *r, struct doc *root)
{
	struct doc *table = root;

	for (;;) {
		bool ok;

		if (!toml_skip_space(&r->scan))
			return false;
		if (r->scan.rest.len == 0)
			return true;
		if (toml_peek(&r->scan) == '[')
			ok = read_header(r, root, &table);
		else
			ok = read_pair(r, table);
		if (!ok || !toml_end_line(&r->scan))
			return false;
	}
}

const struct doc *
toml_read(struct arena *a, struct fault *f, struct span text)
{
	struct reader r = { .scan = { .arena = a, .fault = f, .rest = text, .line = 1 } };
	struct doc *root = doc_map(a);
	size_t buckets = 64;

	if (text.len > TOML_SIZE) {
		fault_raise(f, FAULT_BAD_REQUEST, "file larger than %zu bytes", TOML_SIZE);
		return NULL;
	}
	if (!text_is_utf8(text)) {
		fault_raise(f, FAULT_BAD_REQUEST, "file is not valid UTF-8");
		return NULL;
	}
	if (span_starts(text, "\xef\xbb\xbf"))
		r.scan.rest = span_skip(text, 3);
	/* A pair takes at least four bytes, and most many more. */
	while (buckets < text.len / 16)
		buckets *= 2;
	r.buckets = arena_zalloc(a, buckets, sizeof(struct member *));
	r.bucket_mask = buckets - 1;
	return read_file(&r, root) ? root : NULL;
}
