/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners of a crate: persons, who are invited, and organizations ("org:NAME"),
 * which are added at once. A request changes all or nothing.
 */
#include "protocols/crates/crates.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"
#include "db/db.h"
#include "domain/account.h"
#include "domain/audit.h"
#include "domain/organization.h"
#include "domain/owner.h"
#include "domain/package.h"
#include "protocols/crates/views.h"

#define MAX_NAMES 10
#define TEAM_PREFIX "org:"

/* ---- lists ---- */

static bool
is_organization(const struct owner *o)
{
	return o->kind[0] == 'o';
}

enum { USERS = 1, TEAMS = 2 };

static bool
reply_owners(struct call *c, const char *key, unsigned which)
{
	const struct package *p = crates_path_package(c);
	struct doc *view = doc_map(c->work.arena), *list = doc_add_list(view, key);
	const struct owner *owners;
	struct rows rows;

	if (!p || !owner_list(&c->work, p->id, &rows))
		return false;
	owners = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		if (which & (is_organization(&owners[i]) ? TEAMS : USERS))
			doc_put(list, NULL, owner_view(c, &owners[i]));
	return reply(c, 200, view);
}

static bool
list_owners(struct call *c)
{
	return reply_owners(c, "users", USERS | TEAMS);
}

static bool
list_user_owners(struct call *c)
{
	return reply_owners(c, "users", USERS);
}

static bool
list_team_owners(struct call *c)
{
	return reply_owners(c, "teams", TEAMS);
}

/* ---- changes ---- */

/* {"owners": […]}; cargo writes "users". */
static bool
read_names(struct call *c, const struct doc **names)
{
	*names = doc_find(c->document, "owners");
	if (!*names)
		*names = doc_find(c->document, "users");
	if (!*names)
		return crates_refuse_document(c, "missing field `owners`");
	if (!doc_is(*names, DOC_LIST))
		return crates_refuse_document(c, "owners: invalid type, expected a sequence");
	for (const struct doc *n = doc_first(*names); n; n = n->next)
		if (n->kind != DOC_TEXT || span_find_nul(n->is.text) >= 0)
			return crates_refuse_document(c, "owners: invalid type, expected a string");
	if ((*names)->count > MAX_NAMES)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "too many invites for this request - maximum %d", MAX_NAMES);
	return true;
}

static const char *
login_of(struct call *c, const struct owner *o)
{
	return is_organization(o) ? team_login(c->work.arena, o->name) : o->name;
}

static const struct owner *
find_owner(struct call *c, const struct rows *owners, const char *login)
{
	const struct owner *o = owners->at;

	for (size_t i = 0; i < owners->count; i++)
		if (text_equal_nocase(login_of(c, &o[i]), login))
			return &o[i];
	return NULL;
}

/* "org:NAME": an organization of this registry that the caller belongs to. */
static const struct account *
find_team(struct call *c, const char *login)
{
	struct span name = span_skip(span_of(login), strlen(TEAM_PREFIX));
	const struct account *team;
	enum member_role role;

	if (!span_starts(span_of(login), TEAM_PREFIX)) {
		fault_raise(&c->fault, FAULT_BAD_REQUEST, "unknown organization handler, only 'org:name' is supported");
		return NULL;
	}
	if (name.len == 0) {
		fault_raise(&c->fault, FAULT_BAD_REQUEST, "missing organization argument; format is org:name");
		return NULL;
	}
	if (!account_name_is_valid(name)) {
		fault_raise(&c->fault, FAULT_BAD_REQUEST, "organization cannot contain special characters like %c",
			    name.at[strcspn(name.at, ":/@ ")] ? name.at[strcspn(name.at, ":/@ ")] : '/');
		return NULL;
	}
	team = account_find(&c->work, name);
	if (!team || !account_is_organization(team)) {
		fault_raise(&c->fault, FAULT_BAD_REQUEST, "could not find the organization %s", name.at);
		return NULL;
	}
	if (!organization_role(&c->work, team->id, c->actor.account_id, &role))
		return NULL;
	if (role == ROLE_NONE && !c->actor.is_admin) {
		fault_raise(&c->fault, FAULT_FORBIDDEN,
			    "only members of a team or organization owners can add it as an owner");
		return NULL;
	}
	return team;
}

static bool
audit_owner(struct call *c, const struct package *p, const char *action, int64_t subject_id)
{
	return audit_add(&c->work, &(struct audit){ .action = action, .repository_id = p->repository_id,
						    .package_id = p->id, .subject_account_id = subject_id });
}

static bool
add_team(struct call *c, const struct package *p, const char *login, const char **message)
{
	const struct account *team = find_team(c, login);

	if (!team || !owner_add(&c->work, p->id, team->id) || !audit_owner(c, p, "owner.add", team->id))
		return false;
	*message = arena_printf(c->work.arena, "team %s has been added as an owner of crate %s",
				team_login(c->work.arena, team->name), p->name);
	return true;
}

static bool
invite_user(struct call *c, const struct package *p, const char *login, const char **message)
{
	const struct account *user = account_find(&c->work, span_of(login));
	bool pending;

	if (!user || account_is_organization(user))
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "could not find user with login `%s`", login);
	if (!invitation_add(&c->work, p, user, &pending))
		return false;
	*message = arena_printf(c->work.arena, pending ? "user %s already has a pending invitation to be an owner of crate %s"
						       : "user %s has been invited to be an owner of crate %s",
				user->name, p->name);
	return pending || audit_owner(c, p, "owner.invite", user->id);
}

static bool
add_one(struct call *c, const struct package *p, const struct rows *owners, const char *login, const char **message)
{
	if (find_owner(c, owners, login))
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "`%s` is already an owner", login);
	if (strchr(login, ':'))
		return add_team(c, p, login, message);
	return invite_user(c, p, login, message);
}

static bool
add_all(struct call *c, const struct package *p, const struct doc *names, struct buf *messages)
{
	const char *message = NULL;
	struct rows owners;

	if (!owner_list(&c->work, p->id, &owners))
		return false;
	for (const struct doc *n = doc_first(names); n; n = n->next) {
		if (!add_one(c, p, &owners, n->is.text.at, &message))
			return false;
		buf_puts(messages, messages->len > 0 ? "," : "");
		buf_puts(messages, message);
	}
	return true;
}

static bool
remove_all(struct call *c, const struct package *p, const struct doc *names, struct buf *messages)
{
	struct rows owners;
	int64_t left;
	bool removed;

	if (!owner_list(&c->work, p->id, &owners))
		return false;
	for (const struct doc *n = doc_first(names); n; n = n->next) {
		const struct owner *o = find_owner(c, &owners, n->is.text.at);

		if (!o)
			return fault_raise(&c->fault, FAULT_BAD_REQUEST, "could not find owner with login `%s`", n->is.text.at);
		if (!owner_remove(&c->work, p->id, o->id, &removed) || !audit_owner(c, p, "owner.remove", o->id))
			return false;
	}
	if (!owner_user_count(&c->work, p->id, &left))
		return false;
	if (left == 0)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST,
				   "cannot remove all individual owners of a crate. Team member don't have permission to "
				   "modify owners, so at least one individual owner is required.");
	buf_puts(messages, "owners successfully removed");
	return true;
}

typedef bool (*change_fn)(struct call *, const struct package *, const struct doc *, struct buf *);

static bool
change_in_transaction(struct call *c, const struct package *p, const struct doc *names,
	change_fn change, struct buf *messages)
{
	struct tx *tx = tx_begin(&c->work);

	return tx && package_lock(&c->work, p->id) && change(c, p, names, messages) &&
	       change_add(&c->work, p->repository_id, p->id, 0, "owners") &&
	       tx_commit(&c->work, tx);
}

static bool
change_owners(struct call *c, change_fn change)
{
	struct buf messages = buf_on(c->work.arena);
	struct doc *view = doc_map(c->work.arena);
	const struct doc *names;
	const struct package *p;

	if (!read_names(c, &names) ||
	    !call_authorize(c, SCOPE_CHANGE_OWNERS, CRATES_REPOSITORY, path_text(c, "crate")))
		return false;
	p = crates_path_package(c);
	/* Again, by its real name: the path may spell it as another crate that the token covers. */
	if (!p || !call_authorize(c, SCOPE_CHANGE_OWNERS, CRATES_REPOSITORY, p->name) ||
	    !crates_require_owner(c, p, "team members don't have permission to modify owners",
					"only owners have permission to modify owners"))
		return false;
	if (!change_in_transaction(c, p, names, change, &messages))
		return false;
	doc_text(view, "msg", buf_text(&messages));
	doc_bool(view, "ok", true);
	return reply(c, 200, view);
}

static bool
add_owners(struct call *c)
{
	return change_owners(c, add_all);
}

static bool
remove_owners(struct call *c)
{
	return change_owners(c, remove_all);
}

const struct route crates_owner_routes[] = {
	ROUTE(GET, "/crates/:crate/owners", PUBLIC, list_owners, "Owners of a crate"),
	ROUTE(GET, "/crates/:crate/owner_user", PUBLIC, list_user_owners, "Persons that own a crate"),
	ROUTE(GET, "/crates/:crate/owner_team", PUBLIC, list_team_owners, "Organizations that own a crate"),
	ROUTE(PUT, "/crates/:crate/owners", LATE, add_owners, "Invite owners",
	      .scope = SCOPE_CHANGE_OWNERS, .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE(DELETE, "/crates/:crate/owners", LATE, remove_owners, "Remove owners",
	      .scope = SCOPE_CHANGE_OWNERS, .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE_END
};
