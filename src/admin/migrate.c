/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin migrate: bring the database up to date, make the directories,
 * schedule the periodic jobs. Can be repeated at any time: what PostgreSQL did
 * not allow before is tried again.
 */
#include "admin/admin.h"

#include "base/arena.h"
#include "domain/blob.h"
#include "domain/job.h"
#include "domain/name_index.h"

static bool
migrate(struct admin *a)
{
	struct work *w = a->work;
	struct doc *d = doc_map(w->arena);
	const char *obstacle, *advice;
	int applied = 0;

	if (!db_migrate(w, &applied) || !name_index_make(w, &obstacle) || !blob_store_init(w) || !job_schedule(w))
		return false;
	doc_int(d, "applied", applied);
	if (!admin_advise(a, d, obstacle, &advice))
		return false;
	if (applied == 0)
		return admin_say(a, d, "The schema is up to date.%s", advice);
	return admin_say(a, d, "Applied %d migrations.%s", applied, advice);
}

const struct admin_verb migrate_verb = {
	.name = "migrate",
	.summary = "Bring the database schema up to date and make the data directories",
	.needs = NEEDS_DATABASE,
	.run = migrate,
};
