/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages; see the header.
 */
#include "domain/package.h"

#include "base/arena.h"
#include "base/fault.h"
#include "base/work.h"
#include "domain/auth.h"

#define PACKAGE_COLUMNS \
	COLUMN(package, id), COLUMN(package, repository_id), COLUMN(package, name), COLUMN(package, canonical_name), \
	COLUMN(package, description), COLUMN(package, homepage), COLUMN(package, documentation), \
	COLUMN(package, source_url), COLUMN(package, downloads), COLUMN(package, recent_downloads), \
	COLUMN(package, default_release_id), COLUMN(package, release_count), COLUMN(package, all_yanked), \
	COLUMN(package, max_upload_size), COLUMN(package, max_features), COLUMN(package, trustpub_only), \
	COLUMN(package, created_at), COLUMN(package, updated_at), COLUMN(package, default_version), \
	COLUMN(package, max_version), COLUMN(package, max_stable_version), COLUMN(package, newest_version)

static const struct column package_columns[] = { PACKAGE_COLUMNS, COLUMNS_END };
static const struct column package_found_columns[] = { PACKAGE_COLUMNS, COLUMN(package, exact_match), COLUMNS_END };
static const struct column package_ranked_columns[] = {
	PACKAGE_COLUMNS, COLUMN(package, exact_match), COLUMN(package, match_count), COLUMNS_END
};

const struct row_type package_type = ROW_TYPE(package, package_columns);
const struct row_type package_found_type = ROW_TYPE(package, package_found_columns);
const struct row_type package_ranked_type = ROW_TYPE(package, package_ranked_columns);

struct blocked_row {
	int64_t available_at;
	const char *name;
};
static const struct column blocked_columns[] = {
	COLUMN(blocked_row, available_at), COLUMN(blocked_row, name), COLUMNS_END
};
static const struct row_type blocked_type = ROW_TYPE(blocked_row, blocked_columns);

struct dependent_row {
	const char *name;
	const char *version;
};
static const struct column dependent_columns[] = {
	COLUMN(dependent_row, name), COLUMN(dependent_row, version), COLUMNS_END
};
static const struct row_type dependent_type = ROW_TYPE(dependent_row, dependent_columns);

const struct package *
package_find(struct work *w, int64_t repository_id, const char *canonical_name)
{
	return db_one(w, Q_PACKAGE_BY_NAME, &package_type, ARGS(num(repository_id), text(canonical_name)));
}

const struct package *
package_find_id(struct work *w, int64_t id)
{
	return db_one(w, Q_PACKAGE_BY_ID, &package_type, ARGS(num(id)));
}

bool
package_lock(struct work *w, int64_t package_id)
{
	int64_t id;

	if (!db_int(w, Q_PACKAGE_LOCK, ARGS(num(package_id)), &id))
		return false;
	return id != 0 || fault_raise_plain(w->fault, FAULT_NOT_FOUND);
}

bool
package_lock_to_delete(struct work *w, int64_t repository_id, int64_t package_id)
{
	int64_t id;

	if (!db_int(w, Q_PACKAGE_DELETE_LOCK, ARGS(num(repository_id), num(package_id)), &id))
		return false;
	return id != 0 || fault_raise_plain(w->fault, FAULT_NOT_FOUND);
}

bool
package_refresh(struct work *w, int64_t package_id)
{
	return db_exec(w, Q_PACKAGE_REFRESH_DEFAULT, ARGS(num(package_id)), NULL) &&
	       db_exec(w, Q_PACKAGE_REFRESH_REVERSE_DELETE, ARGS(num(package_id)), NULL) &&
	       db_exec(w, Q_PACKAGE_REFRESH_REVERSE_INSERT, ARGS(num(package_id)), NULL);
}

bool
package_touch(struct work *w, int64_t package_id)
{
	return db_exec(w, Q_PACKAGE_TOUCH, ARGS(num(package_id), timestamp(w->now)), NULL);
}

bool
package_name_reserved(struct work *w, const char *ecosystem, const char *name, enum package_reserved *out)
{
	int64_t kind;

	if (!db_int(w, Q_PACKAGE_RESERVED_KIND, ARGS(text(ecosystem), text(name)), &kind))
		return false;
	*out = (enum package_reserved)kind;
	return true;
}

bool
package_blocked_until(struct work *w, int64_t repository_id, const char *canonical_name, int64_t *until)
{
	const struct blocked_row *row = db_one(w, Q_PACKAGE_DELETED_UNTIL, &blocked_type,
					       ARGS(num(repository_id), text(canonical_name), timestamp(w->now)));

	*until = row ? row->available_at : 0;
	return !fault_is_set(w->fault);
}

bool
package_set_trustpub_only(struct work *w, int64_t package_id, bool value)
{
	return db_exec(w, Q_PACKAGE_SETTINGS, ARGS(num(package_id), flag(value)), NULL);
}

bool
package_use(struct work *w, int64_t package_id, struct package_use *out)
{
	const struct dependent_row *row;

	*out = (struct package_use){ 0 };
	if (!db_int(w, Q_PACKAGE_DELETE_MONTHLY, ARGS(num(package_id), timestamp(w->now)), &out->monthly_downloads))
		return false;
	row = db_one(w, Q_PACKAGE_DELETE_DEPENDENT, &dependent_type, ARGS(num(package_id)));
	if (row)
		out->dependent = arena_printf(w->arena, "%s@%s", row->name, row->version);
	return !fault_is_set(w->fault);
}

bool
package_delete(struct work *w, int64_t package_id, const char *message, int64_t available_at)
{
	struct arg who = ref(w->actor ? w->actor->account_id : 0);

	return db_exec(w, Q_PACKAGE_DELETE_REMEMBER_RELEASES, ARGS(num(package_id), who), NULL) &&
	       db_exec(w, Q_PACKAGE_DELETE_REMEMBER,
		       ARGS(num(package_id), who, text(message), timestamp(available_at)), NULL) &&
	       db_exec(w, Q_PACKAGE_DELETE, ARGS(num(package_id)), NULL);
}
