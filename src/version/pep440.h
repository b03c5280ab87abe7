/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions of Python packages (PEP 440; packaging.python.org, "Version
 * specifiers"). Numbers have any size, so they stay digits.
 */
#ifndef ENTREPOT_VERSION_PEP440_H
#define ENTREPOT_VERSION_PEP440_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;

/* Longest text that is read. Every other form of a version is hardly longer: at most a third. */
#define PEP440_MAX 255

enum pep440_pre { PEP440_FINAL, PEP440_ALPHA, PEP440_BETA, PEP440_RC };

struct pep440_local {
	struct span text;		/* lower case; digits without leading zeros */
	bool number;
};

/* Numbers are digits without leading zeros, "0" at least. */
struct pep440 {
	struct span epoch;
	const struct span *release;	/* as many as were written */
	size_t release_count;		/* at least 1 */
	enum pep440_pre pre;
	struct span pre_number;
	bool has_post;
	struct span post;
	bool has_dev;
	struct span dev;
	const struct pep440_local *local;
	size_t local_count;		/* 0: no local label */
};

/*
 * Read the whole of TEXT in any of the spellings that the specification
 * accepts, white space around it included. Spans of OUT live on A. False when it
 * is no version, or longer than PEP440_MAX.
 */
bool pep440_parse(struct arena *a, struct span text, struct pep440 *out) MUST_CHECK;

/* Whether it has a pre-release or development segment; a local label does not matter. */
static inline bool
pep440_is_prerelease(const struct pep440 *v)
{
	return v->pre != PEP440_FINAL || v->has_dev;
}

/* How it is written and shown: "1.0.0rc1.post2.dev3+local". On A. */
const char *pep440_normal(struct arena *a, const struct pep440 *v);

/* The same without its local label. */
const char *pep440_public(struct arena *a, const struct pep440 *v);

/* The normal form without zeros at the end of the release: equal precisely for equal versions. On A. */
const char *pep440_canonical(struct arena *a, const struct pep440 *v);

/* Negative, 0 or positive. */
int pep440_compare(const struct pep440 *a, const struct pep440 *b);

/* Bytes on A that memcmp() (shorter first) orders as pep440_compare() does. */
struct span pep440_key(struct arena *a, const struct pep440 *v);

#endif
