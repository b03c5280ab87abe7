/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys, of the caller or of an organization.
 */
#include "protocols/hex/people.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/settings.h"
#include "base/text.h"
#include "domain/account.h"
#include "domain/auth.h"
#include "domain/grant.h"
#include "domain/hex_repository.h"
#include "domain/repository.h"
#include "domain/token.h"
#include "protocols/hex/hex.h"

#define MAX_NAME 255
#define MAX_PERMISSIONS 100

/* Whose keys they are. */
struct holder {
	const struct account *account;
	const struct account *organization;	/* the same, or NULL: the caller's own */
};

static bool
find_holder(struct call *c, enum member_role role, struct holder *out)
{
	*out = (struct holder){ NULL, NULL };
	if (path_span(c, "organization").at) {
		out->organization = hex_path_organization(c, role);
		out->account = out->organization;
	} else if (c->actor.is_organization || c->actor.trusted) {
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	} else {
		out->account = account_find_id(&c->work, c->actor.account_id);
	}
	return out->account != NULL;
}

static const struct token *
path_key(struct call *c, const struct holder *h)
{
	struct span name = path_span(c, "key");
	const struct token *t = span_find_nul(name) < 0 ? token_find_name(&c->work, h->account->id, name) : NULL;

	if (!t)
		fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	return t;
}

/* ---- permissions ---- */

static bool
refuse_resource(struct call *c, const char *why)
{
	return hex_refuse_field(c, "permissions.resource", "%s", why);
}

/* What the holder may do with a repository, or with a package of it. */
static bool
right_of_holder(struct call *c, const struct holder *h, struct span repository, struct span package,
		enum access *out)
{
	struct actor holder = { .account_id = h->account->id, .is_organization = h->organization != NULL };
	const struct actor *caller = c->work.actor;
	const struct repository *r = hex_repository_find(&c->work, repository);
	const struct hex_package *p = r && package.at ? hex_package_find(&c->work, r->id, package) : NULL;

	*out = ACCESS_NONE;
	if (!r || (package.at && !p))
		return !fault_is_set(&c->fault);
	c->work.actor = &holder;
	if (p ? !access_package(&c->work, r, p->id, out) : !access_repository(&c->work, r, out))
		*out = ACCESS_NONE;
	c->work.actor = caller;
	return !fault_is_set(&c->fault);
}

static bool
check_access(struct call *c, const struct holder *h, const struct grant *g)
{
	struct span package = g->resource, repository = g->resource;
	enum access right;

	switch (g->domain) {
	case GRANT_PACKAGE:
		repository = span_cut(&package, '/');
		if (!right_of_holder(c, h, repository, package, &right))
			return false;
		return right >= ACCESS_WRITE || refuse_resource(c, "you do not have access to this package");
	case GRANT_REPOSITORY:
	case GRANT_DOCS:
		if (!right_of_holder(c, h, repository, (struct span){ NULL, 0 }, &right))
			return false;
		return right >= ACCESS_READ || refuse_resource(c, "you do not have access to this repository");
	default:
		return true;
	}
}

/* One entry; a package without a repository is one of the public repository. */
static bool
read_permission(struct call *c, const struct holder *h, const struct doc *entry, const char **out)
{
	const char *domain = doc_find_text(entry, "domain"), *resource = doc_find_text(entry, "resource");
	const struct doc *given = doc_find(entry, "resource");
	struct grant g = { grant_domain_parse(span_of(domain)), span_of(resource && *resource ? resource : NULL) };

	if (!domain || g.domain == GRANT_NONE)
		return hex_refuse_field(c, "permissions.domain", "is invalid");
	if (g.domain == GRANT_PACKAGE && g.resource.at && !strchr(resource, '/'))
		g.resource = span_of(arena_printf(c->work.arena, "hexpm/%s", resource));
	if ((given && given->kind != DOC_NULL && given->kind != DOC_TEXT) || !grant_is_valid(&g))
		return refuse_resource(c, "invalid resource for given domain");
	if (!check_access(c, h, &g))
		return false;
	*out = grant_text(c->work.arena, &g);
	return true;
}

static bool
read_permissions(struct call *c, const struct holder *h, struct texts *out)
{
	static const char *const usual[] = { "api", NULL };
	const struct doc *list = doc_find(c->document, "permissions");
	const char **items;

	*out = (struct texts){ usual, 1 };
	if (!list || list->kind == DOC_NULL || (list->kind == DOC_LIST && list->count == 0))
		return true;
	if (list->kind != DOC_LIST || list->count > MAX_PERMISSIONS)
		return hex_refuse_field(c, "permissions", "is invalid");
	items = arena_zalloc(c->work.arena, list->count + 1, sizeof(*items));
	*out = (struct texts){ items, 0 };
	for (const struct doc *d = doc_first(list); d; d = d->next) {
		if (!doc_is(d, DOC_MAP))
			return hex_refuse_field(c, "permissions", "is invalid");
		if (!read_permission(c, h, d, &items[out->count++]))
			return false;
	}
	return true;
}

/* ---- creating ---- */

static bool
read_end(struct call *c, int64_t *out)
{
	const char *text = hex_param(c, "revoke_at");

	*out = 0;
	if (!text)
		return true;
	if (!clock_parse_rfc3339(span_of(text), out))
		return hex_refuse_field(c, "revoke_at", "is invalid");
	return *out > c->work.now || hex_refuse_field(c, "revoke_at", "must be in the future");
}

static bool
read_name(struct call *c, const char **out)
{
	*out = hex_param(c, "name");
	if (!*out || span_trim(span_of(*out)).len == 0)
		return hex_refuse_field(c, "name", "can't be blank");
	return strlen(*out) <= MAX_NAME || hex_refuse_field(c, "name", "should be at most %d character(s)", MAX_NAME);
}

static bool
create(struct call *c)
{
	struct token_new n = { .max_live = c->work.config->hex_max_keys, .hex = true };
	const struct token *t;
	struct holder h;

	if (!find_holder(c, ROLE_WRITE, &h))
		return false;
	n.account_id = h.account->id;
	if (!read_name(c, &n.name) || !read_end(c, &n.expires_at) || !read_permissions(c, &h, &n.grants))
		return false;
	t = token_create(&c->work, &n);
	if (!t)
		return false;
	call_header(c, "Location", doc_find_text(hex_key_view(c, t, h.organization), "url"));
	return reply(c, 201, hex_key_view(c, t, h.organization));
}

/* ---- the rest ---- */

static bool
list(struct call *c)
{
	struct doc *view = doc_list(c->work.arena);
	const struct token *tokens;
	struct holder h;
	struct rows rows;

	if (!find_holder(c, ROLE_READ, &h) || !token_list(&c->work, h.account->id, c->work.now, &rows))
		return false;
	tokens = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		doc_put(view, NULL, hex_key_view(c, &tokens[i], h.organization));
	return reply(c, 200, view);
}

static bool
show(struct call *c)
{
	const struct token *t;
	struct holder h;

	if (!find_holder(c, ROLE_READ, &h))
		return false;
	t = path_key(c, &h);
	return t && reply(c, 200, hex_key_view(c, t, h.organization));
}

static bool
revoke(struct call *c)
{
	const struct token *t;
	struct holder h;

	if (!find_holder(c, ROLE_WRITE, &h))
		return false;
	t = path_key(c, &h);
	return t && token_revoke(&c->work, h.account->id, t->id, NULL) &&
	       reply(c, 200, hex_key_view(c, t, h.organization));
}

/* The answer is the key that asked, if it was one of them. */
static bool
revoke_all(struct call *c)
{
	const struct token *t;
	struct holder h;

	if (!find_holder(c, ROLE_WRITE, &h))
		return false;
	t = token_find(&c->work, h.account->id, c->actor.token_id);
	if (fault_is_set(&c->fault) || !token_revoke_all(&c->work, h.account->id))
		return false;
	return reply(c, 200, t && !c->actor.oauth ? hex_key_view(c, t, h.organization) : doc_map(c->work.arena));
}

const struct route hex_api_key_routes[] = {
	ROUTE(GET, "/keys", SCOPE, list, "Keys", .scope = SCOPE_READ),
	ROUTE(POST, "/keys", SCOPE, create, "Make a key", .scope = SCOPE_ADMIN, .body = BODY_DOCUMENT,
	      .flags = ROUTE_WRITES | ROUTE_UNCONFIRMED),
	ROUTE(DELETE, "/keys", SCOPE, revoke_all, "Revoke all keys", .scope = SCOPE_ADMIN, .flags = ROUTE_WRITES),
	ROUTE(GET, "/keys/:key", SCOPE, show, "A key", .scope = SCOPE_READ),
	ROUTE(DELETE, "/keys/:key", SCOPE, revoke, "Revoke a key", .scope = SCOPE_ADMIN, .flags = ROUTE_WRITES),
	ROUTE_END
};
