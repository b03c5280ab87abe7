/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a protocol is: mounted route tables, its serializers, and the one
 * function that gives faults its shape. And what a route is.
 */
#ifndef ENTREPOT_PROTOCOLS_PROTOCOL_H
#define ENTREPOT_PROTOCOLS_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "domain/auth.h"
#include "http/request.h"
#include "wire/serializer.h"

struct call;
struct config;
struct doc;
struct response;

typedef bool (*handler_fn)(struct call *);

/*
 * What a caller must prove. The application checks it before the handler runs,
 * except for the LATE kinds, whose handlers call call_authorize() themselves
 * because the protocol reports other errors first, or because the scope depends
 * on the subject; a LATE route that answers with success without having done
 * so is turned into an internal error. There is no default: 0 is invalid and
 * ROUTE() cannot be written without one.
 */
enum need {
	NEED__INVALID,
	NEED_PUBLIC,		/* anybody; credentials are read only if the handler asks */
	NEED_OPTIONAL,		/* anybody; credentials are honoured when present, with the route's scope if any */
	NEED_TOKEN,		/* a valid token without endpoint or package restriction, or a session */
	NEED_SCOPE,		/* a valid token that has the route's scope */
	NEED_LATE		/* decided by the handler */
};

enum body_kind {
	BODY_NONE,		/* a body is drained and ignored */
	BODY_DOCUMENT,		/* parsed into call->document (limit: max_document) */
	BODY_SPOOL,		/* to a temporary file while digests are computed (limit: max_body) */
	BODY_STREAM		/* read by the handler itself */
};

enum route_flag {
	ROUTE_WRITES = 1 << 0,		/* refused in read-only mode */
	ROUTE_ANY_CLIENT = 1 << 1,	/* works without User-Agent: health, downloads, index files */
	ROUTE_ANY_ACCEPT = 1 << 3,	/* the answer is a file or a page: Accept does not matter */
	ROUTE_UNCONFIRMED = 1 << 4,	/* works before the caller's address is confirmed, where others do not */
	ROUTE_BY_SECRET = 1 << 2	/* path or body hold the credential (a mailed link, another party's token) */
};

struct route {
	enum method method;
	const char *pattern;
	enum need need;
	handler_fn handler;
	const char *summary;
	enum scope scope;	/* NEED_SCOPE, NEED_LATE, NEED_OPTIONAL */
	enum body_kind body;
	unsigned flags;
};

#define ROUTE(method_, pattern_, need_, handler_, ...) \
	{ .method = METHOD_##method_, .pattern = (pattern_), .need = NEED_##need_, .handler = (handler_), \
	  .summary = __VA_ARGS__ }
#define ROUTE_END { .pattern = NULL }

struct mount {
	const char *prefix;		/* "/api/v1", "/index" */
	const struct route *routes;	/* ended by ROUTE_END; NULL only claims the prefix */
};

struct protocol {
	const char *name;		/* "crates": that of its ecosystem, if it has one */
	const struct mount *mounts;	/* ended by { NULL } */
	/*
	 * In order of preference, ended by { NULL }. With several of them the
	 * request's Accept chooses the answer's and its Content-Type the body's.
	 */
	const struct serializer *serializers;
	/* How a demand for credentials is raised when there are none. */
	enum fault_kind anonymous_fault;
	/* Whether a token has the form that this protocol hands out; may raise. NULL: any form. */
	bool (*check_token)(struct call *, struct span secret);
	/*
	 * Raises, in the protocol's words, that a credential was refused, is
	 * missing or does not cover what is asked. NULL: as the domain does.
	 * Always false.
	 */
	bool (*refuse_credential)(struct call *, enum auth_refusal why);
	bool users_only;		/* an organization's key stands for nobody here */
	bool takes_basic;		/* a name and password are as good as a session */
	const char *token_user;		/* with this name in Basic the password is a token; NULL: no such name */
	/* What stands before the parser's words when a document body is malformed. NULL: nothing. */
	const char *document_error;
	bool empty_is_map;		/* a document body without a byte is an empty map, whatever its type */
	/* Whether a document body has an acceptable Content-Type; may raise. NULL: any. */
	bool (*check_document_type)(struct call *);
	/* Runs after routing and before credentials; may raise. NULL: nothing. */
	bool (*before)(struct call *);
	/* Runs on every answer, failed or not, before it is sent. NULL: nothing. */
	void (*after)(struct call *);
	/*
	 * The fault as document, and its status; may set headers. NULL: it has
	 * made an answer with a body itself, or there is none.
	 */
	const struct doc *(*fault_view)(struct call *, const struct fault *, int *status);
};

/* The protocols of this program, ended by NULL. */
extern const struct protocol *const protocols[];

#endif
