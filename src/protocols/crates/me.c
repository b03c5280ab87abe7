/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The caller's own account: what it owns and follows, its address and what it
 * wants mail about; and deleting a crate.
 */
#include "protocols/crates/crates.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/number.h"
#include "db/db.h"
#include "domain/account.h"
#include "domain/audit.h"
#include "domain/email.h"
#include "domain/index.h"
#include "domain/limit.h"
#include "domain/owner.h"
#include "domain/package.h"
#include "domain/release.h"
#include "domain/repository.h"
#include "domain/taxonomy.h"
#include "protocols/crates/views.h"

/* Within so long after its creation a crate may be deleted whatever uses it. */
#define DELETE_FREELY (72 * CLOCK_HOUR)
#define DELETE_MAX_DOWNLOADS 1000
#define DELETED_NAME_BLOCKED CLOCK_DAY
#define MAIL_BURST 20
#define MAIL_EVERY (10 * CLOCK_MINUTE)

static bool
reply_ok(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);

	doc_bool(view, "ok", true);
	return reply(c, 200, view);
}

static bool
show_me(struct call *c)
{
	struct work *w = &c->work;
	const struct account *a = account_find_id(w, c->actor.account_id);
	struct doc *view = doc_map(w->arena), *owned;
	const struct owned_package *packages;
	const struct email *email;
	struct rows rows;

	if (!a)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	email = email_of(w, a->id);
	if (fault_is_set(&c->fault) || !owner_packages(w, a->id, REPOSITORY_CRATES, &rows))
		return false;
	doc_put(view, "user", self_view(c, a, email));
	owned = doc_add_list(view, "owned_crates");
	packages = rows.at;
	for (size_t i = 0; i < rows.count; i++) {
		struct doc *crate = doc_add_map(owned, NULL);

		doc_int(crate, "id", packages[i].id);
		doc_text(crate, "name", packages[i].name);
		doc_bool(crate, "email_notifications", packages[i].email_notifications);
	}
	call_header(c, "Cache-Control", "no-store");
	return reply(c, 200, view);
}

static bool
list_updates(struct call *c)
{
	struct doc *view = doc_map(c->work.arena), *versions;
	struct paging paging;
	struct rows rows;
	bool more;

	if (!crates_paging(c, PAGING_PAGE, &paging) ||
	    !release_list_followed(&c->work, c->actor.account_id, REPOSITORY_CRATES,
				   (struct slice){ .limit = paging.per_page + 1, .offset = paging_offset(&paging) },
				   &rows))
		return false;
	more = rows.count > (size_t)paging.per_page;
	if (more)
		rows.count = (size_t)paging.per_page;
	versions = version_list_view(c, &rows);
	if (!versions)
		return false;
	doc_put(view, "versions", versions);
	doc_bool(doc_add_map(view, "meta"), "more", more);
	call_header(c, "Cache-Control", "no-store");
	return reply(c, 200, view);
}

/* ---- the account ---- */

static bool
is_caller(struct call *c)
{
	int64_t id;

	if (!number_parse(path_span(c, "id"), 0, INT32_MAX, &id))
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "Invalid URL: Cannot parse `id` to a `i32`");
	if (id == c->actor.account_id)
		return true;
	return fault_raise(&c->fault, FAULT_BAD_REQUEST, "current user does not match requested user");
}

/* Addresses need not be the caller's: nobody's mailbox is to be filled from here. */
static bool
take_mail_limit(struct call *c)
{
	return limit_take(&c->work, c->actor.account_id, &(struct limit){
		"mail", MAIL_BURST, MAIL_EVERY, "You have asked for too many mails in a short period of time",
		call_url(c, "/docs/rate-limits")
	});
}

static bool
change_account(struct call *c)
{
	const struct doc *user = doc_find(c->document, "user");
	const struct doc *email = doc_find(user, "email"), *notify = doc_find(user, "publish_notifications");
	struct account_change change = { 0 };

	if (!is_caller(c))
		return false;
	if (!doc_is(user, DOC_MAP))
		return crates_refuse_document(c, "missing field `user`");
	if (email && email->kind != DOC_NULL && email->kind != DOC_TEXT)
		return crates_refuse_document(c, "user.email: invalid type, expected a string");
	if (notify && notify->kind != DOC_NULL && notify->kind != DOC_BOOL)
		return crates_refuse_document(c, "user.publish_notifications: invalid type, expected a boolean");
	if (doc_is(notify, DOC_BOOL))
		change.publish_notifications = &notify->is.boolean;
	if (change.publish_notifications && !account_update(&c->work, c->actor.account_id, &change))
		return false;
	if (doc_is(email, DOC_TEXT) &&
	    (!take_mail_limit(c) || !email_set(&c->work, c->actor.account_id, email->is.text)))
		return false;
	return reply_ok(c);
}

static bool
resend_confirmation(struct call *c)
{
	return is_caller(c) && take_mail_limit(c) && email_resend(&c->work, c->actor.account_id) && reply_ok(c);
}

static bool
confirm_email(struct call *c)
{
	return email_confirm(&c->work, path_span(c, "token")) && reply_ok(c);
}

/* [{"id": crate id, "email_notifications": bool}] */
static bool
change_notifications(struct call *c)
{
	if (!doc_is(c->document, DOC_LIST))
		return crates_refuse_document(c, "invalid type, expected a sequence");
	for (const struct doc *d = doc_first(c->document); d; d = d->next) {
		const struct doc *id = doc_find(d, "id"), *wanted = doc_find(d, "email_notifications");

		if (!doc_is(id, DOC_INT) || !doc_is(wanted, DOC_BOOL))
			return crates_refuse_document(c, "missing field `email_notifications`");
		if (!owner_set_notifications(&c->work, c->actor.account_id, id->is.integer, wanted->is.boolean))
			return false;
	}
	return reply_ok(c);
}

/* ---- deleting a crate ---- */

static bool
check_deletable(struct call *c, const struct package *p)
{
	struct package_use use;
	int64_t owners;

	if (!package_use(&c->work, p->id, &use) || !owner_user_count(&c->work, p->id, &owners))
		return false;
	if (c->work.now - p->created_at > DELETE_FREELY) {
		if (owners > 1)
			return fault_raise(&c->fault, FAULT_INVALID,
					   "only crates with a single owner can be deleted after 72 hours");
		if (use.monthly_downloads >= DELETE_MAX_DOWNLOADS)
			return fault_raise(&c->fault, FAULT_INVALID, "only crates with less than %d downloads per month "
					   "can be deleted after 72 hours", DELETE_MAX_DOWNLOADS);
	}
	if (use.dependent)
		return fault_raise(&c->fault, FAULT_INVALID, "only crates without reverse dependencies can be deleted "
				   "(e.g. %s depends on this crate)", use.dependent);
	return true;
}

static bool
delete_crate(struct call *c)
{
	struct work *w = &c->work;
	const struct package *p = crates_path_package(c);
	const char *message;
	struct tx *tx;

	if (!p || !crates_query_text(c, "message", &message) ||
	    !crates_require_owner(c, p, "team members don't have permission to delete crates",
				  "only owners have permission to delete crates"))
		return false;
	tx = tx_begin(w);
	if (!tx || !package_lock_to_delete(w, p->repository_id, p->id) || !check_deletable(c, p) ||
	    !audit_add(w, &(struct audit){ .action = "delete", .repository_id = p->repository_id, .package_id = p->id }) ||
	    !index_delete_crate(w, p->name) ||
	    !taxonomy_set(w, p->repository_id, p->id, &(struct taxonomy){ 0 }) ||
	    !change_add(w, p->repository_id, p->id, 0, "delete") ||
	    !package_delete(w, p->id, message, w->now + DELETED_NAME_BLOCKED) ||
	    !tx_commit(w, tx))
		return false;
	return reply_empty(c, 204);
}

const struct route crates_me_routes[] = {
	ROUTE(GET, "/me", TOKEN, show_me, "The caller and the crates it owns"),
	ROUTE(GET, "/me/updates", TOKEN, list_updates, "Latest versions of the crates the caller follows"),
	ROUTE(PUT, "/me/email_notifications", TOKEN, change_notifications, "Mail about single crates",
	      .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE(PUT, "/users/:id", TOKEN, change_account, "Change the caller's address or notifications",
	      .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE(PUT, "/users/:id/resend", TOKEN, resend_confirmation, "Send the confirmation mail again",
	      .flags = ROUTE_WRITES),
	ROUTE(PUT, "/confirm/:token", PUBLIC, confirm_email, "Confirm an address with the mailed token",
	      .flags = ROUTE_WRITES | ROUTE_BY_SECRET),
	ROUTE(GET, "/confirm/:token", PUBLIC, confirm_email, "The same, for the link in the mail",
	      .flags = ROUTE_WRITES | ROUTE_BY_SECRET | ROUTE_ANY_CLIENT),
	ROUTE(DELETE, "/crates/:crate", TOKEN, delete_crate, "Delete a crate", .flags = ROUTE_WRITES),
	ROUTE_END
};
