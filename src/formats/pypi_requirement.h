/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requirements of Python packages (PEP 508; packaging.python.org, "Dependency
 * specifiers"): a name, extras, versions or a URL, and the marker that says when
 * they apply.
 */
#ifndef ENTREPOT_FORMATS_PYPI_REQUIREMENT_H
#define ENTREPOT_FORMATS_PYPI_REQUIREMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"
#include "version/pep440_spec.h"

struct arena;

/* Longest requirement that is read, in bytes, and most extras in it. */
#define PYPI_REQUIREMENT_MAX 8192
#define PYPI_REQUIREMENT_EXTRAS 256

struct pypi_requirement {
	struct span name;		/* as written; valid (formats/pypi_name.h) */
	const struct span *extras;	/* as written, sorted, none twice */
	size_t extra_count;
	struct pep440_spec versions;
	struct span url;		/* empty: none; not looked at any closer */
	const char *marker;		/* its normal form; NULL: none */
};

/*
 * Read the whole of TEXT, which is printable ASCII and tabs, so a requirement is
 * one line. OUT lives on A; its spans may point into TEXT. On failure *WHY, when
 * WHY is not NULL, is the reason, on A or for ever.
 */
bool pypi_requirement_parse(struct arena *a, struct span text, struct pypi_requirement *out,
			    const char **why) MUST_CHECK;

/*
 * The form in which a requirement is stored and shown: "foo >=1, <2 ;
 * python_version<'3'" as `foo<2,>=1; python_version < "3"`. On A.
 */
const char *pypi_requirement_text(struct arena *a, const struct pypi_requirement *r);

#endif
