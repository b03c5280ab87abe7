/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of whole Python repositories; see the header.
 */
#include "domain/pypi_upkeep.h"

#include "base/work.h"
#include "domain/pypi_feed.h"
#include "domain/pypi_list.h"
#include "domain/repository.h"

static bool
count_sizes(struct work *w, const struct repository *r, void *arg)
{
	(void)arg;
	return pypi_stats_count(w, r);
}

bool
pypi_upkeep_stats(struct work *w, const struct job *job)
{
	(void)job;
	return repository_walk(w, "pypi", count_sizes, NULL);
}

static bool
render_lists(struct work *w, const struct repository *r, void *arg)
{
	(void)arg;
	return pypi_list_refresh(w, r, false);
}

bool
pypi_upkeep_lists(struct work *w, const struct job *job)
{
	(void)job;
	return repository_walk(w, "pypi", render_lists, NULL);
}
