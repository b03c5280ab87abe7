/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dependencies; see the header.
 */
#include "domain/dependency.h"

#include "base/work.h"

static const struct column dependency_columns[] = {
	COLUMN(dependency, id), COLUMN(dependency, release_id), COLUMN(dependency, package_name),
	COLUMN(dependency, requirement), COLUMN(dependency, optional), COLUMN(dependency, default_features),
	COLUMN(dependency, features), COLUMN(dependency, platform), COLUMN(dependency, kind),
	COLUMN(dependency, alias), COLUMN(dependency, registry), COLUMN(dependency, downloads), COLUMNS_END
};
static const struct row_type dependency_type = ROW_TYPE(dependency, dependency_columns);

bool
dependency_list(struct work *w, int64_t release_id, struct rows *out)
{
	return db_many(w, Q_DEPENDENCY_LIST, &dependency_type, ARGS(num(release_id)), out);
}

bool
dependency_list_published(struct work *w, int64_t release_id, struct rows *out)
{
	return db_many(w, Q_DEPENDENCY_LIST_PUBLISHED, &dependency_type, ARGS(num(release_id)), out);
}

bool
dependency_list_reverse(struct work *w, int64_t package_id, struct slice slice, struct rows *out, int64_t *total)
{
	return db_int(w, Q_DEPENDENCY_REVERSE_COUNT, ARGS(num(package_id)), total) &&
	       db_many(w, Q_DEPENDENCY_REVERSE, &dependency_type,
		       ARGS(num(package_id), num(slice.limit), num(slice.offset)), out);
}
