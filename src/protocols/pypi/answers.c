/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How failures are told. Uploaders print the reason phrase and, when a web
 * server drops it, the body; so the message stands in both. One of them reads JSON only under the
 * bare content type.
 */
#include "protocols/pypi/pypi.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/encode.h"
#include "http/accept.h"
#include "wire/json.h"

/* ---- credentials ---- */

static const struct {
	enum fault_kind kind;
	const char *message;
} refusals[] = {
	[AUTH_MALFORMED] = { FAULT_FORBIDDEN, "Invalid or non-existent authentication information." },
	[AUTH_UNKNOWN] = { FAULT_FORBIDDEN, "Invalid or non-existent authentication information." },
	[AUTH_REVOKED] = { FAULT_FORBIDDEN, "Invalid or non-existent authentication information." },
	[AUTH_EXPIRED] = { FAULT_FORBIDDEN, "Invalid API Token: token is expired" },
	[AUTH_WRONG_PASSWORD] = { FAULT_FORBIDDEN, "Invalid or non-existent authentication information." },
	[AUTH_LOCKED] = { FAULT_FORBIDDEN, "Invalid or non-existent authentication information." },
	[AUTH_MISSING] = { FAULT_FORBIDDEN, "Invalid or non-existent authentication information." },
	[AUTH_NOT_COVERED] = { FAULT_FORBIDDEN, "The given token isn't allowed to do this." },
};

/* Readers look for a credential only when they are told that one is missing or wrong: 401 there, 403 to uploaders. */
bool
pypi_refuse_credential(struct call *c, enum auth_refusal why)
{
	bool reading = pypi_state(c)->area != PYPI_AREA_UPLOAD && why != AUTH_NOT_COVERED;

	if (why == AUTH_EXPIRED)
		return fault_raise(&c->fault, reading ? FAULT_UNAUTHENTICATED : refusals[why].kind, "%s",
				   refusals[why].message);
	return fault_raise(&c->fault, reading ? FAULT_UNAUTHENTICATED : refusals[why].kind,
			   "%s See %s for more information.", refusals[why].message, call_url(c, "/"));
}

/* ---- what the path is about ---- */

static const struct {
	const char *segment;
	enum pypi_area area;
} areas[] = {
	{ "simple", PYPI_AREA_SIMPLE },
	{ "pypi", PYPI_AREA_JSON },
	{ "integrity", PYPI_AREA_JSON },
	{ "legacy", PYPI_AREA_UPLOAD },
};

enum pypi_area
pypi_area_of(const struct call *c)
{
	const struct request *r = c->request;
	/* Below /OWNER/REPOSITORY/pypi everything stands three segments deeper. */
	size_t at = r->segment_count > 3 && span_is(r->segments[2], "pypi") && path_span(c, "owner").at ? 3 : 0;

	for (size_t i = 0; at < r->segment_count && i < ARRAY_LEN(areas); i++)
		if (span_is(r->segments[at], areas[i].segment))
			return areas[i].area;
	return PYPI_AREA_OTHER;
}

/* ---- bodies ---- */

static const char *
explanation(int status)
{
	if (status >= 500)
		return "The server could not handle the request.";
	return status == 403 ? "Access was denied to this resource."
	     : status == 404 ? "The resource could not be found."
	     : "The server could not comply with the request since it is either malformed or otherwise incorrect.";
}

static void
tell_html(struct call *c, int status, const char *message)
{
	struct buf b = buf_on(c->work.arena);

	buf_printf(&b, "<html>\n <head>\n  <title>%d ", status);
	encode_markup(&b, span_of(message));
	buf_printf(&b, "</title>\n </head>\n <body>\n  <h1>%d ", status);
	encode_markup(&b, span_of(message));
	buf_printf(&b, "</h1>\n  %s<br/><br/>\n", explanation(status));
	encode_markup(&b, span_of(message));
	buf_puts(&b, "\n\n </body>\n</html>\n");
	reply_bytes(c, status, "text/html; charset=UTF-8", buf_span(&b));
}

static void
tell_json(struct call *c, int status, const char *message)
{
	struct arena *a = c->work.arena;
	struct doc *d = doc_map(a);

	doc_text(d, "code", arena_printf(a, "%d %s", status, message));
	doc_text(d, "message", arena_printf(a, "%s\n\n\n%s\n\n", explanation(status), message));
	doc_text(d, "title", status_reason(status));
	reply(c, status, d);
}

static void
tell_text(struct call *c, int status, const char *message)
{
	reply_bytes(c, status, "text/plain; charset=UTF-8",
		    span_of(arena_printf(c->work.arena, "%d %s\n\n%s\n", status, message, explanation(status))));
}

/* As the status line can hold it: Latin-1 at most, so plain ASCII; others become question marks. */
#define REASON_MAX 512

static const char *
reason_of(struct arena *a, const char *message)
{
	struct buf b = buf_on(a);

	for (const char *s = message; *s && b.len < REASON_MAX; s++)
		/* One mark per character, not per byte. */
		if (((unsigned char)*s & 0xc0) != 0x80)
			buf_putc(&b, *s < ' ' || *s > '~' ? '?' : *s);
	return buf_text(&b);
}

static void
tell_uploader(struct call *c, int status, const char *message)
{
	const char *accept = request_header(c->request, "accept");
	int html = accept_weight(accept, "text/html"), json = accept_weight(accept, "application/json");
	int plain = accept_weight(accept, "text/plain");

	if (json > html && json >= plain)
		tell_json(c, status, message);
	else if (plain > html)
		tell_text(c, status, message);
	else
		tell_html(c, status, message);
	c->response->reason = reason_of(c->work.arena, message);
}

static const char *
message_of(const struct call *c, const struct fault *f)
{
	if (f->fields)
		return arena_printf(c->work.arena, "%s: %s", f->fields->name, f->fields->message);
	return f->message;
}

const struct doc *
pypi_fault_view(struct call *c, const struct fault *f, int *status)
{
	enum pypi_area area = c->state ? pypi_state(c)->area : pypi_area_of(c);
	struct buf b = buf_on(c->work.arena);

	if (f->kind == FAULT_INVALID)
		*status = 400;
	if (f->kind == FAULT_UNAUTHENTICATED)
		call_header(c, "WWW-Authenticate", "Basic realm=\"entrepot\"");
	switch (area) {
	case PYPI_AREA_UPLOAD:
		tell_uploader(c, *status, message_of(c, f));
		return NULL;
	case PYPI_AREA_JSON:
		/* With this blank: some clients compare the bytes. */
		buf_puts(&b, "{\"message\": ");
		json_write_text(&b, span_of(message_of(c, f)));
		buf_putc(&b, '}');
		reply_bytes(c, *status, "application/json", buf_span(&b));
		return NULL;
	case PYPI_AREA_SIMPLE:
	case PYPI_AREA_OTHER:
		break;
	}
	reply_bytes(c, *status, "text/plain; charset=UTF-8",
		    span_of(arena_printf(c->work.arena, "%d %s", *status, message_of(c, f))));
	return NULL;
}

/* ---- what answers share ---- */

/* No header can hold others, and no client sends them. */
static bool
is_visible(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] <= ' ' || s.at[i] == 127)
			return false;
	return true;
}

bool
pypi_redirect(struct call *c, int status, const char *path)
{
	struct span query = c->request->query;

	if (query.len == 0 || !is_visible(query))
		return redirect(c, status, call_url(c, "%s", path));
	return redirect(c, status, call_url(c, "%s?%.*s", path, (int)query.len, query.at));
}

void
pypi_share(struct call *c)
{
	response_add(c->response, "Access-Control-Allow-Origin", "*");
	response_add(c->response, "Access-Control-Allow-Headers",
		     "Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since");
	response_add(c->response, "Access-Control-Allow-Methods", "GET");
	response_add(c->response, "Access-Control-Max-Age", "86400");
	response_add(c->response, "Access-Control-Expose-Headers", "X-PyPI-Last-Serial");
}
