/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index part of verify: what is stored for clients against what follows
 * from releases and dependencies. A difference may be a publish that came
 * between two reads, so it is looked at again with the package locked.
 */
#include "domain/verify.h"

#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/index.h"
#include "domain/package.h"
#include "domain/repository.h"
#include "index/sparse.h"

#define PAGE 200
/* Hex digits of the SHA-256 that make an ETag. */
#define ETAG_DIGITS 32

/* What is wrong with the object of a package; *WRONG is NULL when nothing is. */
static bool
compare(struct work *w, const struct index_package *p, const char **wrong)
{
	const struct index_object *stored =
		index_get(w, REPOSITORY_CRATES, sparse_path(w->arena, span_of(p->name)));
	uint8_t sha256[SHA256_SIZE];
	struct span computed;

	*wrong = NULL;
	if (!index_recompute_crate(w, p->id, &computed))
		return false;
	if (!stored) {
		*wrong = computed.len > 0 ? "is missing" : NULL;
		return !fault_is_set(w->fault);
	}
	digest_sha256(stored->body, sha256);
	if (!span_equal(stored->body, computed))
		*wrong = "differs from what the releases say";
	else if (strncmp(stored->etag + 1, encode_hex(w->arena, sha256, SHA256_SIZE), ETAG_DIGITS) != 0)
		*wrong = "has the ETag of other bytes";
	return true;
}

/* The same with nothing changing meanwhile; a package deleted in between is fine. */
static bool
compare_locked(struct work *w, const struct index_package *p, const char **wrong)
{
	struct tx *tx = tx_begin(w);

	if (tx && package_lock(w, p->id) && compare(w, p, wrong) && tx_commit(w, tx))
		return true;
	tx_rollback(tx);
	if (w->fault->kind != FAULT_NOT_FOUND)
		return false;
	fault_clear(w->fault);
	*wrong = NULL;
	return true;
}

static bool
check_package(struct work *w, struct verify *v, const struct index_package *p)
{
	const char *wrong;

	if (!compare(w, p, &wrong))
		return false;
	if (wrong && !compare_locked(w, p, &wrong))
		return false;
	if (wrong)
		verify_report(v, "index-differs", p->name, "its index file %s", wrong);
	v->result->index_objects++;
	return true;
}

/* *AFTER is moved on; *COUNT is how many there were. */
static bool
check_page(struct work *w, struct verify *v, int64_t *after, size_t *count)
{
	struct rows rows;
	const struct index_package *packages;

	if (!index_packages(w, REPOSITORY_CRATES, *after, PAGE, &rows))
		return false;
	packages = rows.at;
	*count = rows.count;
	for (size_t i = 0; i < rows.count; i++) {
		*after = packages[i].id;
		if (!check_package(w, v, &packages[i]))
			return false;
	}
	return true;
}

bool
verify_index(struct work *w, struct verify *v)
{
	size_t count = PAGE;
	int64_t after = 0;
	bool ok = true;

	while (ok && count == PAGE) {
		struct arena arena;
		struct work own = *w;

		arena_init(&arena);
		own.arena = &arena;
		ok = check_page(&own, v, &after, &count);
		arena_free(&arena);
		if (v->options->progress)
			v->options->progress(v->options->arg, "index objects", v->result->index_objects);
	}
	return ok;
}
