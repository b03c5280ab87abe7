/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the pages of a Python repository are made of; see the header.
 */
#include "index/pypi.h"

#include "base/buf.h"
#include "base/encode.h"
#include "base/text.h"
#include "wire/json.h"

static bool
stays(char c)
{
	return is_alnum(c) || (c != '\0' && strchr("/-._~!+", c));
}

void
pypi_put_url(struct buf *out, const char *prefix, const char *path)
{
	buf_puts(out, prefix);
	for (const char *s = path; *s; s++) {
		if (stays(*s))
			buf_putc(out, *s);
		else
			buf_printf(out, "%%%02X", (unsigned char)*s);
	}
}

void
pypi_put_file_url(struct buf *out, const struct pypi_site *site, const struct pypi_file *f)
{
	buf_puts(out, site->files);
	pypi_put_url(out, "/", f->path);
}

void
pypi_put_release_url(struct buf *out, const struct pypi_site *site, const char *name, const char *version)
{
	buf_puts(out, site->base);
	pypi_put_url(out, "/project/", name);
	pypi_put_url(out, "/", version);
	buf_putc(out, '/');
}

void
pypi_put_provenance_url(struct buf *out, const struct pypi_site *site, const struct pypi_file *f)
{
	buf_puts(out, site->base);
	pypi_put_url(out, "/integrity/", f->project);
	pypi_put_url(out, "/", f->version);
	pypi_put_url(out, "/", f->filename);
	buf_puts(out, "/provenance");
}

void
pypi_put_member(struct buf *out, const char *before, const char *text)
{
	buf_puts(out, before);
	if (text)
		json_write_text(out, span_of(text));
	else
		buf_puts(out, "null");
}

void
pypi_put_hex(struct buf *out, struct span bytes)
{
	buf_puts(out, encode_hex(out->arena, bytes.at, bytes.len));
}
