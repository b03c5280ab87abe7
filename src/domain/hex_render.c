/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the objects of Hex repositories show, read from the tables; see the
 * header.
 */
#include "domain/hex_render.h"

#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/work.h"
#include "db/db.h"
#include "index/hexregistry.h"

/* Packages that are read at once for a list. */
#define PAGE 500

/* ---- one package ---- */

static const struct column shown_columns[] = {
	COLUMN(hex_shown, id), COLUMN(hex_shown, name), COLUMN(hex_shown, repository),
	COLUMN(hex_shown, updated_at), COLUMNS_END
};
static const struct row_type shown_type = ROW_TYPE(hex_shown, shown_columns);

struct hex_release_row {
	int64_t id;
	const char *version;
	const char *retirement_reason;
	const char *retirement_message;
	int64_t published_at;
	struct span inner_checksum;
	struct span outer_checksum;
};
static const struct column release_columns[] = {
	COLUMN(hex_release_row, id), COLUMN(hex_release_row, version), COLUMN(hex_release_row, retirement_reason),
	COLUMN(hex_release_row, retirement_message), COLUMN(hex_release_row, published_at),
	COLUMN(hex_release_row, inner_checksum), COLUMN(hex_release_row, outer_checksum), COLUMNS_END
};
static const struct row_type release_type = ROW_TYPE(hex_release_row, release_columns);

struct hex_dependency_row {
	int64_t release_id;
	const char *package_name;
	const char *requirement;
	bool optional;
	const char *app;
	const char *repository;
};
static const struct column dependency_columns[] = {
	COLUMN(hex_dependency_row, release_id), COLUMN(hex_dependency_row, package_name),
	COLUMN(hex_dependency_row, requirement), COLUMN(hex_dependency_row, optional),
	COLUMN(hex_dependency_row, app), COLUMN(hex_dependency_row, repository), COLUMNS_END
};
static const struct row_type dependency_type = ROW_TYPE(hex_dependency_row, dependency_columns);

const struct hex_shown *
hex_render_get(struct work *w, int64_t repository_id, int64_t package_id)
{
	const struct hex_shown *p = db_one(w, Q_HEX_INDEX_PACKAGE, &shown_type,
					   ARGS(num(repository_id), num(package_id)));

	if (!p)
		fault_raise_plain(w->fault, FAULT_NOT_FOUND);
	return p;
}

/* Give each release its part of the dependencies, which come in the order of the releases. */
static struct registry_release *
put_together(struct arena *a, const struct rows *releases, const struct rows *dependencies)
{
	struct registry_release *all = arena_zalloc(a, releases->count, sizeof(*all));
	struct registry_dependency *needs = arena_zalloc(a, dependencies->count, sizeof(*needs));
	const struct hex_dependency_row *d = dependencies->at;
	size_t at = 0;

	for (size_t i = 0; i < releases->count; i++) {
		const struct hex_release_row *r = (const struct hex_release_row *)releases->at + i;
		size_t first = at;

		for (; at < dependencies->count && d[at].release_id == r->id; at++)
			needs[at] = (struct registry_dependency){
				.package = d[at].package_name, .requirement = d[at].requirement,
				.optional = d[at].optional, .app = d[at].app, .repository = d[at].repository,
			};
		all[i] = (struct registry_release){
			.version = r->version, .inner_checksum = r->inner_checksum,
			.outer_checksum = r->outer_checksum, .dependencies = needs + first,
			.dependency_count = at - first, .retired = r->retirement_reason,
			.message = r->retirement_message, .published_at = r->published_at,
		};
	}
	return all;
}

bool
hex_render_package(struct work *w, const struct hex_shown *p, struct span *payload)
{
	struct rows releases, dependencies;
	struct registry_package shown;

	*payload = (struct span){ NULL, 0 };
	if (!p || !db_many(w, Q_HEX_INDEX_RELEASES, &release_type, ARGS(num(p->id)), &releases) ||
	    !db_many(w, Q_HEX_INDEX_DEPENDENCIES, &dependency_type, ARGS(num(p->id)), &dependencies))
		return false;
	if (releases.count == 0)
		return true;
	shown = (struct registry_package){
		.name = p->name,
		.repository = p->repository,
		.releases = put_together(w->arena, &releases, &dependencies),
		.count = releases.count,
	};
	*payload = hexregistry_package(w->arena, &shown);
	return true;
}

/* ---- entries of the lists ---- */

struct hex_entries
hex_entries_on(struct arena *a)
{
	return (struct hex_entries){ { buf_on(a), buf_on(a) } };
}

bool
hex_render_entries(struct work *w, const struct hex_shown *p, struct hex_entries *out)
{
	const struct hex_release_row *releases;
	struct registry_version *versions;
	struct rows rows;

	if (!p || !db_many(w, Q_HEX_INDEX_RELEASES, &release_type, ARGS(num(p->id)), &rows))
		return false;
	if (rows.count == 0)
		return true;
	releases = rows.at;
	versions = arena_zalloc(w->arena, rows.count, sizeof(*versions));
	for (size_t i = 0; i < rows.count; i++)
		versions[i] = (struct registry_version){ releases[i].version, releases[i].retirement_reason != NULL };
	hexregistry_names(&out->of[HEX_LIST_NAMES], p->name, p->updated_at);
	hexregistry_versions(&out->of[HEX_LIST_VERSIONS], p->name, versions, rows.count);
	return true;
}

struct hex_entry_row {
	const char *name;
	int64_t updated_at;
	const char *version;
	const char *retirement_reason;
};
static const struct column entry_columns[] = {
	COLUMN(hex_entry_row, name), COLUMN(hex_entry_row, updated_at), COLUMN(hex_entry_row, version),
	COLUMN(hex_entry_row, retirement_reason), COLUMNS_END
};
static const struct row_type entry_type = ROW_TYPE(hex_entry_row, entry_columns);

/* The entries of a package whose COUNT rows begin at ROWS. */
static void
add_entries(struct hex_entries *out, struct arena *a, const struct hex_entry_row *rows, size_t count)
{
	struct registry_version *versions = arena_zalloc(a, count, sizeof(*versions));

	/* One row without a version: nothing to show. */
	if (!rows->version)
		return;
	for (size_t i = 0; i < count; i++)
		versions[i] = (struct registry_version){ rows[i].version, rows[i].retirement_reason != NULL };
	hexregistry_names(&out->of[HEX_LIST_NAMES], rows->name, rows->updated_at);
	hexregistry_versions(&out->of[HEX_LIST_VERSIONS], rows->name, versions, count);
}

/* A page of packages behind *AFTER, which is moved on; NULL at the end. */
static bool
add_page(struct work *w, int64_t repository_id, const char **after, struct hex_entries *out)
{
	const struct hex_entry_row *rows;
	struct rows page;
	size_t count;

	if (!db_many(w, Q_HEX_LIST_ENTRIES, &entry_type, ARGS(num(repository_id), text(*after), num(PAGE)), &page))
		return false;
	rows = page.at;
	*after = page.count > 0 ? arena_strdup(out->of[0].arena, rows[page.count - 1].name) : NULL;
	for (size_t at = 0; at < page.count; at += count) {
		count = 1;
		while (at + count < page.count && strcmp(rows[at].name, rows[at + count].name) == 0)
			count++;
		add_entries(out, w->arena, rows + at, count);
	}
	return true;
}

bool
hex_render_lists(struct work *w, int64_t repository_id, struct hex_entries *out)
{
	const char *after = "";
	bool ok = true;

	while (ok && after) {
		struct arena arena;
		struct work own = *w;

		arena_init(&arena);
		own.arena = &arena;
		ok = add_page(&own, repository_id, &after, out);
		arena_free(&arena);
	}
	return ok;
}
