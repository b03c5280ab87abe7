/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds of what is new in a Python repository.
 */
#include "protocols/pypi/pypi.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/text.h"
#include "domain/pypi_feed.h"
#include "domain/pypi_index.h"
#include "domain/repository.h"
#include "formats/mailbox.h"
#include "http/conditional.h"
#include "index/rss.h"

#define TAG_BYTES 16

static bool
reply_feed(struct call *c, const struct buf *feed)
{
	struct arena *a = c->work.arena;
	uint8_t hash[SHA256_SIZE];
	const char *etag;

	digest_sha256(buf_span(feed), hash);
	etag = arena_printf(a, "\"%s\"", encode_hex(a, hash, TAG_BYTES));
	call_header(c, "ETag", etag);
	pypi_cache(c, "public, no-cache");
	pypi_share(c);
	if (conditional_not_modified(c->request, etag, 0))
		return reply_empty(c, 304);
	return reply_bytes(c, 200, "text/xml; charset=UTF-8", buf_span(feed));
}

/* ---- feeds ---- */

static const char *
project_url(struct arena *a, const struct pypi_site *site, const char *canonical)
{
	struct buf b = buf_on(a);

	buf_puts(&b, site->base);
	pypi_put_url(&b, "/project/", canonical);
	buf_putc(&b, '/');
	return buf_text(&b);
}

static const char *
release_url(struct arena *a, const struct pypi_site *site, const struct pypi_news *n)
{
	struct buf b = buf_on(a);

	pypi_put_release_url(&b, site, n->canonical_name, n->version);
	return buf_text(&b);
}

/* What differs from feed to feed. */
struct feed {
	struct rss_channel channel;
	const char *(*title)(struct arena *a, const struct pypi_news *n);
	struct pypi_site site;
	struct rows news;
};

static bool
write_feed(struct call *c, const struct feed *f)
{
	struct arena *a = c->work.arena;
	const struct pypi_news *news = f->news.at;
	struct buf out = buf_on(a);

	rss_head(&out, &f->channel);
	for (size_t i = 0; i < f->news.count; i++) {
		const struct pypi_news *n = &news[i];

		rss_item(&out, &(struct rss_item){
			.title = f->title(a, n),
			.link = n->version ? release_url(a, &f->site, n) : project_url(a, &f->site, n->canonical_name),
			.guid = !n->version,
			.description = n->summary,
			.author = mailbox_join(a, span_of(n->author_email)),
			.published_at = n->at,
		});
	}
	rss_tail(&out);
	return reply_feed(c, &out);
}

static const char *
title_release(struct arena *a, const struct pypi_news *n)
{
	return arena_printf(a, "%s %s", n->name, n->version);
}

static const char *
title_project(struct arena *a, const struct pypi_news *n)
{
	return arena_printf(a, "%s added to PyPI", n->name);
}

static const char *
title_version(struct arena *a, const struct pypi_news *n)
{
	(void)a;
	return n->version;
}

static bool
updates(struct call *c)
{
	const struct repository *r = pypi_path_repository(c);
	struct feed f = { .title = title_release };

	if (!r || !pypi_feed_releases(&c->work, r->id, &f.news))
		return false;
	f.site = pypi_site_of(&c->work, r);
	f.channel = (struct rss_channel){
		.title = "PyPI recent updates",
		.link = arena_printf(c->work.arena, "%s/", f.site.base),
		.description = "Recent updates to the Python Package Index",
	};
	return write_feed(c, &f);
}

static bool
projects(struct call *c)
{
	const struct repository *r = pypi_path_repository(c);
	struct feed f = { .title = title_project };

	if (!r || !pypi_feed_projects(&c->work, r->id, &f.news))
		return false;
	f.site = pypi_site_of(&c->work, r);
	f.channel = (struct rss_channel){
		.title = "PyPI newest packages",
		.link = arena_printf(c->work.arena, "%s/", f.site.base),
		.description = "Newest packages registered at the Python Package Index",
	};
	return write_feed(c, &f);
}

static bool
releases(struct call *c)
{
	struct arena *a = c->work.arena;
	struct feed f = { .title = title_version };
	struct pypi_place at;

	if (!pypi_path_project(c, &at) || !pypi_feed_project(&c->work, at.project->id, &f.news))
		return false;
	f.site = pypi_site_of(&c->work, at.repository);
	f.channel = (struct rss_channel){
		.title = arena_printf(a, "PyPI recent updates for %s", at.project->name),
		.link = project_url(a, &f.site, at.project->canonical_name),
		.description = arena_printf(a, "Recent updates to the Python Package Index for %s", at.project->name),
	};
	return write_feed(c, &f);
}

#define ANY (ROUTE_ANY_CLIENT | ROUTE_ANY_ACCEPT)

const struct route pypi_feed_routes[] = {
	ROUTE(GET, "/updates.xml", PUBLIC, updates, "The newest releases as a feed", .flags = ANY),
	ROUTE(GET, "/packages.xml", PUBLIC, projects, "The newest Python projects as a feed", .flags = ANY),
	ROUTE(GET, "/project/:name/releases.xml", PUBLIC, releases, "The newest releases of a project as a feed",
	      .flags = ANY),
	ROUTE_END
};
