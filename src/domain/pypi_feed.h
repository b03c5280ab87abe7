/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is new in a Python repository, and what takes the most room. Lists are
 * short whatever the size of the registry. Projects in quarantine are not in them.
 */
#ifndef ENTREPOT_DOMAIN_PYPI_FEED_H
#define ENTREPOT_DOMAIN_PYPI_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct pypi_object;
struct repository;
struct work;

struct pypi_news {
	const char *name;
	const char *canonical_name;
	const char *version;		/* of projects: NULL */
	const char *summary;		/* or NULL */
	const char *author_email;	/* as the release has it, or NULL; of projects: NULL */
	int64_t at;			/* µs since 1970 */
};

/* As struct pypi_news, newest first: at most 100 releases, 40 projects that have a release, 40 releases of one. */
bool pypi_feed_releases(struct work *w, int64_t repository_id, struct rows *out) MUST_CHECK;
bool pypi_feed_projects(struct work *w, int64_t repository_id, struct rows *out) MUST_CHECK;
bool pypi_feed_project(struct work *w, int64_t package_id, struct rows *out) MUST_CHECK;

/*
 * {"top_packages":{NAME:{"size":BYTES},…},"total_packages_size":BYTES}: the
 * hundred largest projects, as they were counted last (domain/pypi_upkeep.h); as long as that has never been done there
 * are none. Its serial is that of the last change which is counted.
 */
const struct pypi_object *pypi_stats_get(struct work *w, const struct repository *r) MUST_CHECK;

/* Count and store them if something has changed. */
bool pypi_stats_count(struct work *w, const struct repository *r) MUST_CHECK;

#endif
