/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of Hex repositories; see the header. What they show is read
 * here, how they are written is in index/hexregistry.c, and hex_list.c keeps
 * the lists.
 */
#include "domain/hex_index.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/work.h"
#include "domain/hex_key.h"
#include "domain/hex_list.h"
#include "domain/package.h"
#include "index/hexregistry.h"

/* Bytes of the SHA-256 that make an ETag. */
#define ETAG_BYTES 16
/* Packages that are read at once for a list. */
#define PAGE 500

const char *
hex_index_path(struct work *w, const char *name)
{
	return arena_printf(w->arena, "packages/%s", name);
}

const struct index_object *
hex_index_get(struct work *w, int64_t repository_id, const char *path)
{
	enum hex_list list = hex_list_find(path);

	return list < HEX_LIST__MAX ? hex_list_get(w, repository_id, list) : index_get(w, repository_id, path);
}

/* ---- what a package shows ---- */

struct hex_package_row {
	const char *name;
	const char *repository;
	int64_t updated_at;
};
static const struct column package_columns[] = {
	COLUMN(hex_package_row, name), COLUMN(hex_package_row, repository),
	COLUMN(hex_package_row, updated_at), COLUMNS_END
};
static const struct row_type package_row_type = ROW_TYPE(hex_package_row, package_columns);

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

static const struct hex_package_row *
read_package(struct work *w, int64_t repository_id, int64_t package_id)
{
	const struct hex_package_row *p = db_one(w, Q_HEX_INDEX_PACKAGE, &package_row_type,
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

/* The payload of a package's object; at == NULL when it shows no release. */
static bool
render_package(struct work *w, int64_t repository_id, int64_t package_id, struct span *payload)
{
	const struct hex_package_row *p = read_package(w, repository_id, package_id);
	struct rows releases, dependencies;
	struct registry_package shown;

	*payload = (struct span){ NULL, 0 };
	if (!p || !db_many(w, Q_HEX_INDEX_RELEASES, &release_type, ARGS(num(package_id)), &releases) ||
	    !db_many(w, Q_HEX_INDEX_DEPENDENCIES, &dependency_type, ARGS(num(package_id)), &dependencies))
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

static const char *
etag_of(struct work *w, struct span file)
{
	uint8_t sha256[SHA256_SIZE];

	digest_sha256(file, sha256);
	return arena_printf(w->arena, "\"%s\"", encode_hex(w->arena, sha256, ETAG_BYTES));
}

static void
sha512_of(struct work *w, struct span payload, uint8_t out[SHA512_SIZE])
{
	struct digest *d = digest_new(w->arena, DIGEST_SHA512);
	struct digests digests;

	digest_update(d, payload.at, payload.len);
	digest_finish(d, &digests);
	memcpy(out, digests.sha512, SHA512_SIZE);
}

static bool
delete_package(struct work *w, int64_t repository_id, const char *name)
{
	return db_exec(w, Q_INDEX_DELETE, ARGS(num(repository_id), text(hex_index_path(w, name))), NULL);
}

bool
hex_index_refresh_package(struct work *w, int64_t repository_id, int64_t package_id)
{
	const struct hex_package_row *p = read_package(w, repository_id, package_id);
	const struct private_key *key = hex_key(w);
	uint8_t sha512[SHA512_SIZE];
	struct span payload, file;

	if (!p || !key || !render_package(w, repository_id, package_id, &payload))
		return false;
	if (!payload.at)
		return delete_package(w, repository_id, p->name);
	sha512_of(w, payload, sha512);
	file = hexregistry_file(w->arena, payload, private_key_sign(w->arena, key, sha512));
	return db_exec(w, Q_HEX_INDEX_PUT,
		       ARGS(num(repository_id), text(hex_index_path(w, p->name)), num(package_id),
			    text(HEXREGISTRY_CONTENT_TYPE), text(etag_of(w, file)), bytes(file.at, file.len),
			    timestamp(w->now)), NULL);
}

/* ---- the lists ---- */

/* Both entries of a package, in the order of enum hex_list. */
struct entries {
	struct buf of[HEX_LIST__MAX];
};

static struct entries
entries_on(struct arena *a)
{
	return (struct entries){ { buf_on(a), buf_on(a) } };
}

static bool
render_entries(struct work *w, const struct hex_package_row *p, int64_t package_id, struct entries *out)
{
	const struct hex_release_row *releases;
	struct registry_version *versions;
	struct rows rows;

	if (!db_many(w, Q_HEX_INDEX_RELEASES, &release_type, ARGS(num(package_id)), &rows))
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

/* The entries of the name in the lists; empty ones take it out. */
static bool
put_entries(struct work *w, int64_t repository_id, const char *name, const struct entries *entries)
{
	for (int i = 0; i < HEX_LIST__MAX; i++)
		if (!hex_list_put(w, repository_id, (enum hex_list)i, span_of(name), buf_span(&entries->of[i])))
			return false;
	return true;
}

struct hex_repository_row {
	const char *name;
};
static const struct column repository_columns[] = {
	COLUMN(hex_repository_row, name), COLUMNS_END
};
static const struct row_type repository_row_type = ROW_TYPE(hex_repository_row, repository_columns);

/* What the repository is called in its objects. */
static const char *
repository_name(struct work *w, int64_t repository_id)
{
	const struct hex_repository_row *r = db_one(w, Q_HEX_LIST_REPOSITORY, &repository_row_type,
						ARGS(num(repository_id)));

	if (!r)
		fault_raise_plain(w->fault, FAULT_NOT_FOUND);
	return r ? r->name : NULL;
}

static bool
sign_lists(struct work *w, int64_t repository_id)
{
	const char *name = repository_name(w, repository_id);
	const struct private_key *key = hex_key(w);

	if (!name || !key)
		return false;
	for (int i = 0; i < HEX_LIST__MAX; i++)
		if (!hex_list_sign(w, repository_id, (enum hex_list)i, name, key))
			return false;
	return true;
}

bool
hex_index_refresh_lists(struct work *w, int64_t repository_id, int64_t package_id)
{
	struct entries entries = entries_on(w->arena);
	const struct hex_package_row *p;

	if (package_id == 0)
		return hex_list_lock(w, repository_id) && sign_lists(w, repository_id);
	p = read_package(w, repository_id, package_id);
	return p && render_entries(w, p, package_id, &entries) && hex_list_lock(w, repository_id) &&
	       put_entries(w, repository_id, p->name, &entries) && sign_lists(w, repository_id);
}

bool
hex_index_remove_package(struct work *w, int64_t repository_id, const char *name)
{
	struct entries none = entries_on(w->arena);

	return delete_package(w, repository_id, name) && hex_list_lock(w, repository_id) &&
	       put_entries(w, repository_id, name, &none) && sign_lists(w, repository_id);
}

/* ---- from scratch ---- */

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
add_entries(struct entries *out, struct arena *a, const struct hex_entry_row *rows, size_t count)
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
add_page(struct work *w, int64_t repository_id, const char **after, struct entries *out)
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

/* The entries of all packages. */
static bool
render_lists(struct work *w, int64_t repository_id, struct entries *out)
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

/* What is wrong with a stored file that should have the payload (at == NULL: should not be there). */
static bool
compare(struct work *w, const struct index_object *stored, struct span payload, const char **wrong)
{
	struct span stored_payload, signature;
	uint8_t sha512[SHA512_SIZE];
	const struct private_key *key;

	*wrong = NULL;
	if (fault_is_set(w->fault))
		return false;
	if (!stored || !payload.at) {
		*wrong = payload.at ? "is missing" : stored ? "is there without a release" : NULL;
		return true;
	}
	key = hex_key(w);
	if (!key)
		return false;
	sha512_of(w, payload, sha512);
	if (!hexregistry_open(w->arena, stored->body, &stored_payload, &signature))
		*wrong = "cannot be read";
	else if (!span_equal(stored_payload, payload))
		*wrong = "differs from what the releases say";
	else if (!private_key_has_signed(key, sha512, signature))
		*wrong = "is not signed with the key";
	return true;
}

bool
hex_index_check_package(struct work *w, int64_t repository_id, const struct index_package *p, const char **wrong)
{
	const struct index_object *stored = index_get(w, repository_id, hex_index_path(w, p->name));
	struct span payload;

	if (!render_package(w, repository_id, p->id, &payload) || !compare(w, stored, payload, wrong))
		return false;
	if (!*wrong && stored && strcmp(stored->etag, etag_of(w, stored->body)) != 0)
		*wrong = "has the ETag of other bytes";
	return true;
}

static bool
check_lists(struct work *w, int64_t repository_id, const struct entries *entries, const char **wrong)
{
	const char *name = repository_name(w, repository_id);

	for (int i = 0; name && i < HEX_LIST__MAX; i++) {
		const struct index_object *stored = hex_list_get(w, repository_id, (enum hex_list)i);
		struct buf payload = buf_on(w->arena);

		buf_put_span(&payload, buf_span(&entries->of[i]));
		/* A repository that nobody has published to needs no list. */
		if (!stored && payload.len == 0)
			continue;
		hexregistry_list_end(&payload, name);
		if (!compare(w, stored, buf_span(&payload), wrong))
			return false;
		if (*wrong) {
			*wrong = arena_printf(w->arena, "%s %s", hex_list_name((enum hex_list)i), *wrong);
			return true;
		}
	}
	return name != NULL && !fault_is_set(w->fault);
}

bool
hex_index_check_lists(struct work *w, int64_t repository_id, const char **wrong)
{
	struct entries entries = entries_on(w->arena);

	*wrong = NULL;
	return render_lists(w, repository_id, &entries) && check_lists(w, repository_id, &entries, wrong);
}

bool
hex_index_repair_package(struct work *w, int64_t repository_id, const struct index_package *p, bool always,
			 bool *changed)
{
	struct tx *tx = tx_begin(w);
	const char *wrong;

	*changed = false;
	if (!tx || !package_lock(w, p->id) || !hex_index_check_package(w, repository_id, p, &wrong))
		return false;
	*changed = wrong || always;
	if (*changed && !hex_index_refresh_package(w, repository_id, p->id))
		return false;
	return tx_commit(w, tx);
}

static bool
write_lists(struct work *w, int64_t repository_id, const struct entries *entries)
{
	for (int i = 0; i < HEX_LIST__MAX; i++)
		if (!hex_list_write(w, repository_id, (enum hex_list)i, buf_span(&entries->of[i])))
			return false;
	return sign_lists(w, repository_id);
}

bool
hex_index_repair_lists(struct work *w, int64_t repository_id, bool always, bool *changed)
{
	struct entries entries = entries_on(w->arena);
	struct tx *tx = tx_begin(w);
	const char *wrong = NULL;

	*changed = false;
	if (!tx || !hex_list_lock(w, repository_id) || !render_lists(w, repository_id, &entries) ||
	    !check_lists(w, repository_id, &entries, &wrong))
		return false;
	*changed = wrong || always;
	if (*changed && !write_lists(w, repository_id, &entries))
		return false;
	return tx_commit(w, tx);
}
