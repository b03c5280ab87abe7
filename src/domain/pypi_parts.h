/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entries of a Python project's pages: rendered in one piece as long as
 * they are few, and kept as parts (0032_pypi.sql) when they are many, each some
 * neighbouring files. A release with more files than a part has is cut, too. Of
 * pypi_index.c, which knows what is around them.
 */
#ifndef ENTREPOT_DOMAIN_PYPI_PARTS_H
#define ENTREPOT_DOMAIN_PYPI_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "index/pypi.h"

struct work;

/* Whose entries, and the paths of the pages that they are in. */
struct pypi_parts {
	const struct pypi_site *site;
	int64_t repository_id;
	int64_t package_id;
	const struct pypi_release *shown;	/* in the project's JSON; NULL: there is none */
	const char *html;		/* the simple page as HTML */
	const char *simple;		/* the same as JSON */
	const char *json;		/* the project's JSON */
};

/* Entries with what is between them; a page in parts has them elsewhere. Never at == NULL. */
struct pypi_entries {
	bool simple_in_parts;
	struct span html;
	struct span simple;		/* members of "files" */
	struct span versions;		/* members of "versions" */
	bool json_in_parts;
	struct span json;		/* members of "releases", the last list still open */
	bool urls_in_parts;		/* only if JSON is; what is between is a part, too */
	struct span urls;		/* members of "urls" */
};

/*
 * Bring the parts in line with a release whose files or flags changed, or that
 * is no more, and render the pages that are in one piece. FILENAME is the only file
 * that came or went, NULL when it may be any; RELEASE == NULL: all of them are looked at.
 * Within a transaction that holds the package's lock.
 */
bool pypi_parts_refresh(struct work *w, const struct pypi_parts *p, const struct pypi_release *release,
	const char *filename, struct pypi_entries *out) MUST_CHECK;

/* No parts any more. */
bool pypi_parts_clear(struct work *w, const struct pypi_parts *p) MUST_CHECK;

/* All entries in one piece, whatever is stored. */
bool pypi_parts_render(struct work *w, const struct pypi_parts *p, struct pypi_entries *out) MUST_CHECK;

#endif
