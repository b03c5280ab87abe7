/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoded parameters of a query string or of a form body, in order.
 */
#ifndef ENTREPOT_HTTP_QUERY_H
#define ENTREPOT_HTTP_QUERY_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct fault;

struct field {
	struct span name;
	struct span value;	/* at == NULL: written without '=' */
};

struct query {
	struct field *fields;
	size_t count;
};

/*
 * Decode application/x-www-form-urlencoded text. A malformed escape stays as
 * written, invalid UTF-8 becomes U+FFFD (WHATWG URL §5.1). Raises URI_TOO_LONG
 * beyond MAX_SIZE bytes and BAD_REQUEST beyond MAX_FIELDS parameters; returns
 * NULL then.
 */
const struct query *query_parse(struct arena *a, struct fault *f, struct span text,
				size_t max_size, size_t max_fields) MUST_CHECK;

/* The first value of that name (an empty span when written without '='); at == NULL when absent. */
struct span query_find(const struct query *q, const char *name);

#endif
