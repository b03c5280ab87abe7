/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What mirrors and scripts ask about a Python repository as a whole.
 */
#ifndef ENTREPOT_DOMAIN_PYPI_MIRROR_H
#define ENTREPOT_DOMAIN_PYPI_MIRROR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct work;

struct pypi_log_entry {
	const char *name;		/* of the project, as it was then */
	const char *version;		/* or NULL */
	int64_t at;			/* µs since 1970 */
	const char *action;		/* in the change log's words */
	int64_t serial;
};

/* As struct pypi_log_entry, those behind SERIAL, ascending, at most 50000. */
bool pypi_mirror_changes(struct work *w, int64_t repository_id, int64_t serial, struct rows *out) MUST_CHECK;

/* A person's role in a project, or (role NULL) a release. */
struct pypi_mention {
	const char *role;		/* "owner", "maintainer" */
	const char *name;		/* of the project */
	const char *version;		/* or NULL */
};

/* The projects of a user, by role and name; at most 10000. */
bool pypi_mirror_user(struct work *w, int64_t repository_id, struct span user, struct rows *out) MUST_CHECK;

/* The releases that have all COUNT classifiers, by name and version; at most 10000. */
bool pypi_mirror_browse(struct work *w, int64_t repository_id, const struct span *classifiers, size_t count,
	struct rows *out) MUST_CHECK;

#endif
