/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hex packages and releases; see the header.
 */
#include "domain/hex_package.h"

#include "base/buf.h"
#include "base/fault.h"
#include "base/work.h"
#include "domain/audit.h"
#include "domain/package.h"
#include "wire/doc.h"
#include "wire/json.h"

static const struct column package_columns[] = {
	COLUMN(hex_package, id), COLUMN(hex_package, repository_id), COLUMN(hex_package, name),
	COLUMN(hex_package, description), COLUMN(hex_package, meta), COLUMN(hex_package, downloads),
	COLUMN(hex_package, recent_downloads), COLUMN(hex_package, week_downloads),
	COLUMN(hex_package, day_downloads), COLUMN(hex_package, created_at), COLUMN(hex_package, updated_at),
	COLUMN(hex_package, app), COLUMN(hex_package, latest_version),
	COLUMN(hex_package, latest_stable_version), COLUMN(hex_package, docs_version), COLUMNS_END
};
const struct row_type hex_package_row = ROW_TYPE(hex_package, package_columns);

static const struct column release_columns[] = {
	COLUMN(hex_release, id), COLUMN(hex_release, package_id), COLUMN(hex_release, repository_id),
	COLUMN(hex_release, package_name), COLUMN(hex_release, version), COLUMN(hex_release, prerelease),
	COLUMN(hex_release, retirement_reason), COLUMN(hex_release, retirement_message),
	COLUMN(hex_release, published_at), COLUMN(hex_release, updated_at), COLUMN(hex_release, downloads),
	COLUMN(hex_release, meta), COLUMN(hex_release, app), COLUMN(hex_release, elixir),
	COLUMN(hex_release, build_tools), COLUMN(hex_release, inner_checksum), COLUMN(hex_release, file_id),
	COLUMN(hex_release, outer_checksum), COLUMN(hex_release, has_docs), COLUMN(hex_release, publisher),
	COLUMNS_END
};
static const struct row_type release_row = ROW_TYPE(hex_release, release_columns);

static const struct column downloads_columns[] = {
	COLUMN(hex_downloads, period), COLUMN(hex_downloads, downloads), COLUMNS_END
};
static const struct row_type downloads_row = ROW_TYPE(hex_downloads, downloads_columns);

static const struct column requirement_columns[] = {
	COLUMN(hex_requirement, package_name), COLUMN(hex_requirement, alias),
	COLUMN(hex_requirement, requirement), COLUMN(hex_requirement, optional),
	COLUMN(hex_requirement, repository), COLUMNS_END
};
static const struct row_type requirement_row = ROW_TYPE(hex_requirement, requirement_columns);

struct name_row {
	const char *name;
};
static const struct column name_columns[] = { COLUMN(name_row, name), COLUMNS_END };
static const struct row_type name_row_type = ROW_TYPE(name_row, name_columns);

const struct hex_package *
hex_package_find(struct work *w, int64_t repository_id, struct span name)
{
	if (memchr(name.at, '\0', name.len))
		return NULL;
	return db_one(w, Q_HEX_PACKAGE_BY_NAME, &hex_package_row, ARGS(num(repository_id), text_span(name)));
}

const struct hex_release *
hex_release_find(struct work *w, int64_t package_id, struct span version)
{
	if (memchr(version.at, '\0', version.len))
		return NULL;
	return db_one(w, Q_HEX_RELEASE_BY_VERSION, &release_row, ARGS(num(package_id), text_span(version)));
}

bool
hex_release_list(struct work *w, const int64_t *package_ids, size_t count, struct rows *out)
{
	return db_many(w, Q_HEX_RELEASE_LIST, &release_row, ARGS(int_array(package_ids, count)), out);
}

bool
hex_release_downloads(struct work *w, int64_t release_id, const struct hex_period *period, struct rows *out)
{
	return db_many(w, Q_HEX_RELEASE_DOWNLOADS, &downloads_row,
		       ARGS(num(release_id), text(period->months ? "YYYY-MM" : "YYYY-MM-DD"),
			    timestamp(period->after), timestamp(period->before)), out);
}

bool
hex_requirement_list(struct work *w, int64_t release_id, struct rows *out)
{
	return db_many(w, Q_HEX_REQUIREMENT_LIST, &requirement_row, ARGS(num(release_id)), out);
}

const char *
hex_release_copy(struct work *w, const struct hex_release *r)
{
	struct doc *copy = doc_map(w->arena), *d = doc_add_map(copy, "package");
	struct buf json = buf_on(w->arena);

	doc_int(d, "id", r->package_id);
	doc_text(d, "name", r->package_name);
	d = doc_add_map(copy, "release");
	doc_int(d, "id", r->id);
	doc_text(d, "version", r->version);
	json_write(&json, copy, NULL);
	return buf_text(&json);
}

bool
hex_release_note(struct work *w, const struct hex_release *r, const char *action)
{
	return audit_add(w, &(struct audit){ .action = action, .repository_id = r->repository_id,
					     .package_id = r->package_id, .release_id = r->id,
					     .details = hex_release_copy(w, r) });
}

bool
hex_release_retire(struct work *w, const struct hex_release *r, const char *reason, const char *message, bool *changed)
{
	int64_t affected;

	if (reason) {
		*changed = true;
		return db_exec(w, Q_HEX_RELEASE_RETIRE,
			       ARGS(num(r->id), text(reason), text(message), timestamp(w->now)), NULL) &&
		       hex_release_note(w, r, "release.retire") && package_touch(w, r->package_id);
	}
	if (!db_exec(w, Q_HEX_RELEASE_UNRETIRE, ARGS(num(r->id), timestamp(w->now)), &affected))
		return false;
	*changed = affected > 0;
	return !*changed || (hex_release_note(w, r, "release.unretire") && package_touch(w, r->package_id));
}

/* The last release takes the package along, which nobody may need then. */
static bool
revert_last(struct work *w, const struct hex_release *r)
{
	const struct name_row *dependent = db_one(w, Q_HEX_PACKAGE_DEPENDENT, &name_row_type,
						  ARGS(num(r->package_id)));

	if (dependent)
		fault_raise_field(w->fault, FAULT_INVALID, "name",
				  "you cannot delete this package because other packages depend on it");
	return !fault_is_set(w->fault) && hex_release_note(w, r, "release.revert") &&
	       db_exec(w, Q_PACKAGE_DELETE, ARGS(num(r->package_id)), NULL);
}

bool
hex_release_revert(struct work *w, const struct hex_release *r, bool *gone)
{
	int64_t package_id = r->package_id;
	struct rows all;

	if (!hex_release_list(w, &package_id, 1, &all))
		return false;
	*gone = all.count <= 1;
	if (*gone)
		return revert_last(w, r);
	return hex_release_note(w, r, "release.revert") && db_exec(w, Q_HEX_RELEASE_DELETE, ARGS(num(r->id)), NULL) &&
	       package_refresh(w, package_id) && package_touch(w, package_id);
}
