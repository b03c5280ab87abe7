/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One term into a document. A table says for each tag who reads what stands
 * behind it, or why nobody does; depth and number of values are bounded before
 * anything is allocated for them.
 */
#include "wire/etf.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "wire/etf_scan.h"

static bool read_term(struct etf_scan *s, struct doc **d);

static bool
count_value(struct etf_scan *s)
{
	if (++s->values > DOC_READ_VALUES)
		return etf_refuse(s, "too many values");
	return true;
}

static bool
open_container(struct etf_scan *s)
{
	if (s->depth == DOC_READ_DEPTH)
		return etf_refuse(s, "nested too deeply");
	if (++s->containers > DOC_READ_CONTAINERS)
		return etf_refuse(s, "too many values");
	s->depth++;
	return true;
}

static bool
read_elements(struct etf_scan *s, size_t count, struct doc **d)
{
	*d = doc_list(s->arena);
	for (size_t i = 0; i < count; i++) {
		struct doc *element;

		if (!read_term(s, &element))
			return false;
		doc_put(*d, NULL, element);
	}
	return true;
}

static bool
read_nil(struct etf_scan *s, struct doc **d)
{
	*d = doc_list(s->arena);
	return true;
}

static bool
read_tuple(struct etf_scan *s, struct doc **d)
{
	size_t count;

	return etf_take_count(s, s->tag == ETF_SMALL_TUPLE ? 1 : 4, 1, &count) && read_elements(s, count, d);
}

static bool
read_list(struct etf_scan *s, struct doc **d)
{
	uint64_t tail;
	size_t count;

	if (!etf_take_count(s, 4, 1, &count) || !read_elements(s, count, d) || !etf_take_number(s, 1, &tail))
		return false;
	return tail == ETF_NIL || etf_refuse(s, "an improper list");
}

static bool
read_string(struct etf_scan *s, struct doc **d)
{
	struct span bytes;

	if (!etf_take_block(s, 2, &bytes))
		return false;
	*d = doc_list(s->arena);
	for (size_t i = 0; i < bytes.len; i++) {
		if (!count_value(s))
			return false;
		doc_int(*d, NULL, (uint8_t)bytes.at[i]);
	}
	return true;
}

static bool
take_key(struct etf_scan *s, const char **key)
{
	struct span name;
	uint64_t tag;

	if (!etf_take_number(s, 1, &tag))
		return false;
	s->tag = (uint8_t)tag;
	switch (s->tag) {
	case ETF_ATOM:
	case ETF_ATOM_UTF8:
	case ETF_SMALL_ATOM:
	case ETF_SMALL_ATOM_UTF8:
		if (!etf_take_atom(s, &name))
			return false;
		break;
	case ETF_BINARY:
		if (!etf_take_block(s, 4, &name))
			return false;
		break;
	default:
		return etf_refuse(s, "a key that is neither a binary nor an atom");
	}
	if (!text_is_utf8(name))
		return etf_refuse(s, "a key that is not UTF-8");
	if (span_find_nul(name) >= 0)
		return etf_refuse(s, "NUL character in a key");
	if (name.len > DOC_KEY_MAX)
		return etf_refuse(s, "a key too long");
	*key = arena_dup(s->arena, name.at, name.len);
	return true;
}

struct place {
	struct doc *member;
	size_t index;
};

/* By name, and of the same name in the order of the term. */
static int
compare_places(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	int order = strcmp(a->member->key, b->member->key);

	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Of members with the same name only the last one stays; it must not take the square of their number. */
static struct doc *
without_duplicates(struct arena *a, struct doc *all)
{
	struct place *places = arena_zalloc(a, all->count, sizeof(*places));
	struct doc *map = doc_map(a);
	struct doc *next;
	size_t count = 0;

	for (struct doc *m = all->is.members.first; m; m = m->next, count++)
		places[count] = (struct place){ m, count };
	qsort(places, count, sizeof(*places), compare_places);
	for (size_t i = 0; i + 1 < count; i++)
		if (strcmp(places[i].member->key, places[i + 1].member->key) == 0)
			places[i].member->key = NULL;
	for (struct doc *m = all->is.members.first; m; m = next) {
		next = m->next;
		if (m->key)
			doc_put(map, m->key, m);
	}
	return map;
}

static bool
read_map(struct etf_scan *s, struct doc **d)
{
	struct doc *map = doc_map(s->arena);
	size_t count;

	/* The shortest pair is an atom without a name, two bytes, and an empty list. */
	if (!etf_take_count(s, 4, 3, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct doc *value;
		const char *key = NULL;

		if (!take_key(s, &key) || !read_term(s, &value))
			return false;
		doc_put(map, key, value);
	}
	*d = count > 1 ? without_duplicates(s->arena, map) : map;
	return true;
}

/* By tag. */
static const struct {
	bool (*read)(struct etf_scan *, struct doc **);
	const char *refusal;		/* why nobody reads it */
	bool container;
} kinds[256] = {
	[ETF_NEW_FLOAT] = { .read = etf_read_new_float },
	[ETF_SMALL_INTEGER] = { .read = etf_read_small_integer },
	[ETF_INTEGER] = { .read = etf_read_integer },
	[ETF_FLOAT] = { .read = etf_read_float },
	[ETF_ATOM] = { .read = etf_read_atom },
	[ETF_SMALL_TUPLE] = { .read = read_tuple, .container = true },
	[ETF_LARGE_TUPLE] = { .read = read_tuple, .container = true },
	[ETF_NIL] = { .read = read_nil, .container = true },
	[ETF_STRING] = { .read = read_string, .container = true },
	[ETF_LIST] = { .read = read_list, .container = true },
	[ETF_BINARY] = { .read = etf_read_binary },
	[ETF_SMALL_BIG] = { .read = etf_read_small_big },
	[ETF_SMALL_ATOM] = { .read = etf_read_atom },
	[ETF_MAP] = { .read = read_map, .container = true },
	[ETF_ATOM_UTF8] = { .read = etf_read_atom },
	[ETF_SMALL_ATOM_UTF8] = { .read = etf_read_atom },
	[68] = { .refusal = "a distribution header" },
	[69] = { .refusal = "a distribution header" },
	[77] = { .refusal = "a bit string" },
	[80] = { .refusal = "a compressed term" },
	[82] = { .refusal = "a reference to a cached atom" },
	[88] = { .refusal = "a process identifier" },
	[89] = { .refusal = "a port" },
	[90] = { .refusal = "a reference" },
	[101] = { .refusal = "a reference" },
	[102] = { .refusal = "a port" },
	[103] = { .refusal = "a process identifier" },
	[111] = { .refusal = "number out of range" },
	[112] = { .refusal = "a function" },
	[113] = { .refusal = "a function" },
	[114] = { .refusal = "a reference" },
	[117] = { .refusal = "a function" },
	[120] = { .refusal = "a port" },
	[121] = { .refusal = "a term of a local node" },
};

static bool
read_term(struct etf_scan *s, struct doc **d)
{
	uint64_t tag;
	bool read;

	if (!etf_take_number(s, 1, &tag))
		return false;
	if (!kinds[tag].read)
		return etf_refuse(s, kinds[tag].refusal ? kinds[tag].refusal : "an unknown kind of term");
	if (!count_value(s) || (kinds[tag].container && !open_container(s)))
		return false;
	s->tag = (uint8_t)tag;
	read = kinds[tag].read(s, d);
	if (kinds[tag].container)
		s->depth--;
	return read;
}

const struct doc *
etf_read(struct arena *a, struct fault *f, struct span term)
{
	struct etf_scan s = { .arena = a, .fault = f, .all = term, .rest = term };
	struct span more;
	uint64_t version;
	struct doc *d;

	if (!etf_take_number(&s, 1, &version))
		return NULL;
	if (version != ETF_VERSION) {
		etf_refuse(&s, "not an Erlang external term");
		return NULL;
	}
	if (!read_term(&s, &d))
		return NULL;
	if (s.rest.len > 0 && etf_take(&s, 1, &more)) {
		etf_refuse(&s, "trailing bytes");
		return NULL;
	}
	return d;
}
