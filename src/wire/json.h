/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON (RFC 8259) to and from documents. Only user of json-c, which parses;
 * writing is ours, because the dialects need it and it is a hot path.
 */
#ifndef ENTREPOT_WIRE_JSON_H
#define ENTREPOT_WIRE_JSON_H

#include "base/compiler.h"
#include "base/span.h"
#include "wire/doc.h"

struct arena;
struct buf;
struct dialect;
struct fault;

/*
 * Append the document. Cannot fail: a doc is valid by construction. DIALECT
 * NULL: times with Z and without fraction. A number that is not finite becomes
 * null, bytes become base64.
 */
void json_write(struct buf *b, const struct doc *d, const struct dialect *dialect);

/* Append S as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD. */
void json_write_text(struct buf *b, struct span s);

/*
 * Parse exactly one JSON value with nothing but white space around it: strict,
 * valid UTF-8, within the limits of DOC_READ_…, numbers within 64 bits or
 * finite, no NUL in keys. NULL and BAD_REQUEST raised otherwise; the message is
 * "<what> at line L column C", worded like serde_json's. Of members with the
 * same name the last one stays. Texts and keys are copied; a lone surrogate
 * escape becomes U+FFFD.
 */
const struct doc *json_read(struct arena *a, struct fault *f, struct span text) MUST_CHECK;

#endif
