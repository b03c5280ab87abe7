/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Releases of packages: one version and its file.
 */
#ifndef ENTREPOT_DOMAIN_RELEASE_H
#define ENTREPOT_DOMAIN_RELEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct package;
struct work;

struct release {
	int64_t id;
	int64_t package_id;
	const char *package_name;
	const char *canonical_name;
	const char *version;
	struct span version_key;
	bool prerelease;
	bool yanked;
	const char *yank_message;
	int64_t published_at;
	int64_t updated_at;
	int64_t downloads;
	const char *description;
	const char *homepage;
	const char *documentation;
	const char *source_url;
	const char *license;
	struct span features;		/* JSON object */
	const char *links;
	const char *rust_version;
	const char *edition;
	bool has_lib;
	struct texts bin_names;
	int64_t file_id;
	int64_t size;			/* bytes of the file */
	struct span sha256;
	int64_t publisher_id;		/* 0: unknown or deleted */
	const char *publisher_name;
	const char *publisher_full_name;
	const char *publisher_avatar_url;
	const char *publisher_url;
	int64_t publisher_created_at;
	struct span trustpub_data;	/* JSON object: the CI job that published it; at == NULL: none did */
};

/* The release of exactly that version text; NULL without a fault when there is none. */
const struct release *release_find(struct work *w, int64_t package_id, const char *version) MUST_CHECK;

/* All releases as struct release, newest id first. */
bool release_list(struct work *w, int64_t package_id, struct rows *out) MUST_CHECK;

enum release_order {
	RELEASES_BY_SEMVER,		/* highest first */
	RELEASES_BY_DATE		/* latest first */
};

/* Which releases of a package; members that are NULL or 0 do not narrow. */
struct release_choice {
	int64_t package_id;
	const struct span *versions;	/* only these version texts; unknown ones are left out */
	size_t version_count;
	enum release_order order;
	int64_t after_id;		/* behind this release of the package */
	int64_t limit;
};
bool release_choose(struct work *w, const struct release_choice *choice, struct rows *out) MUST_CHECK;

/* How many there are altogether. */
bool release_count(struct work *w, const struct release_choice *choice, int64_t *count) MUST_CHECK;

/* The versions among them all that are neither yanked nor pre-releases, highest first, as struct release_track. */
struct release_track {
	const char *version;
};
bool release_tracks(struct work *w, const struct release_choice *choice, struct rows *out) MUST_CHECK;

/* By id, within one repository; unknown ids are left out. */
bool release_list_ids(struct work *w, int64_t repository_id, const int64_t *ids, size_t count,
	struct rows *out) MUST_CHECK;

/* The LIMIT highest, yanked ones too. */
bool release_list_highest(struct work *w, int64_t package_id, int64_t limit, struct rows *out) MUST_CHECK;

/* The latest releases of what an account follows. */
bool release_list_followed(struct work *w, int64_t account_id, int64_t repository_id, struct slice slice,
			   struct rows *out) MUST_CHECK;

/* What happened to a release. */
struct release_event {
	int64_t release_id;
	const char *action;		/* "publish", "yank", "unyank" */
	int64_t at;
	int64_t account_id;
	const char *name;
	const char *full_name;
	const char *avatar_url;
	const char *url;
	int64_t created_at;		/* of the account */
};
/* Of all the given releases, by release and then oldest first. */
bool release_events(struct work *w, const int64_t *ids, size_t count, struct rows *out) MUST_CHECK;

/* Where the bytes of a release are. */
struct release_file {
	int64_t file_id;
	int64_t release_id;
	int64_t size;
	struct span sha256;
	int64_t created_at;
};
const struct release_file *release_file_find(struct work *w, int64_t repository_id, const char *canonical_name,
					     const char *version) MUST_CHECK;

/* The rendered README; NULL when there is no such release or it has none. */
const char *release_readme(struct work *w, int64_t repository_id, const char *canonical_name,
	const char *version) MUST_CHECK;

/* The authors the manifest named, items == NULL when there is no such release. */
bool release_authors(struct work *w, int64_t repository_id, const char *canonical_name, const char *version,
		     struct texts *out) MUST_CHECK;

/*
 * Yank or unyank, with a message or NULL; *CHANGED is false when all was so
 * already. The caller refreshes the package and the index.
 */
bool release_set_yanked(struct work *w, int64_t release_id, bool yanked, const char *message, bool *changed) MUST_CHECK;

#endif
