/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a request's body the way its route wants it.
 */
#ifndef ENTREPOT_PROTOCOLS_BODY_H
#define ENTREPOT_PROTOCOLS_BODY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/digest.h"

struct call;
struct tempfile;

/* Do what route->body says: call->document, or request->body_file and call->digests, or nothing. */
bool body_read(struct call *c) MUST_CHECK;

/*
 * Read up to SIZE bytes, *GOT of them arrived; fewer only at the end of the
 * body. Raises BAD_REQUEST when the client broke off.
 */
bool body_read_bytes(struct call *c, void *to, size_t size, size_t *got) MUST_CHECK;

/*
 * Spool up to SIZE bytes into a temporary file while the digests of KINDS are
 * computed; *GOT is how many there were. NULL when a fault is set.
 */
struct tempfile *body_spool(struct call *c, int64_t size, unsigned kinds, struct digests *digests,
	int64_t *got) MUST_CHECK;

/* Throw away what is left of the body, at most LIMIT bytes. */
void body_drain(struct call *c, int64_t limit);

#endif
