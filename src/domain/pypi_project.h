/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python projects, their releases and files, looked up. Rows have the types of
 * index/pypi.h.
 */
#ifndef ENTREPOT_DOMAIN_PYPI_PROJECT_H
#define ENTREPOT_DOMAIN_PYPI_PROJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"
#include "index/pypi.h"

struct repository;
struct work;

/* A project of a repository and the repository itself. */
struct pypi_place {
	const struct repository *repository;
	const struct pypi_project *project;	/* NULL: there is none yet */
};

/* For queries of the view pypi_file. */
extern const struct row_type pypi_file_row;

/* By its name in any spelling; NULL without a fault when there is none. */
const struct pypi_project *pypi_project_find(struct work *w, int64_t repository_id, struct span name) MUST_CHECK;
const struct pypi_project *pypi_project_find_id(struct work *w, int64_t package_id) MUST_CHECK;

/*
 * The release that the project shows: not yanked before yanked, final before
 * pre-release, newest by PEP 440. NULL without a fault when there is none.
 */
enum pypi_choice {
	PYPI_LATEST = 1,	/* of all */
	PYPI_LATEST_STABLE,	/* of those that are no pre-releases */
	PYPI_LATEST_UNSTABLE	/* newest, pre-releases and finals alike; not yanked before yanked */
};
const struct pypi_release *pypi_release_choose(struct work *w, int64_t package_id, enum pypi_choice choice) MUST_CHECK;

/*
 * By the canonical form of its version (1.0 and 1.0.0 are one). NULL without a
 * fault when there is none.
 */
const struct pypi_release *pypi_release_find(struct work *w, int64_t package_id, struct span identity) MUST_CHECK;

/* The newest LIMIT releases as struct pypi_release without texts that only `info` shows, descending. */
bool pypi_releases(struct work *w, int64_t package_id, int64_t limit, struct rows *out) MUST_CHECK;

/* Of a release by name, as struct pypi_file. */
bool pypi_release_files(struct work *w, int64_t release_id, struct rows *out) MUST_CHECK;

/* By file name within a repository; NULL without a fault when there is none. */
const struct pypi_file *pypi_file_find(struct work *w, int64_t repository_id, struct span filename) MUST_CHECK;

/* Owners before maintainers, then by name, as struct pypi_role. */
bool pypi_roles(struct work *w, int64_t package_id, struct rows *out) MUST_CHECK;

/* Where the pages of a repository are, on the arena. */
struct pypi_site pypi_site_of(struct work *w, const struct repository *r);

#endif
