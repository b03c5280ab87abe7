/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of Python projects compared with a rendering from scratch; see the
 * header.
 */
#include "domain/pypi_verify.h"

#include "base/arena.h"
#include "base/fault.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/index.h"
#include "domain/package.h"
#include "domain/pypi_index.h"
#include "domain/pypi_list.h"
#include "domain/pypi_project.h"
#include "domain/repository.h"

/* Projects that are listed at once. */
#define PAGE 200

static const char *const page_names[PYPI_PAGE__MAX] = {
	[PYPI_PAGE_HTML] = "simple page (HTML)",
	[PYPI_PAGE_SIMPLE] = "simple page (JSON)",
	[PYPI_PAGE_JSON] = "JSON document",
};

static bool
verify_page(struct work *w, const struct repository *r, const struct pypi_project *p, enum pypi_page page,
	    const char **wrong)
{
	const char *what = NULL;
	const struct pypi_object *stored;
	struct span rendered;

	if (!pypi_index_render(w, r, p->id, page, &rendered))
		return false;
	stored = pypi_object_get(w, r->id, span_of(p->canonical_name), page, NULL);
	if (fault_is_set(w->fault))
		return false;
	if (!stored || !rendered.at)
		what = rendered.at ? "is missing" : stored ? "is there without a release" : NULL;
	else if (!span_equal(stored->body, rendered))
		what = "differs from what the releases say";
	else if (stored->serial != p->last_serial)
		what = "has another serial than the project";
	if (what)
		*wrong = arena_printf(w->arena, "%s %s", page_names[page], what);
	return true;
}

bool
pypi_verify_project(struct work *w, const struct repository *r, int64_t package_id, const char **wrong)
{
	const struct pypi_project *p = pypi_project_find_id(w, package_id);

	*wrong = NULL;
	if (!p)
		return fault_raise_plain(w->fault, FAULT_NOT_FOUND);
	for (int i = 0; i < PYPI_PAGE__MAX && !*wrong; i++)
		if (!verify_page(w, r, p, (enum pypi_page)i, wrong))
			return false;
	return true;
}

static bool
repair(struct work *w, const struct repository *r, int64_t package_id, bool *changed)
{
	const char *wrong;

	if (!package_lock(w, package_id) || !pypi_verify_project(w, r, package_id, &wrong))
		return false;
	*changed = wrong != NULL;
	return !wrong || pypi_index_changed(w, r, package_id, &(struct pypi_event){ .count = 0 });
}

bool
pypi_verify_repair_project(struct work *w, const struct repository *r, int64_t package_id, bool *changed)
{
	struct tx *tx = tx_begin(w);

	*changed = false;
	if (tx && repair(w, r, package_id, changed) && tx_commit(w, tx))
		return true;
	tx_rollback(tx);
	return false;
}

/* ---- all of them ---- */

struct walk {
	pypi_walk_fn fn;
	void *arg;
	const struct repository *repository;
	int64_t after;			/* id of the last project */
	size_t count;			/* that the last list had */
};

static bool
walk_page(struct work *w, struct walk *walk)
{
	const struct index_package *packages;
	struct rows rows;

	if (!index_packages(w, walk->repository->id, walk->after, PAGE, &rows))
		return false;
	packages = rows.at;
	walk->count = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		struct arena arena;
		struct work own = *w;
		bool ok;

		arena_init(&arena);
		own.arena = &arena;
		walk->after = packages[i].id;
		ok = walk->fn(&own, walk->repository, packages[i].id, packages[i].name, walk->arg);
		arena_free(&arena);
		if (!ok)
			return false;
	}
	return true;
}

static bool
walk_repository(struct work *w, struct walk *walk)
{
	bool ok = true;

	walk->after = 0;
	walk->count = PAGE;
	while (ok && walk->count == PAGE) {
		struct arena arena;
		struct work own = *w;

		arena_init(&arena);
		own.arena = &arena;
		ok = walk_page(&own, walk);
		arena_free(&arena);
	}
	return ok;
}

static bool
walk_each(struct work *w, const struct repository *r, void *arg)
{
	struct walk *walk = arg;

	walk->repository = r;
	return walk_repository(w, walk);
}

bool
pypi_walk(struct work *w, pypi_walk_fn fn, void *arg)
{
	struct walk walk = { .fn = fn, .arg = arg };

	return repository_walk(w, "pypi", walk_each, &walk);
}

static bool
repair_each(struct work *w, const struct repository *r, int64_t package_id, const char *name, void *arg)
{
	struct pypi_repaired *done = arg;
	bool changed;

	(void)name;
	if (!pypi_verify_repair_project(w, r, package_id, &changed)) {
		/* Deleted since it was listed. */
		if (w->fault->kind != FAULT_NOT_FOUND)
			return false;
		fault_clear(w->fault);
		return true;
	}
	done->packages++;
	done->changed += changed;
	return true;
}

static bool
list_anew(struct work *w, const struct repository *r, void *arg)
{
	(void)arg;
	return pypi_list_refresh(w, r, true);
}

bool
pypi_verify_repair(struct work *w, struct pypi_repaired *done)
{
	*done = (struct pypi_repaired){ 0, 0 };
	return pypi_walk(w, repair_each, done) && repository_walk(w, "pypi", list_anew, NULL);
}
