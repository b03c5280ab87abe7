/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `info` object: one table of its members in the order of their keys.
 */
#include "index/pypi_info.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/fault.h"
#include "wire/doc.h"
#include "wire/json.h"

struct info {
	const struct pypi_site *site;
	const struct pypi_project *project;
	const struct pypi_release *release;
	const struct doc *metadata;	/* may be NULL */
};

struct member {
	const char *key;
	void (*put)(struct buf *out, const struct info *in, const struct member *m);
	const char *constant;		/* JSON; of what is stored: what stands for an absent one */
};

static void
put_constant(struct buf *out, const struct info *in, const struct member *m)
{
	(void)in;
	buf_puts(out, m->constant);
}

static void
put_stored(struct buf *out, const struct info *in, const struct member *m)
{
	const struct doc *stored = doc_find(in->metadata, m->key);

	if (stored && !doc_is(stored, DOC_NULL))
		json_write(out, stored, NULL);
	else
		buf_puts(out, m->constant);
}

static int
compare_keys(const void *left, const void *right)
{
	const struct doc *a = *(const struct doc *const *)left, *b = *(const struct doc *const *)right;
	size_t shorter = a->key_len < b->key_len ? a->key_len : b->key_len;
	int order = memcmp(a->key, b->key, shorter);

	return order != 0 ? order : (a->key_len > b->key_len) - (a->key_len < b->key_len);
}

/* The database keeps the members of an object in an order of its own. */
static void
put_sorted(struct buf *out, const struct info *in, const struct member *m)
{
	const struct doc *map = doc_find(in->metadata, m->key);
	const struct doc **sorted;
	size_t count = 0;

	if (!doc_is(map, DOC_MAP) || map->count == 0) {
		buf_puts(out, m->constant);
		return;
	}
	sorted = arena_zalloc(out->arena, map->count, sizeof(*sorted));
	for (const struct doc *d = doc_first(map); d; d = d->next)
		sorted[count++] = d;
	qsort(sorted, count, sizeof(*sorted), compare_keys);
	for (size_t i = 0; i < count; i++) {
		buf_putc(out, i == 0 ? '{' : ',');
		json_write_text(out, span_make(sorted[i]->key, sorted[i]->key_len));
		buf_putc(out, ':');
		json_write(out, sorted[i], NULL);
	}
	buf_putc(out, '}');
}

static void
put_name(struct buf *out, const struct info *in, const struct member *m)
{
	(void)m;
	pypi_put_member(out, "", in->project->name);
}

static void
put_version(struct buf *out, const struct info *in, const struct member *m)
{
	(void)m;
	pypi_put_member(out, "", in->release->version);
}

static void
put_summary(struct buf *out, const struct info *in, const struct member *m)
{
	(void)m;
	pypi_put_member(out, "", in->release->summary);
}

static void
put_description(struct buf *out, const struct info *in, const struct member *m)
{
	(void)m;
	pypi_put_member(out, "", in->release->description ? in->release->description : "");
}

static void
put_description_type(struct buf *out, const struct info *in, const struct member *m)
{
	(void)m;
	pypi_put_member(out, "", in->release->description_content_type);
}

static void
put_requires_python(struct buf *out, const struct info *in, const struct member *m)
{
	(void)m;
	pypi_put_member(out, "", in->release->requires_python);
}

static void
put_project_url(struct buf *out, const struct info *in, const struct member *m)
{
	struct buf url = buf_on(out->arena);

	(void)m;
	buf_puts(&url, in->site->base);
	pypi_put_url(&url, "/project/", in->project->name);
	buf_putc(&url, '/');
	pypi_put_member(out, "", buf_text(&url));
}

static void
put_release_url(struct buf *out, const struct info *in, const struct member *m)
{
	struct buf url = buf_on(out->arena);

	(void)m;
	pypi_put_release_url(&url, in->site, in->project->name, in->release->version);
	pypi_put_member(out, "", buf_text(&url));
}

static void
put_yanked(struct buf *out, const struct info *in, const struct member *m)
{
	(void)m;
	buf_puts(out, in->release->yanked ? "true" : "false");
}

static void
put_yanked_reason(struct buf *out, const struct info *in, const struct member *m)
{
	const char *reason = in->release->yanked ? in->release->yank_message : NULL;

	(void)m;
	pypi_put_member(out, "", reason && *reason ? reason : NULL);
}

static const struct member members[] = {
	{ "author", put_stored, "null" },
	{ "author_email", put_stored, "null" },
	{ "bugtrack_url", put_constant, "null" },
	{ "classifiers", put_stored, "[]" },
	{ "description", put_description, NULL },
	{ "description_content_type", put_description_type, NULL },
	{ "docs_url", put_constant, "null" },
	{ "download_url", put_stored, "null" },
	{ "downloads", put_constant, "{\"last_day\":-1,\"last_month\":-1,\"last_week\":-1}" },
	{ "dynamic", put_stored, "null" },
	{ "home_page", put_stored, "null" },
	{ "keywords", put_stored, "null" },
	{ "license", put_stored, "null" },
	{ "license_expression", put_stored, "null" },
	{ "license_files", put_stored, "null" },
	{ "maintainer", put_stored, "null" },
	{ "maintainer_email", put_stored, "null" },
	{ "name", put_name, NULL },
	{ "package_url", put_project_url, NULL },
	{ "platform", put_stored, "null" },
	{ "project_url", put_project_url, NULL },
	{ "project_urls", put_sorted, "null" },
	{ "provides_extra", put_stored, "null" },
	{ "release_url", put_release_url, NULL },
	{ "requires_dist", put_stored, "null" },
	{ "requires_python", put_requires_python, NULL },
	{ "summary", put_summary, NULL },
	{ "version", put_version, NULL },
	{ "yanked", put_yanked, NULL },
	{ "yanked_reason", put_yanked_reason, NULL },
};

void
pypi_info_put(struct buf *out, const struct pypi_site *site, const struct pypi_project *p,
	const struct pypi_release *r)
{
	struct fault ignored;
	struct info in = { .site = site, .project = p, .release = r };

	fault_init(&ignored, out->arena);
	if (r->metadata.at)
		in.metadata = json_read(out->arena, &ignored, r->metadata);
	if (!doc_is(in.metadata, DOC_MAP))
		in.metadata = NULL;
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		buf_putc(out, i == 0 ? '{' : ',');
		json_write_text(out, span_of(members[i].key));
		buf_putc(out, ':');
		members[i].put(out, &in, &members[i]);
	}
	buf_putc(out, '}');
}
