/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TOML 1.0 to documents; nothing is written. Dates and times become texts as
 * they stand in the file.
 */
#ifndef ENTREPOT_WIRE_TOML_H
#define ENTREPOT_WIRE_TOML_H

#include "base/compiler.h"
#include "base/span.h"
#include "wire/doc.h"

struct arena;
struct fault;

/* Largest file and deepest nesting (of keys, tables and arrays together) that is read. */
#define TOML_SIZE ((size_t)1 << 20)
#define TOML_DEPTH 32

/*
 * The root table as a map; its texts may point into TEXT, which must live as
 * long. NULL and BAD_REQUEST raised when TEXT is not TOML, or a key has a NUL
 * character; the message is "<what> at line N".
 */
const struct doc *toml_read(struct arena *a, struct fault *f, struct span text) MUST_CHECK;

#endif
