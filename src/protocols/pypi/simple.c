/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simple repository API: the list of all projects and one page per project.
 * A page is what every installer fetches for every requirement, so it is one
 * prepared query and no rendering. Installers believe what Cache-Control says;
 * a release must show at once, so it says that they have to ask.
 */
#include "protocols/pypi/pypi.h"

#include "base/arena.h"
#include "base/buf.h"
#include "domain/pypi_index.h"
#include "domain/pypi_list.h"
#include "domain/repository.h"
#include "formats/pypi_name.h"
#include "http/accept.h"
#include "http/conditional.h"
#include "index/pypi_simple.h"

/* In the order of preference; "latest" is never what the answer says. */
static const struct offer {
	const char *type;
	const char *latest;		/* another name of it, or NULL */
	const char *content_type;
	enum pypi_page page;
} offers[] = {
	{ "text/html", NULL, "text/html; charset=UTF-8", PYPI_PAGE_HTML },
	{ PYPI_SIMPLE_HTML, "application/vnd.pypi.simple.latest+html", PYPI_SIMPLE_HTML, PYPI_PAGE_HTML },
	{ PYPI_SIMPLE_JSON, "application/vnd.pypi.simple.latest+json", PYPI_SIMPLE_JSON, PYPI_PAGE_SIMPLE },
};

/* As written in a query string, where the plus sign of a media type stands for a blank. */
static bool
is_named(struct arena *a, struct span given, const char *type)
{
	char *copy = arena_dup(a, given.at, given.len);

	for (size_t i = 0; i < given.len; i++)
		if (copy[i] == ' ')
			copy[i] = '+';
	return type && media_type_is(copy, type);
}

static const struct offer *
offer_of_query(struct call *c)
{
	struct span format = c->query ? query_find(c->query, "format") : span_make(NULL, 0);

	for (size_t i = 0; format.at && i < ARRAY_LEN(offers); i++)
		if (is_named(c->work.arena, format, offers[i].type) ||
		    is_named(c->work.arena, format, offers[i].latest))
			return &offers[i];
	return NULL;
}

/* Who wants nothing that there is gets the first one: some old tools ask for anything but HTML and take it. */
static const struct offer *
choose_offer(struct call *c)
{
	const char *accept = request_header(c->request, "accept");
	const struct offer *chosen = offer_of_query(c);
	int best = 0;

	if (chosen)
		return chosen;
	chosen = &offers[0];
	for (size_t i = 0; accept && i < ARRAY_LEN(offers); i++) {
		int wanted = accept_weight(accept, offers[i].type);
		int latest = offers[i].latest ? accept_weight(accept, offers[i].latest) : 0;

		if (latest > wanted)
			wanted = latest;
		if (wanted > best) {
			best = wanted;
			chosen = &offers[i];
		}
	}
	return chosen;
}

static bool
reply_page(struct call *c, const struct offer *offer, const struct pypi_object *o)
{
	call_header(c, "ETag", o->etag);
	pypi_cache(c, "public, no-cache");
	call_header(c, "Vary", "Accept, Accept-Encoding");
	call_header(c, "X-PyPI-Last-Serial", arena_printf(c->work.arena, "%lld", (long long)o->serial));
	if (!o->body.at || conditional_not_modified(c->request, o->etag, 0))
		return reply_empty(c, 304);
	return reply_bytes(c, 200, offer->content_type, o->body);
}

static bool
list(struct call *c)
{
	const struct repository *r = pypi_path_repository(c);
	const struct offer *offer = choose_offer(c);
	const struct pypi_object *o;

	if (!r)
		return false;
	if (!c->request->trailing_slash)
		return pypi_redirect(c, 301, arena_printf(c->work.arena, "%s/simple/", pypi_prefix(c, r)));
	o = pypi_list_get(&c->work, r, offer->page, conditional_known_tag(c->request));
	return o && reply_page(c, offer, o);
}

/* Under another spelling of the name, or without the slash. */
static bool
redirect_to_page(struct call *c, const struct repository *r)
{
	const struct pypi_project *p = pypi_project_find(&c->work, r->id, path_span(c, "name"));

	if (!p)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	return pypi_redirect(c, 301, arena_printf(c->work.arena, "%s/simple/%s/", pypi_prefix(c, r), p->canonical_name));
}

static bool
page(struct call *c)
{
	const struct repository *r = pypi_path_repository(c);
	const struct offer *offer = choose_offer(c);
	struct span name = path_span(c, "name");
	const struct pypi_object *o;

	if (!r)
		return false;
	if (!c->request->trailing_slash || !pypi_name_is_normal(name))
		return redirect_to_page(c, r);
	o = pypi_object_get(&c->work, r->id, name, offer->page, conditional_known_tag(c->request));
	return o ? reply_page(c, offer, o) : fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
}

#define ANY (ROUTE_ANY_CLIENT | ROUTE_ANY_ACCEPT)

const struct route pypi_simple_routes[] = {
	ROUTE(GET, "/", PUBLIC, list, "All projects of a Python repository", .flags = ANY),
	ROUTE(GET, "/:name", PUBLIC, page, "The files of a Python project", .flags = ANY),
	ROUTE_END
};
