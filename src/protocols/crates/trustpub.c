/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations of trusted publishing: which workflows of the two providers
 * may publish a crate. The providers differ in what their members are called.
 */
#include "protocols/crates/crates.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/number.h"
#include "db/db.h"
#include "domain/email.h"
#include "domain/owner.h"
#include "domain/package.h"
#include "domain/repository.h"
#include "domain/trustpub.h"

static const struct names {
	const char *list;
	const char *one;
	const char *namespace;
	const char *namespace_id;
	const char *project;
	const char *workflow;
} all_names[ISSUER__MAX] = {
	[ISSUER_GITHUB] = { "github_configs", "github_config", "repository_owner", "repository_owner_id",
		"repository_name", "workflow_filename" },
	[ISSUER_GITLAB] = { "gitlab_configs", "gitlab_config", "namespace", "namespace_id", "project",
		"workflow_filepath" },
};

static struct doc *
config_view(struct call *c, enum issuer provider, const struct publisher *p)
{
	const struct names *n = &all_names[provider];
	struct doc *d = doc_map(c->work.arena);
	int64_t id;

	doc_int(d, "id", p->id);
	doc_text(d, "crate", p->package_name);
	doc_text(d, n->namespace, p->namespace);
	/* GitHub's ids are numbers, GitLab's texts. */
	if (provider == ISSUER_GITHUB && p->namespace_id &&
	    number_parse(span_of(p->namespace_id), 0, INT64_MAX, &id))
		doc_int(d, n->namespace_id, id);
	else
		doc_text(d, n->namespace_id, p->namespace_id);
	doc_text(d, n->project, p->project);
	doc_text(d, n->workflow, p->workflow);
	doc_text(d, "environment", p->environment);
	doc_time(d, "created_at", p->created_at);
	return d;
}

/* Persons who own the crate; a team's members only publish. */
static bool
require_owner(struct call *c, const struct package *p)
{
	enum owner_rights rights;

	if (c->actor.is_admin)
		return true;
	if (!owner_rights(&c->work, p->id, c->actor.account_id, &rights))
		return false;
	return rights == RIGHTS_FULL || fault_raise(&c->fault, FAULT_BAD_REQUEST, "You are not an owner of this crate");
}

/* ---- lists ---- */

struct filter {
	const char *crate;
	struct crates_int user;
};

static bool
read_filter(struct call *c, struct filter *f)
{
	if (!crates_query_text(c, "crate", &f->crate) || !crates_query_id(c, "user_id", &f->user))
		return false;
	if (f->crate && f->user.present)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST,
				   "Cannot specify both `crate` and `user_id` query parameters");
	return f->crate || f->user.present ||
	       fault_raise(&c->fault, FAULT_BAD_REQUEST, "Must specify either `crate` or `user_id` query parameter");
}

static bool
choose_crate(struct call *c, const char *name, struct publisher_choice *choice)
{
	const struct package *p = crates_find(c, span_of(name));
	int64_t *id = arena_new(c->work.arena, int64_t);

	if (!p || !call_authorize(c, SCOPE_TRUSTED_PUBLISHING, CRATES_REPOSITORY, p->name) || !require_owner(c, p))
		return false;
	*id = p->id;
	choice->package_ids = id;
	choice->package_count = 1;
	return true;
}

/* Patterns of the token narrow this list instead of forbidding it. */
static bool
authorize_any_crate(struct call *c)
{
	const char *const *resources;
	bool allowed;

	if (!call_authenticate(c))
		return false;
	resources = c->actor.resources;
	c->actor.resources = NULL;
	allowed = call_authorize(c, SCOPE_TRUSTED_PUBLISHING, NULL, NULL);
	c->actor.resources = resources;
	if (!allowed)
		return false;
	return c->actor.token_id == 0 || c->actor.scopes != UINT64_MAX ||
	       fault_raise(&c->fault, FAULT_FORBIDDEN,
			   "This endpoint cannot be used with legacy API tokens. Use a scoped API token instead.");
}

static bool
choose_user(struct call *c, int64_t user, struct publisher_choice *choice)
{
	const struct owned_package *owned;
	struct rows rows;
	int64_t *ids;

	if (!authorize_any_crate(c))
		return false;
	if (user != c->actor.account_id)
		return fault_raise(&c->fault, FAULT_FORBIDDEN, "this action requires authentication as the specified user");
	if (!owner_packages(&c->work, user, REPOSITORY_CRATES, &rows))
		return false;
	owned = rows.at;
	ids = arena_zalloc(c->work.arena, rows.count + 1, sizeof(*ids));
	for (size_t i = 0; i < rows.count; i++)
		if (auth_allows(&c->actor, SCOPE_TRUSTED_PUBLISHING, CRATES_REPOSITORY, owned[i].name))
			ids[choice->package_count++] = owned[i].id;
	choice->package_ids = ids;
	return true;
}

static bool
list(struct call *c, enum issuer provider)
{
	struct publisher_choice choice = { .provider = provider };
	struct doc *view = doc_map(c->work.arena), *configs, *meta, *seek = doc_list(c->work.arena);
	struct slice slice = { 0 };
	const struct publisher *all;
	struct paging paging;
	struct filter f;
	struct rows rows;
	int64_t total;

	if (!read_filter(c, &f) || !crates_paging(c, PAGING_SEEK, &paging) ||
	    !(f.crate ? choose_crate(c, f.crate, &choice) : choose_user(c, f.user.value, &choice)))
		return false;
	slice.limit = paging.per_page;
	if ((paging.seek && !crates_seek_int(c, paging.seek, 0, &slice.after)) ||
	    !publisher_list(&c->work, &choice, slice, &rows) || !publisher_count(&c->work, &choice, &total))
		return false;
	all = rows.at;
	configs = doc_add_list(view, all_names[provider].list);
	for (size_t i = 0; i < rows.count; i++)
		doc_put(configs, NULL, config_view(c, provider, &all[i]));
	meta = doc_add_map(view, "meta");
	doc_int(meta, "total", total);
	if (rows.count == (size_t)paging.per_page) {
		doc_int(seek, NULL, all[rows.count - 1].id);
		doc_text(meta, "next_page", crates_query_with(c, "seek", crates_seek(c, seek)));
	} else {
		doc_null(meta, "next_page");
	}
	call_header(c, "Cache-Control", "no-store");
	return reply(c, 200, view);
}

/* ---- creation ---- */

static bool
read_text(struct call *c, const struct doc *from, const char *key, const char **out)
{
	*out = doc_find_text(from, key);
	return *out || crates_refuse_document(c, arena_printf(c->work.arena, "missing field `%s`", key));
}

/* GitHub's is looked up on the public site; here whoever knows it may give it. */
static bool
read_namespace_id(struct call *c, enum issuer provider, const struct doc *from, struct publisher *p)
{
	const char *key = all_names[provider].namespace_id;
	const struct doc *d = doc_find(from, key);

	if (provider != ISSUER_GITHUB || !d || d->kind == DOC_NULL)
		return true;
	if (d->kind != DOC_INT || d->is.integer < 0)
		return crates_refuse_document(c, arena_printf(c->work.arena, "%s: invalid type, expected a number", key));
	p->namespace_id = arena_printf(c->work.arena, "%" PRId64, d->is.integer);
	return true;
}

static bool
read_config(struct call *c, enum issuer provider, struct publisher *p)
{
	const struct names *n = &all_names[provider];
	const struct doc *from = doc_find(c->document, n->one), *environment = doc_find(from, "environment");

	if (!doc_is(from, DOC_MAP))
		return crates_refuse_document(c, arena_printf(c->work.arena, "missing field `%s`", n->one));
	if (!read_text(c, from, "crate", &p->package_name) || !read_text(c, from, n->namespace, &p->namespace) ||
	    !read_text(c, from, n->project, &p->project) || !read_text(c, from, n->workflow, &p->workflow) ||
	    !read_namespace_id(c, provider, from, p))
		return false;
	p->environment = doc_find_text(from, "environment");
	if (environment && environment->kind != DOC_NULL && !p->environment)
		return crates_refuse_document(c, "environment: invalid type, expected a string");
	return publisher_check(&c->work, provider, p);
}

static bool
check_email(struct call *c)
{
	bool verified;

	if (!email_is_verified(&c->work, c->actor.account_id, &verified))
		return false;
	return verified || fault_raise(&c->fault, FAULT_FORBIDDEN,
				       "You must verify your email address to create a Trusted Publishing config");
}

static bool
create(struct call *c, enum issuer provider)
{
	struct publisher *p = arena_new(c->work.arena, struct publisher);
	struct doc *view = doc_map(c->work.arena);
	const struct package *crate;

	if (!read_config(c, provider, p))
		return false;
	crate = crates_find(c, span_of(p->package_name));
	if (!crate || !call_authorize(c, SCOPE_TRUSTED_PUBLISHING, CRATES_REPOSITORY, crate->name) ||
	    !require_owner(c, crate) || !check_email(c))
		return false;
	p->package_id = crate->id;
	p->package_name = crate->name;
	p->noun = "crate";
	if (!publisher_add(&c->work, provider, p))
		return false;
	doc_put(view, all_names[provider].one, config_view(c, provider, p));
	return reply(c, 200, view);
}

/* ---- deletion ---- */

static bool
delete(struct call *c, enum issuer provider)
{
	const struct publisher *p;
	int64_t id;

	if (!number_parse(path_span(c, "id"), 0, INT32_MAX, &id))
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "Invalid URL: Cannot parse `id` to a `i32`");
	p = publisher_find(&c->work, provider, id, REPOSITORY_CRATES);
	if (!p)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	return call_authorize(c, SCOPE_TRUSTED_PUBLISHING, CRATES_REPOSITORY, p->package_name) &&
	       require_owner(c, &(struct package){ .id = p->package_id }) &&
	       publisher_delete(&c->work, provider, p) &&
	       reply_empty(c, 204);
}

/* ---- routes ---- */

static bool
list_github(struct call *c)
{
	return list(c, ISSUER_GITHUB);
}

static bool
list_gitlab(struct call *c)
{
	return list(c, ISSUER_GITLAB);
}

static bool
create_github(struct call *c)
{
	return create(c, ISSUER_GITHUB);
}

static bool
create_gitlab(struct call *c)
{
	return create(c, ISSUER_GITLAB);
}

static bool
delete_github(struct call *c)
{
	return delete(c, ISSUER_GITHUB);
}

static bool
delete_gitlab(struct call *c)
{
	return delete(c, ISSUER_GITLAB);
}

const struct route crates_trustpub_routes[] = {
	ROUTE(GET, "/trusted_publishing/github_configs", LATE, list_github, "GitHub workflows that may publish crates",
	      .scope = SCOPE_TRUSTED_PUBLISHING),
	ROUTE(POST, "/trusted_publishing/github_configs", LATE, create_github, "Let a GitHub workflow publish a crate",
	      .scope = SCOPE_TRUSTED_PUBLISHING, .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE(DELETE, "/trusted_publishing/github_configs/:id", LATE, delete_github,
	      "No longer let a GitHub workflow publish", .scope = SCOPE_TRUSTED_PUBLISHING, .flags = ROUTE_WRITES),
	ROUTE(GET, "/trusted_publishing/gitlab_configs", LATE, list_gitlab, "GitLab pipelines that may publish crates",
	      .scope = SCOPE_TRUSTED_PUBLISHING),
	ROUTE(POST, "/trusted_publishing/gitlab_configs", LATE, create_gitlab, "Let a GitLab pipeline publish a crate",
	      .scope = SCOPE_TRUSTED_PUBLISHING, .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE(DELETE, "/trusted_publishing/gitlab_configs/:id", LATE, delete_gitlab,
	      "No longer let a GitLab pipeline publish", .scope = SCOPE_TRUSTED_PUBLISHING, .flags = ROUTE_WRITES),
	ROUTE_END
};
