/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Semantic versions 2.0.0 as Rust reads them: numbers fit 64 bits, and what is
 * wrong is said in the words that cargo users know.
 */
#ifndef ENTREPOT_VERSION_SEMVER_H
#define ENTREPOT_VERSION_SEMVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;

struct semver {
	uint64_t major;
	uint64_t minor;
	uint64_t patch;
	struct span pre;		/* without the '-'; empty: a release */
	struct span build;		/* without the '+'; empty: none */
};

/* Enough for every text that semver_parse() writes to WHY. */
#define SEMVER_WHY_SIZE 128

/*
 * Read the whole of TEXT. The spans of OUT point into TEXT. On failure OUT is
 * undefined and WHY (when not NULL) holds the reason, cut to WHY_SIZE.
 */
bool semver_parse(struct span text, struct semver *out, char *why, size_t why_size) MUST_CHECK;

static inline bool
semver_is_prerelease(const struct semver *v)
{
	return v->pre.len > 0;
}

/* Precedence (§11): negative, 0 or positive. Build metadata does not count. */
int semver_compare(const struct semver *a, const struct semver *b);

/* Precedence of two pre-release parts alone; the empty one is the highest. */
int semver_compare_pre(struct span a, struct span b);

/*
 * Bytes on the arena that memcmp() (shorter first) orders as semver_compare()
 * does; equal precisely for equal precedence. The last byte is 3 for a
 * release and 0 for a pre-release.
 */
struct span semver_key(struct arena *a, const struct semver *v);

/* The version without build metadata: what must be unique within a package. */
const char *semver_identity(struct arena *a, const struct semver *v);

#endif
