/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin pypi: yank, unyank, delete, status, owner set, owner remove,
 * owner list. What owners of Python projects do through the API, for operators.
 */
#include "admin/admin.h"

#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "domain/account.h"
#include "domain/package.h"
#include "domain/pypi_manage.h"
#include "domain/pypi_project.h"
#include "domain/repository.h"
#include "version/pep440.h"

/* Of all verbs here; each takes those that its table names. */
struct pypi {
	const char *repository;
	const char *reason;
	bool maintainer;
};

#define REPOSITORY OPTION(pypi, repository, "repository", TEXT, "OWNER/NAME", "Not the registry's own repository but this one")

static const struct admin_option plain_options[] = { REPOSITORY, OPTIONS_END };

static const struct admin_option reason_options[] = {
	REPOSITORY,
	OPTION(pypi, reason, "reason", TEXT, "TEXT", "Why; everybody can read it"),
	OPTIONS_END
};

static const struct admin_option owner_options[] = {
	REPOSITORY,
	OPTION(pypi, maintainer, "maintainer", FLAG, NULL, "May upload, and nothing else"),
	OPTIONS_END
};

/* ---- what is named ---- */

static const struct repository *
find_repository(struct admin *a)
{
	const struct pypi *o = a->options;
	struct span name = span_of(o->repository), owner = SPAN("");
	const struct repository *r;

	if (!o->repository)
		return repository_find_id(a->work, REPOSITORY_PYPI);
	if (strchr(o->repository, '/'))
		owner = span_cut(&name, '/');
	r = repository_find(a->work, "pypi", owner, name);
	if (!r)
		fault_raise(a->work->fault, FAULT_NOT_FOUND, "there is no Python repository `%s`", o->repository);
	return r;
}

static bool
find_project(struct admin *a, struct pypi_place *at)
{
	at->project = pypi_project_find(a->work, at->repository->id, span_of(a->arguments[0]));
	return at->project ||
	       fault_raise(a->work->fault, FAULT_NOT_FOUND, "there is no project `%s`", a->arguments[0]);
}

/* The project of the first argument, under its lock. */
static struct tx *
begin(struct admin *a, bool to_delete, struct pypi_place *at)
{
	struct work *w = a->work;
	struct tx *tx;

	at->repository = find_repository(a);
	if (!at->repository || !find_project(a, at))
		return NULL;
	tx = tx_begin(w);
	if (!tx || !(to_delete ? package_lock_to_delete(w, at->repository->id, at->project->id)
			       : package_lock(w, at->project->id)) ||
	    !find_project(a, at))
		return NULL;
	return tx;
}

static const struct pypi_release *
find_release(struct admin *a, const struct pypi_place *at)
{
	const struct pypi_release *r = NULL;
	struct pep440 v;

	if (pep440_parse(a->work->arena, span_of(a->arguments[1]), &v))
		r = pypi_release_find(a->work, at->project->id, span_of(pep440_canonical(a->work->arena, &v)));
	if (!r)
		fault_raise(a->work->fault, FAULT_NOT_FOUND, "%s has no release %s", at->project->name,
			    a->arguments[1]);
	return r;
}

static struct doc *
project_document(struct admin *a, const struct pypi_place *at)
{
	struct doc *d = doc_map(a->work->arena);

	doc_text(d, "name", at->project->name);
	return d;
}

/* ---- yank, unyank ---- */

static bool
set_yanked(struct admin *a, bool yanked)
{
	const struct pypi *o = a->options;
	const struct pypi_release *r;
	struct pypi_place at;
	struct tx *tx = begin(a, false, &at);
	struct doc *d;

	if (!tx)
		return false;
	r = find_release(a, &at);
	if (!r || !pypi_manage_yank(a->work, &at, r, yanked, o->reason) || !tx_commit(a->work, tx))
		return false;
	d = project_document(a, &at);
	doc_text(d, "version", r->version);
	doc_bool(d, "yanked", yanked);
	return admin_say(a, d, "%s %s is %syanked.", at.project->name, r->version, yanked ? "" : "not ");
}

static bool
yank(struct admin *a)
{
	return set_yanked(a, true);
}

static bool
unyank(struct admin *a)
{
	return set_yanked(a, false);
}

/* ---- delete ---- */

static bool
delete_file(struct admin *a, const struct pypi_place *at, const struct pypi_release *r)
{
	const struct pypi_file *f = pypi_file_find(a->work, at->repository->id, span_of(a->arguments[2]));

	if (!f || f->release_id != r->id)
		return fault_raise(a->work->fault, FAULT_NOT_FOUND, "%s %s has no file %s", at->project->name,
				   r->version, a->arguments[2]);
	return pypi_manage_delete_file(a->work, at, f);
}

static bool
delete_part(struct admin *a, const struct pypi_place *at)
{
	const struct pypi_release *r = find_release(a, at);

	return r && (a->argument_count > 2 ? delete_file(a, at, r) : pypi_manage_delete_release(a->work, at, r));
}

static bool
delete(struct admin *a)
{
	bool all = a->argument_count == 1;
	struct pypi_place at;
	struct tx *tx = begin(a, all, &at);
	struct doc *d;

	if (!tx || !(all ? pypi_manage_delete_project(a->work, &at) : delete_part(a, &at)) ||
	    !tx_commit(a->work, tx))
		return false;
	d = project_document(a, &at);
	if (!all)
		doc_text(d, "version", a->arguments[1]);
	if (a->argument_count > 2)
		doc_text(d, "filename", a->arguments[2]);
	return admin_say(a, d, "Deleted %s.", a->arguments[a->argument_count - 1]);
}

/* ---- status ---- */

static bool
status(struct admin *a)
{
	const struct pypi *o = a->options;
	struct pypi_place at;
	struct tx *tx = begin(a, false, &at);
	struct doc *d;

	if (!tx || !pypi_manage_status(a->work, &at, a->arguments[1], o->reason) || !tx_commit(a->work, tx))
		return false;
	d = project_document(a, &at);
	doc_text(d, "status", a->arguments[1]);
	doc_text(d, "reason", o->reason);
	return admin_say(a, d, "%s is %s.", at.project->name, a->arguments[1]);
}

/* ---- owners and maintainers ---- */

static bool
change_role(struct admin *a, bool set)
{
	const struct pypi *o = a->options;
	struct pypi_place at;
	const struct account *account = admin_account(a, a->arguments[1]);
	struct tx *tx = account ? begin(a, false, &at) : NULL;
	struct doc *d;

	if (!tx || !(set ? pypi_manage_role_put(a->work, &at, account, o->maintainer)
			 : pypi_manage_role_remove(a->work, &at, account)) || !tx_commit(a->work, tx))
		return false;
	d = project_document(a, &at);
	doc_text(d, "user", account->name);
	doc_text(d, "role", !set ? NULL : o->maintainer ? "maintainer" : "owner");
	return admin_say(a, d, "%s is %s of %s.", account->name,
			 !set ? "neither owner nor maintainer" : o->maintainer ? "maintainer" : "owner",
			 at.project->name);
}

static bool
owner_set(struct admin *a)
{
	return change_role(a, true);
}

static bool
owner_remove_role(struct admin *a)
{
	return change_role(a, false);
}

static bool
owner_list_roles(struct admin *a)
{
	struct doc *d = doc_list(a->work->arena);
	const struct pypi_role *roles;
	struct pypi_place at;
	struct rows rows;

	at.repository = find_repository(a);
	if (!at.repository || !find_project(a, &at) || !pypi_roles(a->work, at.project->id, &rows))
		return false;
	roles = rows.at;
	for (size_t i = 0; i < rows.count; i++) {
		struct doc *row = doc_add_map(d, NULL);

		doc_text(row, "user", roles[i].name);
		doc_text(row, "role", roles[i].role);
	}
	return admin_show(a, d);
}

#define VERB(options_) .options = (options_), .options_size = sizeof(struct pypi), .needs = NEEDS_SCHEMA

static const struct admin_verb owner_verbs[] = {
	{ .name = "set", .arguments = "PROJECT USER", .least = 2, .most = 2,
	  .summary = "Make somebody owner, or maintainer, of a Python project", VERB(owner_options), .run = owner_set },
	{ .name = "remove", .arguments = "PROJECT USER", .least = 2, .most = 2,
	  .summary = "Take that from somebody", VERB(plain_options), .run = owner_remove_role },
	{ .name = "list", .arguments = "PROJECT", .least = 1, .most = 1,
	  .summary = "List owners and maintainers", VERB(plain_options), .run = owner_list_roles },
	VERBS_END
};

static const struct admin_verb verbs[] = {
	{ .name = "yank", .arguments = "PROJECT VERSION", .least = 2, .most = 2,
	  .summary = "Yank a release of a Python project", VERB(reason_options), .run = yank },
	{ .name = "unyank", .arguments = "PROJECT VERSION", .least = 2, .most = 2,
	  .summary = "Take back that a release was yanked", VERB(plain_options), .run = unyank },
	{ .name = "delete", .arguments = "PROJECT [VERSION [FILE]]", .least = 1, .most = 3,
	  .summary = "Delete a Python project, a release or a file; file names stay taken",
	  VERB(plain_options), .run = delete },
	{ .name = "status", .arguments = "PROJECT STATUS", .least = 2, .most = 2,
	  .summary = "Make a Python project active, archived, deprecated or quarantined",
	  VERB(reason_options), .run = status },
	{ .name = "owner", .summary = "Set, remove and list owners and maintainers", .verbs = owner_verbs },
	VERBS_END
};

const struct admin_verb pypi_verb = {
	.name = "pypi",
	.summary = "Yank and delete releases of Python projects, set status and owners",
	.verbs = verbs,
};
