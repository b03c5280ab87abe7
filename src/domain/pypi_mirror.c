/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What mirrors and scripts ask; see the header.
 */
#include "domain/pypi_mirror.h"

#include "base/arena.h"
#include "base/text.h"
#include "base/work.h"
#include "domain/pypi_change.h"

struct log_row {
	const char *name;
	const char *version;
	int64_t at;
	const char *kind;
	const char *subject;
	int64_t serial;
};
static const struct column log_columns[] = {
	COLUMN(log_row, name), COLUMN(log_row, version), COLUMN(log_row, at), COLUMN(log_row, kind),
	COLUMN(log_row, subject), COLUMN(log_row, serial), COLUMNS_END
};
static const struct row_type log_type = ROW_TYPE(log_row, log_columns);

static const struct column mention_columns[] = {
	COLUMN(pypi_mention, role), COLUMN(pypi_mention, name), COLUMN(pypi_mention, version), COLUMNS_END
};
static const struct row_type mention_row = ROW_TYPE(pypi_mention, mention_columns);

bool
pypi_mirror_changes(struct work *w, int64_t repository_id, int64_t serial, struct rows *out)
{
	struct pypi_log_entry *entries;
	const struct log_row *rows;

	if (!db_many(w, Q_PYPI_MIRROR_CHANGES, &log_type, ARGS(num(repository_id), num(serial)), out))
		return false;
	rows = out->at;
	entries = arena_zalloc(w->arena, out->count, sizeof(*entries));
	for (size_t i = 0; i < out->count; i++)
		entries[i] = (struct pypi_log_entry){
			.name = rows[i].name, .version = rows[i].version, .at = rows[i].at, .serial = rows[i].serial,
			.action = pypi_change_action(w->arena, rows[i].kind, rows[i].subject),
		};
	out->at = entries;
	return true;
}

bool
pypi_mirror_user(struct work *w, int64_t repository_id, struct span user, struct rows *out)
{
	*out = (struct rows){ NULL, 0 };
	return span_find_nul(user) >= 0 ||
	       db_many(w, Q_PYPI_MIRROR_USER, &mention_row, ARGS(num(repository_id), text_span(user)), out);
}

bool
pypi_mirror_browse(struct work *w, int64_t repository_id, const struct span *classifiers, size_t count,
	struct rows *out)
{
	*out = (struct rows){ NULL, 0 };
	for (size_t i = 0; i < count; i++)
		if (span_find_nul(classifiers[i]) >= 0)
			return true;
	return count == 0 ||
	       db_many(w, Q_PYPI_MIRROR_BROWSE, &mention_row,
		       ARGS(num(repository_id), text_array(classifiers, count)), out);
}
