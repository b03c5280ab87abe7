/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Invitations to own a crate, as the invited and the inviting side see them.
 */
#include "protocols/crates/crates.h"

#include "base/arena.h"
#include "base/number.h"
#include "db/db.h"
#include "domain/email.h"
#include "domain/owner.h"
#include "domain/package.h"
#include "domain/repository.h"
#include "protocols/crates/views.h"

/* The old list has no pages. */
#define MAX_LISTED 1000

/* Invitees and inviters, each once. */
static bool
add_users(struct call *c, struct doc *view, const struct rows *invitations)
{
	const struct invitation *all = invitations->at;
	struct doc *list = doc_add_list(view, "users");
	int64_t *ids = arena_zalloc(c->work.arena, invitations->count * 2 + 1, sizeof(*ids));
	const struct owner *users;
	struct rows rows;

	for (size_t i = 0; i < invitations->count; i++) {
		ids[2 * i] = all[i].account_id;
		ids[2 * i + 1] = all[i].invited_by;
	}
	if (invitations->count == 0)
		return true;
	if (!owner_accounts(&c->work, ids, invitations->count * 2, &rows))
		return false;
	users = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		doc_put(list, NULL, owner_user_view(c, &users[i]));
	return true;
}

static void
add_invitations(struct call *c, struct doc *view, const char *key, const struct rows *rows, bool v1)
{
	const struct invitation *all = rows->at;
	struct doc *list = doc_add_list(view, key);

	for (size_t i = 0; i < rows->count; i++)
		doc_put(list, NULL, invitation_view(c, &all[i], v1));
}

static bool
list_mine(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);
	struct rows rows;

	if (!invitation_list_account(&c->work, c->actor.account_id, REPOSITORY_CRATES,
				     (struct slice){ .limit = MAX_LISTED }, &rows))
		return false;
	add_invitations(c, view, "crate_owner_invitations", &rows, true);
	call_header(c, "Cache-Control", "no-store");
	return add_users(c, view, &rows) && reply(c, 200, view);
}

/* ---- the private list ---- */

static bool
load_of_crate(struct call *c, const char *name, int64_t after, int64_t limit, struct rows *rows)
{
	const char *refusal = "only crate owners can query pending invitations for their crate";
	const struct package *p = crates_find(c, span_of(name));

	return p && crates_require_owner(c, p, refusal, refusal) &&
	       invitation_list_package(&c->work, p->id, after, limit, rows);
}

static bool
load_of_invitee(struct call *c, int64_t id, int64_t after, int64_t limit, struct rows *rows)
{
	if (id != c->actor.account_id)
		return fault_raise(&c->fault, FAULT_FORBIDDEN, "only the invitee can query their pending invitations");
	return invitation_list_account(&c->work, id, REPOSITORY_CRATES,
				       (struct slice){ .limit = limit, .after = after }, rows);
}

/* [crate id, account id] of the last one shown; which of them counts depends on the filter. */
static const char *
next_page(struct call *c, const struct rows *rows, const struct paging *paging)
{
	const struct invitation *last;
	struct doc *seek = doc_list(c->work.arena);

	if (rows->count < (size_t)paging->per_page)
		return NULL;
	last = (const struct invitation *)rows->at + rows->count - 1;
	doc_int(seek, NULL, last->package_id);
	doc_int(seek, NULL, last->account_id);
	return crates_query_with(c, "seek", crates_seek(c, seek));
}

static bool
list_private(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);
	const char *name;
	struct paging paging;
	struct rows rows;
	struct crates_int invitee;
	int64_t after = 0;
	bool loaded;

	if (!crates_query_text(c, "crate_name", &name) || !crates_query_id(c, "invitee_id", &invitee) ||
	    !crates_paging(c, PAGING_SEEK, &paging))
		return false;
	if (!name && !invitee.present)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "missing or invalid filter");
	if (paging.seek && !crates_seek_int(c, paging.seek, name ? 1 : 0, &after))
		return false;
	loaded = name ? load_of_crate(c, name, after, paging.per_page, &rows)
		      : load_of_invitee(c, invitee.value, after, paging.per_page, &rows);
	if (!loaded)
		return false;
	add_invitations(c, view, "invitations", &rows, false);
	if (!add_users(c, view, &rows))
		return false;
	doc_text(doc_add_map(view, "meta"), "next_page", next_page(c, &rows, &paging));
	call_header(c, "Cache-Control", "no-store");
	return reply(c, 200, view);
}

/* ---- answers ---- */

static bool
check_acceptable(struct call *c, const struct invitation *i)
{
	bool verified;

	if (!email_is_verified(&c->work, i->account_id, &verified))
		return false;
	if (!verified)
		return fault_raise(&c->fault, FAULT_FORBIDDEN,
				   "You need to verify your email address before you can accept the invitation to become "
				   "an owner of the %s crate.", i->package_name);
	if (i->expires_at > c->work.now)
		return true;
	return fault_raise(&c->fault, FAULT_GONE,
			   "The invitation to become an owner of the %s crate expired. Please reach out to an owner of "
			   "the crate to request a new invitation.", i->package_name);
}

static bool
answer(struct call *c, const struct invitation *i, bool accepted)
{
	struct doc *view = doc_map(c->work.arena), *inner = doc_add_map(view, "crate_owner_invitation");
	struct tx *tx;

	if (!i)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	if (accepted && !check_acceptable(c, i))
		return false;
	tx = tx_begin(&c->work);
	if (!tx || !(accepted ? invitation_accept(&c->work, i) : invitation_decline(&c->work, i)) ||
	    !tx_commit(&c->work, tx))
		return false;
	doc_int(inner, "crate_id", i->package_id);
	doc_bool(inner, "accepted", accepted);
	return reply(c, 200, view);
}

static bool
answer_mine(struct call *c)
{
	const struct doc *given = doc_find(c->document, "crate_owner_invite");
	const struct doc *accepted = doc_find(given, "accepted");
	int64_t package_id;

	if (!doc_is(given, DOC_MAP))
		return crates_refuse_document(c, "missing field `crate_owner_invite`");
	if (!doc_is(accepted, DOC_BOOL))
		return crates_refuse_document(c, "missing field `accepted`");
	if (!number_parse(path_span(c, "id"), 0, INT32_MAX, &package_id))
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "Invalid URL: Cannot parse `crate_id` to a `i32`");
	return answer(c, invitation_find(&c->work, package_id, c->actor.account_id), accepted->is.boolean);
}

static bool
accept_by_token(struct call *c)
{
	return answer(c, invitation_find_token(&c->work, path_span(c, "token")), true);
}

const struct route crates_invitation_routes[] = {
	ROUTE(GET, "/me/crate_owner_invitations", TOKEN, list_mine, "Invitations that the caller can accept"),
	ROUTE(PUT, "/me/crate_owner_invitations/:id", TOKEN, answer_mine, "Accept or decline an invitation",
	      .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE(PUT, "/me/crate_owner_invitations/accept/:token", PUBLIC, accept_by_token,
	      "Accept the invitation of a mailed link", .flags = ROUTE_WRITES | ROUTE_BY_SECRET),
	ROUTE_END
};

const struct route crates_private_routes[] = {
	ROUTE(GET, "/crate_owner_invitations", TOKEN, list_private, "Pending invitations of a crate or a user"),
	ROUTE_END
};
