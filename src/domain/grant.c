/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grants; see the header.
 */
#include "domain/grant.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "domain/token.h"

#define MAX_RESOURCE 512

static const char *const domain_names[] = {
	[GRANT_API] = "api",
	[GRANT_PACKAGE] = "package",
	[GRANT_REPOSITORY] = "repository",
	[GRANT_REPOSITORIES] = "repositories",
	[GRANT_DOCS] = "docs",
};

/* ---- their form ---- */

const char *
grant_domain_name(enum grant_domain domain)
{
	return domain_names[domain];
}

enum grant_domain
grant_domain_parse(struct span name)
{
	for (enum grant_domain d = GRANT_API; d <= GRANT_DOCS; d++)
		if (span_is(name, domain_names[d]))
			return d;
	return GRANT_NONE;
}

static bool
is_name(struct span s)
{
	if (s.len == 0 || s.len > MAX_RESOURCE)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.at[i]) && s.at[i] != '_' && s.at[i] != '-' && s.at[i] != '.')
			return false;
	return true;
}

static bool
is_package(struct span s)
{
	struct span package = s, repository = span_cut(&package, '/');

	return package.at && is_name(repository) && is_name(package);
}

bool
grant_is_valid(const struct grant *g)
{
	switch (g->domain) {
	case GRANT_API:
		return !g->resource.at || span_is(g->resource, "read") || span_is(g->resource, "write");
	case GRANT_PACKAGE:
		return g->resource.at && is_package(g->resource);
	case GRANT_REPOSITORY:
	case GRANT_DOCS:
		return g->resource.at && is_name(g->resource);
	case GRANT_REPOSITORIES:
		return !g->resource.at;
	case GRANT_NONE:
		break;
	}
	return false;
}

bool
grant_parse(struct span text, struct grant *out)
{
	struct span rest = text, domain = span_cut(&rest, ':');

	*out = (struct grant){ grant_domain_parse(domain), rest };
	return grant_is_valid(out);
}

const char *
grant_text(struct arena *a, const struct grant *g)
{
	if (!g->resource.at)
		return domain_names[g->domain];
	return arena_printf(a, "%s:%.*s", domain_names[g->domain], (int)g->resource.len, g->resource.at);
}

/* ---- what they cover ---- */

static bool
api_allows(const struct grant *g, enum scope scope)
{
	if (scope == SCOPE_NONE || scope == SCOPE_REPOSITORY || scope == SCOPE_DOCS)
		return false;
	return scope == SCOPE_READ || !span_is(g->resource, "read");
}

static bool
package_allows(const struct grant *g, enum scope scope, const char *repository, const char *package)
{
	struct span rest = g->resource, in = span_cut(&rest, '/');

	switch (scope) {
	case SCOPE_READ:
		return true;
	case SCOPE_PUBLISH_NEW:
	case SCOPE_PUBLISH_UPDATE:
	case SCOPE_YANK:
	case SCOPE_DELETE:
	case SCOPE_CHANGE_OWNERS:
		return repository && package && span_is(in, repository) && span_is(rest, package);
	default:
		return false;
	}
}

bool
grant_allows(const struct grant *g, enum scope scope, const char *repository, const char *package)
{
	switch (g->domain) {
	case GRANT_API:
		return api_allows(g, scope);
	case GRANT_PACKAGE:
		return package_allows(g, scope, repository, package);
	case GRANT_REPOSITORY:
		return scope == SCOPE_REPOSITORY && repository && span_is(g->resource, repository);
	case GRANT_REPOSITORIES:
		return scope == SCOPE_REPOSITORY;
	case GRANT_DOCS:
		return scope == SCOPE_DOCS && repository && span_is(g->resource, repository);
	case GRANT_NONE:
		break;
	}
	return false;
}

bool
grant_includes(const struct grant *g, const struct grant *wanted)
{
	bool all = g->domain == GRANT_API && !span_is(g->resource, "read");

	switch (wanted->domain) {
	case GRANT_API:
		if (span_is(wanted->resource, "read"))
			return g->domain == GRANT_API || g->domain == GRANT_PACKAGE;
		return all;
	case GRANT_PACKAGE:
		return all || (g->domain == GRANT_PACKAGE && span_equal(g->resource, wanted->resource));
	case GRANT_REPOSITORY:
		return g->domain == GRANT_REPOSITORIES ||
		       (g->domain == GRANT_REPOSITORY && span_equal(g->resource, wanted->resource));
	case GRANT_REPOSITORIES:
		return g->domain == GRANT_REPOSITORIES;
	case GRANT_DOCS:
		return g->domain == GRANT_DOCS && span_equal(g->resource, wanted->resource);
	case GRANT_NONE:
		break;
	}
	return false;
}

/* ---- tokens with scopes instead ---- */

static bool
writes(const struct actor *actor, const char *repository, const char *package)
{
	static const enum scope needed[] = { SCOPE_PUBLISH_NEW, SCOPE_PUBLISH_UPDATE, SCOPE_YANK, SCOPE_CHANGE_OWNERS };

	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (!auth_allows(actor, needed[i], repository, package))
			return false;
	return true;
}

static bool
scopes_include(const struct actor *actor, const struct grant *wanted)
{
	char resource[MAX_RESOURCE + 1] = "";
	char *package;

	if (wanted->resource.len > MAX_RESOURCE)
		return false;
	if (wanted->resource.at)
		memcpy(resource, wanted->resource.at, wanted->resource.len);
	switch (wanted->domain) {
	case GRANT_API:
		if (span_is(wanted->resource, "read"))
			return auth_allows(actor, SCOPE_READ, NULL, NULL);
		return writes(actor, NULL, NULL) && auth_allows(actor, SCOPE_ADMIN, NULL, NULL);
	case GRANT_PACKAGE:
		package = strchr(resource, '/');
		if (!package)
			return false;
		*package = '\0';
		return writes(actor, resource, package + 1);
	case GRANT_REPOSITORY:
		return auth_allows(actor, SCOPE_REPOSITORY, resource, NULL);
	case GRANT_REPOSITORIES:
		return auth_allows(actor, SCOPE_REPOSITORY, NULL, NULL);
	case GRANT_DOCS:
		return auth_allows(actor, SCOPE_DOCS, resource, NULL);
	case GRANT_NONE:
		break;
	}
	return false;
}

bool
auth_grants(const struct actor *actor, const struct grant *wanted)
{
	struct grant g;

	if (!grant_is_valid(wanted))
		return false;
	if (!actor->grants)
		return actor->account_id != 0 && scopes_include(actor, wanted);
	for (const char *const *text = actor->grants; *text; text++)
		if (grant_parse(span_of(*text), &g) && grant_includes(&g, wanted))
			return true;
	return false;
}

/* ---- a token's ---- */

static bool
has(struct texts scopes, const char *name)
{
	for (size_t i = 0; i < scopes.count; i++)
		if (strcmp(scopes.items[i], name) == 0)
			return true;
	return !scopes.items;
}

/* Without packages: read, or read and write, and fetch. */
static size_t
grants_of_scopes(struct texts scopes, struct grant *out)
{
	bool write = has(scopes, "publish-new") || has(scopes, "publish-update") || has(scopes, "yank") ||
		     has(scopes, "change-owners") || has(scopes, "delete") || has(scopes, "admin");
	size_t count = 0;

	if (!scopes.items)
		out[count++] = (struct grant){ GRANT_API, { NULL, 0 } };
	else if (write)
		out[count++] = (struct grant){ GRANT_API, SPAN("write") };
	else if (has(scopes, "read"))
		out[count++] = (struct grant){ GRANT_API, SPAN("read") };
	if (has(scopes, "repository"))
		out[count++] = (struct grant){ GRANT_REPOSITORIES, { NULL, 0 } };
	return count;
}

const struct grant *
grants_of(struct arena *a, const struct token *token, size_t *count)
{
	struct grant *out = arena_zalloc(a, token->grants.count + token->resources.count + 2, sizeof(*out));

	*count = 0;
	for (size_t i = 0; i < token->grants.count; i++)
		if (grant_parse(span_of(token->grants.items[i]), &out[*count]))
			(*count)++;
	if (token->grants.items)
		return out;
	if (!token->resources.items)
		*count = grants_of_scopes(token->scopes, out);
	for (size_t i = 0; i < token->resources.count; i++)
		out[(*count)++] = (struct grant){ GRANT_PACKAGE, span_of(token->resources.items[i]) };
	return out;
}
