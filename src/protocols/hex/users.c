/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users: registering, the caller, and everybody else.
 */
#include "protocols/hex/people.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "domain/account.h"
#include "domain/audit.h"
#include "domain/email.h"
#include "domain/hex_people.h"
#include "domain/limit.h"
#include "domain/registration.h"
#include "protocols/hex/hex.h"
#include "protocols/reserved.h"

#define MIN_NAME 3
/* Accounts that one address may make in an hour; each of them sends a mail. */
#define REGISTRATIONS 20

static const char *const reserved[] = { "me", "hex", "hexpm", "elixir", "erlang", "otp" };

/* ---- registering ---- */

static bool
is_reserved(struct call *c, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (strcmp(reserved[i], name) == 0)
			return true;
	for (const char *const *r = protocol_reserved_names(c->work.arena); *r; r++)
		if (text_equal_nocase(*r, name))
			return true;
	return false;
}

static bool
check_name(struct call *c, const char *name)
{
	if (!name)
		return hex_refuse_field(c, "username", "can't be blank");
	if (strlen(name) < MIN_NAME)
		return hex_refuse_field(c, "username", "should be at least %d character(s)", MIN_NAME);
	if (strlen(name) > ACCOUNT_MAX_NAME)
		return hex_refuse_field(c, "username", "should be at most %d character(s)", ACCOUNT_MAX_NAME);
	if (!account_name_is_valid(span_of(name)))
		return hex_refuse_field(c, "username", "has invalid format");
	return !is_reserved(c, name) || hex_refuse_field(c, "username", "is reserved");
}

static bool
check_password(struct call *c, const char *password)
{
	if (!password)
		return hex_refuse_field(c, "password", "can't be blank");
	if (strlen(password) < ACCOUNT_MIN_PASSWORD)
		return hex_refuse_field(c, "password", "should be at least %d character(s)", ACCOUNT_MIN_PASSWORD);
	return strlen(password) <= ACCOUNT_MAX_PASSWORD ||
	       hex_refuse_field(c, "password", "should be at most %d character(s)", ACCOUNT_MAX_PASSWORD);
}

static bool
check_address(struct call *c, const char *address)
{
	if (!address)
		return hex_refuse_field(c, "emails", "can't be blank");
	if (!email_is_valid(span_of(address)) || !strchr(strchr(address, '@'), '.'))
		return hex_refuse_field(c, "emails.email", "has invalid format");
	return true;
}

/* "email", or that of the first of "emails". */
static const char *
given_address(struct call *c)
{
	const struct doc *list = doc_find(c->document, "emails"), *first;
	const char *address = hex_param(c, "email");

	if (address || !doc_is(list, DOC_LIST))
		return address;
	first = doc_first(list);
	address = doc_is(first, DOC_MAP) ? doc_find_text(first, "email") : NULL;
	return address && *address ? address : NULL;
}

static bool
take_registration(struct call *c)
{
	const char *address = c->work.remote_addr ? c->work.remote_addr : "local";
	const struct limit_window window = {
		arena_printf(c->work.arena, "register %.64s", address), CLOCK_HOUR,
	};
	int64_t count, ends_at;

	if (!limit_window_add(&c->work, &window, 1, &count, &ends_at))
		return false;
	return count <= REGISTRATIONS || fault_raise(&c->fault, FAULT_LIMITED,
						     "Too many new users. Please try again later.");
}

static bool
check(struct call *c, const struct registration *r)
{
	check_name(c, r->name);
	check_password(c, r->password);
	check_address(c, r->address);
	return !fault_is_set(&c->fault);
}

static bool
create(struct call *c)
{
	const char *name = hex_param(c, "username");
	struct registration r = {
		.name = name ? text_lower(c->work.arena, name) : NULL,
		.full_name = hex_param(c, "full_name"),
		.password = doc_find_text(c->document, "password"),
		.address = given_address(c),
	};
	const struct account *a;
	struct rows none = { NULL, 0 };

	arena_hold_secret(c->work.arena);
	if (!check(c, &r) || !take_registration(c))
		return false;
	a = account_register(&c->work, &r);
	if (!a)
		return false;
	call_header(c, "Location", call_url(c, "/api/users/%s", a->name));
	return reply(c, 201, hex_user_view(c, a, NULL, &none));
}

/* ---- one user ---- */

static bool
reply_user(struct call *c, const struct account *a)
{
	const char *email = hex_shown_address(c, a);
	struct rows packages;

	if (!hex_owned_list(&c->work, a->id, &packages))
		return false;
	hex_modified(c, a->updated_at);
	return reply(c, 200, hex_user_view(c, a, email, &packages));
}

/* By name in any spelling, or by an address that is shown. */
static bool
show(struct call *c)
{
	struct span who = path_span(c, "user");
	const struct account *a = NULL;

	if (span_find_nul(who) < 0)
		a = span_contains(who, "@") ? account_find_public_email(&c->work, who) : account_find(&c->work, who);
	if (!a || account_is_organization(a))
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	return reply_user(c, a);
}

static bool
reset(struct call *c)
{
	struct span who = path_span(c, "user");

	return (span_find_nul(who) >= 0 || password_reset_begin(&c->work, who)) && reply_empty(c, 204);
}

/* ---- the caller ---- */

static const struct account *
caller(struct call *c)
{
	if (!c->actor.is_organization && !c->actor.trusted)
		return account_find_id(&c->work, c->actor.account_id);
	fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	return NULL;
}

static bool
show_me(struct call *c)
{
	const struct account *a = caller(c);
	struct doc *view, *list;
	const struct member *memberships;
	struct rows packages, organizations;
	const char *email;

	if (!a)
		return false;
	email = hex_shown_address(c, a);
	if (!hex_owned_list(&c->work, a->id, &packages) || !organization_list_of(&c->work, a->id, &organizations))
		return false;
	view = hex_user_view(c, a, email, &packages);
	list = doc_add_list(view, "organizations");
	memberships = organizations.at;
	for (size_t i = 0; i < organizations.count; i++) {
		struct doc *organization = doc_add_map(list, NULL);

		doc_text(organization, "name", memberships[i].organization);
		doc_text(organization, "role", memberships[i].role);
	}
	return reply(c, 200, view);
}

static bool
list_done(struct call *c)
{
	const struct account *a = caller(c);
	struct slice page = { .limit = HEX_PER_PAGE, .offset = hex_page_offset(c) };
	struct rows entries;

	return a && audit_list_account(&c->work, a->id, page, &entries) && reply(c, 200, hex_audit_view(c, &entries));
}

const struct route hex_user_routes[] = {
	ROUTE(POST, "/users", PUBLIC, create, "Register a user", .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE(GET, "/users/me", SCOPE, show_me, "The caller", .scope = SCOPE_READ),
	ROUTE(GET, "/users/me/audit-logs", SCOPE, list_done, "What the caller did", .scope = SCOPE_READ),
	ROUTE(GET, "/users/:user", OPTIONAL, show, "A user", .scope = SCOPE_READ),
	ROUTE(GET, "/users/:user/test", SCOPE, show, "A user, to try a credential", .scope = SCOPE_READ),
	ROUTE(POST, "/users/:user/reset", PUBLIC, reset, "Mail a link for a new password", .flags = ROUTE_WRITES),
	ROUTE_END
};
