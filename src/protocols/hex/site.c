/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documentation as a site: entries of the stored archives, each found in one
 * pass and never unpacked to disk.
 *
 * Whoever publishes a package writes these pages, and they come from the origin
 * of the API. The browser is told to give them an origin of their own (sandbox):
 * their scripts, which a search in them needs, cannot act for whoever reads them.
 */
#include "protocols/hex/hex.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/text.h"
#include "domain/blob.h"
#include "domain/file.h"
#include "domain/hex_publish.h"
#include "domain/repository.h"
#include "formats/hex_docs.h"
#include "http/conditional.h"
#include "protocols/hex/views.h"
#include "version/semver.h"

/* A page is read into memory. */
#define PAGE_MAX (32 * 1024 * 1024)

#define POLICY \
	"sandbox allow-scripts allow-popups; default-src 'none'; script-src 'self' 'unsafe-inline'; " \
	"style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; media-src 'self'; " \
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

/* What a path below the package asks for. */
struct page {
	struct hex_place at;
	const char *version;
	const char *path;		/* in the archive */
	bool directory;			/* it ends with a slash */
};

/* ---- what is asked for ---- */

/* Segments from FROM on as names in an archive, or as path of an address; false: no entry is called so. */
static bool
join(struct call *c, size_t from, bool encoded, const char **out)
{
	const struct request *r = c->request;
	struct buf b = buf_on(c->work.arena);

	for (size_t i = from; i < r->segment_count; i++) {
		struct span name = r->segments[i];

		if (memchr(name.at, '\0', name.len) || memchr(name.at, '/', name.len))
			return false;
		if (i > from)
			buf_putc(&b, '/');
		if (encoded)
			encode_path_segment(&b, name);
		else
			buf_put_span(&b, name);
	}
	*out = buf_text(&b);
	return true;
}

static bool
not_found(struct call *c)
{
	return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
}

/* To the same place below VERSION's pages; with a slash at the end if it had one, or if it needs one. */
static bool
send_to(struct call *c, const struct page *p, size_t from, bool slash)
{
	const char *rest;

	if (!join(c, from, true, &rest))
		return not_found(c);
	if (p->at.repository->private)
		call_header(c, "Cache-Control", "private, no-cache");
	return redirect(c, 302, arena_printf(c->work.arena, "%s%s%s",
		hex_docs_url(c, p->at.repository, p->at.package->name, p->version), rest, slash && *rest ? "/" : ""));
}

static bool
is_version(struct span text)
{
	char why[SEMVER_WHY_SIZE];
	struct semver version;

	return semver_parse(text, &version, why, sizeof(why));
}

/* ---- pages ---- */

static const struct {
	const char *ending;
	const char *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".htm", "text/html; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".mjs", "text/javascript; charset=utf-8" },
	{ ".json", "application/json" },
	{ ".map", "application/json" },
	{ ".xml", "application/xml" },
	{ ".txt", "text/plain; charset=utf-8" },
	{ ".md", "text/plain; charset=utf-8" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".jpg", "image/jpeg" },
	{ ".jpeg", "image/jpeg" },
	{ ".gif", "image/gif" },
	{ ".webp", "image/webp" },
	{ ".avif", "image/avif" },
	{ ".ico", "image/x-icon" },
	{ ".woff", "font/woff" },
	{ ".woff2", "font/woff2" },
	{ ".ttf", "font/ttf" },
	{ ".otf", "font/otf" },
	{ ".eot", "application/vnd.ms-fontobject" },
	{ ".pdf", "application/pdf" },
	{ ".epub", "application/epub+zip" },
	{ ".mp4", "video/mp4" },
	{ ".webm", "video/webm" },
};

static const char *
type_of(const char *path)
{
	const char *ending = strrchr(path, '.');

	for (size_t i = 0; ending && i < ARRAY_LEN(types); i++)
		if (text_equal_nocase(ending, types[i].ending))
			return types[i].type;
	return "application/octet-stream";
}

/* It changes with the archive, and needs no look into it. */
static const char *
tag_of(struct call *c, const struct file *f, const char *path)
{
	struct buf b = buf_on(c->work.arena);
	uint8_t digest[SHA256_SIZE];

	buf_put_span(&b, f->sha256);
	buf_puts(&b, path);
	digest_sha256(buf_span(&b), digest);
	return arena_printf(c->work.arena, "\"%s\"", encode_hex(c->work.arena, digest, 16));
}

static void
protect(struct call *c, const struct repository *r)
{
	call_header(c, "Content-Security-Policy", POLICY);
	call_header(c, "Referrer-Policy", "no-referrer");
	call_header(c, "Cache-Control", r->private ? "private, no-cache" : "public, no-cache");
	/* Fonts are asked for by the pages' own origin, which is nobody's. */
	if (!r->private)
		call_header(c, "Access-Control-Allow-Origin", "*");
}

static bool
read_page(struct call *c, const struct file *f, struct hex_docs_entry *e)
{
	struct hex_docs docs = { blob_open(&c->work, (const uint8_t *)f->sha256.at), (uint64_t)f->size };

	return docs.fd >= 0 && hex_docs_find(c->work.arena, &c->fault, &docs, e);
}

static bool
send_page(struct call *c, const struct page *p, const struct file *f)
{
	const char *path = !p->directory ? p->path :
		arena_printf(c->work.arena, "%s%sindex.html", p->path, *p->path ? "/" : "");
	struct hex_docs_entry e = { .path = path, .max = PAGE_MAX };
	const char *etag = tag_of(c, f, path);

	protect(c, p->at.repository);
	if (conditional_not_modified(c->request, etag, 0)) {
		call_header(c, "ETag", etag);
		return reply_empty(c, 304);
	}
	if (!read_page(c, f, &e))
		return false;
	switch (e.found) {
	case HEX_DOCS_FILE:
		call_header(c, "ETag", etag);
		return reply_bytes(c, 200, type_of(path), e.bytes);
	case HEX_DOCS_LARGE:
		return fault_raise_plain(&c->fault, FAULT_TOO_LARGE);
	case HEX_DOCS_DIRECTORY:
		/* What its pages refer to is below it. */
		if (!p->directory)
			return send_to(c, p, c->match->rest + 1, true);
		break;
	case HEX_DOCS_NOTHING:
		break;
	}
	return not_found(c);
}

static bool
page(struct call *c)
{
	const struct request *r = c->request;
	size_t from = c->match->rest;
	struct page p = { .directory = r->trailing_slash || r->segment_count <= from + 1 };
	const struct file *f;

	p.at.repository = hex_path_to_fetch(c, SCOPE_DOCS);
	if (!p.at.repository)
		return false;
	p.at.package = hex_package_find(&c->work, p.at.repository->id, path_span(c, "package"));
	if (!p.at.package || !p.at.package->docs_version)
		return not_found(c);
	if (r->segment_count <= from || !is_version(r->segments[from])) {
		/* Without a version it is the latest one's. */
		p.version = p.at.package->docs_version;
		return send_to(c, &p, from, r->trailing_slash);
	}
	p.version = r->segments[from].at;
	/* The pages of a version refer to each other from below it. */
	if (r->segment_count == from + 1 && !r->trailing_slash)
		return send_to(c, &p, from + 1, false);
	if (!join(c, from + 1, false, &p.path))
		return not_found(c);
	f = file_find(&c->work, p.at.repository->id, hex_docs_path(&c->work, p.at.package->name, p.version));
	return f ? send_page(c, &p, f) : not_found(c);
}

#define ANY (ROUTE_ANY_CLIENT | ROUTE_ANY_ACCEPT)

const struct route hex_site_routes[] = {
	ROUTE(GET, "/:package/*rest", PUBLIC, page, "A page of a package's documentation", .flags = ANY),
	ROUTE(GET, "/@:repository/:package/*rest", PUBLIC, page, "The same of a private package", .flags = ANY),
	ROUTE_END
};
