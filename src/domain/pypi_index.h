/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored pages of a Python repository: per project the simple page in HTML
 * and JSON and the project's JSON, rendered in the transaction that changes the
 * project. Of a project with many files they are kept in parts (index_part),
 * so that an upload writes the part of its version and not all of them.
 */
#ifndef ENTREPOT_DOMAIN_PYPI_INDEX_H
#define ENTREPOT_DOMAIN_PYPI_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct repository;
struct work;

enum pypi_page {
	PYPI_PAGE_HTML,		/* simple, as HTML */
	PYPI_PAGE_SIMPLE,	/* simple, as JSON */
	PYPI_PAGE_JSON		/* the JSON API's */
};

struct pypi_object {
	struct span body;	/* at == NULL: the caller has it */
	const char *etag;	/* with its quotes */
	int64_t modified;
	int64_t serial;		/* of the project's last change */
};

/*
 * One prepared query. CANONICAL is the project's normal name; ETAG (or NULL) is
 * what the caller has already. NULL without a fault when there is none: no such project, or
 * a page that it does not have (the JSON of a project without a release, or of one in quarantine).
 */
const struct pypi_object *pypi_object_get(struct work *w, int64_t repository_id, struct span canonical,
	enum pypi_page page, const char *etag) MUST_CHECK;

/* What happened, for mirrors (the change log) and for the pages. */
struct pypi_change {
	const char *kind;		/* "create", "release.add", "file.add" …: domain/pypi_change.def */
	const char *subject;		/* or NULL: a file's name, a role and a user */
	int64_t release_id;		/* 0: none */
};

/*
 * Append the changes and bring the pages in line: the last thing in a
 * transaction that holds the package's lock. RELEASE_ID is the one whose files
 * or flags changed, 0 when it may be any (everything is rendered anew).
 */
bool pypi_index_changed(struct work *w, const struct repository *r, int64_t package_id, int64_t release_id,
	const struct pypi_change *changes, size_t count) MUST_CHECK;

#endif
