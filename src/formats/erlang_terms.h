/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erlang terms as text, as a Hex package's metadata.config holds them: a
 * sequence of {Key, Value} tuples, each ended by a dot and a blank. Comments,
 * floats, characters, macros and functions are refused.
 */
#ifndef ENTREPOT_FORMATS_ERLANG_TERMS_H
#define ENTREPOT_FORMATS_ERLANG_TERMS_H

#include "base/compiler.h"
#include "base/span.h"
#include "wire/doc.h"

struct arena;
struct fault;

/* Deepest nesting, and most terms, that are read. */
#define ERLANG_TERMS_DEPTH 32
#define ERLANG_TERMS_MAX 100000

/*
 * The file as a map: of keys that occur twice the last counts. TEXT is UTF-8,
 * or latin-1 when it is not valid UTF-8. Binaries become texts (quoted ones that
 * are no UTF-8 are taken as latin-1), "strings" lists of integers, atoms texts
 * but for true, false, nil, null and undefined, tuples lists; a list that
 * consists of {Text, Value} alone becomes a map.
 *
 * NULL and BAD_REQUEST raised when it is malformed, too deep or too large, or
 * a text holds a NUL: the message is "invalid terms" or "not in key-value
 * format".
 */
const struct doc *erlang_terms_read(struct arena *a, struct fault *f, struct span text) MUST_CHECK;

#endif
