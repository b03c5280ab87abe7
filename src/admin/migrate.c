/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin migrate: bring the database up to date, make the directories,
 * schedule the periodic jobs. Can be repeated at any time.
 */
#include "admin/admin.h"

#include "base/arena.h"
#include "domain/blob.h"
#include "domain/job.h"

static bool
migrate(struct admin *a)
{
	struct work *w = a->work;
	struct doc *d;
	int applied = 0;

	if (!db_migrate(w, &applied) || !blob_store_init(w) || !job_schedule(w))
		return false;
	d = doc_map(w->arena);
	doc_int(d, "applied", applied);
	if (applied == 0)
		return admin_say(a, d, "The schema is up to date.");
	return admin_say(a, d, "Applied %d migrations.", applied);
}

const struct admin_verb migrate_verb = {
	.name = "migrate",
	.summary = "Bring the database schema up to date and make the data directories",
	.needs = NEEDS_DATABASE,
	.run = migrate,
};
