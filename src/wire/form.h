/* SPDX-License-Identifier: Apache-2.0 */
/*
 * application/x-www-form-urlencoded bodies (WHATWG URL §5.1) to documents;
 * nothing is written. Names may address what lies deeper, as Rack, PHP and
 * Plug understand them: "a[b]=c" is a member b of the map a, "a[]=x" one more
 * element of the list a.
 */
#ifndef ENTREPOT_WIRE_FORM_H
#define ENTREPOT_WIRE_FORM_H

#include "base/compiler.h"
#include "base/span.h"
#include "wire/doc.h"

struct arena;
struct fault;

/* Most fields of a body, and most pairs of brackets in a name. */
#define FORM_FIELDS 1000
#define FORM_DEPTH 8

/*
 * The fields as a map; every value is a text, "" when there is no '='. NULL
 * and BAD_REQUEST raised beyond the limits, for a malformed escape, for what
 * is not UTF-8 or has a NUL character, for a list that is not the last step of
 * a name, and for a name that is used as text, list and map at a time; the
 * message is "<what> in field N". Unlike a query string, which is read
 * leniently, a body is what changes things. Of texts with the same name the
 * last one stays. A name whose brackets do not pair up stands for itself.
 */
const struct doc *form_read(struct arena *a, struct fault *f, struct span text) MUST_CHECK;

#endif
