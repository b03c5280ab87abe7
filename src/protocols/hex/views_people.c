/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users, members, organizations, keys and what was done, as documents.
 */
#include "protocols/hex/people.h"

#include <string.h>

#include "base/arena.h"
#include "base/encode.h"
#include "domain/account.h"
#include "domain/audit.h"
#include "domain/email.h"
#include "domain/grant.h"
#include "domain/hex_people.h"
#include "domain/repository.h"
#include "domain/token.h"
#include "protocols/hex/hex.h"

/* ---- users ---- */

static const char *
user_url(struct call *c, const char *name)
{
	return call_url(c, "/api/users/%s", name);
}

static void
put_packages(struct call *c, struct doc *view, const struct rows *packages)
{
	struct doc *list = doc_add_list(view, "packages"), *owned = doc_add_map(view, "owned_packages");
	const struct hex_owned *p = packages->at;

	for (size_t i = 0; i < packages->count; i++) {
		bool private = p[i].repository_id != REPOSITORY_HEX;
		const char *in = private ? arena_printf(c->work.arena, "/repos/%s", p[i].repository) : "";
		const char *url = call_url(c, "/api%s/packages/%s", in, p[i].name);
		struct doc *package = doc_add_map(list, NULL);

		doc_text(package, "name", p[i].name);
		doc_text(package, "repository", p[i].repository);
		doc_text(package, "url", url);
		doc_text(package, "html_url", private ? call_url(c, "/packages/%s/%s", p[i].repository, p[i].name)
						      : call_url(c, "/packages/%s", p[i].name));
		/* Names of private packages may be those of public ones; old clients know only these. */
		if (!private)
			doc_text(owned, p[i].name, url);
	}
}

struct doc *
hex_user_view(struct call *c, const struct account *a, const char *email, const struct rows *packages)
{
	struct doc *view = doc_map(c->work.arena);

	doc_text(view, "username", a->name);
	doc_text(view, "full_name", a->full_name);
	if (a->handles)
		doc_raw(view, "handles", span_of(a->handles));
	else
		doc_add_map(view, "handles");
	doc_text(view, "url", user_url(c, a->name));
	doc_time(view, "inserted_at", a->created_at);
	doc_time(view, "updated_at", a->updated_at);
	if (email)
		doc_text(view, "email", email);
	if (packages)
		put_packages(c, view, packages);
	return view;
}

const char *
hex_shown_address(struct call *c, const struct account *a)
{
	const struct email *email = email_of(&c->work, a->id);

	return email && email->is_public && email->verified_at != 0 ? email->address : NULL;
}

/* ---- organizations ---- */

struct doc *
hex_member_view(struct call *c, const struct member *m)
{
	struct doc *view = doc_map(c->work.arena);

	doc_text(view, "username", m->name);
	if (m->email)
		doc_text(view, "email", m->email);
	doc_text(view, "url", user_url(c, m->name));
	doc_text(view, "role", m->role);
	return view;
}

struct doc *
hex_organization_view(struct call *c, const struct account *o)
{
	struct doc *view = doc_map(c->work.arena);

	doc_text(view, "name", o->name);
	doc_bool(view, "billing_active", true);
	doc_time(view, "inserted_at", o->created_at);
	doc_time(view, "updated_at", o->updated_at);
	return view;
}

/* ---- keys ---- */

static void
put_permissions(struct call *c, struct doc *view, const struct token *t)
{
	struct doc *list = doc_add_list(view, "permissions");
	size_t count;
	const struct grant *grants = grants_of(c->work.arena, t, &count);

	for (size_t i = 0; i < count; i++) {
		struct doc *grant = doc_add_map(list, NULL);

		doc_text(grant, "domain", grant_domain_name(grants[i].domain));
		doc_span(grant, "resource", grants[i].resource);
	}
}

static const char *
key_url(struct call *c, const struct token *t, const struct account *organization)
{
	struct buf name = buf_on(c->work.arena);

	encode_path_segment(&name, span_of(t->name));
	if (organization)
		return call_url(c, "/api/orgs/%s/keys/%s", organization->name, buf_text(&name));
	return call_url(c, "/api/keys/%s", buf_text(&name));
}

struct doc *
hex_key_view(struct call *c, const struct token *t, const struct account *organization)
{
	struct doc *view = doc_map(c->work.arena), *use;

	doc_text(view, "name", t->name);
	doc_bool(view, "authing_key", t->id == c->actor.token_id);
	doc_text(view, "secret", t->secret);
	put_permissions(c, view, t);
	if (t->expires_at != 0)
		doc_time(view, "revoke_at", t->expires_at);
	else
		doc_null(view, "revoke_at");
	doc_time(view, "inserted_at", t->created_at);
	doc_time(view, "updated_at", t->updated_at);
	doc_text(view, "url", key_url(c, t, organization));
	if (t->last_used_at == 0)
		return view;
	use = doc_add_map(view, "last_use");
	doc_time(use, "used_at", t->last_used_at);
	doc_text(use, "ip", t->last_used_addr);
	doc_text(use, "user_agent", t->last_used_agent);
	return view;
}

/* ---- the record ---- */

/* What is called otherwise here; the rest goes by one name everywhere. */
static const char *const actions[][2] = {
	{ "account.create", "user.create" },
	{ "account.password", "password.update" },
	{ "account.update", "user.update" },
	{ "email.change", "email.add" },
	{ "token.create", "key.generate" },
	{ "token.revoke", "key.remove" },
};

struct doc *
hex_audit_view(struct call *c, const struct rows *entries)
{
	struct doc *list = doc_list(c->work.arena);
	const struct audit_entry *e = entries->at;

	for (size_t i = 0; i < entries->count; i++) {
		struct doc *view = doc_add_map(list, NULL);
		const char *action = e[i].action;

		for (size_t j = 0; j < ARRAY_LEN(actions); j++)
			if (strcmp(actions[j][0], e[i].action) == 0)
				action = actions[j][1];
		doc_text(view, "action", action);
		doc_text(view, "user_agent", e[i].user_agent);
		doc_raw(view, "params", span_of(e[i].details));
		doc_time(view, "inserted_at", e[i].at);
	}
	return list;
}
