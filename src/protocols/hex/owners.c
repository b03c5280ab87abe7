/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners of a package: who they are, new ones, other levels, handing it over.
 */
#include "protocols/hex/hex.h"

#include <string.h>

#include "base/text.h"
#include "domain/account.h"
#include "domain/hex_owner.h"
#include "domain/package.h"
#include "protocols/hex/people.h"

static struct doc *
view_of(struct call *c, const struct hex_owner *o)
{
	const struct account user = { .id = o->id, .name = o->name, .full_name = o->full_name, .handles = o->handles,
		.created_at = o->created_at, .updated_at = o->updated_at };
	struct doc *view = hex_user_view(c, &user, o->email, NULL);

	doc_text(view, "level", hex_owner_level(o));
	return view;
}

static bool
find_owners(struct call *c, struct rows *out)
{
	struct hex_place at;

	return hex_path_package(c, &at) && hex_owner_list(&c->work, at.package->id, out);
}

static bool
list(struct call *c)
{
	const struct hex_owner *o;
	struct rows owners;
	struct doc *view;

	if (!find_owners(c, &owners))
		return false;
	view = doc_list(c->work.arena);
	o = owners.at;
	for (size_t i = 0; i < owners.count; i++)
		doc_put(view, NULL, view_of(c, &o[i]));
	return reply(c, 200, view);
}

/* By the name, or by the address if everybody may see it. */
static bool
is_called(const struct hex_owner *o, struct span who)
{
	return span_equal_nocase(span_of(o->name), who) || (o->email && span_equal_nocase(span_of(o->email), who));
}

static bool
show(struct call *c)
{
	struct span who = path_span(c, "user");
	const struct hex_owner *o;
	struct rows owners;

	if (!find_owners(c, &owners))
		return false;
	o = owners.at;
	for (size_t i = 0; i < owners.count; i++)
		if (is_called(&o[i], who))
			return reply(c, 200, view_of(c, &o[i]));
	return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
}

/* ---- changing them ---- */

static bool
read_level(struct call *c, struct hex_ownership *out)
{
	const struct doc *given = doc_find(c->document, "level");
	const char *level = hex_param(c, "level");

	out->maintainer = level && strcmp(level, "maintainer") == 0;
	out->transfer = hex_param_flag(c, "transfer", false);
	if (!level && (!given || given->kind == DOC_NULL || (doc_is(given, DOC_TEXT) && given->is.text.len == 0)))
		return true;
	if (level && (out->maintainer || strcmp(level, "full") == 0))
		return true;
	return hex_refuse_field(c, "level", "is invalid");
}

/* The package's lock is held behind this, and nobody has taken the caller's right meanwhile. */
static struct tx *
begin(struct call *c, struct hex_place *at)
{
	struct tx *tx;

	if (!hex_path_package_for(c, SCOPE_CHANGE_OWNERS, ACCESS_FULL, at))
		return NULL;
	tx = tx_begin(&c->work);
	if (!tx || !package_lock(&c->work, at->package->id) ||
	    !hex_require(c, at, at->package->name, SCOPE_CHANGE_OWNERS, ACCESS_FULL))
		return NULL;
	return tx;
}

static bool
change(struct call *c, bool (*how)(struct work *, const struct hex_ownership *), struct hex_ownership *o)
{
	struct hex_place at;
	struct tx *tx = begin(c, &at);

	if (!tx)
		return false;
	o->repository = at.repository;
	o->package = at.package;
	o->account = hex_owner_account(&c->work, path_span(c, "user"));
	if (!o->account)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	return how(&c->work, o) && tx_commit(&c->work, tx) && reply_empty(c, 204);
}

static bool
put(struct call *c)
{
	struct hex_ownership o = { 0 };

	/* Who may not is told so before what is wrong with the level. */
	return hex_path_package_for(c, SCOPE_CHANGE_OWNERS, ACCESS_FULL, &(struct hex_place){ 0 }) &&
	       read_level(c, &o) && change(c, hex_owner_put, &o);
}

static bool
take(struct call *c)
{
	return change(c, hex_owner_remove, &(struct hex_ownership){ 0 });
}

const struct route hex_owner_routes[] = {
	ROUTE(GET, "/packages/:package/owners", OPTIONAL, list, "Owners of a package", .scope = SCOPE_READ),
	ROUTE(GET, "/packages/:package/owners/:user", OPTIONAL, show, "An owner of a package", .scope = SCOPE_READ),
	ROUTE(PUT, "/packages/:package/owners/:user", LATE, put, "Make somebody an owner, or the only one",
	      .scope = SCOPE_CHANGE_OWNERS, .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE(DELETE, "/packages/:package/owners/:user", LATE, take, "Take a package from an owner",
	      .scope = SCOPE_CHANGE_OWNERS, .flags = ROUTE_WRITES),
	ROUTE_END
};
