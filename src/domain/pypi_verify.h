/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the stored pages of Python projects are what follows from releases
 * and files, and making them so.
 */
#ifndef ENTREPOT_DOMAIN_PYPI_VERIFY_H
#define ENTREPOT_DOMAIN_PYPI_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct repository;
struct work;

/*
 * What is wrong with the pages of a project, compared with a rendering in one
 * piece; *WRONG is NULL when nothing is. NOT_FOUND when there is no such project.
 */
bool pypi_verify_project(struct work *w, const struct repository *r, int64_t package_id,
	const char **wrong) MUST_CHECK;

/* Render anew what is wrong, in a transaction. */
bool pypi_verify_repair_project(struct work *w, const struct repository *r, int64_t package_id,
	bool *changed) MUST_CHECK;

/* All projects of all Python repositories. The work given to FN has an arena of its own that ends soon after. */
typedef bool (*pypi_walk_fn)(struct work *w, const struct repository *r, int64_t package_id, const char *name,
	void *arg);
bool pypi_walk(struct work *w, pypi_walk_fn fn, void *arg) MUST_CHECK;

/* The repair above for all of them; the lists of all projects are made anew when somebody asks. */
struct pypi_repaired {
	int64_t packages;		/* looked at */
	int64_t changed;		/* with pages stored anew */
};
bool pypi_verify_repair(struct work *w, struct pypi_repaired *done) MUST_CHECK;

#endif
