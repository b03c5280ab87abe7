/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trie of path segments. Each edge of a node carries the shape of one
 * segment: literal pieces around at most two parameters, of which a plain
 * literal has none. Edges are kept in the order in which they are tried, so
 * matching is a walk with backtracking that visits no node twice and allocates
 * nothing.
 */
#include "http/router.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/text.h"

#define SHAPE_MAX_PARAMS 2

/* What a segment looks like: literals[0] :x literals[1] :y literals[2]. */
struct shape {
	struct span literals[SHAPE_MAX_PARAMS + 1];
	size_t params;
	size_t weight;			/* literal bytes: the more, the more specific */
};

struct row {
	const void *route;
	const void *owner;
	size_t index;
	const char *path;		/* prefix and pattern, for messages */
	const char *names[ROUTE_MAX_PARAMS];
	size_t name_count;
};

struct edge;

struct node {
	struct edge *edges;
	const struct row *rows[METHOD__MAX];	/* the path ends here */
	const struct row *rests[METHOD__MAX];	/* … or goes on in any way */
	const void *owner;
};

struct edge {
	struct edge *next;
	struct shape shape;
	struct node *to;
};

struct router {
	struct arena *arena;
	struct node root;
	size_t count;
};

struct router *
router_new(struct arena *a)
{
	struct router *r = arena_new(a, struct router);

	r->arena = a;
	return r;
}

static NORETURN void
refuse(const char *path, const char *what, const char *other)
{
	fprintf(stderr, "entrepot: route %s: %s%s\n", path, what, other);
	exit(70);
}

/* --- compiling ------------------------------------------------------------- */

/* Cut a parameter's name, which begins with its colon, off REST. */
static const char *
cut_name(struct router *r, struct span *rest, const char *path)
{
	size_t n = 1;

	while (n < rest->len && (is_alnum(rest->at[n]) || rest->at[n] == '_'))
		n++;
	if (n == 1)
		refuse(path, "a parameter without name", "");
	*rest = span_skip(*rest, n);
	return arena_dup(r->arena, rest->at - n + 1, n - 1);
}

static struct span
cut_literal(struct router *r, struct span *rest)
{
	const char *colon = memchr(rest->at, ':', rest->len);
	size_t n = colon ? (size_t)(colon - rest->at) : rest->len;
	struct span literal = span_make(arena_dup(r->arena, rest->at, n), n);

	*rest = span_skip(*rest, n);
	return literal;
}

/* The shape of one segment of a pattern; the names go into ROW. */
static struct shape
parse_shape(struct router *r, struct row *row, struct span segment)
{
	struct shape s = { .params = 0 };

	s.literals[0] = cut_literal(r, &segment);
	s.weight = s.literals[0].len;
	while (segment.len > 0) {
		if (s.params == SHAPE_MAX_PARAMS || row->name_count == ROUTE_MAX_PARAMS)
			refuse(row->path, "too many parameters", "");
		if (s.params > 0 && s.literals[s.params].len == 0)
			refuse(row->path, "nothing between two parameters", "");
		row->names[row->name_count++] = cut_name(r, &segment, row->path);
		s.literals[++s.params] = cut_literal(r, &segment);
		s.weight += s.literals[s.params].len;
	}
	return s;
}

static bool
same_shape(const struct shape *a, const struct shape *b)
{
	if (a->params != b->params)
		return false;
	for (size_t i = 0; i <= a->params; i++)
		if (!span_equal(a->literals[i], b->literals[i]))
			return false;
	return true;
}

/* Whether there may be a segment that both match; both have parameters. */
static bool
overlap(const struct shape *a, const struct shape *b)
{
	struct span head = a->literals[0], other_head = b->literals[0];
	struct span tail = a->literals[a->params], other_tail = b->literals[b->params];
	size_t heads = head.len < other_head.len ? head.len : other_head.len;
	size_t tails = tail.len < other_tail.len ? tail.len : other_tail.len;

	return memcmp(head.at, other_head.at, heads) == 0 &&
		memcmp(tail.at + tail.len - tails, other_tail.at + other_tail.len - tails, tails) == 0;
}

/* Literals first, then by weight. */
static bool
tried_before(const struct shape *a, const struct shape *b)
{
	if ((a->params == 0) != (b->params == 0))
		return a->params == 0;
	return a->weight > b->weight;
}

/* The node behind the edge of that shape, which is made when there is none. */
static struct node *
child(struct router *r, struct node *from, const struct shape *shape, const char *path)
{
	struct edge **at = &from->edges;
	struct edge *edge;

	for (edge = from->edges; edge; edge = edge->next) {
		if (same_shape(&edge->shape, shape))
			return edge->to;
		if (shape->params > 0 && edge->shape.params > 0 && edge->shape.weight == shape->weight &&
		    overlap(&edge->shape, shape))
			refuse(path, "a segment is as specific as another one that matches the same", "");
	}
	while (*at && !tried_before(shape, &(*at)->shape))
		at = &(*at)->next;
	edge = arena_new(r->arena, struct edge);
	edge->shape = *shape;
	edge->to = arena_new(r->arena, struct node);
	edge->next = *at;
	*at = edge;
	return edge->to;
}

/* Walk along ROW's path, making nodes; *REST tells whether it ends in "*rest". */
static struct node *
insert(struct router *r, struct row *row, bool *rest)
{
	struct span path = span_of(row->path);
	struct node *node = &r->root;
	size_t depth = 0;

	*rest = false;
	if (path.len > 0 && path.at[0] != '/')
		refuse(row->path, "does not begin with a slash", "");
	for (path = span_skip(path, 1); path.len > 0; ) {
		struct span segment = span_cut(&path, '/');
		struct shape shape;

		if (*rest || segment.len == 0 || depth++ == REQUEST_MAX_SEGMENTS)
			refuse(row->path, "malformed", "");
		if (segment.at[0] == '*') {
			*rest = true;
			continue;
		}
		shape = parse_shape(r, row, segment);
		node = child(r, node, &shape, row->path);
	}
	return node;
}

void
router_add(struct router *r, const struct router_row *given)
{
	struct row *row = arena_new(r->arena, struct row);
	enum method method = given->method;
	const struct row **slot;
	struct node *node;
	bool rest;

	row->route = given->route;
	row->owner = given->owner;
	row->index = r->count++;
	row->path = arena_printf(r->arena, "%s%s", given->prefix, given->pattern);
	if (method <= METHOD_UNKNOWN || method >= METHOD__MAX)
		refuse(row->path, "no such method", "");
	node = insert(r, row, &rest);
	slot = rest ? &node->rests[method] : &node->rows[method];
	if (*slot)
		refuse(row->path, "matches the same requests as ", (*slot)->path);
	*slot = row;
}

void
router_own(struct router *r, const char *prefix, const void *owner)
{
	struct row row = { .path = prefix };
	bool rest;
	struct node *node = insert(r, &row, &rest);

	if (rest || (node->owner && node->owner != owner))
		refuse(prefix, "cannot be owned: it is a rest or somebody else's", "");
	node->owner = owner;
}

size_t
router_count(const struct router *r)
{
	return r->count;
}

void
router_each_prefix(const struct router *r, void (*fn)(void *, const char *), void *arg)
{
	for (const struct edge *e = r->root.edges; e; e = e->next)
		if (e->shape.params == 0)
			fn(arg, e->shape.literals[0].at);
}

/* --- matching -------------------------------------------------------------- */

struct walk {
	const struct request *request;
	struct route_match *out;
	struct span values[ROUTE_MAX_PARAMS];
	size_t value_count;
	const void *prefix_owner;
	size_t prefix_depth;
};

/* Cut S at the last SEPARATOR that leaves something on both sides. */
static bool
split_last(struct span s, struct span separator, struct span *left, struct span *right)
{
	for (size_t n = s.len; n > separator.len + 1; n--) {
		size_t at = n - 1 - separator.len;

		if (at == 0 || memcmp(s.at + at, separator.at, separator.len) != 0)
			continue;
		*left = span_make(s.at, at);
		*right = span_skip(s, at + separator.len);
		return true;
	}
	return false;
}

/* Whether the segment has the shape; VALUES then holds its parameters. */
static bool
match_shape(const struct shape *shape, struct span segment, struct span values[SHAPE_MAX_PARAMS])
{
	struct span head = shape->literals[0], tail = shape->literals[shape->params];

	if (shape->params == 0)
		return span_equal(segment, head);
	if (segment.len <= head.len + tail.len ||
	    memcmp(segment.at, head.at, head.len) != 0 ||
	    memcmp(segment.at + segment.len - tail.len, tail.at, tail.len) != 0)
		return false;
	values[0] = span_make(segment.at + head.len, segment.len - head.len - tail.len);
	return shape->params == 1 || split_last(values[0], shape->literals[1], &values[0], &values[1]);
}

static void
accept(struct walk *w, const struct row *row, size_t depth)
{
	struct route_match *out = w->out;

	out->route = row->route;
	out->index = row->index;
	out->owner = row->owner;
	out->rest = depth;
	out->param_count = row->name_count;
	for (size_t i = 0; i < row->name_count; i++)
		out->params[i] = (struct route_param){ row->names[i], w->values[i] };
}

/* Note which methods the rows allow; true when the request's is among them. */
static bool
try_rows(struct walk *w, const struct row *const rows[METHOD__MAX], size_t depth)
{
	enum method wanted = w->request->method;
	const struct row *row = rows[wanted];

	for (enum method m = METHOD_GET; m < METHOD__MAX; m++) {
		if (!rows[m])
			continue;
		if (!w->out->path_exists)
			w->out->owner = rows[m]->owner;
		w->out->path_exists = true;
		w->out->methods |= 1u << m;
	}
	if (rows[METHOD_GET])
		w->out->methods |= 1u << METHOD_HEAD;
	if (!row && wanted == METHOD_HEAD)
		row = rows[METHOD_GET];
	if (row)
		accept(w, row, depth);
	return row != NULL;
}

static bool
visit(struct walk *w, const struct node *node, size_t depth)
{
	size_t value_count = w->value_count;

	if (node->owner && (!w->prefix_owner || depth > w->prefix_depth)) {
		w->prefix_owner = node->owner;
		w->prefix_depth = depth;
	}
	if (depth == w->request->segment_count)
		return try_rows(w, node->rows, depth) || try_rows(w, node->rests, depth);
	for (const struct edge *e = node->edges; e; e = e->next) {
		if (!match_shape(&e->shape, w->request->segments[depth], w->values + value_count))
			continue;
		w->value_count = value_count + e->shape.params;
		if (visit(w, e->to, depth + 1))
			return true;
		w->value_count = value_count;
	}
	return try_rows(w, node->rests, depth);
}

void
router_match(const struct router *r, const struct request *request, struct route_match *out)
{
	struct walk w = { .request = request, .out = out };

	*out = (struct route_match){ .rest = request->segment_count };
	if (visit(&w, &r->root, 0))
		return;
	if (!out->path_exists)
		out->owner = w.prefix_owner;
}
