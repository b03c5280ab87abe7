/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few pages of the Hex protocol: without scripts, styles and images, and
 * nothing but forms of our own can be sent from them.
 */
#include "protocols/hex/people.h"

#include <string.h>

#include "base/arena.h"
#include "base/encode.h"
#include "base/settings.h"
#include "base/text.h"

void
html_text(struct buf *b, const char *text)
{
	encode_markup(b, span_of(text));
}

void
html_input(struct buf *b, const char *type, const char *name, const char *label, const char *value)
{
	buf_puts(b, "<p><label>");
	html_text(b, label);
	buf_printf(b, "<br><input type=\"%s\" name=\"%s\" value=\"", type, name);
	html_text(b, value);
	buf_puts(b, "\" autocomplete=\"off\"></label></p>\n");
}

void
html_hidden(struct buf *b, const char *name, const char *value)
{
	if (!value)
		return;
	buf_printf(b, "<input type=\"hidden\" name=\"%s\" value=\"", name);
	html_text(b, value);
	buf_puts(b, "\">\n");
}

/* Scheme and host of an address: what a policy may name. Nothing that could end the directive is in it. */
static const char *
origin_of(struct call *c, const char *url)
{
	const char *host = strstr(url, "://");
	size_t len;

	if (!host)
		return "";
	len = (size_t)(host - url) + 3;
	while (url[len] && !strchr("/?# ;,'\"", url[len]))
		len++;
	return arena_dup(c->work.arena, url, len);
}

bool
html_reply(struct call *c, int status, const char *title, const struct buf *body, const char *form_target)
{
	struct buf page = buf_on(c->work.arena);

	buf_puts(&page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width\"><title>");
	html_text(&page, title);
	buf_puts(&page, " - ");
	html_text(&page, c->work.config->site_name);
	buf_puts(&page, "</title></head>\n<body>\n<h1>");
	html_text(&page, title);
	buf_puts(&page, "</h1>\n");
	buf_put_span(&page, buf_span(body));
	buf_puts(&page, "</body>\n</html>\n");
	call_header(c, "Content-Security-Policy", arena_printf(c->work.arena,
		"default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'%s%s",
		form_target ? " " : "", form_target ? origin_of(c, form_target) : ""));
	call_header(c, "X-Frame-Options", "DENY");
	call_header(c, "Referrer-Policy", "no-referrer");
	call_header(c, "Cache-Control", "no-store");
	return reply_bytes(c, status, "text/html; charset=utf-8", buf_span(&page));
}

bool
html_say(struct call *c, int status, const char *title, const char *text)
{
	struct buf body = buf_on(c->work.arena);

	buf_puts(&body, "<p>");
	html_text(&body, text);
	buf_puts(&body, "</p>\n");
	return html_reply(c, status, title, &body, NULL);
}

bool
html_is_own_form(const struct call *c)
{
	const char *site = request_header(c->request, "sec-fetch-site");

	return !site || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
}
