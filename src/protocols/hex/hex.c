/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Hex protocol: the API below /api in JSON and Erlang terms, the signed
 * repository below /repo.
 */
#include "protocols/hex/hex.h"

#include "base/arena.h"
#include "protocols/hex/people.h"

static bool
index_page(struct call *c)
{
	static const char *const urls[][2] = {
		{ "packages_url", "/packages" },
		{ "package_url", "/packages/{name}" },
		{ "package_release_url", "/packages/{name}/releases/{version}" },
		{ "package_retirement_url", "/packages/{name}/releases/{version}/retire" },
		{ "package_owners_url", "/packages/{name}/owners" },
		{ "keys_url", "/keys" },
		{ "key_url", "/keys/{name}" },
		{ "documentation_url", "/packages/{name}/releases/{version}/docs" },
	};
	struct doc *view = doc_map(c->work.arena);

	for (size_t i = 0; i < ARRAY_LEN(urls); i++)
		doc_text(view, urls[i][0], call_url(c, "/api%s", urls[i][1]));
	return reply(c, 200, view);
}

static bool
status(struct call *c)
{
	return reply_empty(c, 200);
}

const struct route hex_index_routes[] = {
	ROUTE(GET, "/", OPTIONAL, index_page, "Where things are in the Hex API", .scope = SCOPE_READ),
	ROUTE(GET, "/status", PUBLIC, status, "The Hex API answers", .flags = ROUTE_ANY_CLIENT | ROUTE_ANY_ACCEPT),
	ROUTE_END
};

static const struct mount mounts[] = {
	{ "/api", hex_index_routes },
	{ "/api", hex_user_routes },
	{ "/api", hex_organization_routes },
	{ "/api", hex_api_key_routes },
	{ "/api/orgs/:organization", hex_api_key_routes },
	{ "/api", hex_auth_routes },
	{ "/api", hex_short_url_routes },
	{ "/api/oauth", hex_oauth_routes },
	{ "/api", hex_oidc_routes },
	{ "/oauth", hex_oauth_page_routes },
	{ "/email", hex_address_routes },
	{ "/password", hex_password_routes },
	{ "/l", hex_short_link_routes },
	{ "/api", hex_package_routes },
	{ "/api/repos/:repository", hex_package_routes },
	{ "/api", hex_publish_routes },
	{ "/api/repos/:repository", hex_publish_routes },
	{ "/api", hex_release_routes },
	{ "/api/repos/:repository", hex_release_routes },
	{ "/api", hex_docs_routes },
	{ "/api/repos/:repository", hex_docs_routes },
	{ "/hexdocs", hex_site_routes },
	{ "/api", hex_owner_routes },
	{ "/api/repos/:repository", hex_owner_routes },
	{ "/repo", hex_key_routes },
	{ "/repo", hex_object_routes },
	{ "/repo/repos/:repository", hex_object_routes },
	{ NULL, NULL }
};

#define CHARSET "; charset=utf-8"

static const struct serializer serializers[] = {
	{
		.media_type = "application/json",
		.content_type = "application/json" CHARSET,
		.codec = &codec_json,
		.dialect = { .fraction_digits = 6, .fraction_always = true, .zone = "Z" },
	},
	{
		.media_type = "application/vnd.hex+erlang",
		.content_type = "application/vnd.hex+erlang" CHARSET,
		.codec = &codec_erlang,
		.dialect = { .zone = "Z" },
	},
	{
		.media_type = "application/vnd.hex+json",
		.content_type = "application/json" CHARSET,
		.codec = &codec_json,
		.dialect = { .fraction_digits = 6, .fraction_always = true, .zone = "Z" },
	},
	{ .media_type = "application/x-www-form-urlencoded", .codec = &codec_form },
	{ 0 }
};

const struct protocol hex_protocol = {
	.name = "hex",
	.mounts = mounts,
	.serializers = serializers,
	.anonymous_fault = FAULT_UNAUTHENTICATED,
	.refuse_credential = hex_refuse_credential,
	.takes_basic = true,
	.empty_is_map = true,
	.before = hex_before,
	.after = hex_after,
	.fault_view = hex_fault_view,
};
