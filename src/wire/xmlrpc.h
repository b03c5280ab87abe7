/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML-RPC (xmlrpc.com/spec): calls into documents, documents into responses.
 * Only user of libxml2, which reads without entities, document types and network.
 */
#ifndef ENTREPOT_WIRE_XMLRPC_H
#define ENTREPOT_WIRE_XMLRPC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "wire/doc.h"

struct arena;
struct buf;

/* Limits of a call: nesting of its elements, values in it. */
#define XMLRPC_DEPTH 64
#define XMLRPC_VALUES 10000

struct xmlrpc_call {
	const char *method;
	const struct doc *params;	/* a list; texts are valid UTF-8 without NUL */
};

/*
 * One methodCall in UTF-8, whatever it says its encoding is. Integers and
 * booleans (as 0 and 1) become DOC_INT, nil DOC_NULL; numbers with a fraction,
 * times and base64 stay DOC_TEXT as they are written. False when it is not well
 * formed, no call, or beyond the limits.
 */
bool xmlrpc_read(struct arena *a, struct span text, struct xmlrpc_call *out) MUST_CHECK;

/*
 * A response in ASCII, other characters as references, those that XML forbids
 * left out. D consists of maps, lists, texts, integers, booleans and nulls; an
 * integer beyond 32 bits is an i8.
 */
void xmlrpc_write(struct buf *b, const struct doc *d);
/* The same in pieces: what stands around the members of a struct, and one of them. */
void xmlrpc_write_struct_head(struct buf *b);
void xmlrpc_write_member(struct buf *b, struct span name, const struct doc *d);
void xmlrpc_write_struct_tail(struct buf *b);

void xmlrpc_write_fault(struct buf *b, int code, const char *text);

#endif
