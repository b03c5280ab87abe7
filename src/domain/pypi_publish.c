/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uploads of Python distributions; see the header.
 */
#include "domain/pypi_publish.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/tempfile.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/audit.h"
#include "domain/auth.h"
#include "domain/file.h"
#include "domain/owner.h"
#include "domain/package.h"
#include "domain/pypi_change.h"
#include "domain/pypi_index.h"
#include "domain/pypi_metadata.h"
#include "domain/pypi_project.h"
#include "domain/repository.h"
#include "formats/core_metadata.h"
#include "formats/pypi_name.h"
#include "formats/pypi_requirement.h"
#include "version/pep440.h"
#include "wire/doc.h"
#include "wire/json.h"

/* What the shared columns of a package take (0005_packages.sql). */
#define URL_MAX 2048
#define LICENSE_MAX 65536

/* ---- what is stored already ---- */

struct known_file {
	int64_t package_id;
	const char *filename;
	struct span sha256;
	struct span blake2b256;
};
static const struct column known_columns[] = {
	COLUMN(known_file, package_id), COLUMN(known_file, filename), COLUMN(known_file, sha256),
	COLUMN(known_file, blake2b256), COLUMNS_END
};
static const struct row_type known_row = ROW_TYPE(known_file, known_columns);

struct joined_release {
	int64_t id;
	const char *version;
	struct span version_key;
	int64_t published_at;
	bool has_sdist;
};
static const struct column joined_columns[] = {
	COLUMN(joined_release, id), COLUMN(joined_release, version), COLUMN(joined_release, version_key),
	COLUMN(joined_release, published_at), COLUMN(joined_release, has_sdist), COLUMNS_END
};
static const struct row_type joined_row = ROW_TYPE(joined_release, joined_columns);

struct pypi_version
pypi_version_of(struct arena *a, const struct pep440 *v)
{
	return (struct pypi_version){
		.normal = pep440_normal(a, v),
		.identity = pep440_canonical(a, v),
		.key = pep440_key(a, v),
		.prerelease = pep440_is_prerelease(v),
	};
}

/* ---- new projects ---- */

static bool
is_similar(struct work *w, const struct pypi_upload *u, bool *similar)
{
	int64_t count = 0;

	if (u->similar_name &&
	    !db_int(w, Q_PYPI_PUBLISH_SIMILAR,
		    ARGS(num(u->repository->id), text(u->similar_name), text(u->canonical_name)), &count))
		return false;
	*similar = count > 0;
	return true;
}

bool
pypi_publish_check_new(struct work *w, const struct pypi_upload *u)
{
	enum package_reserved reserved;
	bool similar;

	if (!w->config->pypi_new_projects && !w->actor->is_admin)
		return fault_raise(w->fault, FAULT_FORBIDDEN, "New project registration temporarily disabled. "
				   "See %s for more information.", u->help);
	if (!package_name_reserved(w, "pypi", u->name, &reserved))
		return false;
	if (reserved != PACKAGE_NAME_FREE)
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "The name '%s' isn't allowed%s. "
				   "See %s for more information.", u->name, reserved == PACKAGE_NAME_MODULE
				   ? " (conflict with Python Standard Library module name)" : "", u->help);
	if (!is_similar(w, u, &similar))
		return false;
	return !similar || fault_raise(w->fault, FAULT_BAD_REQUEST, "The name '%s' is too similar to an existing "
				       "project. See %s for more information.", u->name, u->help);
}

/* ---- limits ---- */

/* "100 MB", "10 GB": the largest unit that goes into it. */
static const char *
size_text(struct arena *a, int64_t size)
{
	static const char *const units[] = { "bytes", "kB", "MB", "GB" };
	size_t unit = 0;

	while (unit + 1 < ARRAY_LEN(units) && size >= 1024 && size % 1024 == 0) {
		size /= 1024;
		unit++;
	}
	return arena_printf(a, "%" PRId64 " %s", size, units[unit]);
}

bool
pypi_publish_largest(struct work *w, int64_t repository_id, int64_t *bytes)
{
	if (!db_int(w, Q_PYPI_PUBLISH_LARGEST, ARGS(num(repository_id)), bytes))
		return false;
	if (*bytes < w->config->pypi_max_file)
		*bytes = w->config->pypi_max_file;
	return true;
}

bool
pypi_publish_check_status(struct work *w, const struct pypi_upload *u, const struct pypi_project *p)
{
	if (strcmp(p->status, "archived") != 0 && strcmp(p->status, "quarantined") != 0)
		return true;
	return fault_raise(w->fault, FAULT_FORBIDDEN, "The user '%s' isn't allowed to upload to project '%s'. "
			   "See %s for more information.", w->actor->name ? w->actor->name : "", u->name, u->help);
}

bool
pypi_publish_check_size(struct work *w, const struct pypi_upload *u, const struct pypi_project *p)
{
	int64_t limit = w->config->pypi_max_file, total = 0;

	if (p && p->max_upload_size > 0)
		limit = p->max_upload_size;
	if (u->size > limit)
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "File too large. Limit for project '%s' is %s. "
				   "See %s for more information.", u->name, size_text(w->arena, limit), u->help);
	if (p && !db_int(w, Q_PYPI_PUBLISH_TOTAL, ARGS(num(p->id)), &total))
		return false;
	if (total + u->size <= w->config->pypi_max_project)
		return true;
	return fault_raise(w->fault, FAULT_BAD_REQUEST, "Project size too large. Limit for project '%s' total size "
			   "is %s. See %s", u->name, size_text(w->arena, w->config->pypi_max_project), u->help);
}

/* ---- the file ---- */

static bool
is_same(const struct known_file *k, const struct pypi_upload *u)
{
	const struct digests *d = u->digests;

	return strcmp(k->filename, u->filename) == 0 &&
	       span_equal(k->sha256, span_make((const char *)d->sha256, sizeof(d->sha256))) &&
	       span_equal(k->blake2b256, span_make((const char *)d->blake2b_256, sizeof(d->blake2b_256)));
}

static const char *
blake2_of(struct work *w, const struct pypi_upload *u)
{
	return encode_hex(w->arena, u->digests->blake2b_256, sizeof(u->digests->blake2b_256));
}

static bool
check_known(struct work *w, const struct pypi_upload *u, const struct pypi_project *p, bool *same)
{
	const struct digests *d = u->digests;
	const struct known_file *k = db_one(w, Q_PYPI_PUBLISH_KNOWN_FILE, &known_row,
					    ARGS(num(u->repository->id), text(u->filename),
						 bytes(d->blake2b_256, sizeof(d->blake2b_256))));

	*same = false;
	if (!k)
		return !fault_is_set(w->fault);
	if (is_same(k, u)) {
		/* Without a project to be of: it came to life a moment ago, which the transaction will see. */
		*same = p && k->package_id == p->id;
		if (!p || *same)
			return true;
	}
	return fault_raise(w->fault, FAULT_BAD_REQUEST, "File already exists ('%s', with blake2_256 hash '%s'). "
			   "See %s for more information.", u->filename, blake2_of(w, u), u->help);
}

static bool
check_deleted(struct work *w, const struct pypi_upload *u)
{
	int64_t count;

	if (!db_int(w, Q_PYPI_PUBLISH_DELETED_FILE, ARGS(num(u->repository->id), text(u->filename)), &count))
		return false;
	return count == 0 || fault_raise(w->fault, FAULT_BAD_REQUEST, "This filename was previously used by a file "
					 "that has since been deleted. Use a different version. "
					 "See %s for more information.", u->help);
}

static const char *
age_text(struct arena *a, int64_t window)
{
	bool days = window % CLOCK_DAY == 0;

	return arena_printf(a, "%" PRId64 " %s", window / (days ? CLOCK_DAY : CLOCK_SECOND), days ? "days" : "seconds");
}

/* NULL without a fault when there is none yet. */
static const struct joined_release *
find_release(struct work *w, const struct pypi_upload *u, int64_t package_id)
{
	return db_one(w, Q_PYPI_PUBLISH_RELEASE, &joined_row, ARGS(num(package_id), text(u->version.identity)));
}

static bool
check_release(struct work *w, const struct pypi_upload *u, const struct pypi_project *p)
{
	const struct joined_release *r = find_release(w, u, p->id);
	int64_t window = w->config->pypi_release_window;

	if (!r)
		return !fault_is_set(w->fault);
	if (window > 0 && w->now - r->published_at > window)
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "Uploading new files to releases older than %s is not "
				   "allowed.", age_text(w->arena, window));
	return !u->sdist || !r->has_sdist ||
	       fault_raise(w->fault, FAULT_BAD_REQUEST, "Only one sdist may be uploaded per release.");
}

bool
pypi_publish_check(struct work *w, const struct pypi_upload *u, const struct pypi_project *p, bool *same)
{
	if (!check_known(w, u, p, same))
		return false;
	return *same || (check_deleted(w, u) && (!p || check_release(w, u, p)));
}

/* ---- the project ---- */

bool
pypi_publish_take(struct work *w, const struct pypi_upload *u, struct publish_package *out)
{
	int64_t added;

	if (!publish_take_name(w, u->repository->id, u->name, u->canonical_name, out))
		return false;
	if (!out->is_new)
		return true;
	if (!db_exec(w, Q_PYPI_PUBLISH_PROJECT_ADD,
		     ARGS(num(out->id), num(u->repository->id), text(u->similar_name)), &added))
		return false;
	return added > 0 || fault_raise(w->fault, FAULT_CONFLICT, "The name '%s' conflicts with an existing project. "
					"See %s for more information.", u->name, u->help);
}

static bool
put_project(struct work *w, const struct pypi_upload *u, const struct publish_package *package)
{
	if (package->is_new)
		return owner_add(w, package->id, w->actor->account_id);
	return strcmp(package->name, u->name) == 0 ||
	       db_exec(w, Q_PYPI_PUBLISH_RENAME, ARGS(num(package->id), text(u->name)), NULL);
}

/* ---- the release ---- */

static const char *
copy(struct work *w, struct span s, size_t max)
{
	return s.at && s.len <= max ? arena_dup(w->arena, s.at, s.len) : NULL;
}

static struct publish
common_of(struct work *w, const struct pypi_upload *u)
{
	const struct core_metadata *m = u->core;
	struct span homepage = m->home_page.at ? m->home_page : pypi_metadata_url(m, "homepage");
	struct span license = m->license_expression.at ? m->license_expression : m->license;
	struct span source = pypi_metadata_url(m, "source");
	struct taxonomy taxonomy = { 0 };

	taxonomy.keywords = pypi_metadata_keyword_list(w->arena, m, &taxonomy.keyword_count);
	if (!source.at)
		source = pypi_metadata_url(m, "repository");
	return (struct publish){
		.repository_id = u->repository->id,
		.name = u->name,
		.canonical_name = u->canonical_name,
		.version = u->version.normal,
		.version_identity = u->version.identity,
		.version_key = u->version.key,
		.prerelease = u->version.prerelease,
		.description = copy(w, m->summary, LICENSE_MAX),
		.homepage = copy(w, homepage, URL_MAX),
		.documentation = copy(w, pypi_metadata_url(m, "documentation"), URL_MAX),
		.source_url = copy(w, source, URL_MAX),
		.license = copy(w, license, LICENSE_MAX),
		.readme = copy(w, m->description, SIZE_MAX),
		.taxonomy = taxonomy,
	};
}

/* Whether it is needed only by those who ask for an extra. */
static bool
is_optional(const struct pypi_requirement *r)
{
	return r->marker && strstr(r->marker, "extra ==");
}

static struct span
extras_json(struct arena *a, const struct pypi_requirement *r)
{
	struct doc *list = doc_list(a);
	struct buf b = buf_on(a);

	for (size_t i = 0; i < r->extra_count; i++)
		doc_span(list, NULL, r->extras[i]);
	json_write(&b, list, NULL);
	return buf_span(&b);
}

/* What is needed, where it is looked up by name: who depends on whom. */
static bool
put_dependencies(struct work *w, const struct pypi_upload *u, int64_t release_id)
{
	const struct core_list *list = &u->core->requires_dist;
	struct arena *a = w->arena;
	struct span *names = arena_zalloc(a, list->count + 1, sizeof(*names));
	struct span *versions = arena_zalloc(a, list->count + 1, sizeof(*versions));
	struct span *markers = arena_zalloc(a, list->count + 1, sizeof(*markers));
	struct span *extras = arena_zalloc(a, list->count + 1, sizeof(*extras));
	int64_t *optional = arena_zalloc(a, list->count + 1, sizeof(*optional));
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct pypi_requirement r;

		if (!pypi_requirement_parse(a, list->at[i], &r, NULL))
			continue;
		names[n] = span_of(pypi_name_normal(a, r.name));
		versions[n] = span_of(pep440_spec_text(a, &r.versions));
		markers[n] = span_of(r.marker);
		extras[n] = extras_json(a, &r);
		optional[n++] = is_optional(&r);
	}
	return n == 0 ||
	       db_exec(w, Q_PYPI_PUBLISH_DEPENDENCIES,
		       ARGS(num(release_id), num(u->repository->id), text_array(names, n), text_array(versions, n),
			    text_array(markers, n), text_array(extras, n), int_array(optional, n)), NULL);
}

static bool
add_release(struct work *w, const struct pypi_upload *u, const struct publish *common, int64_t package_id,
	    int64_t *release_id)
{
	const struct core_metadata *m = u->core;

	return publish_release(w, common, package_id, release_id) &&
	       db_exec(w, Q_PYPI_PUBLISH_RELEASE_ADD,
		       ARGS(num(*release_id), text_span(m->requires_python), text_span(m->description_content_type),
			    text_array(m->classifiers.at, m->classifiers.count),
			    text(pypi_metadata_json(w->arena, m)), text_span(m->description)), NULL) &&
	       put_dependencies(w, u, *release_id);
}

/* ---- files ---- */

static const char *
file_path(struct work *w, const struct pypi_upload *u)
{
	const char *hex = blake2_of(w, u);

	return arena_printf(w->arena, "packages/%.2s/%.2s/%s/%s", hex, hex + 2, hex + 4, u->filename);
}

static const char *
file_meta(struct work *w, const struct pypi_upload *u)
{
	struct doc *d = doc_map(w->arena);
	struct buf b = buf_on(w->arena);

	doc_text(d, "python_version", u->python_version);
	if (u->comment)
		doc_text(d, "comment", u->comment);
	json_write(&b, d, NULL);
	return buf_text(&b);
}

/* What installers read instead of the wheel (PEP 658): no page ever says it is there when it is not. */
static bool
put_metadata(struct work *w, const struct pypi_upload *u, const struct file_new *wheel, int64_t wheel_id)
{
	struct tempfile *t = tempfile_new(w->arena, w->fault, w->config->spool_dir);
	uint8_t sha256[SHA256_SIZE];

	if (!t || !tempfile_write(t, w->fault, u->metadata.at, u->metadata.len))
		return false;
	digest_sha256(u->metadata, sha256);
	return file_put(w, &(struct file_new){
		.repository_id = wheel->repository_id,
		.release_id = wheel->release_id,
		.path = arena_printf(w->arena, "%s.metadata", wheel->path),
		.filename = arena_printf(w->arena, "%s.metadata", wheel->filename),
		.kind = "metadata",
		.content_type = "text/plain; charset=utf-8",
		.spool = t,
		.sha256 = sha256,
		.size = (int64_t)u->metadata.len,
		.parent_id = wheel_id,
	}, NULL);
}

static bool
put_file(struct work *w, const struct pypi_upload *u, int64_t package_id, int64_t release_id)
{
	struct file_new n = {
		.repository_id = u->repository->id,
		.release_id = release_id,
		.path = file_path(w, u),
		.filename = u->filename,
		.kind = u->sdist ? "sdist" : "wheel",
		.content_type = "application/octet-stream",
		.spool = u->spool,
		.sha256 = u->digests->sha256,
		.size = u->size,
		.digests = u->digests,
		.meta = file_meta(w, u),
	};
	int64_t id;

	return file_put(w, &n, &id) && (!u->metadata.at || put_metadata(w, u, &n, id)) &&
	       (!u->provenance || db_exec(w, Q_PYPI_PUBLISH_PROVENANCE, ARGS(num(id), text(u->provenance)), NULL)) &&
	       db_exec(w, Q_PYPI_PUBLISH_TOTAL_ADD, ARGS(num(package_id), num(u->size)), NULL);
}

/* ---- all of it ---- */

static const char *
audit_details(struct work *w, const struct pypi_upload *u)
{
	const struct trusted *t = w->actor->trusted;
	struct doc *d = doc_map(w->arena);
	struct buf b = buf_on(w->arena);

	doc_text(d, "filename", u->filename);
	if (t)
		doc_raw(d, "trustpub_data", span_of(t->data));
	json_write(&b, d, NULL);
	return buf_text(&b);
}

static bool
finish(struct work *w, const struct publish *common, const struct publish_package *package, int64_t release_id,
	bool is_new)
{
	if (is_new)
		return publish_finish(w, common, package, release_id);
	return package_touch(w, package->id) &&
	       audit_add(w, &(struct audit){ .action = common->audit_action, .repository_id = common->repository_id,
					     .package_id = package->id, .release_id = release_id,
					     .details = common->audit_details });
}

static bool
refresh_pages(struct work *w, const struct pypi_upload *u, const struct publish_package *package,
	      const struct pypi_release *release, bool is_new)
{
	struct pypi_change changes[4];
	size_t n = 0;

	if (package->is_new) {
		changes[n++] = (struct pypi_change){ .kind = PYPI_CHANGE_CREATE };
		changes[n++] = (struct pypi_change){
			.kind = PYPI_CHANGE_ROLE_ADD,
			.subject = arena_printf(w->arena, "Owner %s", w->actor->name),
		};
	}
	if (is_new)
		changes[n++] = (struct pypi_change){ .kind = PYPI_CHANGE_RELEASE_ADD, .release_id = release->id };
	changes[n++] = (struct pypi_change){
		.kind = PYPI_CHANGE_FILE_ADD,
		.subject = arena_printf(w->arena, "%s %s", u->python_version, u->filename),
		.release_id = release->id,
	};
	return pypi_index_changed(w, u->repository, package->id,
				  &(struct pypi_event){ changes, n, package->is_new ? NULL : release,
							is_new ? NULL : u->filename });
}

bool
pypi_publish_store(struct work *w, const struct pypi_upload *u, const struct publish_package *package)
{
	const struct joined_release *joined = package->is_new ? NULL : find_release(w, u, package->id);
	struct publish common = common_of(w, u);
	struct pypi_release release = { .version = u->version.normal, .version_key = u->version.key };
	bool is_new = !joined;

	common.audit_action = is_new ? "publish" : "file.add";
	common.audit_details = audit_details(w, u);
	if (fault_is_set(w->fault) || !put_project(w, u, package))
		return false;
	if (joined) {
		release.id = joined->id;
		release.version = joined->version;
		release.version_key = joined->version_key;
	} else if (!add_release(w, u, &common, package->id, &release.id)) {
		return false;
	}
	return put_file(w, u, package->id, release.id) && finish(w, &common, package, release.id, is_new) &&
	       refresh_pages(w, u, package, &release, is_new);
}
