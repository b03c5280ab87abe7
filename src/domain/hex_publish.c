/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publishing Hex packages; see the header.
 */
#include "domain/hex_publish.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/fault.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/auth.h"
#include "domain/file.h"
#include "domain/hex_package.h"
#include "domain/owner.h"
#include "domain/publish.h"
#include "domain/repository.h"
#include "formats/hex_metadata.h"
#include "version/semver.h"
#include "wire/json.h"

#define PUBLIC_NAME "hexpm"

struct known {
	int64_t id;
	int64_t repository_id;
	const char *name;
};
static const struct column known_columns[] = {
	COLUMN(known, id), COLUMN(known, repository_id), COLUMN(known, name), COLUMNS_END
};
static const struct row_type known_row = ROW_TYPE(known, known_columns);

const char *
hex_tarball_path(struct work *w, const char *name, const char *version)
{
	return arena_printf(w->arena, "tarballs/%s-%s.tar", name, version);
}

const char *
hex_docs_path(struct work *w, const char *name, const char *version)
{
	return arena_printf(w->arena, "docs/%s-%s.tar.gz", name, version);
}

/* ---- what it requires ---- */

static bool
find_known(struct work *w, const struct repository *r, const struct hex_metadata *m, struct rows *out)
{
	const int64_t repositories[] = { r->id, REPOSITORY_HEX };
	struct span *names = arena_zalloc(w->arena, m->requirement_count + 1, sizeof(*names));

	for (size_t i = 0; i < m->requirement_count; i++)
		names[i] = span_of(m->requirements[i].name);
	return db_many(w, Q_HEX_KNOWN_PACKAGES, &known_row,
		       ARGS(int_array(repositories, ARRAY_LEN(repositories)), text_array(names, m->requirement_count)),
		       out);
}

static int64_t
id_of(const struct rows *known, int64_t repository_id, const char *name)
{
	const struct known *k = known->at;

	for (size_t i = 0; i < known->count; i++)
		if (k[i].repository_id == repository_id && strcmp(k[i].name, name) == 0)
			return k[i].id;
	return 0;
}

/* Where requirements are looked for. */
struct lookup {
	const struct repository *repository;
	const char *name;		/* of the package that has them */
	struct rows known;
	bool must_exist;
};

static void
refuse_repository(struct work *w, const struct repository *r, const char *field, const char *named)
{
	if (r->private)
		fault_raise_field(w->fault, FAULT_INVALID, field,
				  "dependencies can only belong to public repository \"%s\" or current repository"
				  " \"%s\", got: \"%s\"", PUBLIC_NAME, r->name, named);
	else
		fault_raise_field(w->fault, FAULT_INVALID, field,
				  "dependencies can only belong to public repository \"%s\", got: \"%s\"",
				  PUBLIC_NAME, named);
}

static void
find_target(struct work *w, const struct lookup *l, const struct hex_requirement_new *q, struct hex_target *out)
{
	const struct repository *r = l->repository;
	const char *field = arena_printf(w->arena, "requirements.%s", q->name);
	bool own = q->repository && strcmp(q->repository, r->name) == 0;
	bool public = !own && q->repository && strcmp(q->repository, PUBLIC_NAME) == 0;
	bool namesake = strcmp(q->name, l->name) == 0;

	if (q->repository && !own && !public) {
		refuse_repository(w, r, field, q->repository);
		return;
	}
	/* A private package may need the public one of its name, but none needs itself. */
	if (namesake && (own || r->id == REPOSITORY_HEX)) {
		fault_raise_field(w->fault, FAULT_INVALID, field, "a package cannot depend on itself");
		return;
	}
	if (!public && !namesake)
		out->package_id = id_of(&l->known, r->id, q->name);
	if (out->package_id == 0 && !own) {
		out->package_id = id_of(&l->known, REPOSITORY_HEX, q->name);
		out->repository = r->id == REPOSITORY_HEX ? NULL : PUBLIC_NAME;
	}
	if (out->package_id == 0 && l->must_exist)
		fault_raise_field(w->fault, FAULT_INVALID, field, "package does not exist in repository \"%s\"",
				  own ? r->name : PUBLIC_NAME);
}

bool
hex_targets_find(struct work *w, const struct repository *r, const struct hex_metadata *m, bool must_exist,
		 struct hex_target **out)
{
	struct lookup l = { .repository = r, .name = m->name, .must_exist = must_exist };

	*out = arena_zalloc(w->arena, m->requirement_count + 1, sizeof(**out));
	if (m->requirement_count == 0)
		return true;
	if (!find_known(w, r, m, &l.known))
		return false;
	for (size_t i = 0; i < m->requirement_count; i++)
		find_target(w, &l, &m->requirements[i], &(*out)[i]);
	return !fault_is_set(w->fault);
}

static bool
put_dependencies(struct work *w, const struct hex_publish *p, int64_t release_id)
{
	const struct hex_metadata *m = p->metadata;
	size_t n = m->requirement_count;
	struct span *names = arena_zalloc(w->arena, n + 1, sizeof(*names));
	struct span *requirements = arena_zalloc(w->arena, n + 1, sizeof(*requirements));
	struct span *apps = arena_zalloc(w->arena, n + 1, sizeof(*apps));
	struct span *repositories = arena_zalloc(w->arena, n + 1, sizeof(*repositories));
	int64_t *targets = arena_zalloc(w->arena, n + 1, sizeof(*targets));
	int64_t *optional = arena_zalloc(w->arena, n + 1, sizeof(*optional));

	if (n == 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		const struct hex_requirement_new *q = &m->requirements[i];

		names[i] = span_of(q->name);
		requirements[i] = q->requirement ? span_of(q->requirement) : SPAN("");
		apps[i] = span_of(q->app);
		optional[i] = q->optional;
		targets[i] = p->targets[i].package_id;
		repositories[i] = span_of(p->targets[i].repository);
	}
	return db_exec(w, Q_HEX_DEPENDENCIES_ADD,
		       ARGS(num(release_id), text_array(names, n), int_array(targets, n), text_array(requirements, n),
			    int_array(optional, n), text_array(apps, n), text_array(repositories, n)), NULL);
}

/* ---- the release ---- */

static const char *
as_json(struct work *w, const struct doc *d)
{
	struct buf b = buf_on(w->arena);

	json_write(&b, d, NULL);
	return buf_text(&b);
}

static void
put_list(struct doc *to, const char *key, const struct hex_list *list)
{
	struct doc *d = doc_add_list(to, key);

	for (size_t i = 0; i < list->count; i++)
		doc_text(d, NULL, list->items[i]);
}

static const char *
package_meta(struct work *w, const struct hex_metadata *m)
{
	struct doc *d = doc_map(w->arena), *links;

	put_list(d, "licenses", &m->licenses);
	put_list(d, "maintainers", &m->maintainers);
	links = doc_add_map(d, "links");
	for (const struct doc *l = doc_first(m->links); l; l = l->next)
		doc_span(links, l->key, l->is.text);
	if (m->extra)
		doc_raw(d, "extra", span_of(as_json(w, m->extra)));
	else
		doc_add_map(d, "extra");
	return as_json(w, d);
}

static const char *
joined(struct work *w, const struct hex_list *list)
{
	struct buf b = buf_on(w->arena);

	for (size_t i = 0; i < list->count; i++)
		buf_printf(&b, "%s%s", i > 0 ? ", " : "", list->items[i]);
	return list->count > 0 ? buf_text(&b) : NULL;
}

static bool
put_release(struct work *w, const struct hex_publish *p, const struct publish *common, int64_t *release_id)
{
	const struct hex_metadata *m = p->metadata;
	struct span *tools = arena_zalloc(w->arena, m->build_tools.count + 1, sizeof(*tools));

	for (size_t i = 0; i < m->build_tools.count; i++)
		tools[i] = span_of(m->build_tools.items[i]);
	if (p->replaced) {
		*release_id = p->replaced->id;
		if (!db_exec(w, Q_HEX_RELEASE_REPLACE,
			     ARGS(num(*release_id), text(common->description), text(common->license),
				  ref(w->actor ? w->actor->account_id : 0), timestamp(w->now)), NULL) ||
		    !db_exec(w, Q_HEX_DEPENDENCIES_CLEAR, ARGS(num(*release_id)), NULL))
			return false;
	} else if (!publish_release(w, common, p->package_id, release_id)) {
		return false;
	}
	return db_exec(w, Q_HEX_RELEASE_PUT,
		       ARGS(num(*release_id), text(m->app), text(m->elixir), text_array(tools, m->build_tools.count),
			    bytes(p->inner_checksum, SHA256_SIZE), text(package_meta(w, m)),
			    text(auth_trusted_data(w->arena, w->actor))), NULL) &&
	       put_dependencies(w, p, *release_id);
}

static bool
put_tarball(struct work *w, const struct hex_publish *p, int64_t release_id)
{
	const struct hex_metadata *m = p->metadata;

	return file_put(w, &(struct file_new){
		.repository_id = p->repository->id,
		.release_id = release_id,
		.path = hex_tarball_path(w, m->name, m->version),
		.filename = arena_printf(w->arena, "%s-%s.tar", m->name, m->version),
		.kind = "tarball",
		.content_type = "application/octet-stream",
		.spool = p->spool,
		.sha256 = p->outer_checksum,
		.size = p->size,
	}, NULL);
}

bool
hex_publish_store(struct work *w, const struct hex_publish *p, int64_t *release_id)
{
	const struct hex_metadata *m = p->metadata;
	const struct publish_package package = { .id = p->package_id, .name = m->name, .is_new = p->is_new_package };
	struct publish common = {
		.repository_id = p->repository->id,
		.name = m->name,
		.canonical_name = m->name,
		.version = m->version,
		.version_identity = m->version,
		.description = m->description,
		.license = joined(w, &m->licenses),
		.audit_action = "release.publish",
	};
	struct semver v;

	if (!semver_parse(span_of(m->version), &v, NULL, 0))
		return fault_raise_internal(w->fault, FAULT_INTERNAL, "version %s was not checked", m->version);
	common.version_key = semver_key(w->arena, &v);
	common.prerelease = semver_is_prerelease(&v);
	if (p->is_new_package && !owner_add(w, p->package_id, w->actor ? w->actor->account_id : 0))
		return false;
	if (!put_release(w, p, &common, release_id))
		return false;
	common.audit_details = hex_release_copy(w, &(struct hex_release){
		.id = *release_id, .package_id = p->package_id, .package_name = m->name, .version = m->version });
	return put_tarball(w, p, *release_id) &&
	       db_exec(w, Q_HEX_PACKAGE_META, ARGS(num(p->package_id), text(package_meta(w, m))), NULL) &&
	       publish_finish(w, &common, &package, *release_id);
}
