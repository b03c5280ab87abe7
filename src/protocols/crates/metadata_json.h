/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed members of the publish metadata, with the parser's words for what is
 * wrong, and the dependencies.
 */
#ifndef ENTREPOT_PROTOCOLS_CRATES_METADATA_JSON_H
#define ENTREPOT_PROTOCOLS_CRATES_METADATA_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"

struct call;
struct doc;
struct metadata;

struct member {
	const char *key;
	bool required;			/* absent and null are refused */
};

/* "invalid upload request: <what> at line L column C". Always false. */
bool member_refuse(struct call *c, const char *what);

/* *OUT stays NULL when the member is absent or null. NUL bytes are refused. */
bool member_text(struct call *c, const struct doc *map, const struct member *member, const char **out) MUST_CHECK;

/* Absent is false. */
bool member_flag(struct call *c, const struct doc *map, const char *key, bool initial, bool *out) MUST_CHECK;

/* A list of texts as spans, NUL-terminated; absent and null are empty. */
bool member_texts(struct call *c, const struct doc *map, const char *key, struct span **out, size_t *count) MUST_CHECK;

/* Fill in metadata->dependencies and check each (rows 30 and 31). */
bool metadata_read_dependencies(struct call *c, struct metadata *m) MUST_CHECK;

#endif
