/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METADATA of a wheel, PKG-INFO of an sdist: the headers of an e-mail message in
 * UTF-8, as Python's own reader (email.parser, policy compat32) sees them. A
 * body is the description.
 */
#ifndef ENTREPOT_FORMATS_CORE_READER_H
#define ENTREPOT_FORMATS_CORE_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct core_metadata;
struct fault;

/* Bytes of text, and header lines, unknown ones included. */
#define CORE_READER_MAX_SIZE ((size_t)4 << 20)
#define CORE_READER_MAX_HEADERS 10000

/*
 * Read TEXT. Values are without white space at both ends (but for the
 * description), continuation lines are as they were; what is empty or UNKNOWN
 * is absent. Spans of *OUT point into TEXT or lie on the arena. BAD_REQUEST when
 * a header that may occur once occurs twice, when the description is both a
 * header and the body, when a limit is passed, or when this is no text; no rule
 * about values is checked.
 */
bool core_reader_parse(struct arena *a, struct fault *f, struct span text, struct core_metadata *out) MUST_CHECK;

#endif
