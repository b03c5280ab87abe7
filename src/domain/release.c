/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Releases; see the header.
 */
#include "domain/release.h"

#include "base/fault.h"
#include "base/work.h"

static const struct column release_columns[] = {
	COLUMN(release, id), COLUMN(release, package_id), COLUMN(release, package_name),
	COLUMN(release, canonical_name), COLUMN(release, version), COLUMN(release, version_key),
	COLUMN(release, prerelease), COLUMN(release, yanked), COLUMN(release, yank_message),
	COLUMN(release, published_at), COLUMN(release, updated_at), COLUMN(release, downloads),
	COLUMN(release, description), COLUMN(release, homepage), COLUMN(release, documentation),
	COLUMN(release, source_url), COLUMN(release, license), COLUMN(release, features),
	COLUMN(release, links), COLUMN(release, rust_version), COLUMN(release, edition),
	COLUMN(release, has_lib), COLUMN(release, bin_names), COLUMN(release, file_id), COLUMN(release, size),
	COLUMN(release, sha256), COLUMN(release, publisher_id), COLUMN(release, publisher_name),
	COLUMN(release, publisher_full_name), COLUMN(release, publisher_avatar_url),
	COLUMN(release, publisher_url), COLUMN(release, publisher_created_at),
	COLUMN(release, trustpub_data), COLUMNS_END
};
static const struct row_type release_type = ROW_TYPE(release, release_columns);

static const struct column event_columns[] = {
	COLUMN(release_event, release_id), COLUMN(release_event, action), COLUMN(release_event, at),
	COLUMN(release_event, account_id), COLUMN(release_event, name), COLUMN(release_event, full_name),
	COLUMN(release_event, avatar_url), COLUMN(release_event, url), COLUMN(release_event, created_at),
	COLUMNS_END
};
static const struct row_type event_type = ROW_TYPE(release_event, event_columns);

static const struct column track_columns[] = { COLUMN(release_track, version), COLUMNS_END };
static const struct row_type track_type = ROW_TYPE(release_track, track_columns);

static const struct column file_columns[] = {
	COLUMN(release_file, file_id), COLUMN(release_file, release_id), COLUMN(release_file, size),
	COLUMN(release_file, sha256), COLUMN(release_file, created_at), COLUMNS_END
};
static const struct row_type file_type = ROW_TYPE(release_file, file_columns);

struct key_row {
	struct span version_key;
	int64_t published_at;
};
static const struct column key_columns[] = {
	COLUMN(key_row, version_key), COLUMN(key_row, published_at), COLUMNS_END
};
static const struct row_type key_type = ROW_TYPE(key_row, key_columns);

struct readme_row {
	const char *readme_html;
};
static const struct column readme_columns[] = { COLUMN(readme_row, readme_html), COLUMNS_END };
static const struct row_type readme_type = ROW_TYPE(readme_row, readme_columns);

struct authors_row {
	struct texts authors;
};
static const struct column authors_columns[] = { COLUMN(authors_row, authors), COLUMNS_END };
static const struct row_type authors_type = ROW_TYPE(authors_row, authors_columns);

const struct release *
release_find(struct work *w, int64_t package_id, const char *version)
{
	return db_one(w, Q_RELEASE_BY_VERSION, &release_type, ARGS(num(package_id), text(version)));
}

bool
release_list(struct work *w, int64_t package_id, struct rows *out)
{
	return db_many(w, Q_RELEASE_LIST, &release_type, ARGS(num(package_id)), out);
}

/* The version texts as parameter, NULL for all of them. */
static struct arg
wanted(const struct release_choice *choice)
{
	return choice->versions ? text_array(choice->versions, choice->version_count) : text(NULL);
}

bool
release_choose(struct work *w, const struct release_choice *choice, struct rows *out)
{
	const struct key_row *key = NULL;
	struct arg package = num(choice->package_id), versions = wanted(choice);
	struct arg after = num(choice->after_id), limit = ref(choice->limit);

	*out = (struct rows){ NULL, 0 };
	if (choice->after_id != 0) {
		key = db_one(w, Q_RELEASE_KEY, &key_type, ARGS(package, after));
		if (!key)
			return !fault_is_set(w->fault);
	}
	if (choice->order == RELEASES_BY_DATE)
		return db_many(w, Q_RELEASE_LIST_BY_DATE, &release_type,
			       ARGS(package, versions, timestamp(key ? key->published_at : 0), after, limit), out);
	return db_many(w, Q_RELEASE_LIST_BY_SEMVER, &release_type,
		       ARGS(package, versions, key ? bytes(key->version_key.at, key->version_key.len) : bytes(NULL, 0),
			    after, limit), out);
}

bool
release_count(struct work *w, const struct release_choice *choice, int64_t *count)
{
	return db_int(w, Q_RELEASE_COUNT, ARGS(num(choice->package_id), wanted(choice)), count);
}

bool
release_tracks(struct work *w, const struct release_choice *choice, struct rows *out)
{
	return db_many(w, Q_RELEASE_TRACKS, &track_type, ARGS(num(choice->package_id), wanted(choice)), out);
}

bool
release_list_ids(struct work *w, int64_t repository_id, const int64_t *ids, size_t count, struct rows *out)
{
	return db_many(w, Q_RELEASE_LIST_BY_IDS, &release_type, ARGS(num(repository_id), int_array(ids, count)), out);
}

bool
release_list_highest(struct work *w, int64_t package_id, int64_t limit, struct rows *out)
{
	return db_many(w, Q_RELEASE_LIST_HIGHEST, &release_type, ARGS(num(package_id), num(limit)), out);
}

bool
release_list_followed(struct work *w, int64_t account_id, int64_t repository_id, struct slice slice,
		      struct rows *out)
{
	return db_many(w, Q_RELEASE_LIST_FOLLOWED, &release_type,
		       ARGS(num(account_id), num(repository_id), num(slice.limit), num(slice.offset)), out);
}

bool
release_events(struct work *w, const int64_t *ids, size_t count, struct rows *out)
{
	return db_many(w, Q_RELEASE_AUDIT, &event_type, ARGS(int_array(ids, count)), out);
}

const struct release_file *
release_file_find(struct work *w, int64_t repository_id, const char *canonical_name, const char *version)
{
	return db_one(w, Q_RELEASE_BY_PATH, &file_type, ARGS(num(repository_id), text(canonical_name), text(version)));
}

const char *
release_readme(struct work *w, int64_t repository_id, const char *canonical_name, const char *version)
{
	const struct readme_row *row = db_one(w, Q_RELEASE_README, &readme_type,
					      ARGS(num(repository_id), text(canonical_name), text(version)));

	return row ? row->readme_html : NULL;
}

bool
release_authors(struct work *w, int64_t repository_id, const char *canonical_name,
	const char *version, struct texts *out)
{
	const struct authors_row *row = db_one(w, Q_RELEASE_AUTHORS, &authors_type,
					       ARGS(num(repository_id), text(canonical_name), text(version)));

	*out = row ? row->authors : (struct texts){ NULL, 0 };
	return !fault_is_set(w->fault);
}

bool
release_set_yanked(struct work *w, int64_t release_id, bool yanked, const char *message, bool *changed)
{
	int64_t affected;

	if (!db_exec(w, Q_RELEASE_YANK,
		     ARGS(num(release_id), flag(yanked), text(message), timestamp(w->now)), &affected))
		return false;
	*changed = affected > 0;
	return true;
}
