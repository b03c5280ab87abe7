/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is counted and listed of whole Python repositories, brought up to date
 * now and then, so that no request has to.
 */
#ifndef ENTREPOT_DOMAIN_PYPI_UPKEEP_H
#define ENTREPOT_DOMAIN_PYPI_UPKEEP_H

#include <stdbool.h>

#include "base/compiler.h"

struct job;
struct repository;
struct work;

/* Call FN for every Python repository until it fails, each time with memory that is given back. */
typedef bool (*pypi_repository_fn)(struct work *w, const struct repository *r, void *arg);
bool pypi_repositories(struct work *w, pypi_repository_fn fn, void *arg) MUST_CHECK;

/* Count the sizes of projects where something has changed; render the lists that are out of date. job_fn. */
bool pypi_upkeep_stats(struct work *w, const struct job *job) MUST_CHECK;
bool pypi_upkeep_lists(struct work *w, const struct job *job) MUST_CHECK;

#endif
