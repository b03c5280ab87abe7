/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin org: add, list, set, member add, member remove, member list.
 */
#include "admin/admin.h"

#include "base/arena.h"
#include "base/fault.h"
#include "base/number.h"
#include "domain/account.h"
#include "domain/organization.h"
#include "protocols/reserved.h"

/* The organization of that name; NOT_FOUND. */
static const struct account *
organization(struct admin *a, const char *name)
{
	const struct account *account = admin_account(a, name);

	if (account && !account_is_organization(account)) {
		fault_raise(a->work->fault, FAULT_INVALID, "`%s` is a user, not an organization", account->name);
		return NULL;
	}
	return account;
}

/* ---- add, list ---- */

struct add {
	const char *full_name;
	const char *url;
	const char *admin;
};

static const struct admin_option add_options[] = {
	OPTION(add, admin, "admin", TEXT, "USER", "Its first administrator"),
	OPTION(add, full_name, "full-name", TEXT, "TEXT", "Name as it is shown"),
	OPTION(add, url, "url", TEXT, "URL", "Home page"),
	OPTIONS_END
};

static bool
add(struct admin *a)
{
	const struct add *o = a->options;
	struct account_new n = {
		.name = a->arguments[0],
		.full_name = o->full_name,
		.url = o->url,
		.reserved = protocol_reserved_names(a->work->arena),
	};
	const struct account *admin = NULL;
	const struct account *created;
	struct doc *d;

	if (o->admin && !(admin = admin_account(a, o->admin)))
		return false;
	created = organization_create(a->work, &n, admin ? admin->id : 0);
	if (!created)
		return false;
	d = doc_map(a->work->arena);
	doc_int(d, "id", created->id);
	doc_text(d, "name", created->name);
	return admin_say(a, d, "Created the organization %s.", created->name);
}

static bool
list(struct admin *a)
{
	struct doc *d = doc_list(a->work->arena);
	struct rows rows;
	const struct account *accounts;

	if (!account_list(a->work, "organization", span_of(a->arguments[0]), 1000, &rows))
		return false;
	accounts = rows.at;
	for (size_t i = 0; i < rows.count; i++) {
		struct doc *row = doc_add_map(d, NULL);

		doc_int(row, "id", accounts[i].id);
		doc_text(row, "name", accounts[i].name);
		doc_text(row, "full_name", accounts[i].full_name);
		doc_time(row, "created_at", accounts[i].created_at);
	}
	return admin_show(a, d);
}

/* ---- set ---- */

struct set {
	const char *seats;
};

static const struct admin_option set_options[] = {
	OPTION(set, seats, "seats", TEXT, "N", "How many members it may have; 0: any number"),
	OPTIONS_END
};

static bool
set(struct admin *a)
{
	const struct set *o = a->options;
	const struct account *org = organization(a, a->arguments[0]);
	struct doc *d = doc_map(a->work->arena);
	int64_t seats;

	if (!org)
		return false;
	if (!o->seats || !number_parse(span_of(o->seats), 0, INT32_MAX, &seats))
		return fault_raise(a->work->fault, FAULT_INVALID, "--seats takes a number");
	if (!organization_set_seats(a->work, org->id, seats))
		return false;
	doc_text(d, "name", org->name);
	doc_int(d, "seats", seats);
	return admin_say(a, d, "Changed the organization %s.", org->name);
}

/* ---- member ---- */

struct member_add {
	const char *role;
};

static const struct admin_option member_add_options[] = {
	OPTION(member_add, role, "role", TEXT, "ROLE", "admin, write (default) or read"),
	OPTIONS_END
};

static bool
member_add(struct admin *a)
{
	const struct member_add *o = a->options;
	const struct account *org = organization(a, a->arguments[0]);
	const struct account *user = org ? admin_account(a, a->arguments[1]) : NULL;
	enum member_role role = o->role ? member_role_parse(span_of(o->role)) : ROLE_WRITE;
	struct doc *d;

	if (!user || !organization_set_member(a->work, org->id, user->id, role))
		return false;
	d = doc_map(a->work->arena);
	doc_text(d, "organization", org->name);
	doc_text(d, "name", user->name);
	doc_text(d, "role", member_role_name(role));
	return admin_say(a, d, "%s is a member of %s (%s).", user->name, org->name, member_role_name(role));
}

static bool
member_remove(struct admin *a)
{
	const struct account *org = organization(a, a->arguments[0]);
	const struct account *user = org ? admin_account(a, a->arguments[1]) : NULL;
	struct doc *d;

	if (!user || !organization_remove_member(a->work, org->id, user->id))
		return false;
	d = doc_map(a->work->arena);
	doc_text(d, "organization", org->name);
	doc_text(d, "name", user->name);
	return admin_say(a, d, "%s is no member of %s any more.", user->name, org->name);
}

static bool
member_list(struct admin *a)
{
	const struct account *org = organization(a, a->arguments[0]);
	struct doc *d = doc_list(a->work->arena);
	struct rows rows;
	const struct member *members;

	if (!org || !organization_members(a->work, org->id, &rows))
		return false;
	members = rows.at;
	for (size_t i = 0; i < rows.count; i++) {
		struct doc *row = doc_add_map(d, NULL);

		doc_text(row, "name", members[i].name);
		doc_text(row, "full_name", members[i].full_name);
		doc_text(row, "role", members[i].role);
		doc_time(row, "created_at", members[i].created_at);
	}
	return admin_show(a, d);
}

static const struct admin_verb member_verbs[] = {
	{ .name = "add", .arguments = "ORG USER", .least = 2, .most = 2,
	  .summary = "Make a user a member, or change the member's role",
	  .options = member_add_options, .options_size = sizeof(struct member_add),
	  .needs = NEEDS_SCHEMA, .run = member_add },
	{ .name = "remove", .arguments = "ORG USER", .least = 2, .most = 2, .summary = "Take a member out",
	  .needs = NEEDS_SCHEMA, .run = member_remove },
	{ .name = "list", .arguments = "ORG", .least = 1, .most = 1, .summary = "List the members",
	  .needs = NEEDS_SCHEMA, .run = member_list },
	VERBS_END
};

static const struct admin_verb verbs[] = {
	{ .name = "add", .arguments = "NAME", .least = 1, .most = 1, .summary = "Create an organization",
	  .options = add_options, .options_size = sizeof(struct add), .needs = NEEDS_SCHEMA, .run = add },
	{ .name = "list", .arguments = "[AFTER]", .most = 1,
	  .summary = "List organizations by name, a thousand at a time",
	  .needs = NEEDS_SCHEMA, .run = list },
	{ .name = "set", .arguments = "NAME", .least = 1, .most = 1, .summary = "Change an organization",
	  .options = set_options, .options_size = sizeof(struct set), .needs = NEEDS_SCHEMA, .run = set },
	{ .name = "member", .summary = "Add, remove and list members", .verbs = member_verbs },
	VERBS_END
};

const struct admin_verb org_verb = {
	.name = "org",
	.summary = "Add and list organizations and their members",
	.verbs = verbs,
};
