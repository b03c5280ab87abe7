/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Organizations and their members, and the repositories that the caller may
 * read. Whoever is no member hears of nothing.
 */
#include "protocols/hex/people.h"

#include <string.h>

#include "base/arena.h"
#include "base/number.h"
#include "base/text.h"
#include "domain/account.h"
#include "domain/audit.h"
#include "domain/hex_repository.h"
#include "domain/repository.h"
#include "protocols/hex/hex.h"

/* ---- what a path names ---- */

/* A key of the organization may do what a member who writes may. */
static bool
role_of_caller(struct call *c, const struct account *organization, enum member_role *role)
{
	if (c->actor.account_id == organization->id) {
		*role = ROLE_WRITE;
		return true;
	}
	if (c->actor.is_admin) {
		*role = ROLE_ADMIN;
		return true;
	}
	return organization_role(&c->work, organization->id, c->actor.account_id, role);
}

const struct account *
hex_path_organization(struct call *c, enum member_role role)
{
	struct span name = path_span(c, "organization");
	const struct account *a = span_find_nul(name) < 0 ? account_find(&c->work, name) : NULL;
	enum member_role has = ROLE_NONE;

	/* Names are compared as they are written. */
	if (a && (!account_is_organization(a) || !span_is(name, a->name)))
		a = NULL;
	if (a && !role_of_caller(c, a, &has))
		return NULL;
	if (has == ROLE_NONE) {
		fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
		return NULL;
	}
	if (has >= role)
		return a;
	fault_raise(&c->fault, FAULT_FORBIDDEN, "account not authorized for this action");
	return NULL;
}

/* Reading: strangers are told that there is nothing, whether or not they have a credential. */
static const struct account *
organization_to_read(struct call *c)
{
	if (!call_authenticate(c))
		return NULL;
	if (c->actor.account_id == 0) {
		fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
		return NULL;
	}
	if (!call_authorize(c, SCOPE_READ, NULL, NULL))
		return NULL;
	return hex_path_organization(c, ROLE_READ);
}

static const struct account *
path_user(struct call *c)
{
	struct span name = path_span(c, "user");
	const struct account *a = NULL;

	if (span_find_nul(name) < 0)
		a = span_contains(name, "@") ? account_find_public_email(&c->work, name) : account_find(&c->work, name);
	if (!a)
		fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	return a;
}

/* ---- organizations ---- */

/* A key of an organization stands for that one, a user for those it is a member of. */
static bool
organizations_of_caller(struct call *c, struct rows *out)
{
	int64_t *ids;
	const struct member *m;
	struct rows rows;

	if (c->actor.is_organization)
		return account_find_ids(&c->work, &c->actor.account_id, 1, out);
	if (!organization_list_of(&c->work, c->actor.account_id, &rows))
		return false;
	m = rows.at;
	ids = arena_zalloc(c->work.arena, rows.count + 1, sizeof(*ids));
	for (size_t i = 0; i < rows.count; i++)
		ids[i] = m[i].organization_id;
	return account_find_ids(&c->work, ids, rows.count, out);
}

static bool
list(struct call *c)
{
	struct doc *view = doc_list(c->work.arena);
	struct rows rows = { NULL, 0 };
	const struct account *organizations;

	if (c->actor.account_id != 0 && !organizations_of_caller(c, &rows))
		return false;
	organizations = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		doc_put(view, NULL, hex_organization_view(c, &organizations[i]));
	return reply(c, 200, view);
}

static bool
reply_organization(struct call *c, const struct account *o)
{
	struct doc *view = hex_organization_view(c, o), *users;
	const struct member *members;
	struct rows rows;

	if (!organization_members(&c->work, o->id, &rows))
		return false;
	if (o->seats != 0)
		doc_int(view, "seats", o->seats);
	else
		doc_null(view, "seats");
	users = doc_add_list(view, "users");
	members = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		doc_put(users, NULL, hex_member_view(c, &members[i]));
	return reply(c, 200, view);
}

static bool
show(struct call *c)
{
	const struct account *o = organization_to_read(c);

	return o && reply_organization(c, o);
}

static bool
change(struct call *c)
{
	const struct account *o = hex_path_organization(c, ROLE_ADMIN);
	const struct doc *seats = doc_find(c->document, "seats");
	const char *text = hex_param(c, "seats");
	int64_t wanted = 0;

	if (!o)
		return false;
	if (doc_is(seats, DOC_INT))
		wanted = seats->is.integer;
	else if (!text || !number_parse(span_of(text), INT64_MIN, INT64_MAX, &wanted))
		wanted = -1;
	if (wanted < 1)
		return hex_refuse_field(c, "seats", "is invalid");
	if (!organization_set_seats(&c->work, o->id, wanted))
		return false;
	o = account_find_id(&c->work, o->id);
	return o && reply_organization(c, o);
}

static bool
list_done(struct call *c)
{
	const struct account *o = organization_to_read(c);
	struct slice page = { .limit = HEX_PER_PAGE, .offset = hex_page_offset(c) };
	struct rows entries;

	return o && audit_list_organization(&c->work, o->id, page, &entries) &&
	       reply(c, 200, hex_audit_view(c, &entries));
}

/* ---- members ---- */

static bool
list_members(struct call *c)
{
	const struct account *o = organization_to_read(c);
	struct doc *view = doc_list(c->work.arena);
	const struct member *members;
	struct rows rows;

	if (!o || !organization_members(&c->work, o->id, &rows))
		return false;
	members = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		doc_put(view, NULL, hex_member_view(c, &members[i]));
	return reply(c, 200, view);
}

/* The user, and its role in the organization. */
static bool
reply_member(struct call *c, const struct account *o, const struct account *user)
{
	const struct member *m = organization_member(&c->work, o->id, user->id);
	struct doc *view;

	if (!m)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	view = hex_user_view(c, user, m->email, NULL);
	doc_text(view, "role", m->role);
	return reply(c, 200, view);
}

static bool
show_member(struct call *c)
{
	const struct account *o = organization_to_read(c);
	const struct account *user = o ? path_user(c) : NULL;

	return user && reply_member(c, o, user);
}

static bool
read_role(struct call *c, enum member_role *role)
{
	const char *text = hex_param(c, "role");

	*role = text ? member_role_parse(span_of(text)) : ROLE_NONE;
	return *role != ROLE_NONE || hex_refuse_field(c, "role", "is invalid");
}

static bool
add_member(struct call *c)
{
	const struct account *o = hex_path_organization(c, ROLE_ADMIN), *user = NULL;
	const char *name = hex_param(c, "name");
	enum member_role role;
	struct tx *tx;

	if (!o)
		return false;
	if (name)
		user = strchr(name, '@') ? account_find_public_email(&c->work, span_of(name))
					 : account_find(&c->work, span_of(name));
	if (!user)
		return hex_refuse_field(c, "name", "unknown user");
	if (!read_role(c, &role))
		return false;
	call_header(c, "Location", call_url(c, "/api/orgs/%s/members/%s", o->name, user->name));
	/* Who is answered with a failure has added nobody: the answer is read before the commit. */
	tx = tx_begin(&c->work);
	return tx && organization_add_member(&c->work, o->id, user->id, role) && reply_member(c, o, user) &&
	       tx_commit(&c->work, tx);
}

/* Of somebody who is a member: nobody becomes one in passing. */
static const struct account *
path_member(struct call *c, const struct account *o)
{
	const struct account *user = path_user(c);

	if (user && organization_member(&c->work, o->id, user->id))
		return user;
	fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	return NULL;
}

static bool
change_member(struct call *c)
{
	const struct account *o = hex_path_organization(c, ROLE_ADMIN);
	const struct account *user = o ? path_member(c, o) : NULL;
	enum member_role role;
	struct tx *tx;

	if (!user || !read_role(c, &role))
		return false;
	tx = tx_begin(&c->work);
	return tx && organization_set_member(&c->work, o->id, user->id, role) && reply_member(c, o, user) &&
	       tx_commit(&c->work, tx);
}

static bool
remove_member(struct call *c)
{
	const struct account *o = hex_path_organization(c, ROLE_ADMIN);
	const struct account *user = o ? path_member(c, o) : NULL;

	return user && organization_remove_member(&c->work, o->id, user->id) && reply_empty(c, 204);
}

/* ---- repositories ---- */

static struct doc *
repository_view(struct call *c, const struct repository *r)
{
	struct doc *view = doc_map(c->work.arena);

	doc_text(view, "name", r->name);
	doc_time(view, "inserted_at", r->created_at);
	doc_time(view, "updated_at", r->created_at);
	return view;
}

static bool
list_repositories(struct call *c)
{
	struct doc *view = doc_list(c->work.arena);
	const struct repository *r;
	struct rows rows;

	if (!actor_is_nobody(&c->actor) && !call_authorize(c, SCOPE_READ, NULL, NULL))
		return false;
	if (!hex_repository_list(&c->work, &rows))
		return false;
	r = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		doc_put(view, NULL, repository_view(c, &r[i]));
	return reply(c, 200, view);
}

static bool
show_repository(struct call *c)
{
	const struct repository *r;

	if (!actor_is_nobody(&c->actor) && !call_authorize(c, SCOPE_READ, NULL, NULL))
		return false;
	r = hex_path_repository(c, ACCESS_READ);
	return r && reply(c, 200, repository_view(c, r));
}

#define ADMINISTER .scope = SCOPE_ADMIN, .flags = ROUTE_WRITES

const struct route hex_organization_routes[] = {
	ROUTE(GET, "/orgs", OPTIONAL, list, "The caller's organizations", .scope = SCOPE_READ),
	ROUTE(GET, "/orgs/:organization", LATE, show, "An organization", .scope = SCOPE_READ),
	ROUTE(POST, "/orgs/:organization", SCOPE, change, "Change an organization's seats",
	      .body = BODY_DOCUMENT, ADMINISTER),
	ROUTE(GET, "/orgs/:organization/audit-logs", LATE, list_done, "What concerned an organization",
	      .scope = SCOPE_READ),
	ROUTE(GET, "/orgs/:organization/members", LATE, list_members, "An organization's members",
	      .scope = SCOPE_READ),
	ROUTE(POST, "/orgs/:organization/members", SCOPE, add_member, "Add a member",
	      .body = BODY_DOCUMENT, ADMINISTER),
	ROUTE(GET, "/orgs/:organization/members/:user", LATE, show_member, "A member", .scope = SCOPE_READ),
	ROUTE(POST, "/orgs/:organization/members/:user", SCOPE, change_member, "Change a member's role",
	      .body = BODY_DOCUMENT, ADMINISTER),
	ROUTE(DELETE, "/orgs/:organization/members/:user", SCOPE, remove_member, "Take a member out", ADMINISTER),
	ROUTE(GET, "/repos", OPTIONAL, list_repositories, "The repositories that the caller may read",
	      .scope = SCOPE_READ),
	ROUTE(GET, "/repos/:repository", OPTIONAL, show_repository, "A repository", .scope = SCOPE_READ),
	ROUTE_END
};
