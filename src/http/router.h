/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Path → row of a route table.
 *
 * The tables of every protocol are compiled once, at start, into a trie of
 * segments. A pattern is "/crates/:name/:version/yank": ":x" matches one
 * segment, a final "*rest" the remaining ones (maybe none). A segment may also
 * be literal around a parameter (":name.json", "@:name") or two (":file.:ext",
 * split at the last separator). At each level a literal wins over a parameter,
 * more literal characters win over fewer, anything over the rest, with
 * backtracking. Two rows that could match the same request with the same method
 * and neither is more specific stop the program at start. A parameter is never
 * empty, but may hold any other bytes, NUL and '/' among them. A slash at the
 * end of pattern or path makes no difference; request.trailing_slash tells.
 */
#ifndef ENTREPOT_HTTP_ROUTER_H
#define ENTREPOT_HTTP_ROUTER_H

#include <stdbool.h>
#include <stddef.h>

#include "http/request.h"

struct arena;

#define ROUTE_MAX_PARAMS 8

/* One matched parameter: its name in the pattern and the decoded segment. */
struct route_param {
	const char *name;
	struct span value;
};

struct route_match {
	const void *route;		/* what was registered; NULL: no such path, or not with this method */
	size_t index;			/* number of the registered row, for counters */
	const void *owner;		/* whose prefix it is, also when route is NULL; NULL: nobody's */
	bool path_exists;		/* some other method would match: 405 */
	unsigned methods;		/* set of 1 << enum method that the path allows, complete without a route */
	struct route_param params[ROUTE_MAX_PARAMS];
	size_t param_count;
	size_t rest;			/* index of the first segment matched by "*rest"; segment_count if none */
};

struct router;

struct router *router_new(struct arena *a);

struct router_row {
	enum method method;
	const char *prefix;		/* of the mount: "/api/v1", "" */
	const char *pattern;		/* below it */
	const void *route;		/* handed back on a match */
	const void *owner;		/* the protocol */
};

/*
 * Register a row. Ends the process with a message on a conflict or a malformed
 * pattern: route tables are part of the program.
 */
void router_add(struct router *r, const struct router_row *row);

/*
 * Paths below PREFIX that match nothing still belong to OWNER (its 404 shape);
 * of several such prefixes the longest counts. Two owners of one prefix end
 * the process.
 */
void router_own(struct router *r, const char *prefix, const void *owner);

/* HEAD matches GET rows. */
void router_match(const struct router *r, const struct request *request, struct route_match *out);

/* Number of registered rows. */
size_t router_count(const struct router *r);

/* Call FN with every literal first segment of the tables (names that accounts may not take). */
void router_each_prefix(const struct router *r, void (*fn)(void *, const char *), void *arg);

#endif
