/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to Python projects beside uploads; see the header.
 */
#include "domain/pypi_manage.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/account.h"
#include "domain/audit.h"
#include "domain/auth.h"
#include "domain/owner.h"
#include "domain/package.h"
#include "domain/pypi_change.h"
#include "domain/pypi_index.h"
#include "domain/pypi_project.h"
#include "domain/release.h"
#include "domain/repository.h"
#include "wire/doc.h"
#include "wire/json.h"

/* ---- what is noted ---- */

static struct arg
acting(struct work *w)
{
	return ref(w->actor ? w->actor->account_id : 0);
}

/* Up to two texts; a KEY that is NULL ends them, a text that is NULL is left out. */
static const char *
details(struct work *w, const char *key, const char *value, const char *second, const char *second_value)
{
	struct doc *d = doc_map(w->arena);
	struct buf b = buf_on(w->arena);

	if (key && value)
		doc_text(d, key, value);
	if (second && second_value)
		doc_text(d, second, second_value);
	json_write(&b, d, NULL);
	return buf_text(&b);
}

static bool
note(struct work *w, const struct pypi_place *at, struct audit what)
{
	what.repository_id = at->repository->id;
	what.package_id = at->project->id;
	return audit_add(w, &what);
}

/* A release or a file of it changed in the way that CHANGE says; NULL for RELEASE: everything may have. */
static bool
changed(struct work *w, const struct pypi_place *at, const struct pypi_release *release, struct pypi_change change)
{
	struct pypi_event event = {
		.changes = &change,
		.count = 1,
		.release = release,
		.filename = change.kind == PYPI_CHANGE_FILE_REMOVE ? change.subject : NULL,
	};

	return package_touch(w, at->project->id) && pypi_index_changed(w, at->repository, at->project->id, &event);
}

/* ---- yanking ---- */

bool
pypi_manage_yank(struct work *w, const struct pypi_place *at, const struct pypi_release *r, bool yanked,
		 const char *reason)
{
	const char *action = yanked ? "yank" : "unyank";
	bool new;

	if (!yanked || (reason && *reason == '\0'))
		reason = NULL;
	if (!release_set_yanked(w, r->id, yanked, reason, &new))
		return false;
	if (!new)
		return true;
	return package_refresh(w, at->project->id) &&
	       note(w, at, (struct audit){ .action = action, .release_id = r->id,
					   .details = details(w, "reason", reason, NULL, NULL) }) &&
	       changed(w, at, r, (struct pypi_change){
			.kind = yanked ? PYPI_CHANGE_RELEASE_YANK : PYPI_CHANGE_RELEASE_UNYANK,
			.release_id = r->id });
}

/* ---- deleting ---- */

/* What is left of the project's bytes without those of a release, or of one file of it. */
static bool
take_off(struct work *w, const struct pypi_place *at, int64_t release_id, int64_t file_id)
{
	return db_exec(w, Q_PYPI_MANAGE_TOTAL_LESS, ARGS(num(at->project->id), num(release_id), ref(file_id)), NULL);
}

bool
pypi_manage_delete_file(struct work *w, const struct pypi_place *at, const struct pypi_file *f)
{
	struct pypi_release release = { .id = f->release_id, .version = f->version, .version_key = f->version_key };

	return db_exec(w, Q_PYPI_MANAGE_REMEMBER_FILE, ARGS(num(f->id), acting(w)), NULL) &&
	       take_off(w, at, release.id, f->id) &&
	       db_exec(w, Q_PYPI_MANAGE_DELETE_FILE, ARGS(num(f->id)), NULL) &&
	       note(w, at, (struct audit){ .action = "file.delete", .release_id = release.id,
					   .details = details(w, "filename", f->filename, NULL, NULL) }) &&
	       changed(w, at, &release, (struct pypi_change){
			.kind = PYPI_CHANGE_FILE_REMOVE, .subject = f->filename, .release_id = release.id });
}

bool
pypi_manage_delete_release(struct work *w, const struct pypi_place *at, const struct pypi_release *r)
{
	int64_t id = at->project->id;

	return db_exec(w, Q_PYPI_MANAGE_REMEMBER_FILES, ARGS(num(id), num(r->id), acting(w)), NULL) &&
	       take_off(w, at, r->id, 0) && db_exec(w, Q_PYPI_MANAGE_DELETE_RELEASE, ARGS(num(r->id)), NULL) &&
	       package_refresh(w, id) &&
	       note(w, at, (struct audit){ .action = "release.delete",
					   .details = details(w, "version", r->version, NULL, NULL) }) &&
	       changed(w, at, r, (struct pypi_change){ .kind = PYPI_CHANGE_RELEASE_REMOVE, .version = r->version });
}

bool
pypi_manage_delete_project(struct work *w, const struct pypi_place *at)
{
	const struct pypi_project *p = at->project;
	const struct pypi_change change = { .kind = PYPI_CHANGE_PROJECT_REMOVE };

	return db_exec(w, Q_PYPI_MANAGE_REMEMBER_FILES, ARGS(num(p->id), ref(0), acting(w)), NULL) &&
	       package_delete(w, p->id, NULL, w->now) &&
	       audit_add(w, &(struct audit){ .action = "delete", .repository_id = at->repository->id,
					     .details = details(w, "name", p->name, NULL, NULL) }) &&
	       pypi_index_gone(w, at->repository, p->name, &change, 1);
}

/* ---- status ---- */

static bool
is_quarantine(const char *status)
{
	return strcmp(status, "quarantined") == 0;
}

static bool
check_status(struct work *w, const struct pypi_place *at, const char *status)
{
	static const char *const known[] = { "active", "archived", "deprecated", "quarantined" };
	bool is_known = false;

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		is_known = is_known || strcmp(status, known[i]) == 0;
	if (!is_known)
		return fault_raise(w->fault, FAULT_INVALID,
				   "status must be active, archived, deprecated or quarantined");
	if ((is_quarantine(status) || is_quarantine(at->project->status)) && w->actor && !w->actor->is_admin)
		return fault_raise(w->fault, FAULT_FORBIDDEN,
				   "Only administrators put projects into quarantine and let them out.");
	return true;
}

static struct pypi_change
status_change(const char *before, const char *status)
{
	if (is_quarantine(status))
		return (struct pypi_change){ .kind = PYPI_CHANGE_PROJECT_QUARANTINE };
	if (is_quarantine(before))
		return (struct pypi_change){ .kind = PYPI_CHANGE_PROJECT_RELEASE };
	return (struct pypi_change){ .kind = PYPI_CHANGE_PROJECT_STATUS, .subject = status };
}

bool
pypi_manage_status(struct work *w, const struct pypi_place *at, const char *status, const char *reason)
{
	const struct pypi_project *p = at->project;
	const char *before = p->status_reason ? p->status_reason : "";

	if (!reason)
		reason = "";
	if (!check_status(w, at, status))
		return false;
	if (strcmp(status, p->status) == 0 && strcmp(reason, before) == 0)
		return true;
	return db_exec(w, Q_PYPI_MANAGE_STATUS,
		       ARGS(num(p->id), text(status), text(*reason ? reason : NULL), timestamp(w->now)), NULL) &&
	       note(w, at, (struct audit){ .action = "status",
					   .details = details(w, "status", status, "reason", *reason ? reason : NULL) }) &&
	       changed(w, at, NULL, status_change(p->status, status));
}

/* ---- owners and maintainers ---- */

struct held_role {
	const char *role;
	bool has_other;
};
static const struct column held_columns[] = {
	COLUMN(held_role, role), COLUMN(held_role, has_other), COLUMNS_END
};
static const struct row_type held_row = ROW_TYPE(held_role, held_columns);

/* Both as they are shown; an organization's project can do without owners. */
static const struct held_role *
find_role(struct work *w, const struct pypi_place *at, const struct account *account, bool stays_owner)
{
	const struct held_role *held = db_one(w, Q_PYPI_MANAGE_ROLE, &held_row,
					      ARGS(num(at->project->id), num(account->id)));

	if (!held || stays_owner || !held->role || strcmp(held->role, "owner") != 0 || held->has_other ||
	    at->repository->owner_id != 0)
		return held;
	fault_raise(w->fault, FAULT_CONFLICT, "%s is the last owner of %s", account->name, at->project->name);
	return NULL;
}

static const char *
title(const char *role)
{
	return strcmp(role, "owner") == 0 ? "Owner" : "Maintainer";
}

/* All who may upload shall know who else may. */
static bool
warn(struct work *w, const struct pypi_place *at, const struct account *account, const char *deed)
{
	const char *name = at->project->name;

	return owner_warn(w, at->project->id, arena_printf(w->arena, "The roles of %s have changed", name),
			  arena_printf(w->arena, "%s %s of the project %s, by the hand of %s:\n%s/project/%s/\n",
				       account->name, deed, name, w->actor ? w->actor->name : "the administrator",
				       pypi_site_of(w, at->repository).base, name));
}

static bool
roles_changed(struct work *w, const struct pypi_place *at, const struct account *account, const char *before,
	      const char *after)
{
	struct pypi_change changes[2];
	size_t n = 0;

	if (before)
		changes[n++] = (struct pypi_change){
			.kind = PYPI_CHANGE_ROLE_REMOVE,
			.subject = arena_printf(w->arena, "%s %s", title(before), account->name),
		};
	if (after)
		changes[n++] = (struct pypi_change){
			.kind = PYPI_CHANGE_ROLE_ADD,
			.subject = arena_printf(w->arena, "%s %s", title(after), account->name),
		};
	return note(w, at, (struct audit){ .action = !after ? "owner.remove" : before ? "owner.update" : "owner.add",
					   .subject_account_id = account->id,
					   .details = details(w, "role", after ? after : before, NULL, NULL) }) &&
	       pypi_index_changed(w, at->repository, at->project->id,
				  &(struct pypi_event){ .changes = changes, .count = n });
}

bool
pypi_manage_role_put(struct work *w, const struct pypi_place *at, const struct account *account, bool maintainer)
{
	const char *role = maintainer ? "maintainer" : "owner";
	const struct held_role *held = find_role(w, at, account, !maintainer);

	if (!held)
		return false;
	if (held->role && strcmp(held->role, role) == 0)
		return true;
	return db_exec(w, Q_PYPI_MANAGE_ROLE_PUT,
		       ARGS(num(at->project->id), num(account->id), text(role), acting(w)), NULL) &&
	       warn(w, at, account, arena_printf(w->arena, "is from now on %s", role)) &&
	       roles_changed(w, at, account, held->role, role);
}

bool
pypi_manage_role_remove(struct work *w, const struct pypi_place *at, const struct account *account)
{
	const struct held_role *held = find_role(w, at, account, false);
	bool removed;

	if (!held)
		return false;
	if (!held->role)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "%s has no role in %s", account->name, at->project->name);
	return warn(w, at, account, arena_printf(w->arena, "is no longer %s", held->role)) &&
	       owner_remove(w, at->project->id, account->id, &removed) &&
	       roles_changed(w, at, account, held->role, NULL);
}
