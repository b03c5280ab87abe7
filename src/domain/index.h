/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Index objects: what clients fetch all day, rendered when something changes
 * and stored under its repository and path. They are derived: everything here can be
 * recomputed from the rest.
 */
#ifndef ENTREPOT_DOMAIN_INDEX_H
#define ENTREPOT_DOMAIN_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct work;

struct index_object {
	struct span body;
	const char *etag;		/* with its quotes */
	const char *content_type;
	int64_t modified;
};
/* For queries that give one. */
extern const struct row_type index_object_type;

/* By its path below a repository; NULL without a fault when there is none. One prepared query of one row. */
const struct index_object *index_get(struct work *w, int64_t repository_id, const char *path) MUST_CHECK;

/* The same for somebody who has the object with ETAG (or NULL) already: its body stays in the database, at == NULL. */
const struct index_object *index_get_changed(struct work *w, int64_t repository_id, const char *path, const char *etag)
	MUST_CHECK;

/*
 * Render the sparse index file of a crate from the lines stored with its
 * releases. Within the transaction that changed it.
 */
bool index_refresh_crate(struct work *w, int64_t package_id, const char *name) MUST_CHECK;

bool index_delete_crate(struct work *w, const char *name) MUST_CHECK;

/* The file as it should be, computed from releases and dependencies alone, on the arena. */
bool index_recompute_crate(struct work *w, int64_t package_id, struct span *out) MUST_CHECK;

/* Store the recomputed lines and the file; *CHANGED tells whether it differed. */
bool index_repair_crate(struct work *w, int64_t package_id, const char *name, bool *changed) MUST_CHECK;

/* A walk over all packages of a repository in batches, as struct index_package. */
struct index_package {
	int64_t id;
	const char *name;
};
bool index_packages(struct work *w, int64_t repository_id, int64_t after_id, int64_t limit,
	struct rows *out) MUST_CHECK;

/* The packages that go by a name, in any spelling of it and in every repository, as struct index_named. */
struct index_named {
	int64_t id;
	int64_t repository_id;
	const char *ecosystem;
	const char *name;
};
bool index_packages_named(struct work *w, const char *name, struct rows *out) MUST_CHECK;

#endif
