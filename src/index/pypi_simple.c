/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simple API's page of a project. Consumers match the HTML's white space,
 * so its odd blanks are part of the format. Of the two names of the metadata's
 * digest JSON has the newer one only: older clients fail on an object under the old one.
 */
#include "index/pypi_simple.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/encode.h"

/* ---- HTML ---- */

static void
put_attribute(struct buf *out, const char *name, const char *value)
{
	buf_puts(out, name);
	buf_puts(out, "=\"");
	encode_markup(out, span_of(value));
	buf_putc(out, '"');
}

static void
put_meta(struct buf *out, const char *name, const char *content)
{
	buf_puts(out, "<meta name=\"");
	buf_puts(out, name);
	put_attribute(out, "\" content", content);
	buf_putc(out, '>');
}

void
pypi_simple_html_head(struct buf *out, const struct pypi_project *p)
{
	buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n  <head>\n    ");
	put_meta(out, "pypi:repository-version", PYPI_SIMPLE_VERSION);
	buf_putc(out, '\n');
	put_meta(out, "pypi:project-status", p->status);
	if (p->status_reason)
		put_meta(out, "pypi:project-status-reason", p->status_reason);
	buf_puts(out, "    <title>Links for ");
	encode_markup(out, span_of(p->canonical_name));
	buf_puts(out, "</title>\n  </head>\n  <body>\n    <h1>Links for ");
	encode_markup(out, span_of(p->canonical_name));
	buf_puts(out, "</h1>\n");
}

void
pypi_simple_html_file(struct buf *out, const struct pypi_site *site, const struct pypi_file *f)
{
	struct buf url = buf_on(out->arena);

	pypi_put_file_url(&url, site, f);
	buf_puts(&url, "#sha256=");
	pypi_put_hex(&url, f->sha256);
	put_attribute(out, "<a href", buf_text(&url));
	buf_putc(out, ' ');
	if (f->requires_python) {
		put_attribute(out, "data-requires-python", f->requires_python);
		buf_putc(out, ' ');
	}
	if (f->yanked) {
		put_attribute(out, "data-yanked", f->yank_message ? f->yank_message : "");
		buf_putc(out, ' ');
	}
	if (f->metadata_sha256.at) {
		buf_puts(out, "data-dist-info-metadata=\"sha256=");
		pypi_put_hex(out, f->metadata_sha256);
		buf_puts(out, "\" data-core-metadata=\"sha256=");
		pypi_put_hex(out, f->metadata_sha256);
		buf_putc(out, '"');
	}
	if (f->has_provenance) {
		buf_truncate(&url, 0);
		pypi_put_provenance_url(&url, site, f);
		put_attribute(out, " data-provenance", buf_text(&url));
	}
	buf_putc(out, '>');
	encode_markup(out, span_of(f->filename));
	buf_puts(out, "</a><br />\n");
}

void
pypi_simple_html_tail(struct buf *out, int64_t serial)
{
	buf_puts(out, "</body>\n</html>\n<!--SERIAL ");
	buf_put_int(out, serial);
	buf_puts(out, "-->");
}

/* ---- JSON ---- */

static void
put_digest(struct buf *out, struct span sha256)
{
	buf_puts(out, "{\"sha256\":\"");
	pypi_put_hex(out, sha256);
	buf_puts(out, "\"}");
}

void
pypi_simple_json_head(struct buf *out)
{
	buf_puts(out, "{\"files\":[");
}

void
pypi_simple_json_file(struct buf *out, const struct pypi_site *site, const struct pypi_file *f)
{
	struct buf url = buf_on(out->arena);
	char time[CLOCK_TEXT_SIZE];

	buf_puts(out, "{\"core-metadata\":");
	if (f->metadata_sha256.at)
		put_digest(out, f->metadata_sha256);
	else
		buf_puts(out, "false");
	pypi_put_member(out, ",\"filename\":", f->filename);
	buf_puts(out, ",\"hashes\":");
	put_digest(out, f->sha256);
	if (f->has_provenance)
		pypi_put_provenance_url(&url, site, f);
	pypi_put_member(out, ",\"provenance\":", f->has_provenance ? buf_text(&url) : NULL);
	pypi_put_member(out, ",\"requires-python\":", f->requires_python);
	buf_puts(out, ",\"size\":");
	buf_put_int(out, f->size);
	pypi_put_member(out, ",\"upload-time\":", clock_format_rfc3339(time, f->uploaded_at, 6));
	buf_truncate(&url, 0);
	pypi_put_file_url(&url, site, f);
	pypi_put_member(out, ",\"url\":", buf_text(&url));
	if (f->yanked && f->yank_message && *f->yank_message)
		pypi_put_member(out, ",\"yanked\":", f->yank_message);
	else
		buf_puts(out, f->yanked ? ",\"yanked\":true" : ",\"yanked\":false");
	buf_putc(out, '}');
}

void
pypi_simple_json_tail(struct buf *out, const struct pypi_project *p, int64_t serial,
	const char *const *versions, size_t count)
{
	buf_puts(out, "],\"meta\":{\"_last-serial\":");
	buf_put_int(out, serial);
	buf_puts(out, ",\"api-version\":\"" PYPI_SIMPLE_VERSION "\"}");
	pypi_put_member(out, ",\"name\":", p->canonical_name);
	buf_puts(out, ",\"project-status\":{");
	if (p->status_reason) {
		pypi_put_member(out, "\"reason\":", p->status_reason);
		buf_putc(out, ',');
	}
	pypi_put_member(out, "\"status\":", p->status);
	buf_puts(out, "},\"versions\":[");
	for (size_t i = 0; i < count; i++)
		pypi_put_member(out, i == 0 ? "" : ",", versions[i]);
	buf_puts(out, "]}");
}
