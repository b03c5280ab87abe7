/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages: a name within a repository, and what is shown of it.
 */
#ifndef ENTREPOT_DOMAIN_PACKAGE_H
#define ENTREPOT_DOMAIN_PACKAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct work;

struct package {
	int64_t id;
	int64_t repository_id;
	const char *name;		/* as first published */
	const char *canonical_name;
	const char *description;
	const char *homepage;
	const char *documentation;
	const char *source_url;
	int64_t downloads;		/* at least the recent ones */
	int64_t recent_downloads;	/* last 90 days */
	int64_t default_release_id;
	int64_t release_count;		/* yanked ones included */
	bool all_yanked;
	int64_t max_upload_size;	/* bytes; 0: the setting holds */
	int64_t max_features;		/* 0: the setting holds */
	bool trustpub_only;
	int64_t created_at;
	int64_t updated_at;
	const char *default_version;
	const char *max_version;	/* highest not yanked, or NULL */
	const char *max_stable_version;
	const char *newest_version;
	bool exact_match;		/* search results only */
	int64_t match_count;		/* of the whole search; ranked results only */
};

/* For queries of the view crate_package; the second for search results, the third for ranked ones. */
extern const struct row_type package_type;
extern const struct row_type package_found_type;
extern const struct row_type package_ranked_type;

/* By canonical name; NULL without a fault when there is none. */
const struct package *package_find(struct work *w, int64_t repository_id, const char *canonical_name) MUST_CHECK;
const struct package *package_find_id(struct work *w, int64_t id) MUST_CHECK;

/* Lock the package until the end of the transaction: everything that changes one goes one at a time. */
bool package_lock(struct work *w, int64_t package_id) MUST_CHECK;

/* The same before it is deleted: whoever refers to the package waits, too. First of all in its transaction. */
bool package_lock_to_delete(struct work *w, int64_t repository_id, int64_t package_id) MUST_CHECK;

/*
 * Recompute what is derived from the releases: default release, count, yank
 * flag and the reverse dependencies. Within a transaction that holds the lock.
 */
bool package_refresh(struct work *w, int64_t package_id) MUST_CHECK;

/* The package has changed now. */
bool package_touch(struct work *w, int64_t package_id) MUST_CHECK;

/* Whether nobody may publish under the name, and why: some ecosystems say so. */
enum package_reserved {
	PACKAGE_NAME_FREE,
	PACKAGE_NAME_KEPT,
	PACKAGE_NAME_MODULE		/* it comes with the language */
};
bool package_name_reserved(struct work *w, const char *ecosystem, const char *name, enum package_reserved *out)
	MUST_CHECK;

/* *UNTIL is when a deleted package's name is free again, 0 when it is not blocked. */
bool package_blocked_until(struct work *w, int64_t repository_id, const char *canonical_name,
	int64_t *until) MUST_CHECK;

bool package_set_trustpub_only(struct work *w, int64_t package_id, bool value) MUST_CHECK;

/*
 * What speaks against deleting: the downloads of the last 30 days, and one
 * other release that depends on it ("name@version", NULL for none).
 */
struct package_use {
	int64_t monthly_downloads;
	const char *dependent;
};
bool package_use(struct work *w, int64_t package_id, struct package_use *out) MUST_CHECK;

/*
 * Delete the package with releases, files and owners; the name stays blocked
 * until AVAILABLE_AT and its versions for ever. Within a transaction.
 */
bool package_delete(struct work *w, int64_t package_id, const char *message, int64_t available_at) MUST_CHECK;

#endif
