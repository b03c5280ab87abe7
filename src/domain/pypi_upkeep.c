/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known of whole Python repositories; see the header.
 */
#include "domain/pypi_upkeep.h"

#include "base/arena.h"
#include "base/work.h"
#include "domain/pypi_feed.h"
#include "domain/pypi_list.h"
#include "domain/repository.h"

/* Repositories that are read at once. */
#define PAGE 200

static bool
call_with_memory(struct work *w, const struct repository *r, pypi_repository_fn fn, void *arg)
{
	struct arena arena;
	struct work own = *w;
	bool ok;

	arena_init(&arena);
	own.arena = &arena;
	ok = fn(&own, r, arg);
	arena_free(&arena);
	return ok;
}

bool
pypi_repositories(struct work *w, pypi_repository_fn fn, void *arg)
{
	struct repository_filter filter = { .ecosystem = "pypi", .limit = PAGE };
	struct rows rows;

	do {
		const struct repository *repositories;

		if (!repository_list(w, &filter, &rows))
			return false;
		repositories = rows.at;
		for (size_t i = 0; i < rows.count; i++) {
			filter.after = repositories[i].id;
			if (!call_with_memory(w, &repositories[i], fn, arg))
				return false;
		}
	} while (rows.count == (size_t)filter.limit);
	return true;
}

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
	return pypi_repositories(w, count_sizes, NULL);
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
	return pypi_repositories(w, render_lists, NULL);
}
