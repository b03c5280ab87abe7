/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP request, independent of how it arrived. Headers are kept by their
 * lower-case name ("if-none-match"); the raw target is split into decoded path
 * segments and the undecoded query.
 */
#ifndef ENTREPOT_HTTP_REQUEST_H
#define ENTREPOT_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct fault;
struct tempfile;

enum method {
	METHOD_UNKNOWN,		/* answered with 405, or 501 outside every route */
	METHOD_GET,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_OPTIONS,
	METHOD__MAX
};

/* "GET" …; NULL for METHOD_UNKNOWN. */
const char *method_name(enum method m);
enum method method_parse(struct span name);

#define REQUEST_MAX_HEADERS 64
#define REQUEST_MAX_SEGMENTS 32
#define REQUEST_MAX_TARGET 16384

struct header {
	const char *name;	/* lower case */
	const char *value;
};

/* Where the body comes from; the server, or a test, fills it in. */
struct body_source {
	/* Up to SIZE bytes; 0 at the end, -1 when the client broke off. */
	ssize_t (*read)(void *source, void *to, size_t size);
	void *source;
	int64_t length;		/* announced; -1 unknown */
};

struct request {
	enum method method;		/* HEAD stays HEAD; the router matches it as GET */
	const char *method_text;
	const char *target;		/* raw, as REQUEST_URI */
	struct span query;		/* undecoded, without '?'; at == NULL when there is none */
	struct span segments[REQUEST_MAX_SEGMENTS];	/* percent-decoded, NUL-terminated on the arena */
	size_t segment_count;
	bool trailing_slash;
	struct header headers[REQUEST_MAX_HEADERS];
	size_t header_count;
	const char *remote_addr;	/* the client: the peer, or what a trusted proxy says */
	const char *id;			/* request id, 16+ characters */
	struct body_source body;
	/* After the body was read, according to the route: */
	struct span body_bytes;		/* in memory */
	struct tempfile *body_file;	/* spooled */
	int64_t body_size;
};

/*
 * Add a header (name in any case, '-' or '_' between words), copied onto the
 * arena; ignored beyond REQUEST_MAX_HEADERS.
 */
void request_add_header(struct arena *a, struct request *r, const char *name, const char *value);

/* The value of the header by its lower-case name, the first one if several were added; NULL when absent. */
const char *request_header(const struct request *r, const char *name);

/*
 * Split the target (origin form) below the mount prefix into segments and query.
 * Empty and "." segments are dropped, ".." goes up; each segment is
 * percent-decoded ('+' stays, an escaped dot is a dot, an escaped slash does not
 * split). Raises BAD_REQUEST on a malformed escape, control characters, invalid
 * UTF-8 or ".." above the root; URI_TOO_LONG beyond REQUEST_MAX_TARGET bytes or
 * REQUEST_MAX_SEGMENTS; NOT_FOUND outside the mount. NUL bytes survive decoding
 * as bytes: routes treat such names as unknown. TARGET is not copied.
 */
bool request_set_target(struct arena *a, struct fault *f, struct request *r,
			const char *target, const char *mount) MUST_CHECK;

#endif
