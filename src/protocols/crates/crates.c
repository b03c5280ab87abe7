/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The crates.io protocol: the web API below /api/v1 and the sparse index below
 * /index. Errors have the shape {"errors":[{"detail":…}]}.
 */
#include "protocols/crates/crates.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/settings.h"
#include "base/text.h"
#include "domain/owner.h"
#include "domain/package.h"
#include "domain/release.h"
#include "domain/repository.h"
#include "domain/token.h"
#include "formats/crate_rules.h"
#include "version/semver.h"

const char *
crates_site(const struct call *c)
{
	return c->work.config->site_name;
}

const struct package *
crates_find(struct call *c, struct span name)
{
	const struct package *p = NULL;

	if (crate_name_is_valid(name))
		p = package_find(&c->work, REPOSITORY_CRATES, crate_name_canonical(c->work.arena, name));
	if (!p)
		fault_raise(&c->fault, FAULT_NOT_FOUND, "crate `%.*s` does not exist", (int)name.len, name.at);
	return p;
}

const struct package *
crates_path_package(struct call *c)
{
	return crates_find(c, path_span(c, "crate"));
}

bool
crates_check_path_version(struct call *c)
{
	char why[SEMVER_WHY_SIZE];
	struct semver version;

	if (semver_parse(path_span(c, "version"), &version, why, sizeof(why)))
		return true;
	return fault_raise(&c->fault, FAULT_BAD_REQUEST, "Invalid URL: %s", why);
}

const struct release *
crates_path_release(struct call *c, const struct package *p)
{
	const struct release *r;
	const char *version = path_text(c, "version");

	if (!p || !crates_check_path_version(c))
		return NULL;
	r = release_find(&c->work, p->id, version);
	if (!r)
		fault_raise(&c->fault, FAULT_NOT_FOUND, "crate `%s` does not have a version `%s`", p->name, version);
	return r;
}

bool
crates_require_publisher(struct call *c, const struct package *p, const char *message)
{
	enum owner_rights rights;

	if (c->actor.is_admin)
		return true;
	if (!owner_rights(&c->work, p->id, c->actor.account_id, &rights))
		return false;
	return rights != RIGHTS_NONE || fault_raise(&c->fault, FAULT_FORBIDDEN, "%s", message);
}

bool
crates_require_owner(struct call *c, const struct package *p, const char *team_message, const char *message)
{
	enum owner_rights rights;

	if (c->actor.is_admin)
		return true;
	if (!owner_rights(&c->work, p->id, c->actor.account_id, &rights))
		return false;
	if (rights == RIGHTS_FULL)
		return true;
	return fault_raise(&c->fault, FAULT_FORBIDDEN, "%s", rights == RIGHTS_PUBLISH ? team_message : message);
}

/* The position is that of the end of the body, where a missing member is noticed. */
bool
crates_refuse_document(struct call *c, const char *what)
{
	size_t line, column;

	span_end_position(c->request->body_bytes, &line, &column);
	return fault_raise(&c->fault, FAULT_INVALID,
			   "Failed to deserialize the JSON body into the target type: %s at line %zu column %zu",
			   what, line, column);
}

/* ---- the protocol ---- */

static bool
require_user_agent(struct call *c)
{
	const char *agent = request_header(c->request, "user-agent");

	if ((agent && *agent) || c->route->flags & ROUTE_ANY_CLIENT)
		return true;
	return fault_raise(&c->fault, FAULT_FORBIDDEN,
			   "%s needs to know who is asking: please send a `User-Agent` header that names your "
			   "program and, if you can, an address to reach you at. The id of this request is %s.",
			   crates_site(c), c->request->id);
}

/* A web page of another origin must not act with the credentials of its visitor. */
static bool
check_origin(struct call *c)
{
	const char *origin = request_header(c->request, "origin");
	const char *base = c->work.config->base_url;
	size_t own = strlen(base) - strlen(c->work.config->mount);

	if (!origin || !request_header(c->request, "authorization"))
		return true;
	if (strlen(origin) == own && strncmp(origin, base, own) == 0)
		return true;
	return fault_raise(&c->fault, FAULT_FORBIDDEN, "invalid origin header");
}

/* cargo offers its token only after a 401, whatever is wrong with the one it sent. */
static bool
check_private(struct call *c)
{
	if (!c->work.config->crates_auth_required || c->route->flags & ROUTE_BY_SECRET)
		return true;
	if (!call_authenticate(c)) {
		if (c->fault.kind == FAULT_FORBIDDEN)
			c->fault.kind = FAULT_UNAUTHENTICATED;
		return false;
	}
	/* cargo reads the index with the token that it publishes with, which may be a CI job's. */
	if (actor_is_nobody(&c->actor))
		return fault_raise(&c->fault, FAULT_UNAUTHENTICATED, "this action requires authentication");
	return true;
}

static bool
before(struct call *c)
{
	return require_user_agent(c) && check_origin(c) && check_private(c);
}

static void
after(struct call *c)
{
	call_header(c, "Access-Control-Allow-Origin", "*");
	if (c->response->status >= 400)
		return;
	call_header(c, "X-Content-Type-Options", "nosniff");
	call_header(c, "X-Frame-Options", "SAMEORIGIN");
}

static bool
check_document_type(struct call *c)
{
	const char *type = request_header(c->request, "content-type");
	struct span head = span_of(type);

	if (type && (span_starts(head, "application/json") ||
		     (span_starts(head, "application/") && strstr(type, "+json"))))
		return true;
	return fault_raise(&c->fault, FAULT_MEDIA_TYPE, "Expected request with `Content-Type: application/json`");
}

static const struct doc *
fault_view(struct call *c, const struct fault *f, int *status)
{
	struct arena *a = c->work.arena;
	struct doc *view = doc_map(a);

	(void)status;
	if (f->kind == FAULT_METHOD)
		return NULL;
	if (f->retry_at != 0) {
		char *when = arena_alloc(a, CLOCK_TEXT_SIZE);

		call_header(c, "Retry-After", clock_format_http(when, f->retry_at));
	}
	if (f->kind == FAULT_UNAUTHENTICATED)
		call_header(c, "WWW-Authenticate", arena_printf(a, "Cargo login_url=\"%s\"", call_url(c, "/me")));
	doc_text(doc_add_map(doc_add_list(view, "errors"), NULL), "detail", f->message);
	return view;
}

static const struct mount mounts[] = {
	{ "/api/v1", crates_list_routes },
	{ "/api/v1", crates_crate_routes },
	{ "/api/v1", crates_version_routes },
	{ "/api/v1", crates_download_routes },
	{ "/api/v1", crates_publish_routes },
	{ "/api/v1", crates_yank_routes },
	{ "/api/v1", crates_owner_routes },
	{ "/api/v1", crates_follow_routes },
	{ "/api/v1", crates_taxonomy_routes },
	{ "/api/v1", crates_user_routes },
	{ "/api/v1", crates_me_routes },
	{ "/api/v1", crates_token_routes },
	{ "/api/v1", crates_site_routes },
	{ "/api/v1", crates_invitation_routes },
	{ "/api/v1", crates_trustpub_routes },
	{ "/api/v1", crates_trustpub_token_routes },
	{ "/api/private", crates_private_routes },
	{ "/api/openapi.json", crates_openapi_routes },
	{ "/me", crates_login_routes },
	{ "/data-access", crates_access_routes },
	{ "/settings", crates_settings_routes },
	{ "/docs", crates_docs_routes },
	{ "/category_slugs", crates_slugs_routes },
	{ "/index", crates_index_routes },
	{ "/files/crates", crates_file_routes },
	{ NULL, NULL }
};

/* What was never one of our tokens is told apart from one that is no longer valid. */
static bool
check_token(struct call *c, struct span secret)
{
	if (token_has_form(secret))
		return true;
	return fault_raise(&c->fault, FAULT_UNAUTHENTICATED,
			   "The given API token does not match the format used by %s. "
			   "You can generate a new token at %s.", crates_site(c), call_url(c, "/me"));
}

static const struct serializer serializers[] = {
	{
		.media_type = "application/json",
		.content_type = "application/json",
		.codec = &codec_json,
		.dialect = { .fraction_digits = 6, .zone = "Z" },
	},
	{ 0 }
};

const struct protocol crates_protocol = {
	.name = "crates",
	.mounts = mounts,
	.serializers = serializers,
	.users_only = true,
	.anonymous_fault = FAULT_FORBIDDEN,
	.check_token = check_token,
	.document_error = "Failed to parse the request body as JSON: ",
	.check_document_type = check_document_type,
	.before = before,
	.after = after,
	.fault_view = fault_view,
};
