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
struct work;

/* Count the sizes of projects where something has changed; render the lists that are out of date. job_fn. */
bool pypi_upkeep_stats(struct work *w, const struct job *job) MUST_CHECK;
bool pypi_upkeep_lists(struct work *w, const struct job *job) MUST_CHECK;

#endif
