/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin reindex: compute the stored index objects from scratch and
 * store those that differ. One transaction per package, while the registry
 * serves.
 */
#include "admin/admin.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "domain/hex_verify.h"
#include "domain/index.h"
#include "domain/package.h"
#include "domain/pypi_verify.h"
#include "domain/repository.h"

#define PAGE 500

struct reindex {
	const char *package;
};

static const struct admin_option options[] = {
	OPTION(reindex, package, "package", TEXT, "NAME", "Only packages of this name, in every repository"),
	OPTIONS_END
};

struct counts {
	int64_t packages;
	int64_t changed;
};

static bool
repair(struct work *w, int64_t id, const char *name, struct counts *n)
{
	struct tx *tx = tx_begin(w);
	bool changed;

	if (!tx || !package_lock(w, id) || !index_repair_crate(w, id, name, &changed) || !tx_commit(w, tx))
		return false;
	n->packages++;
	n->changed += changed;
	return true;
}

/* *AFTER is moved on; *COUNT is how many there were. */
static bool
repair_page(struct work *w, int64_t *after, size_t *count, struct counts *n)
{
	struct rows rows;
	const struct index_package *packages;

	if (!index_packages(w, REPOSITORY_CRATES, *after, PAGE, &rows))
		return false;
	packages = rows.at;
	*count = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		*after = packages[i].id;
		if (!repair(w, packages[i].id, packages[i].name, n))
			return false;
	}
	return true;
}

static bool
repair_all(struct work *w, struct counts *n)
{
	size_t count = PAGE;
	int64_t after = 0;
	bool ok = true;

	while (ok && count == PAGE) {
		struct arena arena;
		struct work own = *w;

		arena_init(&arena);
		own.arena = &arena;
		ok = repair_page(&own, &after, &count, n);
		arena_free(&arena);
	}
	return ok;
}

static bool
repair_hex(struct work *w, struct counts *n)
{
	struct hex_repaired done;

	if (!hex_verify_repair(w, false, &done))
		return false;
	n->packages += done.packages;
	n->changed += done.changed;
	return true;
}

static bool
repair_pypi(struct work *w, struct counts *n)
{
	struct pypi_repaired done;

	if (!pypi_verify_repair(w, &done))
		return false;
	n->packages += done.packages;
	n->changed += done.changed;
	return true;
}

/* ---- those of one name ---- */

static bool
repair_named_crate(struct work *w, const struct index_named *p, bool *changed)
{
	struct counts n = { 0, 0 };

	if (!repair(w, p->id, p->name, &n))
		return false;
	*changed = n.changed > 0;
	return true;
}

static bool
repair_named_hex(struct work *w, const struct index_named *p, bool *changed)
{
	struct index_package package = { p->id, p->name };

	return hex_verify_repair_package(w, p->repository_id, &package, false, changed);
}

static bool
repair_named_pypi(struct work *w, const struct index_named *p, bool *changed)
{
	const struct repository *r = repository_find_id(w, p->repository_id);

	return r && pypi_verify_repair_project(w, r, p->id, changed);
}

static const struct {
	const char *ecosystem;
	bool (*repair)(struct work *w, const struct index_named *p, bool *changed);
} kinds[] = {
	{ "crates", repair_named_crate },
	{ "hex", repair_named_hex },
	{ "pypi", repair_named_pypi },
};

static bool
repair_named(struct work *w, const struct index_named *p, struct counts *n)
{
	bool changed;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i].ecosystem, p->ecosystem) != 0)
			continue;
		if (!kinds[i].repair(w, p, &changed))
			return false;
		n->packages++;
		n->changed += changed;
	}
	return true;
}

static bool
repair_name(struct work *w, const char *name, struct counts *n)
{
	const struct index_named *packages;
	struct rows rows;

	if (!index_packages_named(w, name, &rows))
		return false;
	packages = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		if (!repair_named(w, &packages[i], n))
			return false;
	return n->packages > 0 || fault_raise(w->fault, FAULT_NOT_FOUND, "there is no package `%s`", name);
}

static bool
repair_everything(struct work *w, struct counts *n)
{
	return repair_all(w, n) && repair_hex(w, n) && repair_pypi(w, n);
}

static bool
reindex(struct admin *a)
{
	const struct reindex *o = a->options;
	struct counts n = { 0, 0 };
	struct doc *d;

	if (!(o->package ? repair_name(a->work, o->package, &n) : repair_everything(a->work, &n)))
		return false;
	d = doc_map(a->work->arena);
	doc_int(d, "packages", n.packages);
	doc_int(d, "changed", n.changed);
	return admin_say(a, d, "Looked at %" PRId64 " packages, stored %" PRId64 " anew.", n.packages, n.changed);
}

const struct admin_verb reindex_verb = {
	.name = "reindex",
	.summary = "Compute the package index from scratch and store what differs",
	.options = options,
	.options_size = sizeof(struct reindex),
	.needs = NEEDS_SCHEMA,
	.run = reindex,
};
