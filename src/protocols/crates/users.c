/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users and teams as everybody sees them. A team is an organization of this
 * registry, called "org:NAME".
 */
#include "protocols/crates/crates.h"

#include "base/number.h"
#include "base/text.h"
#include "domain/account.h"
#include "domain/owner.h"
#include "domain/repository.h"
#include "protocols/crates/views.h"

/* The account of that name, when it is of that kind. */
static const struct account *
find_account(struct call *c, struct span name, bool organization)
{
	const struct account *a = span_find_nul(name) < 0 ? account_find(&c->work, name) : NULL;

	if (a && account_is_organization(a) == organization)
		return a;
	fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	return NULL;
}

static bool
show_user(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);
	const struct account *a = find_account(c, path_span(c, "user"), false);

	if (!a)
		return false;
	doc_put(view, "user", account_view(c, a));
	return reply(c, 200, view);
}

/* Here the user goes by its id; an unknown one has no downloads. */
static bool
show_stats(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);
	struct span given = path_span(c, "user");
	int64_t id, downloads;

	if (!number_parse(given, INT32_MIN, INT32_MAX, &id))
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "Invalid URL: Cannot parse `id` with value `%.*s` to a `i32`",
				   (int)given.len, given.at);
	if (!owner_downloads(&c->work, id, REPOSITORY_CRATES, &downloads))
		return false;
	doc_int(view, "total_downloads", downloads);
	return reply(c, 200, view);
}

static bool
show_team(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);
	struct span login = path_span(c, "team");
	const struct account *a;

	if (login.len < 4 || !span_equal_nocase(span_make(login.at, 4), SPAN("org:")))
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	a = find_account(c, span_skip(login, 4), true);
	if (!a)
		return false;
	doc_put(view, "team", team_view(c, a));
	return reply(c, 200, view);
}

const struct route crates_user_routes[] = {
	ROUTE(GET, "/users/:user", PUBLIC, show_user, "One user by login"),
	ROUTE(GET, "/users/:user/stats", PUBLIC, show_stats, "All downloads of a user's crates"),
	ROUTE(GET, "/teams/:team", PUBLIC, show_team, "One team by login"),
	ROUTE_END
};
