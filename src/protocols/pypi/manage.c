/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Yanking, deleting, status and roles: the public index has web pages for
 * these and no API; this one is the registry's own. Only owners may, and
 * who administers the organization that has the repository.
 */
#include "protocols/pypi/pypi.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "domain/account.h"
#include "domain/package.h"
#include "domain/pypi_manage.h"
#include "domain/repository.h"
#include "formats/pypi_name.h"
#include "version/pep440.h"

/* ---- what a path names, under the package's lock ---- */

static bool
not_found(struct call *c)
{
	return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
}

static bool
find_project(struct call *c, enum scope scope, struct pypi_place *at)
{
	const char *name = path_text(c, "name");

	if (!name || !pypi_name_is_valid(span_of(name)))
		return not_found(c);
	/* First, so that a token tells of no project beyond those that it is for. */
	if (!pypi_covers(c, at->repository, name, scope))
		return false;
	at->project = pypi_project_find(&c->work, at->repository->id, span_of(name));
	if (!at->project)
		return not_found(c);
	return pypi_require(c, at, at->project->name, scope, true);
}

/* The lock is held behind this, and nobody has taken the caller's right meanwhile. */
static struct tx *
begin(struct call *c, enum scope scope, bool to_delete, struct pypi_place *at)
{
	struct work *w = &c->work;
	struct tx *tx;

	at->repository = pypi_path_repository_for(c);
	if (!at->repository || !find_project(c, scope, at))
		return NULL;
	tx = tx_begin(w);
	if (!tx || !(to_delete ? package_lock_to_delete(w, at->repository->id, at->project->id)
			       : package_lock(w, at->project->id)) ||
	    !find_project(c, scope, at))
		return NULL;
	return tx;
}

static bool
finish(struct call *c, struct tx *tx)
{
	return tx_commit(&c->work, tx) && reply_empty(c, 204);
}

static const struct pypi_release *
find_release(struct call *c, const struct pypi_place *at)
{
	struct arena *a = c->work.arena;
	const struct pypi_release *r = NULL;
	struct pep440 v;

	if (pep440_parse(a, path_span(c, "version"), &v))
		r = pypi_release_find(&c->work, at->project->id, span_of(pep440_canonical(a, &v)));
	if (!r)
		not_found(c);
	return r;
}

/* A text of the body, NULL when it is absent or null; *OK is false when it is none, or too long. */
static const char *
text_member(struct call *c, const char *key, bool *ok)
{
	const struct doc *d = doc_find(c->document, key);
	const char *text = doc_find_text(c->document, key);

	*ok = !d || doc_is(d, DOC_NULL) || (text && strlen(text) <= PYPI_REASON_MAX);
	if (!*ok)
		fault_raise(&c->fault, FAULT_BAD_REQUEST, "%s must be a text of at most %d bytes", key, PYPI_REASON_MAX);
	return text;
}

/* ---- yanking ---- */

static bool
set_yanked(struct call *c, bool yanked, const char *reason)
{
	const struct pypi_release *r;
	struct pypi_place at;
	struct tx *tx = begin(c, SCOPE_YANK, false, &at);

	if (!tx)
		return false;
	r = find_release(c, &at);
	return r && pypi_manage_yank(&c->work, &at, r, yanked, reason) && finish(c, tx);
}

static bool
yank(struct call *c)
{
	bool ok;
	const char *reason = text_member(c, "reason", &ok);

	return ok && set_yanked(c, true, reason);
}

static bool
unyank(struct call *c)
{
	return set_yanked(c, false, NULL);
}

/* ---- deleting ---- */

static bool
delete_project(struct call *c)
{
	struct pypi_place at;
	struct tx *tx = begin(c, SCOPE_DELETE, true, &at);

	return tx && pypi_manage_delete_project(&c->work, &at) && finish(c, tx);
}

static bool
delete_release(struct call *c)
{
	const struct pypi_release *r;
	struct pypi_place at;
	struct tx *tx = begin(c, SCOPE_DELETE, false, &at);

	if (!tx)
		return false;
	r = find_release(c, &at);
	return r && pypi_manage_delete_release(&c->work, &at, r) && finish(c, tx);
}

static bool
delete_file(struct call *c)
{
	const struct pypi_release *r;
	const struct pypi_file *f;
	struct pypi_place at;
	struct tx *tx = begin(c, SCOPE_DELETE, false, &at);

	if (!tx)
		return false;
	r = find_release(c, &at);
	if (!r)
		return false;
	f = pypi_file_find(&c->work, at.repository->id, path_span(c, "file"));
	if (!f || f->release_id != r->id)
		return not_found(c);
	return pypi_manage_delete_file(&c->work, &at, f) && finish(c, tx);
}

/* ---- status ---- */

static bool
set_status(struct call *c)
{
	bool status_ok, reason_ok;
	const char *status = text_member(c, "status", &status_ok);
	const char *reason = text_member(c, "reason", &reason_ok);
	struct pypi_place at;
	struct tx *tx;

	if (!status_ok || !reason_ok)
		return false;
	if (!status)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "status is missing");
	tx = begin(c, SCOPE_TRUSTED_PUBLISHING, false, &at);
	return tx && pypi_manage_status(&c->work, &at, status, reason) && finish(c, tx);
}

/* ---- owners and maintainers ---- */

static bool
list_roles(struct call *c)
{
	struct pypi_place at;
	struct doc *view, *list;
	const struct pypi_role *roles;
	struct rows rows;

	if (!pypi_path_project(c, &at) || !pypi_roles(&c->work, at.project->id, &rows))
		return false;
	view = doc_map(c->work.arena);
	doc_text(view, "organization", at.repository->owner);
	list = doc_add_list(view, "roles");
	roles = rows.at;
	for (size_t i = 0; i < rows.count; i++) {
		struct doc *role = doc_add_map(list, NULL);

		doc_text(role, "role", roles[i].role);
		doc_text(role, "user", roles[i].name);
	}
	return reply(c, 200, view);
}

static bool
change_role(struct call *c, bool put, bool maintainer)
{
	struct pypi_place at;
	struct tx *tx = begin(c, SCOPE_CHANGE_OWNERS, false, &at);
	struct span name = path_span(c, "user");
	const struct account *account;

	if (!tx)
		return false;
	account = memchr(name.at, '\0', name.len) ? NULL : account_find(&c->work, name);
	if (!account)
		return not_found(c);
	return (put ? pypi_manage_role_put(&c->work, &at, account, maintainer)
		    : pypi_manage_role_remove(&c->work, &at, account)) && finish(c, tx);
}

static bool
put_role(struct call *c)
{
	bool ok;
	const char *role = text_member(c, "role", &ok);

	if (!ok)
		return false;
	if (role && strcmp(role, "owner") != 0 && strcmp(role, "maintainer") != 0)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "role must be owner or maintainer");
	return change_role(c, true, role && strcmp(role, "maintainer") == 0);
}

static bool
remove_role(struct call *c)
{
	return change_role(c, false, false);
}

const struct route pypi_manage_routes[] = {
	ROUTE(PUT, "/:name/:version/yank", LATE, yank, "Yank a release",
	      .scope = SCOPE_YANK, .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE(DELETE, "/:name/:version/yank", LATE, unyank, "Take back that a release was yanked",
	      .scope = SCOPE_YANK, .flags = ROUTE_WRITES),
	ROUTE(DELETE, "/:name", LATE, delete_project, "Delete a project",
	      .scope = SCOPE_DELETE, .flags = ROUTE_WRITES),
	ROUTE(DELETE, "/:name/:version", LATE, delete_release, "Delete a release of a project",
	      .scope = SCOPE_DELETE, .flags = ROUTE_WRITES),
	ROUTE(DELETE, "/:name/:version/:file", LATE, delete_file, "Delete a file of a release",
	      .scope = SCOPE_DELETE, .flags = ROUTE_WRITES),
	ROUTE(PUT, "/:name/status", LATE, set_status, "Archive, deprecate or quarantine a project, or end that",
	      .scope = SCOPE_TRUSTED_PUBLISHING, .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE(GET, "/:name/owners", PUBLIC, list_roles, "Owners and maintainers of a project"),
	ROUTE(PUT, "/:name/owners/:user", LATE, put_role, "Make somebody owner or maintainer",
	      .scope = SCOPE_CHANGE_OWNERS, .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE(DELETE, "/:name/owners/:user", LATE, remove_role, "Take a role from somebody",
	      .scope = SCOPE_CHANGE_OWNERS, .flags = ROUTE_WRITES),
	ROUTE_END
};
