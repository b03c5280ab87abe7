/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Following crates.
 */
#include "protocols/crates/crates.h"

#include "domain/follow.h"
#include "domain/package.h"

static bool
set_following(struct call *c, bool following)
{
	const struct package *p = crates_path_package(c);
	struct doc *view = doc_map(c->work.arena);

	if (!p || !follow_set(&c->work, c->actor.account_id, p->id, following))
		return false;
	doc_bool(view, "ok", true);
	return reply(c, 200, view);
}

static bool
follow(struct call *c)
{
	return set_following(c, true);
}

static bool
unfollow(struct call *c)
{
	return set_following(c, false);
}

static bool
show_following(struct call *c)
{
	const struct package *p = crates_path_package(c);
	struct doc *view = doc_map(c->work.arena);
	bool following;

	if (!p || !follow_get(&c->work, c->actor.account_id, p->id, &following))
		return false;
	doc_bool(view, "following", following);
	call_header(c, "Cache-Control", "no-store");
	return reply(c, 200, view);
}

const struct route crates_follow_routes[] = {
	ROUTE(PUT, "/crates/:crate/follow", TOKEN, follow, "Follow a crate", .flags = ROUTE_WRITES),
	ROUTE(DELETE, "/crates/:crate/follow", TOKEN, unfollow, "Follow a crate no longer", .flags = ROUTE_WRITES),
	ROUTE(GET, "/crates/:crate/following", TOKEN, show_following, "Whether the caller follows a crate"),
	ROUTE_END
};
