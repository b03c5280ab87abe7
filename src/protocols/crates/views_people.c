/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users, teams, tokens and invitations, as the crates.io API shows them. Teams
 * are organizations of this registry: "org:NAME".
 */
#include "base/arena.h"
#include "base/span.h"
#include "domain/account.h"
#include "domain/email.h"
#include "domain/owner.h"
#include "domain/token.h"
#include "protocols/call.h"
#include "protocols/crates/crates.h"
#include "protocols/crates/views.h"

struct doc *
user_view(struct call *c, const struct person *who)
{
	struct doc *d = doc_map(c->work.arena);

	doc_int(d, "id", who->id);
	doc_text(d, "login", who->login);
	doc_text(d, "name", who->name);
	doc_text(d, "avatar", who->avatar);
	doc_text(d, "url", who->url);
	doc_bool(d, "github_username_matches", false);
	doc_time(d, "created_at", who->created_at);
	return d;
}

struct doc *
account_view(struct call *c, const struct account *a)
{
	return user_view(c, &(struct person){
		.id = a->id,
		.login = a->name,
		.name = a->full_name,
		.avatar = a->avatar_url,
		.url = a->url,
		.created_at = a->created_at,
	});
}

struct doc *
owner_user_view(struct call *c, const struct owner *o)
{
	return user_view(c, &(struct person){
		.id = o->id,
		.login = o->name,
		.name = o->full_name,
		.avatar = o->avatar_url,
		.url = o->url,
		.created_at = o->created_at,
	});
}

struct doc *
self_view(struct call *c, const struct account *a, const struct email *email)
{
	struct doc *d = doc_map(c->work.arena);

	doc_int(d, "id", a->id);
	doc_text(d, "login", a->name);
	doc_bool(d, "email_verified", email && email->verified_at != 0);
	doc_bool(d, "email_verification_sent", email && (email->verified_at != 0 || email->verification_sent_at != 0));
	doc_text(d, "name", a->full_name);
	doc_text(d, "email", email ? email->address : NULL);
	doc_text(d, "avatar", a->avatar_url);
	doc_text(d, "url", a->url);
	doc_bool(d, "is_admin", a->is_admin);
	doc_bool(d, "publish_notifications", a->publish_notifications);
	doc_time(d, "created_at", a->created_at);
	return d;
}

const char *
team_login(struct arena *a, const char *name)
{
	return arena_printf(a, "org:%s", name);
}

struct doc *
owner_view(struct call *c, const struct owner *o)
{
	struct arena *a = c->work.arena;
	struct doc *d = doc_map(a);
	bool team = o->kind[0] == 'o';

	doc_int(d, "id", o->id);
	doc_text(d, "login", team ? team_login(a, o->name) : o->name);
	doc_text(d, "kind", team ? "team" : "user");
	doc_text(d, "url", o->url);
	doc_text(d, "name", o->full_name);
	doc_text(d, "avatar", o->avatar_url);
	if (!team)
		doc_bool(d, "github_username_matches", false);
	return d;
}

struct doc *
team_view(struct call *c, const struct account *organization)
{
	struct doc *d = doc_map(c->work.arena);

	doc_int(d, "id", organization->id);
	doc_text(d, "login", team_login(c->work.arena, organization->name));
	doc_text(d, "name", organization->full_name);
	doc_text(d, "avatar", organization->avatar_url);
	doc_text(d, "url", organization->url);
	return d;
}

/* ---- tokens ---- */

static void
put_time(struct doc *to, const char *key, int64_t t)
{
	if (t == 0)
		doc_null(to, key);
	else
		doc_time(to, key, t);
}

/* Patterns of crates; what the token may do in other repositories is not of this protocol. */
static void
put_crate_scopes(struct doc *to, const struct texts *resources)
{
	struct doc *list;

	if (!resources->items) {
		doc_null(to, "crate_scopes");
		return;
	}
	list = doc_add_list(to, "crate_scopes");
	for (size_t i = 0; i < resources->count; i++) {
		struct span pattern = span_of(resources->items[i]);

		if (span_starts(pattern, CRATES_REPOSITORY "/"))
			doc_span(list, NULL, span_skip(pattern, sizeof(CRATES_REPOSITORY "/") - 1));
	}
}

static void
put_endpoint_scopes(struct doc *to, const struct texts *scopes)
{
	struct doc *list;

	if (!scopes->items) {
		doc_null(to, "endpoint_scopes");
		return;
	}
	list = doc_add_list(to, "endpoint_scopes");
	for (size_t i = 0; i < scopes->count; i++)
		doc_text(list, NULL, scopes->items[i]);
}

static const char *const no_items[] = { NULL };
static const struct texts no_texts = { no_items, 0 };

struct doc *
token_view(struct call *c, const struct token *t)
{
	struct doc *d = doc_map(c->work.arena);

	doc_int(d, "id", t->id);
	doc_text(d, "name", t->name);
	if (t->secret)
		doc_text(d, "token", t->secret);
	doc_time(d, "created_at", t->created_at);
	put_time(d, "last_used_at", t->last_used_at);
	/* What a key of another protocol may do has no words here; it is not everything. */
	put_crate_scopes(d, t->grants.items ? &no_texts : &t->resources);
	put_endpoint_scopes(d, t->grants.items ? &no_texts : &t->scopes);
	put_time(d, "expired_at", t->expires_at);
	return d;
}

struct doc *
invitation_view(struct call *c, const struct invitation *i, bool v1)
{
	struct doc *d = doc_map(c->work.arena);

	doc_int(d, "invitee_id", i->account_id);
	if (i->invited_by != 0)
		doc_int(d, "inviter_id", i->invited_by);
	else
		doc_null(d, "inviter_id");
	if (v1)
		doc_text(d, "invited_by_username", i->inviter_name);
	doc_text(d, "crate_name", i->package_name);
	doc_int(d, "crate_id", i->package_id);
	doc_time(d, "created_at", i->created_at);
	doc_time(d, "expires_at", i->expires_at);
	return d;
}
