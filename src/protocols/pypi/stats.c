/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The largest projects, for programs and for people.
 */
#include "protocols/pypi/pypi.h"

#include "base/arena.h"
#include "base/fault.h"
#include "domain/pypi_feed.h"
#include "domain/pypi_index.h"
#include "domain/repository.h"
#include "http/accept.h"
#include "http/conditional.h"
#include "protocols/pypi/page.h"
#include "wire/json.h"

static bool
reply_page(struct call *c, struct span stats)
{
	const struct doc *view = json_read(c->work.arena, &c->fault, stats);
	const struct doc *total = doc_find(view, "total_packages_size");
	struct buf body = buf_on(c->work.arena);

	if (!view)
		return false;
	buf_printf(&body, "<p>%lld bytes in all projects</p>\n<ol>\n", (long long)(total ? total->is.integer : 0));
	for (const struct doc *p = doc_first(doc_find(view, "top_packages")); p; p = p->next) {
		const struct doc *size = doc_find(p, "size");

		page_text(&body, "li", arena_printf(c->work.arena, "%s: %lld bytes", p->key,
						    (long long)(size ? size->is.integer : 0)));
	}
	buf_puts(&body, "</ol>\n");
	return page_reply(c, "The largest Python projects", &body);
}

static bool
show(struct call *c)
{
	const struct repository *r = pypi_path_repository(c);
	const char *accept = request_header(c->request, "accept");
	const struct pypi_object *o = r ? pypi_stats_get(&c->work, r) : NULL;
	bool json = accept && accept_weight(accept, "application/json") > accept_weight(accept, "text/html");

	if (!o)
		return false;
	call_header(c, "Vary", "Accept, Accept-Encoding");
	if (!json)
		return reply_page(c, o->body);
	call_header(c, "ETag", o->etag);
	call_header(c, "Cache-Control", pypi_state(c)->private ? "max-age=86400, private" : "max-age=86400, public");
	if (conditional_not_modified(c->request, o->etag, 0))
		return reply_empty(c, 304);
	return reply_bytes(c, 200, "application/json", o->body);
}

const struct route pypi_stats_routes[] = {
	ROUTE(GET, "/", PUBLIC, show, "The largest Python projects", .flags = ROUTE_ANY_CLIENT | ROUTE_ANY_ACCEPT),
	ROUTE_END
};
