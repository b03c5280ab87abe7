/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a release needs, and who needs a package.
 */
#ifndef ENTREPOT_DOMAIN_DEPENDENCY_H
#define ENTREPOT_DOMAIN_DEPENDENCY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "db/db.h"

struct work;

struct dependency {
	int64_t id;
	int64_t release_id;
	const char *package_name;	/* of the target; in reverse lists that asked about */
	const char *requirement;
	bool optional;
	bool default_features;
	struct texts features;
	const char *platform;		/* cfg target, or NULL */
	const char *kind;		/* "normal", "build", "dev" */
	const char *alias;		/* name in the manifest when renamed, or NULL */
	const char *registry;		/* index address of a foreign registry, or NULL */
	int64_t downloads;		/* of the dependent, in reverse lists; else 0 */
};

/* Of one release as struct dependency: required before optional, by name. */
bool dependency_list(struct work *w, int64_t release_id, struct rows *out) MUST_CHECK;

/* The same in the order of publishing. */
bool dependency_list_published(struct work *w, int64_t release_id, struct rows *out) MUST_CHECK;

/* A page of the packages whose default release needs PACKAGE_ID, the most downloaded first; *TOTAL is how many. */
bool dependency_list_reverse(struct work *w, int64_t package_id, struct slice slice, struct rows *out,
			     int64_t *total) MUST_CHECK;

#endif
