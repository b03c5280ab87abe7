/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python projects, releases and files; see the header.
 */
#include "domain/pypi_project.h"

#include <string.h>

#include "base/arena.h"
#include "base/settings.h"
#include "base/text.h"
#include "base/work.h"
#include "domain/repository.h"

static const struct column project_columns[] = {
	COLUMN(pypi_project, id), COLUMN(pypi_project, repository_id), COLUMN(pypi_project, name),
	COLUMN(pypi_project, canonical_name), COLUMN(pypi_project, status), COLUMN(pypi_project, status_reason),
	COLUMN(pypi_project, summary), COLUMN(pypi_project, max_upload_size), COLUMN(pypi_project, last_serial),
	COLUMN(pypi_project, created_at), COLUMNS_END
};
static const struct row_type project_row = ROW_TYPE(pypi_project, project_columns);

static const struct column release_columns[] = {
	COLUMN(pypi_release, id), COLUMN(pypi_release, version), COLUMN(pypi_release, version_identity),
	COLUMN(pypi_release, version_key), COLUMN(pypi_release, prerelease), COLUMN(pypi_release, yanked),
	COLUMN(pypi_release, yank_message), COLUMN(pypi_release, published_at), COLUMN(pypi_release, summary),
	COLUMN(pypi_release, requires_python), COLUMN(pypi_release, description),
	COLUMN(pypi_release, description_content_type), COLUMN(pypi_release, metadata), COLUMNS_END
};
static const struct row_type release_row = ROW_TYPE(pypi_release, release_columns);

static const struct column file_columns[] = {
	COLUMN(pypi_file, id), COLUMN(pypi_file, release_id), COLUMN(pypi_file, project),
	COLUMN(pypi_file, version), COLUMN(pypi_file, version_key),
	COLUMN(pypi_file, requires_python), COLUMN(pypi_file, yanked), COLUMN(pypi_file, yank_message),
	COLUMN(pypi_file, filename), COLUMN(pypi_file, path),
	COLUMN(pypi_file, kind), COLUMN(pypi_file, size), COLUMN(pypi_file, md5), COLUMN(pypi_file, sha256),
	COLUMN(pypi_file, blake2b256), COLUMN(pypi_file, metadata_sha256), COLUMN(pypi_file, has_provenance),
	COLUMN(pypi_file, python_version), COLUMN(pypi_file, comment), COLUMN(pypi_file, uploaded_at), COLUMNS_END
};
const struct row_type pypi_file_row = ROW_TYPE(pypi_file, file_columns);

static const struct column role_columns[] = {
	COLUMN(pypi_role, role), COLUMN(pypi_role, name), COLUMNS_END
};
static const struct row_type role_row = ROW_TYPE(pypi_role, role_columns);

const struct pypi_project *
pypi_project_find(struct work *w, int64_t repository_id, struct span name)
{
	if (span_find_nul(name) >= 0)
		return NULL;
	return db_one(w, Q_PYPI_PROJECT_BY_NAME, &project_row, ARGS(num(repository_id), text_span(name)));
}

const struct pypi_project *
pypi_project_find_id(struct work *w, int64_t package_id)
{
	return db_one(w, Q_PYPI_PROJECT_BY_ID, &project_row, ARGS(num(package_id)));
}

const struct pypi_release *
pypi_release_choose(struct work *w, int64_t package_id, enum pypi_choice choice)
{
	return db_one(w, Q_PYPI_RELEASE_CHOOSE, &release_row, ARGS(num(package_id), num(choice)));
}

const struct pypi_release *
pypi_release_find(struct work *w, int64_t package_id, struct span identity)
{
	if (span_find_nul(identity) >= 0)
		return NULL;
	return db_one(w, Q_PYPI_RELEASE_BY_IDENTITY, &release_row, ARGS(num(package_id), text_span(identity)));
}

bool
pypi_releases(struct work *w, int64_t package_id, int64_t limit, struct rows *out)
{
	return db_many(w, Q_PYPI_RELEASES, &release_row, ARGS(num(package_id), num(limit)), out);
}

bool
pypi_release_files(struct work *w, int64_t release_id, struct rows *out)
{
	return db_many(w, Q_PYPI_RELEASE_FILES, &pypi_file_row, ARGS(num(release_id)), out);
}

const struct pypi_file *
pypi_file_find(struct work *w, int64_t repository_id, struct span filename)
{
	if (span_find_nul(filename) >= 0)
		return NULL;
	return db_one(w, Q_PYPI_FILE_BY_NAME, &pypi_file_row, ARGS(num(repository_id), text_span(filename)));
}

bool
pypi_roles(struct work *w, int64_t package_id, struct rows *out)
{
	return db_many(w, Q_PYPI_ROLES, &role_row, ARGS(num(package_id)), out);
}

struct pypi_site
pypi_site_of(struct work *w, const struct repository *r)
{
	const struct config *config = w->config;
	bool public = r->id == REPOSITORY_PYPI;
	const char *prefix = public ? "" : arena_printf(w->arena, "/%s/%s/pypi", r->owner, r->name);

	return (struct pypi_site){
		.base = arena_printf(w->arena, "%s%s", config->base_url, prefix),
		.path = arena_printf(w->arena, "%s%s", config->mount, prefix),
		.files = arena_printf(w->arena, "%s%s/files%s", config->base_url, prefix, public ? "/pypi" : ""),
	};
}
