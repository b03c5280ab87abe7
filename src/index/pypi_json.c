/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON API's document, its keys in their order by bytes. Constants that
 * tools still look for are written as the public index writes them.
 */
#include "index/pypi_json.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "index/pypi_info.h"

/* Without the fraction and the zone: "2026-03-02T10:00:00". */
#define SECONDS_LEN 19

/* Where `releases` begins, and where `urls` do: behind the list of the last release. */
#define RELEASES SPAN(",\"releases\":{")
#define URLS ",\"urls\":["
#define BETWEEN SPAN("]}" URLS)

static void
put_hex_member(struct buf *out, const char *before, struct span bytes)
{
	buf_puts(out, before);
	if (!bytes.at) {
		buf_puts(out, "null");
		return;
	}
	buf_putc(out, '"');
	pypi_put_hex(out, bytes);
	buf_putc(out, '"');
}

static void
put_core_metadata(struct buf *out, struct span sha256)
{
	if (!sha256.at) {
		buf_puts(out, ",\"core-metadata\":false");
		return;
	}
	put_hex_member(out, ",\"core-metadata\":{\"sha256\":", sha256);
	buf_putc(out, '}');
}

static void
put_times(struct buf *out, int64_t uploaded_at)
{
	char text[CLOCK_TEXT_SIZE], seconds[CLOCK_TEXT_SIZE];

	clock_format_rfc3339(text, uploaded_at, 6);
	memcpy(seconds, text, SECONDS_LEN);
	seconds[SECONDS_LEN] = '\0';
	pypi_put_member(out, ",\"upload_time\":", seconds);
	pypi_put_member(out, ",\"upload_time_iso_8601\":", text);
}

static void
put_yank(struct buf *out, bool yanked, const char *reason)
{
	buf_puts(out, yanked ? ",\"yanked\":true" : ",\"yanked\":false");
	pypi_put_member(out, ",\"yanked_reason\":", yanked && reason && *reason ? reason : NULL);
}

void
pypi_json_file(struct buf *out, const struct pypi_site *site, const struct pypi_file *f)
{
	struct buf url = buf_on(out->arena);
	bool sdist = strcmp(f->kind, "sdist") == 0;

	pypi_put_member(out, "{\"comment_text\":", f->comment);
	put_core_metadata(out, f->metadata_sha256);
	put_hex_member(out, ",\"digests\":{\"blake2b_256\":", f->blake2b256);
	put_hex_member(out, ",\"md5\":", f->md5);
	put_hex_member(out, ",\"sha256\":", f->sha256);
	pypi_put_member(out, "},\"downloads\":-1,\"filename\":", f->filename);
	put_hex_member(out, ",\"has_sig\":false,\"md5_digest\":", f->md5);
	pypi_put_member(out, ",\"packagetype\":", sdist ? "sdist" : "bdist_wheel");
	pypi_put_member(out, ",\"python_version\":", !f->python_version && sdist ? "source" : f->python_version);
	pypi_put_member(out, ",\"requires_python\":", f->requires_python);
	buf_puts(out, ",\"size\":");
	buf_put_int(out, f->size);
	put_times(out, f->uploaded_at);
	pypi_put_file_url(&url, site, f);
	pypi_put_member(out, ",\"url\":", buf_text(&url));
	put_yank(out, f->yanked, f->yank_message);
	buf_putc(out, '}');
}

void
pypi_json_files(struct buf *out, const struct pypi_site *site, const struct pypi_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_putc(out, ',');
		pypi_json_file(out, site, &files[i]);
	}
}

void
pypi_json_release(struct buf *out, const char *version, bool first)
{
	pypi_put_member(out, first ? "" : "],", version);
	buf_puts(out, ":[");
}

static void
put_ownership(struct buf *out, const struct pypi_document *d)
{
	pypi_put_member(out, ",\"ownership\":{\"organization\":", d->organization);
	buf_puts(out, ",\"roles\":[");
	for (size_t i = 0; i < d->role_count; i++) {
		bool owner = strcmp(d->roles[i].role, "owner") == 0;

		pypi_put_member(out, i == 0 ? "{\"role\":" : ",{\"role\":", owner ? "Owner" : "Maintainer");
		pypi_put_member(out, ",\"user\":", d->roles[i].name);
		buf_putc(out, '}');
	}
	buf_puts(out, "]}");
}

static void
put_before(struct buf *out, const struct pypi_site *site, const struct pypi_document *d, int64_t serial)
{
	buf_puts(out, "{\"info\":");
	pypi_info_put(out, site, d->project, d->release);
	buf_puts(out, ",\"last_serial\":");
	buf_put_int(out, serial);
	put_ownership(out, d);
}

void
pypi_json_head(struct buf *out, const struct pypi_site *site, const struct pypi_document *d, int64_t serial)
{
	put_before(out, site, d, serial);
	buf_put_span(out, RELEASES);
}

void
pypi_json_short_head(struct buf *out, const struct pypi_site *site, const struct pypi_document *d, int64_t serial)
{
	put_before(out, site, d, serial);
	buf_puts(out, URLS);
}

void
pypi_json_between(struct buf *out)
{
	buf_put_span(out, BETWEEN);
}

void
pypi_json_end(struct buf *out)
{
	buf_puts(out, "],\"vulnerabilities\":[]}\n");
}

/* Quotes within a text are escaped, so neither mark is found inside of one. */
struct span
pypi_json_releases(struct span document)
{
	const struct span end = BETWEEN;
	const char *from = memmem(document.at, document.len, RELEASES.at, RELEASES.len);
	const char *to;

	if (!from)
		return span_make(NULL, 0);
	from += RELEASES.len;
	to = memmem(from, (size_t)(document.at + document.len - from), end.at, end.len);
	return to ? span_make(from, (size_t)(to - from)) : span_make(NULL, 0);
}
