/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Python protocol: simple index, JSON API, uploads, feeds, XML-RPC, files.
 */
#include "protocols/pypi/pypi.h"

#include "base/arena.h"

void
pypi_cache(struct call *c, const char *public)
{
	call_header(c, "Cache-Control", pypi_state(c)->private ? "private, no-cache" : public);
}

static bool
before(struct call *c)
{
	c->state = arena_new(c->work.arena, struct pypi_state);
	pypi_state(c)->area = pypi_area_of(c);
	return true;
}

static void
after(struct call *c)
{
	call_header(c, "X-Content-Type-Options", "nosniff");
	if (!c->state)
		return;
	if (pypi_state(c)->area == PYPI_AREA_SIMPLE || pypi_state(c)->area == PYPI_AREA_JSON)
		pypi_share(c);
	if (!pypi_state(c)->private)
		return;
	call_header(c, "Vary", "Accept, Accept-Encoding, Authorization");
	/* Redirects and refusals, too: caches keep some of them without being told. */
	if (!response_get(c->response, "Cache-Control"))
		call_header(c, "Cache-Control", "private, no-cache");
}

#define MOUNT(prefix, routes) { prefix, routes }, { "/:owner/:repository/pypi" prefix, routes }

static const struct mount mounts[] = {
	MOUNT("/simple", pypi_simple_routes),
	MOUNT("/pypi", pypi_json_routes),
	MOUNT("/pypi", pypi_action_routes),
	MOUNT("/pypi", pypi_xmlrpc_routes),
	MOUNT("/RPC2", pypi_xmlrpc_routes),
	MOUNT("/pypi", pypi_manage_routes),
	MOUNT("/legacy", pypi_upload_routes),
	MOUNT("/project", pypi_project_routes),
	MOUNT("/p", pypi_short_routes),
	MOUNT("/packages", pypi_package_routes),
	MOUNT("/rss", pypi_feed_routes),
	MOUNT("/stats", pypi_stats_routes),
	MOUNT("/integrity", pypi_integrity_routes),
	{ "/files/pypi", pypi_file_routes },
	{ "/:owner/:repository/pypi/files", pypi_file_routes },
	{ "/:owner/:repository/pypi", NULL },
	{ NULL, NULL }
};

static const struct serializer serializers[] = {
	{
		.media_type = "application/json",
		.content_type = "application/json",
		.codec = &codec_json,
		.dialect = { .fraction_digits = 6, .zone = "Z" },
	},
	{ 0 }
};

const struct protocol pypi_protocol = {
	.name = "pypi",
	.mounts = mounts,
	.serializers = serializers,
	.anonymous_fault = FAULT_UNAUTHENTICATED,
	.refuse_credential = pypi_refuse_credential,
	.takes_basic = true,
	.token_user = "__token__",
	.empty_is_map = true,
	.before = before,
	.after = after,
	.fault_view = pypi_fault_view,
};
