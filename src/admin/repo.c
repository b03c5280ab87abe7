/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin repo: list, add, set.
 */
#include "admin/admin.h"

#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "domain/account.h"
#include "domain/hex_index.h"
#include "domain/repository.h"

static void
put_repository(struct doc *d, const struct repository *r)
{
	doc_int(d, "id", r->id);
	doc_text(d, "ecosystem", r->ecosystem);
	doc_text(d, "owner", r->owner);
	doc_text(d, "name", r->name);
	doc_bool(d, "private", r->private);
	doc_int(d, "packages", r->package_count);
	doc_int(d, "downloads", r->download_count);
}

static const struct doc *
repository_document(struct admin *a, const struct repository *r)
{
	struct doc *d = doc_map(a->work->arena);

	put_repository(d, r);
	return d;
}

/* ---- list ---- */

struct list {
	const char *ecosystem;
	const char *owner;
	int64_t after;
};

static const struct admin_option list_options[] = {
	OPTION(list, ecosystem, "ecosystem", TEXT, "NAME", "Only crates, pypi, hex, modrinth or packagecloud"),
	OPTION(list, owner, "owner", TEXT, "NAME", "Only those of this account"),
	OPTION(list, after, "after", COUNT, "ID", "Only ids behind this one, to see more than a page"),
	OPTIONS_END
};

static bool
list(struct admin *a)
{
	const struct list *o = a->options;
	struct repository_filter filter = { .ecosystem = o->ecosystem, .after = o->after };
	const struct account *owner = NULL;
	struct doc *d = doc_list(a->work->arena);
	struct rows rows;
	const struct repository *repositories;

	if (o->owner && !(owner = admin_account(a, o->owner)))
		return false;
	filter.owner_id = owner ? owner->id : 0;
	if (!repository_list(a->work, &filter, &rows))
		return false;
	repositories = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		put_repository(doc_add_map(d, NULL), &repositories[i]);
	return admin_show(a, d);
}

/* ---- add ---- */

struct add {
	const char *owner;
	bool private;
};

static const struct admin_option add_options[] = {
	NEEDED(add, owner, "owner", "NAME", "User or organization that it belongs to"),
	OPTION(add, private, "private", FLAG, NULL, "Only for its members"),
	OPTIONS_END
};

static bool
add(struct admin *a)
{
	const struct add *o = a->options;
	struct repository_new n = {
		.ecosystem = a->arguments[0],
		.name = a->arguments[1],
		.private = o->private,
	};
	const struct account *owner = admin_account(a, o->owner);
	const struct repository *r;

	if (!owner)
		return false;
	n.owner_id = owner->id;
	r = repository_create(a->work, &n);
	if (!r || (strcmp(r->ecosystem, "hex") == 0 && !hex_index_begin(a->work, r->id)))
		return false;
	return admin_say(a, repository_document(a, r), "Created the repository %s/%s.", r->owner, r->name);
}

/* ---- set ---- */

struct set {
	const bool *private;
};

static const struct admin_option set_options[] = {
	OPTION(set, private, "private", CHOICE, "yes|no", "Only for its members"),
	OPTIONS_END
};

static bool
set(struct admin *a)
{
	const struct set *o = a->options;
	const struct repository *r = admin_repository(a, a->arguments[0], a->arguments[1]);

	if (!r)
		return false;
	if (!o->private)
		return fault_raise(a->work->fault, FAULT_INVALID, "nothing to change; see --help");
	if (!repository_set_private(a->work, r->id, *o->private))
		return false;
	r = repository_find_id(a->work, r->id);
	return r && admin_say(a, repository_document(a, r), "The repository is %s.", r->private ? "private" : "public");
}

static const struct admin_verb verbs[] = {
	{ .name = "list", .summary = "List repositories by id",
	  .options = list_options, .options_size = sizeof(struct list), .needs = NEEDS_SCHEMA, .run = list },
	{ .name = "add", .arguments = "ECOSYSTEM NAME", .least = 2, .most = 2, .summary = "Create a repository",
	  .options = add_options, .options_size = sizeof(struct add), .needs = NEEDS_SCHEMA, .run = add },
	{ .name = "set", .arguments = "ECOSYSTEM [OWNER/]NAME", .least = 2, .most = 2, .summary = "Change a repository",
	  .options = set_options, .options_size = sizeof(struct set), .needs = NEEDS_SCHEMA, .run = set },
	VERBS_END
};

const struct admin_verb repo_verb = {
	.name = "repo",
	.summary = "List, add and change repositories",
	.verbs = verbs,
};
