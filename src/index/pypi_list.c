/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of all projects. JSON has the private members that mirrors go by.
 */
#include "index/pypi_list.h"

#include "base/buf.h"
#include "base/encode.h"
#include "index/pypi_simple.h"

void
pypi_list_html_head(struct buf *out)
{
	buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n  <head>\n"
		 "    <meta name=\"pypi:repository-version\" content=\"" PYPI_SIMPLE_VERSION "\">\n"
		 "    <title>Simple index</title>\n  </head>\n  <body>\n");
}

void
pypi_list_html_entry(struct buf *out, const struct pypi_site *site, const struct pypi_entry *e)
{
	buf_puts(out, "<a href=\"");
	encode_markup(out, span_of(site->path));
	pypi_put_url(out, "/simple/", e->canonical_name);
	buf_puts(out, "/\">");
	encode_markup(out, span_of(e->name));
	buf_puts(out, "</a>\n");
}

void
pypi_list_html_tail(struct buf *out)
{
	buf_puts(out, "</body>\n</html>");
}

void
pypi_list_json_head(struct buf *out, int64_t serial)
{
	buf_puts(out, "{\"meta\":{\"_last-serial\":");
	buf_put_int(out, serial);
	buf_puts(out, ",\"api-version\":\"" PYPI_SIMPLE_VERSION "\"},\"projects\":[");
}

void
pypi_list_json_entry(struct buf *out, const struct pypi_entry *e)
{
	buf_puts(out, "{\"_last-serial\":");
	buf_put_int(out, e->last_serial);
	pypi_put_member(out, ",\"name\":", e->name);
	buf_putc(out, '}');
}

void
pypi_list_json_tail(struct buf *out)
{
	buf_puts(out, "]}");
}
