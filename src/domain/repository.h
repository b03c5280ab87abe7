/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Repositories: one ecosystem's name space. Four public ones without an owner
 * exist from the start.
 */
#ifndef ENTREPOT_DOMAIN_REPOSITORY_H
#define ENTREPOT_DOMAIN_REPOSITORY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct work;

/* Ids of the repositories that every database has (0004_repositories.sql). */
enum {
	REPOSITORY_CRATES = 1,
	REPOSITORY_PYPI = 2,
	REPOSITORY_HEX = 3,
	REPOSITORY_MODRINTH = 4
};

struct repository {
	int64_t id;
	const char *ecosystem;		/* "crates", "pypi", "hex", "modrinth", "packagecloud" */
	int64_t owner_id;		/* 0: the registry's own */
	const char *owner;		/* its name, or NULL */
	const char *name;
	bool private;
	int64_t package_count;
	int64_t download_count;
	const char *settings;		/* JSON object */
	int64_t created_at;
};

/* Column table for results that are repositories (queries of other modules may use it). */
extern const struct row_type repository_row;

/* By ecosystem, owner's name (empty: the registry's own) and name; NULL without a fault when there is none. */
const struct repository *repository_find(struct work *w, const char *ecosystem, struct span owner,
					 struct span name) MUST_CHECK;
const struct repository *repository_find_id(struct work *w, int64_t id) MUST_CHECK;

struct repository_filter {
	const char *ecosystem;		/* NULL: all */
	int64_t owner_id;		/* 0: all */
	int64_t after;			/* ids behind this one */
	int64_t limit;			/* 0: as many as allowed, 1000 */
};

/* As struct repository, by id. */
bool repository_list(struct work *w, const struct repository_filter *filter, struct rows *out) MUST_CHECK;

/* Call FN for every repository of an ecosystem until it fails, each time with memory that is given back. */
typedef bool (*repository_fn)(struct work *w, const struct repository *r, void *arg);
bool repository_walk(struct work *w, const char *ecosystem, repository_fn fn, void *arg) MUST_CHECK;

struct repository_new {
	const char *ecosystem;
	int64_t owner_id;		/* 0: the registry's own */
	const char *name;
	bool private;
};

/* CONFLICT when it exists; INVALID on an unknown ecosystem or a malformed name. */
const struct repository *repository_create(struct work *w, const struct repository_new *n) MUST_CHECK;

/* NOT_FOUND when there is no such repository; INVALID for the registry's own ones, which are public. */
bool repository_set_private(struct work *w, int64_t id, bool private) MUST_CHECK;

#endif
