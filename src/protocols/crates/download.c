/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Downloads of .crate files and READMEs: the API answers with the address of
 * the bytes, as a redirect or, to an Accept header that names json, as JSON;
 * the files themselves are below /files/crates.
 */
#include "protocols/crates/crates.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/encode.h"
#include "base/settings.h"
#include "base/text.h"
#include "domain/download.h"
#include "domain/release.h"
#include "domain/repository.h"
#include "formats/crate_rules.h"

/*
 * Where the bytes are: /files/crates/NAME/NAME-VERSION.crate, in the spelling
 * of the request. Nothing is looked up, so that this stays as cheap as it is
 * popular; what does not exist is missing there.
 */
static const char *
file_url(struct call *c, const char *ending)
{
	struct buf path = buf_on(c->work.arena);
	struct span name = path_span(c, "crate");

	buf_puts(&path, "/files/crates/");
	encode_path_segment(&path, name);
	buf_putc(&path, '/');
	encode_path_segment(&path, name);
	buf_putc(&path, '-');
	encode_path_segment(&path, path_span(c, "version"));
	buf_puts(&path, ending);
	return call_url(c, "%s", buf_text(&path));
}

static bool
wants_json(struct call *c)
{
	const char *accept = request_header(c->request, "accept");

	call_header(c, "Vary", "accept");
	return accept && strstr(accept, "json") != NULL;
}

static bool
send_to(struct call *c, const char *ending)
{
	struct doc *view;

	if (!crates_check_path_version(c))
		return false;
	/* What cannot exist is not worth a Location longer than web servers read. */
	if (!crate_name_is_valid(path_span(c, "crate")) || path_span(c, "version").len > CRATE_VERSION_MAX)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	if (!wants_json(c))
		return redirect(c, 302, file_url(c, ending));
	view = doc_map(c->work.arena);
	doc_text(view, "url", file_url(c, ending));
	return reply(c, 200, view);
}

static bool
download_crate(struct call *c)
{
	return send_to(c, ".crate");
}

static bool
show_readme(struct call *c)
{
	return send_to(c, ".html");
}

/* ---- the files ---- */

/* NAME-VERSION.ENDING of the directory NAME: the version, or NULL. */
static const char *
version_of(struct call *c, const char *ending)
{
	struct span name = path_span(c, "crate"), file = path_span(c, "file");
	size_t tail = strlen(ending);

	if (!crate_name_is_valid(name) || file.len <= name.len + 1 + tail || memcmp(file.at, name.at, name.len) != 0 ||
	    file.at[name.len] != '-' || memcmp(file.at + file.len - tail, ending, tail) != 0)
		return NULL;
	file = span_skip(file, name.len + 1);
	file.len -= tail;
	return span_find_nul(file) < 0 ? arena_dup(c->work.arena, file.at, file.len) : NULL;
}

static const char *
canonical(struct call *c)
{
	return crate_name_canonical(c->work.arena, path_span(c, "crate"));
}

static bool
send_crate(struct call *c, const char *version)
{
	bool private = c->work.config->crates_auth_required;
	const struct release_file *file = release_file_find(&c->work, REPOSITORY_CRATES, canonical(c), version);

	if (!file)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	call_header(c, "Cache-Control", private ? "private, max-age=31536000, immutable"
						: "public, max-age=31536000, immutable");
	if (!reply_blob(c, "application/gzip", (const uint8_t *)file->sha256.at, file->size, file->created_at))
		return false;
	if (call_is_download(c, file->size, file->created_at))
		download_count(&c->work, file->file_id);
	return true;
}

/*
 * Rendered from what a stranger uploaded: sandboxed, so that not even a fault
 * of the renderer runs script in our origin.
 */
static bool
send_readme(struct call *c, const char *version)
{
	const char *html = release_readme(&c->work, REPOSITORY_CRATES, canonical(c), version);

	if (!html)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	call_header(c, "Content-Security-Policy", "default-src 'none'; img-src * data:; sandbox");
	call_header(c, "Cache-Control", c->work.config->crates_auth_required ? "private, max-age=604800"
									    : "public, max-age=604800");
	return reply_bytes(c, 200, "text/html; charset=utf-8", span_of(html));
}

static bool
send_file(struct call *c)
{
	const char *version = version_of(c, ".crate");

	if (version)
		return send_crate(c, version);
	version = version_of(c, ".html");
	if (version)
		return send_readme(c, version);
	return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
}

const struct route crates_download_routes[] = {
	ROUTE(GET, "/crates/:crate/:version/download", PUBLIC, download_crate, "The .crate file of a version",
	      .flags = ROUTE_ANY_CLIENT),
	ROUTE(GET, "/crates/:crate/:version/readme", PUBLIC, show_readme, "The README of a version as HTML"),
	ROUTE_END
};

const struct route crates_file_routes[] = {
	ROUTE(GET, "/:crate/:file", PUBLIC, send_file, "A .crate file or a rendered README", .flags = ROUTE_ANY_CLIENT),
	ROUTE_END
};
