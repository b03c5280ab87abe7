/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Python protocol: simple index, JSON API, uploads, feeds, XML-RPC, files.
 */
#include "protocols/pypi/pypi.h"

#include "base/arena.h"

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
	if (c->state && pypi_state(c)->private)
		call_header(c, "Vary", "Accept, Accept-Encoding, Authorization");
}

static const struct mount mounts[] = {
	{ "/simple", NULL },
	{ "/pypi", pypi_moved_routes },
	{ "/pypi", pypi_manage_routes },
	{ "/:owner/:repository/pypi/pypi", pypi_manage_routes },
	{ "/legacy", pypi_upload_routes },
	{ "/:owner/:repository/pypi/legacy", pypi_upload_routes },
	{ "/rss", NULL },
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
