/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin user: add, list, show, set; totp is in totp.c.
 */
#include "admin/admin.h"

#include "base/arena.h"
#include "base/fault.h"
#include "domain/account.h"
#include "domain/email.h"
#include "protocols/reserved.h"

/* ---- shown ---- */

static void
put_account(struct doc *d, const struct account *account)
{
	doc_int(d, "id", account->id);
	doc_text(d, "name", account->name);
	doc_text(d, "full_name", account->full_name);
	doc_bool(d, "admin", account->is_admin);
}

static void
put_lock(struct doc *d, const struct account *account, int64_t now)
{
	doc_bool(d, "locked", account_is_locked(account, now));
	if (account->locked_until == 0 || account->locked_until == ACCOUNT_LOCKED_FOREVER)
		doc_null(d, "locked_until");
	else
		doc_time(d, "locked_until", account->locked_until);
	doc_text(d, "lock_reason", account->lock_reason);
}

static void
put_email(struct doc *d, const struct email *email)
{
	doc_text(d, "email", email ? email->address : NULL);
	doc_bool(d, "email_confirmed", email && email->verified_at != 0);
	doc_bool(d, "email_public", email && email->is_public);
}

static const struct doc *
account_document(struct admin *a, const struct account *account)
{
	struct doc *d = doc_map(a->work->arena);

	put_account(d, account);
	doc_text(d, "kind", account->kind);
	doc_text(d, "url", account->url);
	put_email(d, email_of(a->work, account->id));
	doc_bool(d, "publish_notifications", account->publish_notifications);
	put_lock(d, account, a->work->now);
	doc_time(d, "created_at", account->created_at);
	doc_time(d, "updated_at", account->updated_at);
	return d;
}

/* ---- add ---- */

struct add {
	const char *email;
	bool admin;
	bool confirmed;
	bool password_stdin;
	const char *full_name;
	const char *url;
};

static const struct admin_option add_options[] = {
	OPTION(add, email, "email", TEXT, "ADDRESS", "E-mail address; a confirmation link is sent to it"),
	OPTION(add, confirmed, "confirmed", FLAG, NULL, "The address is known to be right: send no mail"),
	OPTION(add, admin, "admin", FLAG, NULL, "May administer the registry"),
	OPTION(add, password_stdin, "password-stdin", FLAG, NULL, "Read the password from standard input (one line)"),
	OPTION(add, full_name, "full-name", TEXT, "TEXT", "Name as it is shown"),
	OPTION(add, url, "url", TEXT, "URL", "Home page"),
	OPTIONS_END
};

static bool
set_email(struct admin *a, int64_t id, const char *address, bool confirmed)
{
	if (!address)
		return !confirmed || fault_raise(a->work->fault, FAULT_INVALID, "--confirmed needs --email");
	return confirmed ? email_set_verified(a->work, id, span_of(address)) :
			   email_set(a->work, id, span_of(address));
}

static bool
add(struct admin *a)
{
	const struct add *o = a->options;
	struct work *w = a->work;
	struct account_new n = {
		.name = a->arguments[0],
		.full_name = o->full_name,
		.url = o->url,
		.is_admin = o->admin,
		.reserved = protocol_reserved_names(w->arena),
	};
	const struct account *account;
	struct tx *tx;

	if (o->password_stdin && !(n.password = admin_read_password(a)))
		return false;
	tx = tx_begin(w);
	account = account_create(w, &n);
	if (!account || !set_email(a, account->id, o->email, o->confirmed) || !tx_commit(w, tx))
		return false;
	return admin_say(a, account_document(a, account), "Created the user %s.", account->name);
}

/* ---- list ---- */

struct list {
	const char *after;
	int64_t limit;
	bool organizations;
};

static const struct admin_option list_options[] = {
	OPTION(list, organizations, "organizations", FLAG, NULL, "Organizations instead of users"),
	OPTION(list, after, "after", TEXT, "NAME", "Only names behind this one, to see more than a page"),
	OPTION(list, limit, "limit", COUNT, "N", "At most so many; default and most: 1000"),
	OPTIONS_END
};

static bool
list(struct admin *a)
{
	const struct list *o = a->options;
	struct doc *d = doc_list(a->work->arena);
	struct rows rows;
	const struct account *accounts;

	if (!account_list(a->work, o->organizations ? "organization" : "user", span_of(o->after),
			  o->limit > 0 ? o->limit : 1000, &rows))
		return false;
	accounts = rows.at;
	for (size_t i = 0; i < rows.count; i++) {
		struct doc *row = doc_add_map(d, NULL);

		put_account(row, &accounts[i]);
		doc_bool(row, "locked", account_is_locked(&accounts[i], a->work->now));
		doc_time(row, "created_at", accounts[i].created_at);
	}
	return admin_show(a, d);
}

/* ---- show ---- */

static bool
show(struct admin *a)
{
	const struct account *account = admin_account(a, a->arguments[0]);

	return account && admin_show(a, account_document(a, account));
}

/* ---- set ---- */

struct set {
	const char *email;
	bool confirmed;
	bool password_stdin;
	bool no_password;
	const bool *public;
	const bool *admin;
	const bool *notifications;
	const char *full_name;
	const char *url;
	int64_t lock;
	const char *reason;
	bool unlock;
};

static const struct admin_option set_options[] = {
	OPTION(set, email, "email", TEXT, "ADDRESS", "Another e-mail address"),
	OPTION(set, confirmed, "confirmed", FLAG, NULL,
	       "The address, new or present, is known to be right"),
	OPTION(set, public, "public-email", CHOICE, "yes|no", "Everybody may see the address"),
	OPTION(set, password_stdin, "password-stdin", FLAG, NULL,
	       "Read a new password from standard input (one line)"),
	OPTION(set, no_password, "no-password", FLAG, NULL, "Take the password away; tokens stay valid"),
	OPTION(set, admin, "admin", CHOICE, "yes|no", "May administer the registry"),
	OPTION(set, notifications, "notifications", CHOICE, "yes|no", "Mail about each publish"),
	OPTION(set, full_name, "full-name", TEXT, "TEXT", "Name as it is shown; empty: none"),
	OPTION(set, url, "url", TEXT, "URL", "Home page; empty: none"),
	OPTION(set, lock, "lock", TIME, "UNTIL",
	       "Refuse every credential until a time, for a duration, or until unlocked (`never`)"),
	OPTION(set, reason, "reason", TEXT, "TEXT", "Why it is locked; the user sees this"),
	OPTION(set, unlock, "unlock", FLAG, NULL, "Let the user in again"),
	OPTIONS_END
};

static bool
change_email(struct admin *a, int64_t id, const struct set *o)
{
	const struct email *present;

	if (o->email || !o->confirmed)
		return !o->email || set_email(a, id, o->email, o->confirmed);
	present = email_of(a->work, id);
	if (!present)
		return fault_raise(a->work->fault, FAULT_INVALID,
				   "there is no address to confirm; give one with --email");
	return set_email(a, id, present->address, true);
}

static bool
change_password(struct admin *a, int64_t id, const struct set *o)
{
	const char *password = NULL;

	if (!o->password_stdin && !o->no_password)
		return true;
	if (o->password_stdin && !(password = admin_read_password(a)))
		return false;
	return account_set_password(a->work, id, password);
}

static bool
change_lock(struct admin *a, int64_t id, const struct set *o)
{
	if (o->lock == 0 && !o->unlock)
		return !o->reason || fault_raise(a->work->fault, FAULT_INVALID, "--reason needs --lock");
	return account_lock(a->work, id, o->unlock ? 0 : o->lock, o->reason);
}

static bool
set(struct admin *a)
{
	const struct set *o = a->options;
	struct account_change change = {
		.full_name = o->full_name,
		.url = o->url,
		.is_admin = o->admin,
		.publish_notifications = o->notifications,
	};
	const struct account *account = admin_account(a, a->arguments[0]);
	struct tx *tx;

	if (!account)
		return false;
	tx = tx_begin(a->work);
	if (!account_update(a->work, account->id, &change) || !change_email(a, account->id, o) ||
	    (o->public && !email_set_public(a->work, account->id, *o->public)) ||
	    !change_password(a, account->id, o) || !change_lock(a, account->id, o) || !tx_commit(a->work, tx))
		return false;
	account = account_find_id(a->work, account->id);
	return account && admin_say(a, account_document(a, account), "Changed the user %s.", account->name);
}

static const struct admin_verb verbs[] = {
	{ .name = "add", .arguments = "NAME", .least = 1, .most = 1, .summary = "Create a user",
	  .options = add_options, .options_size = sizeof(struct add), .needs = NEEDS_SCHEMA, .run = add },
	{ .name = "list", .summary = "List users by name",
	  .options = list_options, .options_size = sizeof(struct list), .needs = NEEDS_SCHEMA, .run = list },
	{ .name = "show", .arguments = "NAME", .least = 1, .most = 1, .summary = "Show one user or organization",
	  .needs = NEEDS_SCHEMA, .run = show },
	{ .name = "set", .arguments = "NAME", .least = 1, .most = 1,
	  .summary = "Change a user: address, password, rights, lock",
	  .options = set_options, .options_size = sizeof(struct set), .needs = NEEDS_SCHEMA, .run = set },
	{ .name = "totp", .summary = "Second factors: enrol, confirm, show, recovery, remove", .verbs = user_totp_verbs },
	VERBS_END
};

const struct admin_verb user_verb = {
	.name = "user",
	.summary = "Add, list and change users",
	.verbs = verbs,
};
