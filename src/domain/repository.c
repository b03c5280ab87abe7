/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Repositories.
 */
#include "domain/repository.h"

#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "base/work.h"
#include "domain/audit.h"

#define MAX_LIST 1000
/* Read at once by who walks all of them. */
#define PAGE 200
#define MAX_NAME 128
/* Smaller ids are the registry's own. */
#define FIRST_OWNED 1000

static const char *const ecosystems[] = { "crates", "pypi", "hex", "modrinth", "packagecloud" };

static const struct column repository_columns[] = {
	COLUMN(repository, id),
	COLUMN(repository, ecosystem),
	COLUMN(repository, owner_id),
	COLUMN(repository, owner),
	COLUMN(repository, name),
	COLUMN(repository, private),
	COLUMN(repository, package_count),
	COLUMN(repository, download_count),
	COLUMN(repository, settings),
	COLUMN(repository, created_at),
	COLUMNS_END
};
const struct row_type repository_row = ROW_TYPE(repository, repository_columns);

static bool
is_name(struct span name)
{
	if (name.len == 0 || name.len > MAX_NAME || !is_alnum(name.at[0]))
		return false;
	for (size_t i = 1; i < name.len; i++)
		if (!is_alnum(name.at[i]) && name.at[i] != '_' && name.at[i] != '-' && name.at[i] != '.')
			return false;
	return true;
}

const struct repository *
repository_find(struct work *w, const char *ecosystem, struct span owner, struct span name)
{
	if (!is_name(name) || (owner.len > 0 && !is_name(owner)))
		return NULL;
	if (!owner.at)
		owner = SPAN("");
	return db_one(w, Q_REPOSITORY_FIND, &repository_row, ARGS(text(ecosystem), text_span(owner), text_span(name)));
}

const struct repository *
repository_find_id(struct work *w, int64_t id)
{
	return db_one(w, Q_REPOSITORY_FIND_ID, &repository_row, ARGS(num(id)));
}

bool
repository_list(struct work *w, const struct repository_filter *filter, struct rows *out)
{
	int64_t limit = filter->limit > 0 && filter->limit < MAX_LIST ? filter->limit : MAX_LIST;

	return db_many(w, Q_REPOSITORY_LIST, &repository_row,
		ARGS(text(filter->ecosystem), ref(filter->owner_id), num(filter->after), num(limit)), out);
}

static bool
call_with_memory(struct work *w, const struct repository *r, repository_fn fn, void *arg)
{
	struct arena arena;
	struct work own = *w;
	bool ok;

	arena_init(&arena);
	own.arena = &arena;
	ok = fn(&own, r, arg);
	arena_free(&arena);
	return ok;
}

bool
repository_walk(struct work *w, const char *ecosystem, repository_fn fn, void *arg)
{
	struct repository_filter filter = { .ecosystem = ecosystem, .limit = PAGE };
	struct rows rows;

	do {
		const struct repository *repositories;

		if (!repository_list(w, &filter, &rows))
			return false;
		repositories = rows.at;
		for (size_t i = 0; i < rows.count; i++) {
			filter.after = repositories[i].id;
			if (!call_with_memory(w, &repositories[i], fn, arg))
				return false;
		}
	} while (rows.count == (size_t)filter.limit);
	return true;
}

static bool
is_ecosystem(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(ecosystems); i++)
		if (strcmp(ecosystems[i], name) == 0)
			return true;
	return false;
}

const struct repository *
repository_create(struct work *w, const struct repository_new *n)
{
	struct tx *tx;
	int64_t id;

	if (!is_ecosystem(n->ecosystem)) {
		fault_raise(w->fault, FAULT_INVALID, "unknown ecosystem `%s`", n->ecosystem);
		return NULL;
	}
	if (!is_name(span_of(n->name))) {
		fault_raise(w->fault, FAULT_INVALID,
			"a name begins with a letter or digit and holds letters, digits, '_', '-' and '.'");
		return NULL;
	}
	tx = tx_begin(w);
	if (!tx || !db_int(w, Q_REPOSITORY_INSERT,
		ARGS(text(n->ecosystem), ref(n->owner_id), text(n->name), flag(n->private)), &id))
		return NULL;
	if (id == 0) {
		fault_raise(w->fault, FAULT_CONFLICT, "the repository `%s` exists already", n->name);
		return NULL;
	}
	if (!audit_add(w, &(struct audit){ .action = "repository.create", .repository_id = id }) || !tx_commit(w, tx))
		return NULL;
	return repository_find_id(w, id);
}

bool
repository_set_private(struct work *w, int64_t id, bool private)
{
	struct tx *tx;
	int64_t affected;

	if (id < FIRST_OWNED)
		return fault_raise(w->fault, FAULT_INVALID, "the registry's own repositories are public");
	tx = tx_begin(w);
	if (!tx || !db_exec(w, Q_REPOSITORY_SET_PRIVATE, ARGS(num(id), flag(private)), &affected))
		return false;
	if (affected == 0)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "no such repository");
	if (!audit_add(w, &(struct audit){ .action = private ? "repository.hide" : "repository.open", .repository_id = id }))
		return false;
	return tx_commit(w, tx);
}
