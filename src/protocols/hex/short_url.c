/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses short enough for a terminal.
 */
#include "protocols/hex/people.h"

#include "domain/short_url.h"
#include "protocols/hex/hex.h"

static bool
make(struct call *c)
{
	const char *url = hex_param(c, "url"), *code;
	struct doc *view = doc_map(c->work.arena);

	if (!url)
		return hex_refuse_field(c, "url", "can't be blank");
	code = short_url_make(&c->work, span_of(url));
	if (!code)
		return false;
	doc_text(view, "url", call_url(c, "/l/%s", code));
	return reply(c, 201, view);
}

static bool
follow(struct call *c)
{
	const char *code = path_text(c, "code");
	const char *url = code ? short_url_find(&c->work, span_of(code)) : NULL;

	return url ? redirect(c, 301, url) : fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
}

const struct route hex_short_url_routes[] = {
	ROUTE(POST, "/short_url", PUBLIC, make, "A short address", .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE_END
};

const struct route hex_short_link_routes[] = {
	ROUTE(GET, "/:code", PUBLIC, follow, "Where a short address leads", .flags = ROUTE_ANY_CLIENT | ROUTE_ANY_ACCEPT),
	ROUTE_END
};
