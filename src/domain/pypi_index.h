/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stored pages of a Python repository: per project the simple page in HTML
 * and JSON and the project's JSON, rendered in the transaction that changes the
 * project. Of a project with many files they are kept in parts (index_part),
 * so that an upload writes the part that its file is in and not all of them.
 */
#ifndef ENTREPOT_DOMAIN_PYPI_INDEX_H
#define ENTREPOT_DOMAIN_PYPI_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct pypi_change;
struct pypi_release;
struct repository;
struct work;

enum pypi_page {
	PYPI_PAGE_HTML,		/* simple, as HTML */
	PYPI_PAGE_SIMPLE,	/* simple, as JSON */
	PYPI_PAGE_JSON,		/* the JSON API's */
	PYPI_PAGE__MAX
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

/* What is told of changes, and what they concern. */
struct pypi_event {
	const struct pypi_change *changes;
	size_t count;			/* 0: the serial stays */
	const struct pypi_release *release;	/* whose files or flags changed, or that is no more; NULL: everything
						   is rendered anew */
	const char *filename;			/* the only file of it that came or went; NULL: any may have */
};

/*
 * Append the changes and bring the pages in line: the last thing in a
 * transaction that holds the package's lock and has refreshed the package
 * (package_refresh()). From then on everybody else who changes something waits for
 * the commit.
 */
bool pypi_index_changed(struct work *w, const struct repository *r, int64_t package_id,
	const struct pypi_event *event) MUST_CHECK;

/* The same when the project, called NAME, was deleted, and its pages with it. */
bool pypi_index_gone(struct work *w, const struct repository *r, const char *name, const struct pypi_change *changes,
	size_t count) MUST_CHECK;

/* The serial of the last change in a repository, 0 when there was none. */
bool pypi_index_serial(struct work *w, int64_t repository_id, int64_t *serial) MUST_CHECK;

/*
 * The page as it should be, rendered from what is stored of the project's
 * releases in one piece; at == NULL when it has none.
 */
bool pypi_index_render(struct work *w, const struct repository *r, int64_t package_id, enum pypi_page page,
	struct span *out) MUST_CHECK;

#endif
