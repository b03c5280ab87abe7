/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few pages for people; see the header.
 */
#include "protocols/pypi/page.h"

#include "base/encode.h"
#include "base/settings.h"
#include "protocols/pypi/pypi.h"

void
page_text(struct buf *b, const char *around, const char *text)
{
	if (around)
		buf_printf(b, "<%s>", around);
	encode_markup(b, span_of(text));
	if (around)
		buf_printf(b, "</%s>\n", around);
}

void
page_link(struct buf *b, const char *url, const char *text)
{
	buf_puts(b, "<a href=\"");
	encode_markup(b, span_of(url));
	buf_puts(b, "\">");
	encode_markup(b, span_of(text));
	buf_puts(b, "</a>");
}

bool
page_reply(struct call *c, const char *title, const struct buf *body)
{
	struct buf page = buf_on(c->work.arena);

	buf_puts(&page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
		"<meta name=\"viewport\" content=\"width=device-width\"><title>");
	page_text(&page, NULL, title);
	buf_puts(&page, " - ");
	page_text(&page, NULL, c->work.config->site_name);
	buf_puts(&page, "</title></head>\n<body>\n");
	page_text(&page, "h1", title);
	buf_put_span(&page, buf_span(body));
	buf_puts(&page, "</body>\n</html>\n");
	call_header(c, "Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; "
		    "frame-ancestors 'none'");
	call_header(c, "Referrer-Policy", "no-referrer");
	pypi_cache(c, "public, no-cache");
	return reply_bytes(c, 200, "text/html; charset=UTF-8", buf_span(&page));
}
