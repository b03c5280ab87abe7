/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sparse index: config.json and one stored object per crate. This is the
 * hottest path of the registry: one prepared query, no rendering.
 */
#include "protocols/crates/crates.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/settings.h"
#include "base/text.h"
#include "domain/index.h"
#include "domain/repository.h"
#include "http/conditional.h"
#include "index/sparse.h"

static bool
reply_object(struct call *c, const struct index_object *o)
{
	char *modified;

	call_header(c, "ETag", o->etag);
	call_header(c, "Cache-Control", c->work.config->crates_auth_required ? "private, no-cache" : "public, no-cache");
	if (!o->body.at || conditional_not_modified(c->request, o->etag, o->modified))
		return reply_empty(c, 304);
	/* Not with 304: RFC 9110 §15.4.5. */
	modified = arena_alloc(c->work.arena, CLOCK_TEXT_SIZE);
	call_header(c, "Last-Modified", clock_format_http(modified, o->modified));
	return reply_bytes(c, 200, o->content_type, o->body);
}

static bool
show_config(struct call *c)
{
	const struct config *config = c->work.config;
	const char *dl = call_url(c, "/files/crates/{crate}/{crate}-{version}.crate");
	struct span body = sparse_config(c->work.arena, dl, config->base_url, config->crates_auth_required);
	uint8_t hash[SHA256_SIZE];
	const char *etag;

	digest_sha256(body, hash);
	etag = arena_printf(c->work.arena, "\"%s\"", encode_hex(c->work.arena, hash, 16));
	call_header(c, "ETag", etag);
	if (conditional_not_modified(c->request, etag, 0))
		return reply_empty(c, 304);
	return reply_bytes(c, 200, "application/json", body);
}

/* Exactly the path of the name as cargo makes it: other spellings are other crates. */
static bool
show_crate_file(struct call *c)
{
	struct buf path = buf_on(c->work.arena);
	const struct index_object *object;

	for (size_t i = 1; i < c->request->segment_count; i++) {
		if (i > 1)
			buf_putc(&path, '/');
		buf_put_span(&path, c->request->segments[i]);
	}
	if (span_find_nul(buf_span(&path)) >= 0)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	object = index_get_changed(&c->work, REPOSITORY_CRATES, buf_text(&path), conditional_known_tag(c->request));
	if (!object)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	return reply_object(c, object);
}

const struct route crates_index_routes[] = {
	ROUTE(GET, "/config.json", PUBLIC, show_config, "Where cargo finds downloads and the API",
	      .flags = ROUTE_ANY_CLIENT),
	ROUTE(GET, "/1/:name", PUBLIC, show_crate_file, "Index file of a crate", .flags = ROUTE_ANY_CLIENT),
	ROUTE(GET, "/2/:name", PUBLIC, show_crate_file, "Index file of a crate", .flags = ROUTE_ANY_CLIENT),
	ROUTE(GET, "/:first/:second/:name", PUBLIC, show_crate_file, "Index file of a crate", .flags = ROUTE_ANY_CLIENT),
	ROUTE_END
};
