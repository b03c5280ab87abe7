/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One HTTP answer, complete before its first byte is sent.
 */
#ifndef ENTREPOT_HTTP_RESPONSE_H
#define ENTREPOT_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "http/request.h"

struct arena;

#define RESPONSE_MAX_HEADERS 32

enum response_body {
	RESPONSE_EMPTY,
	RESPONSE_BYTES,
	RESPONSE_FILE,		/* from a descriptor, OFFSET and LENGTH of it */
	RESPONSE_ELSEWHERE	/* the web server sends what a header names, and says how long it is */
};

struct response {
	int status;
	const char *reason;		/* NULL: the usual one */
	struct header headers[RESPONSE_MAX_HEADERS];	/* names as they go out */
	size_t header_count;
	enum response_body body;
	struct span bytes;
	int fd;				/* FILE: closed by an arena hook */
	int64_t offset;
	int64_t length;			/* FILE: bytes to send */
};

void response_init(struct response *r);

/*
 * Set a header, replacing one of the same name. The value is not copied. A line
 * break in it, or one header too many, ends the process: a bug of ours.
 */
void response_set(struct response *r, const char *name, const char *value);
/* Add without replacing (Set-Cookie, Link). */
void response_add(struct response *r, const char *name, const char *value);
const char *response_get(const struct response *r, const char *name);

/* Body of bytes with its type; the bytes are not copied. */
void response_bytes(struct response *r, int status, const char *content_type, struct span bytes);

/* "Not Found"; "Unknown" for a status that is not in status.def. */
const char *status_reason(int status);

#endif
