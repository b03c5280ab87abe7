/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a credential is good for something.
 */
#include "protocols/hex/people.h"

#include <string.h>

#include "base/arena.h"
#include "domain/grant.h"
#include "domain/hex_repository.h"
#include "domain/repository.h"
#include "domain/token.h"
#include "protocols/hex/hex.h"

static bool
read_grant(struct call *c, const char *domain, struct grant *out)
{
	const char *resource = hex_param(c, "resource");

	if (strcmp(domain, "package") == 0 && resource && !strchr(resource, '/'))
		resource = arena_printf(c->work.arena, "hexpm/%s", resource);
	*out = (struct grant){ grant_domain_parse(span_of(domain)), span_of(resource) };
	return grant_is_valid(out);
}

/* What the key covers, its owner may have lost since. */
static bool
check_owner(struct call *c, const struct grant *g)
{
	struct span package = g->resource, repository = g->resource;
	const struct repository *r;
	const struct hex_package *p = NULL;
	enum access right = ACCESS_NONE, needed = g->domain == GRANT_PACKAGE ? ACCESS_WRITE : ACCESS_READ;

	if (g->domain == GRANT_API || g->domain == GRANT_REPOSITORIES)
		return true;
	if (g->domain == GRANT_PACKAGE)
		repository = span_cut(&package, '/');
	r = hex_repository_find(&c->work, repository);
	if (r && g->domain == GRANT_PACKAGE)
		p = hex_package_find(&c->work, r->id, package);
	if (p)
		needed = access_package(&c->work, r, p->id, &right) ? needed : ACCESS_FULL;
	else if (r && g->domain != GRANT_PACKAGE)
		needed = access_repository(&c->work, r, &right) ? needed : ACCESS_FULL;
	return right >= needed || fault_raise(&c->fault, FAULT_FORBIDDEN, "account not authorized for this action");
}

static bool
reply_key(struct call *c)
{
	struct doc *view = doc_map(c->work.arena), *key = doc_add_map(view, "key"), *owner;
	const struct token *t = token_find(&c->work, c->actor.account_id, c->actor.token_id);

	if (!t)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	doc_text(key, "name", t->name);
	owner = doc_add_map(key, "owner");
	doc_text(owner, "type", c->actor.is_organization ? "organization" : "user");
	doc_text(owner, "name", c->actor.name);
	return reply(c, 200, view);
}

static bool
test(struct call *c)
{
	const char *domain = hex_param(c, "domain");
	struct grant g;

	if (actor_is_nobody(&c->actor))
		return call_authorize(c, SCOPE_READ, NULL, NULL);
	if (c->credential == CREDENTIAL_BASIC)
		return c->protocol->refuse_credential(c, AUTH_MALFORMED);
	if (!domain)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "missing required parameters: \"domain\"");
	if (!read_grant(c, domain, &g) || !auth_grants(&c->actor, &g))
		return c->protocol->refuse_credential(c, AUTH_NOT_COVERED);
	if (!check_owner(c, &g))
		return false;
	c->authorized = true;
	return c->actor.oauth || c->actor.trusted ? reply_empty(c, 204) : reply_key(c);
}

const struct route hex_auth_routes[] = {
	ROUTE(GET, "/auth", LATE, test, "Whether the credential is good for a domain", .scope = SCOPE_READ),
	ROUTE_END
};
