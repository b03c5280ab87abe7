/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Version specifiers of Python packages (PEP 440; packaging.python.org,
 * "Version specifiers"): clauses joined by commas, all of which must hold. Where
 * the specification is silent it is read as its reference implementation,
 * `packaging`, reads it since version 26.
 */
#ifndef ENTREPOT_VERSION_PEP440_SPEC_H
#define ENTREPOT_VERSION_PEP440_SPEC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"
#include "version/pep440.h"

struct arena;

/* Longest text that is read, in bytes, and most clauses in it. */
#define PEP440_SPEC_MAX 8192
#define PEP440_SPEC_CLAUSES 256

struct pep440_operator;

struct pep440_clause {
	const struct pep440_operator *op;
	struct span text;		/* operator and version as written, without blanks */
	const char *identity;		/* equal precisely for clauses that count as the same */
	bool wildcard;			/* the version ends with ".*" */
	bool has_version;		/* false only for "===" before something that is no version */
	struct pep440 version;		/* without the ".*" */
};

/* Sorted by their texts, none twice. */
struct pep440_spec {
	const struct pep440_clause *clauses;
	size_t count;			/* 0: everything matches */
};

/*
 * Read the whole of TEXT; white space around clauses and behind operators, and
 * empty clauses, do not matter. OUT lives on A. False when a clause is
 * malformed, uses ".*" or a local label where its operator takes none, or a
 * limit is exceeded. What follows "===" is printable ASCII.
 */
bool pep440_spec_parse(struct arena *a, struct span text, struct pep440_spec *out) MUST_CHECK;

/* The form in which a set is stored and shown: ">=2.7, !=3.0.*" as "!=3.0.*,>=2.7". On A. */
const char *pep440_spec_text(struct arena *a, const struct pep440_spec *spec);

/* Whether V satisfies every clause. Whether a pre-release is wanted is another question. Works on A. */
bool pep440_spec_matches(struct arena *a, const struct pep440_spec *spec, const struct pep440 *v);

/* Whether a clause names a pre-release other than to exclude it: then pre-releases are wanted. */
bool pep440_spec_wants_prereleases(const struct pep440_spec *spec);

/*
 * Which of COUNT versions to choose from: KEEP[i] tells whether the i-th
 * matches and is wanted. Pre-releases are when the set says so, or when no final
 * version matches. Returns how many are kept. Works on A.
 */
size_t pep440_spec_filter(struct arena *a, const struct pep440_spec *spec, const struct pep440 *versions,
			  size_t count, bool *keep);

#endif
