/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of publishing; see the header.
 */
#include "domain/publish.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/fault.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/audit.h"
#include "domain/auth.h"
#include "domain/blob.h"
#include "domain/package.h"

struct locked_row {
	int64_t id;
	const char *name;
	int64_t max_upload_size;
};
static const struct column locked_columns[] = {
	COLUMN(locked_row, id), COLUMN(locked_row, name), COLUMN(locked_row, max_upload_size), COLUMNS_END
};
static const struct row_type locked_type = ROW_TYPE(locked_row, locked_columns);

struct name_row {
	const char *name;
};
static const struct column name_columns[] = { COLUMN(name_row, name), COLUMNS_END };
static const struct row_type name_type = ROW_TYPE(name_row, name_columns);

static bool
lock_name(struct work *w, int64_t repository_id, const char *canonical_name, struct publish_package *out)
{
	const struct locked_row *row = db_one(w, Q_PUBLISH_PACKAGE_LOCK, &locked_type,
					      ARGS(num(repository_id), text(canonical_name)));

	if (!row)
		return false;
	*out = (struct publish_package){ .id = row->id, .name = row->name, .max_upload_size = row->max_upload_size };
	return true;
}

/* Somebody else may take the name and delete it again, over and over. */
#define TRIES 10

bool
publish_take_name(struct work *w, int64_t repository_id, const char *name, const char *canonical_name,
		  struct publish_package *out)
{
	for (int i = 0; i < TRIES; i++) {
		/* Most publishes are of packages that exist; trying the lock first spares them a dead insert. */
		if (lock_name(w, repository_id, canonical_name, out))
			return true;
		*out = (struct publish_package){ .name = name, .is_new = true };
		if (!db_int(w, Q_PUBLISH_PACKAGE_ADD,
			    ARGS(num(repository_id), text(name), text(canonical_name), timestamp(w->now)), &out->id))
			return false;
		if (out->id != 0)
			return true;
	}
	return fault_raise_internal(w->fault, FAULT_UNAVAILABLE, "package %s vanished while it was published", name);
}

bool
publish_was_deleted(struct work *w, const struct publish *p, bool *deleted)
{
	int64_t count;

	if (!db_int(w, Q_PUBLISH_DELETED_VERSION,
		    ARGS(num(p->repository_id), text(p->canonical_name), text(p->version_identity)), &count))
		return false;
	*deleted = count > 0;
	return true;
}

bool
publish_count_since(struct work *w, int64_t package_id, int64_t since, int64_t *count)
{
	return db_int(w, Q_PUBLISH_COUNT_SINCE, ARGS(num(package_id), timestamp(since)), count);
}

bool
publish_has_version(struct work *w, int64_t package_id, const char *version_identity, bool *exists)
{
	int64_t count;

	if (!db_int(w, Q_PUBLISH_VERSION_EXISTS, ARGS(num(package_id), text(version_identity)), &count))
		return false;
	*exists = count > 0;
	return true;
}

/* The members of the dependencies as columns. */
struct dependency_columns {
	struct span *names;
	struct span *kinds;
	struct span *requirements;
	int64_t *optional;
	struct span *aliases;
	struct span *platforms;
	struct span *registries;
	struct span *features;
	int64_t *default_features;
};

static void
split_columns(struct arena *a, const struct publish *p, struct dependency_columns *c)
{
	size_t n = p->dependency_count;

	*c = (struct dependency_columns){
		.names = arena_zalloc(a, n, sizeof(struct span)),
		.kinds = arena_zalloc(a, n, sizeof(struct span)),
		.requirements = arena_zalloc(a, n, sizeof(struct span)),
		.optional = arena_zalloc(a, n, sizeof(int64_t)),
		.aliases = arena_zalloc(a, n, sizeof(struct span)),
		.platforms = arena_zalloc(a, n, sizeof(struct span)),
		.registries = arena_zalloc(a, n, sizeof(struct span)),
		.features = arena_zalloc(a, n, sizeof(struct span)),
		.default_features = arena_zalloc(a, n, sizeof(int64_t)),
	};
	for (size_t i = 0; i < n; i++) {
		const struct publish_dependency *d = &p->dependencies[i];

		c->names[i] = d->package;
		c->kinds[i] = span_of(d->kind);
		c->requirements[i] = d->requirement;
		c->optional[i] = d->optional;
		c->aliases[i] = d->alias;
		c->platforms[i] = d->platform;
		c->registries[i] = d->registry;
		c->features[i] = d->features;
		c->default_features[i] = d->default_features;
	}
}

bool
publish_unknown_dependency(struct work *w, const struct publish *p, const char **name)
{
	struct dependency_columns c;
	const struct name_row *row;

	*name = NULL;
	if (p->dependency_count == 0)
		return true;
	split_columns(w->arena, p, &c);
	row = db_one(w, Q_PUBLISH_DEPENDENCIES_UNKNOWN, &name_type,
		     ARGS(num(p->repository_id), text_array(c.names, p->dependency_count),
			  text_array(c.registries, p->dependency_count)));
	if (row)
		*name = row->name;
	return !fault_is_set(w->fault);
}

static bool
add_dependencies(struct work *w, const struct publish *p, int64_t release_id)
{
	size_t n = p->dependency_count;
	struct dependency_columns c;

	if (n == 0)
		return true;
	split_columns(w->arena, p, &c);
	return db_exec(w, Q_PUBLISH_DEPENDENCIES_ADD,
		       ARGS(num(release_id), num(p->repository_id), text_array(c.names, n), text_array(c.kinds, n),
			    text_array(c.requirements, n), int_array(c.optional, n), text_array(c.aliases, n),
			    text_array(c.platforms, n), text_array(c.registries, n), text_array(c.features, n),
			    int_array(c.default_features, n)), NULL);
}

bool
publish_release(struct work *w, const struct publish *p, int64_t package_id, int64_t *release_id)
{
	if (!db_int(w, Q_PUBLISH_RELEASE_ADD,
		    ARGS(num(package_id), text(p->version), text(p->version_identity),
			 bytes(p->version_key.at, p->version_key.len), flag(p->prerelease),
			 ref(w->actor ? w->actor->account_id : 0), timestamp(w->now), text(p->description),
			 text(p->homepage), text(p->documentation), text(p->source_url), text(p->license),
			 text(p->readme_html), text(auth_trusted_data(w->arena, w->actor))), release_id))
		return false;
	if (*release_id == 0)
		return fault_raise(w->fault, FAULT_CONFLICT, "version `%s` is already uploaded", p->version_identity);
	return add_dependencies(w, p, *release_id);
}

/* Names of the keywords joined by commas, for the search document. */
static struct arg
keyword_text(struct work *w, const struct taxonomy *t)
{
	struct buf b = buf_on(w->arena);

	for (size_t i = 0; i < t->keyword_count; i++) {
		if (i > 0)
			buf_putc(&b, ',');
		buf_put_span(&b, t->keywords[i]);
	}
	return text(buf_text(&b));
}

/*
 * The bytes come when nothing a client sent can be refused any more, so that a
 * refusal leaves none behind; and before the locks on counters that other
 * publishes need, so that those need not wait for the disk.
 */
static bool
add_file(struct work *w, const struct publish *p, int64_t release_id)
{
	int64_t file_id;

	return blob_put(w, p->spool, p->sha256, p->size) &&
	       db_int(w, Q_PUBLISH_FILE_ADD,
		      ARGS(num(p->repository_id), num(release_id), text(p->path), text(p->filename), text(p->kind),
			   text(p->content_type), num(p->size), bytes(p->sha256, SHA256_SIZE),
			   ref(w->actor ? w->actor->account_id : 0), timestamp(w->now)), &file_id);
}

bool
publish_finish(struct work *w, const struct publish *p, const struct publish_package *package, int64_t release_id)
{
	bool has_taxonomy = p->taxonomy.keyword_count > 0 || p->taxonomy.category_count > 0;

	if ((p->spool && !add_file(w, p, release_id)) ||
	    !db_exec(w, Q_PUBLISH_PACKAGE_UPDATE,
		     ARGS(num(package->id), text(p->description), text(p->homepage), text(p->documentation),
			  text(p->source_url), text(p->license), text(p->readme), keyword_text(w, &p->taxonomy),
			  timestamp(w->now)), NULL))
		return false;
	/* A new package has none to take away. */
	if ((has_taxonomy || !package->is_new) && !taxonomy_set(w, p->repository_id, package->id, &p->taxonomy))
		return false;
	return package_refresh(w, package->id) &&
	       audit_add(w, &(struct audit){ .action = p->audit_action ? p->audit_action : "publish",
					     .repository_id = p->repository_id,
					     .package_id = package->id, .release_id = release_id,
					     .details = p->audit_details });
}
