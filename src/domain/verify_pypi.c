/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Python part of verify: pages against releases and files. A difference
 * may be an upload that came between two reads, so it is looked at again with
 * the project locked.
 */
#include "domain/verify.h"

#include "base/fault.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/package.h"
#include "domain/pypi_verify.h"

/* A project deleted meanwhile is fine. */
static bool
is_gone(struct work *w, const char **wrong)
{
	if (w->fault->kind != FAULT_NOT_FOUND)
		return false;
	fault_clear(w->fault);
	*wrong = NULL;
	return true;
}

static bool
check_locked(struct work *w, const struct repository *r, int64_t package_id, const char **wrong)
{
	struct tx *tx = tx_begin(w);

	if (tx && package_lock(w, package_id) && pypi_verify_project(w, r, package_id, wrong) && tx_commit(w, tx))
		return true;
	tx_rollback(tx);
	return is_gone(w, wrong);
}

static bool
check_project(struct work *w, const struct repository *r, int64_t package_id, const char *name, void *arg)
{
	struct verify *v = arg;
	const char *wrong;

	if (!pypi_verify_project(w, r, package_id, &wrong) && !is_gone(w, &wrong))
		return false;
	if (wrong && !check_locked(w, r, package_id, &wrong))
		return false;
	if (wrong)
		verify_report(v, "index-differs", name, "its %s", wrong);
	v->result->index_objects++;
	if (v->options->progress)
		v->options->progress(v->options->arg, "index objects", v->result->index_objects);
	return true;
}

bool
verify_pypi(struct work *w, struct verify *v)
{
	return pypi_walk(w, check_project, v);
}
