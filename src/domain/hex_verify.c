/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of Hex repositories compared with a rendering from scratch; see
 * the header.
 */
#include "domain/hex_verify.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/fault.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/hex_index.h"
#include "domain/hex_key.h"
#include "domain/hex_list.h"
#include "domain/hex_render.h"
#include "domain/package.h"
#include "domain/repository.h"
#include "index/hexregistry.h"

/* Packages that are looked at with one arena. */
#define PAGE 200

/* ---- looking ---- */

static bool
has_signed(struct work *w, const struct private_key *key, struct span payload, struct span signature)
{
	struct digest *d = digest_new(w->arena, DIGEST_SHA512);
	struct digests digests;

	digest_update(d, payload.at, payload.len);
	digest_finish(d, &digests);
	return private_key_has_signed(key, digests.sha512, signature);
}

/* What is wrong with a stored file that should have the payload (at == NULL: should not be there). */
static bool
compare(struct work *w, const struct index_object *stored, struct span payload, const char **wrong)
{
	struct span stored_payload, signature;
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
	if (!hexregistry_open(w->arena, stored->body, &stored_payload, &signature))
		*wrong = "cannot be read";
	else if (!span_equal(stored_payload, payload))
		*wrong = "differs from what the releases say";
	else if (!has_signed(w, key, payload, signature))
		*wrong = "is not signed with the key";
	return true;
}

bool
hex_verify_package(struct work *w, int64_t repository_id, const struct index_package *p, const char **wrong)
{
	const struct index_object *stored = index_get(w, repository_id, hex_index_path(w, p->name));
	struct span payload;

	if (!hex_render_package(w, hex_render_get(w, repository_id, p->id), &payload) ||
	    !compare(w, stored, payload, wrong))
		return false;
	if (!*wrong && stored && strcmp(stored->etag, hex_index_etag(w, stored->body)) != 0)
		*wrong = "has the ETag of other bytes";
	return true;
}

static bool
check_lists(struct work *w, int64_t repository_id, const struct hex_entries *entries, const char **wrong)
{
	const char *name = hex_list_repository(w, repository_id);

	for (int i = 0; name && i < HEX_LIST__MAX; i++) {
		const struct index_object *stored = hex_list_get(w, repository_id, (enum hex_list)i, NULL);
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
hex_verify_lists(struct work *w, int64_t repository_id, const char **wrong)
{
	struct hex_entries entries = hex_entries_on(w->arena);

	*wrong = NULL;
	return hex_render_lists(w, repository_id, &entries) && check_lists(w, repository_id, &entries, wrong);
}

bool
hex_verify_repair_package(struct work *w, int64_t repository_id, const struct index_package *p, bool always,
			 bool *changed)
{
	struct tx *tx = tx_begin(w);
	const char *wrong;

	*changed = false;
	if (tx && db_exec(w, Q_HEX_VERIFY_UNHURRIED, NO_ARGS, NULL) && package_lock(w, p->id) &&
	    hex_verify_package(w, repository_id, p, &wrong)) {
		*changed = wrong || always;
		if ((!*changed || hex_index_refresh_package(w, repository_id, p->id)) && tx_commit(w, tx))
			return true;
	}
	tx_rollback(tx);
	return false;
}

static bool
write_lists(struct work *w, int64_t repository_id, const struct hex_entries *entries)
{
	for (int i = 0; i < HEX_LIST__MAX; i++)
		if (!hex_list_write(w, repository_id, (enum hex_list)i, buf_span(&entries->of[i])))
			return false;
	return hex_index_refresh_lists(w, repository_id, 0);
}

bool
hex_verify_repair_lists(struct work *w, int64_t repository_id, bool always, bool *changed)
{
	struct hex_entries entries = hex_entries_on(w->arena);
	struct tx *tx = tx_begin(w);
	const char *wrong = NULL;

	*changed = false;
	if (!tx || !hex_list_lock(w, repository_id) || !hex_render_lists(w, repository_id, &entries) ||
	    !check_lists(w, repository_id, &entries, &wrong))
		return false;
	*changed = wrong || always;
	if (*changed && !write_lists(w, repository_id, &entries))
		return false;
	return tx_commit(w, tx);
}

/* ---- all of them ---- */

/* *AFTER is moved on; *COUNT is how many there were. */
static bool
walk_page(struct work *w, const struct hex_walk *walk, int64_t repository_id, int64_t *after, size_t *count)
{
	const struct index_package *packages;
	struct rows rows;

	if (!index_packages(w, repository_id, *after, PAGE, &rows))
		return false;
	packages = rows.at;
	*count = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		*after = packages[i].id;
		if (!walk->package(w, repository_id, &packages[i], walk->arg))
			return false;
	}
	return true;
}

static bool
walk_repository(struct work *w, const struct repository *r, void *arg)
{
	const struct hex_walk *walk = arg;
	size_t count = PAGE;
	int64_t after = 0;
	bool ok = true;

	while (ok && count == PAGE) {
		struct arena arena;
		struct work own = *w;

		arena_init(&arena);
		own.arena = &arena;
		ok = walk_page(&own, walk, r->id, &after, &count);
		arena_free(&arena);
	}
	return ok && walk->lists(w, r, walk->arg);
}

bool
hex_walk(struct work *w, const struct hex_walk *walk)
{
	struct hex_walk copy = *walk;

	return repository_walk(w, "hex", walk_repository, &copy);
}

struct repair {
	bool always;
	struct hex_repaired *done;
};

static bool
repair_package(struct work *w, int64_t repository_id, const struct index_package *p, void *arg)
{
	struct repair *r = arg;
	bool changed;

	if (!hex_verify_repair_package(w, repository_id, p, r->always, &changed)) {
		/* Deleted since it was listed. */
		if (w->fault->kind != FAULT_NOT_FOUND)
			return false;
		fault_clear(w->fault);
		return true;
	}
	r->done->packages++;
	r->done->changed += changed;
	return true;
}

static bool
repair_lists(struct work *w, const struct repository *repository, void *arg)
{
	struct repair *r = arg;
	bool changed;

	/* If any package was stored, its transaction has not waited for the disk. */
	if (!hex_verify_repair_lists(w, repository->id, r->always || r->done->changed > 0, &changed))
		return false;
	r->done->changed += changed ? HEX_LIST__MAX : 0;
	return true;
}

bool
hex_verify_repair(struct work *w, bool always, struct hex_repaired *done)
{
	struct repair r = { .always = always, .done = done };
	struct hex_walk walk = { .package = repair_package, .lists = repair_lists, .arg = &r };

	*done = (struct hex_repaired){ 0, 0 };
	return hex_walk(w, &walk);
}
