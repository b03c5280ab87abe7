/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages and releases as the Hex protocol shows them, and what happens to
 * releases after they are published.
 */
#ifndef ENTREPOT_DOMAIN_HEX_PACKAGE_H
#define ENTREPOT_DOMAIN_HEX_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct work;

struct hex_package {
	int64_t id;
	int64_t repository_id;
	const char *name;
	const char *description;
	struct span meta;		/* JSON object: licenses, links, maintainers */
	int64_t downloads;
	int64_t recent_downloads;	/* last 90 days */
	int64_t week_downloads;		/* last 7 days, with today */
	int64_t day_downloads;		/* today (UTC) */
	int64_t created_at;
	int64_t updated_at;
	const char *app;		/* of the latest stable release, or else the latest */
	const char *latest_version;
	const char *latest_stable_version;	/* NULL: only pre-releases */
	const char *docs_version;	/* NULL: no release has documentation */
};

struct hex_release {
	int64_t id;
	int64_t package_id;
	int64_t repository_id;
	const char *package_name;
	const char *version;
	bool prerelease;
	const char *retirement_reason;	/* NULL: not retired */
	const char *retirement_message;
	int64_t published_at;
	int64_t updated_at;
	int64_t downloads;
	struct span meta;		/* JSON object: extra */
	const char *app;
	const char *elixir;
	struct texts build_tools;
	struct span inner_checksum;
	int64_t file_id;		/* of the tarball */
	struct span outer_checksum;
	bool has_docs;
	const char *publisher;		/* NULL: unknown */
};

extern const struct row_type hex_package_row;

/* NULL without a fault when there is none. NAME may hold anything. */
const struct hex_package *hex_package_find(struct work *w, int64_t repository_id, struct span name) MUST_CHECK;

/* By its exact version; NULL without a fault when there is none. */
const struct hex_release *hex_release_find(struct work *w, int64_t package_id, struct span version) MUST_CHECK;

/* Of all packages of the ids as struct hex_release: by package id, then the highest version first. */
bool hex_release_list(struct work *w, const int64_t *package_ids, size_t count, struct rows *out) MUST_CHECK;

struct hex_downloads {
	const char *period;		/* "2026-05-10" or "2026-05" */
	int64_t downloads;
};
/* Of a release by day, or by month, from the day of AFTER to that of BEFORE (µs), as struct hex_downloads. */
struct hex_period {
	bool months;
	int64_t after;
	int64_t before;
};
bool hex_release_downloads(struct work *w, int64_t release_id, const struct hex_period *period,
	struct rows *out) MUST_CHECK;

/*
 * Record what was done to the release, with copies of what it is and of its
 * package: ACTION outlives both.
 */
bool hex_release_note(struct work *w, const struct hex_release *r, const char *action) MUST_CHECK;
/* Those copies, a JSON object on the arena; of R only ids, name and version are looked at. */
const char *hex_release_copy(struct work *w, const struct hex_release *r);

struct hex_requirement {
	const char *package_name;
	const char *alias;		/* the application; NULL: called as the package */
	const char *requirement;	/* "": any version */
	bool optional;
	const char *repository;		/* NULL: that of the release */
};
/* As struct hex_requirement, by name. */
bool hex_requirement_list(struct work *w, int64_t release_id, struct rows *out) MUST_CHECK;

/*
 * Retire the release, or with REASON NULL take that back. MESSAGE may be NULL.
 * Within a transaction that holds the package's lock; the caller refreshes the
 * registry's objects. *CHANGED is false when there was nothing to take back.
 */
bool hex_release_retire(struct work *w, const struct hex_release *r, const char *reason, const char *message,
	bool *changed) MUST_CHECK;

/*
 * Take the release back as if it had never been, and with the last one the
 * package (*GONE). INVALID with the field "name" when another package needs one
 * that would go. Within a transaction that holds package_lock_to_delete(); the
 * caller refreshes the registry's objects.
 */
bool hex_release_revert(struct work *w, const struct hex_release *r, bool *gone) MUST_CHECK;

#endif
