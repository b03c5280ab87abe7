/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Route tables → OpenAPI 3.1. What a table knows is told: paths, methods,
 * parameters of the path, credentials, bodies; the shapes of documents are
 * the protocols' own.
 */
#include "protocols/openapi.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/settings.h"
#include "base/text.h"
#include "protocols/protocol.h"
#include "wire/json.h"

/* Rows of all tables that share a path, whatever they call its parameters. */
struct path {
	const char *shape;		/* the template with nameless parameters */
	struct doc *item;
};

struct builder {
	struct arena *arena;
	struct doc *paths;
	struct path *known;
	size_t count;
};

static bool
is_name(char c)
{
	return is_alnum(c) || c == '_';
}

/* ":x" and a final "*x" become "{x}"; NAMED false: "{}". */
static const char *
template_of(struct arena *a, const char *pattern, bool named)
{
	struct buf b = buf_on(a);

	while (*pattern) {
		if (*pattern != ':' && *pattern != '*') {
			buf_putc(&b, *pattern++);
			continue;
		}
		buf_putc(&b, '{');
		for (pattern++; is_name(*pattern); pattern++)
			if (named)
				buf_putc(&b, *pattern);
		buf_putc(&b, '}');
	}
	if (b.len > 1 && b.at[b.len - 1] == '/')
		buf_truncate(&b, b.len - 1);
	return buf_text(&b);
}

static void
put_parameters(struct doc *item, struct arena *a, const char *pattern)
{
	struct doc *list = NULL;

	for (; *pattern; pattern++) {
		const char *name = pattern + 1;
		struct doc *d;
		size_t len = 0;

		if (*pattern != ':' && *pattern != '*')
			continue;
		while (is_name(name[len]))
			len++;
		list = list ? list : doc_add_list(item, "parameters");
		d = doc_add_map(list, NULL);
		doc_text(d, "name", arena_dup(a, name, len));
		doc_text(d, "in", "path");
		doc_bool(d, "required", true);
		if (*pattern == '*')
			doc_text(d, "description", "The rest of the path; may contain slashes");
		doc_text(doc_add_map(d, "schema"), "type", "string");
	}
}

/* The item of the path, made at its first row. */
static struct doc *
item_of(struct builder *b, const char *pattern)
{
	const char *shape = template_of(b->arena, pattern, false);
	struct doc *item;

	for (size_t i = 0; i < b->count; i++)
		if (strcmp(b->known[i].shape, shape) == 0)
			return b->known[i].item;
	item = doc_add_map(b->paths, template_of(b->arena, pattern, true));
	put_parameters(item, b->arena, pattern);
	b->known[b->count++] = (struct path){ shape, item };
	return item;
}

/* "get_api_v1_crates_crate": unique, as method and path are. */
static const char *
operation_id(struct arena *a, const char *method, const char *path)
{
	struct buf b = buf_on(a);

	buf_puts(&b, method);
	for (; *path; path++) {
		if (is_alnum(*path))
			buf_putc(&b, *path);
		else if (b.at[b.len - 1] != '_')
			buf_putc(&b, '_');
	}
	while (b.at[b.len - 1] == '_')
		buf_truncate(&b, b.len - 1);
	return buf_text(&b);
}

static void
put_security(struct doc *operation, const struct route *r)
{
	struct doc *list = doc_add_list(operation, "security");

	if (r->need == NEED_PUBLIC || r->flags & ROUTE_BY_SECRET)
		return;
	if (r->need == NEED_OPTIONAL)
		doc_add_map(list, NULL);
	doc_add_list(doc_add_map(list, NULL), "token");
	doc_add_list(doc_add_map(list, NULL), "bearer");
	if (r->scope != SCOPE_NONE)
		doc_text(operation, "x-scope", scope_name(r->scope));
}

static void
put_body(struct doc *operation, const struct route *r)
{
	const char *type = r->body == BODY_DOCUMENT ? "application/json" : "application/octet-stream";
	struct doc *body;

	if (r->body == BODY_NONE)
		return;
	body = doc_add_map(operation, "requestBody");
	doc_bool(body, "required", true);
	doc_add_map(doc_add_map(body, "content"), type);
}

static void
put_operation(struct builder *b, const struct protocol *p, const struct mount *m, const struct route *r)
{
	const char *pattern = arena_printf(b->arena, "%s%s", m->prefix, r->pattern);
	const char *method = text_lower(b->arena, method_name(r->method));
	struct doc *operation = doc_add_map(item_of(b, pattern), method);

	doc_text(doc_add_list(operation, "tags"), NULL, p->name);
	doc_text(operation, "summary", r->summary);
	doc_text(operation, "operationId", operation_id(b->arena, method, template_of(b->arena, pattern, true)));
	put_security(operation, r);
	put_body(operation, r);
	doc_text(doc_add_map(doc_add_map(operation, "responses"), "default"), "description",
		 "The answer, or an error in the protocol's shape");
}

static void
put_schemes(struct doc *root)
{
	struct doc *schemes = doc_add_map(doc_add_map(root, "components"), "securitySchemes");
	struct doc *d = doc_add_map(schemes, "token");

	doc_text(d, "type", "apiKey");
	doc_text(d, "in", "header");
	doc_text(d, "name", "Authorization");
	d = doc_add_map(schemes, "bearer");
	doc_text(d, "type", "http");
	doc_text(d, "scheme", "bearer");
}

static size_t
count_rows(void)
{
	size_t n = 0;

	for (size_t i = 0; protocols[i]; i++)
		for (const struct mount *m = protocols[i]->mounts; m->prefix; m++)
			for (const struct route *r = m->routes; r && r->pattern; r++)
				n++;
	return n;
}

static struct doc *
build(struct arena *a, const struct config *config)
{
	struct doc *root = doc_map(a), *info;
	struct builder b = { .arena = a };

	doc_text(root, "openapi", "3.1.0");
	info = doc_add_map(root, "info");
	doc_text(info, "title", config->site_name);
	doc_text(info, "version", PACKAGE_VERSION);
	doc_text(doc_add_map(doc_add_list(root, "servers"), NULL), "url", config->base_url);
	b.paths = doc_add_map(root, "paths");
	b.known = arena_zalloc(a, count_rows() + 1, sizeof(*b.known));
	for (size_t i = 0; protocols[i]; i++)
		for (const struct mount *m = protocols[i]->mounts; m->prefix; m++)
			for (const struct route *r = m->routes; r && r->pattern; r++)
				put_operation(&b, protocols[i], m, r);
	put_schemes(root);
	return root;
}

struct span
openapi_document(const struct config *config)
{
	static struct arena kept;
	static const char *base_url, *title;
	static struct buf text;
	struct arena scratch;

	if (base_url && strcmp(base_url, config->base_url) == 0 && strcmp(title, config->site_name) == 0)
		return buf_span(&text);
	arena_clear(&kept);
	arena_init(&scratch);
	text = buf_on(&kept);
	json_write(&text, build(&scratch, config), NULL);
	base_url = arena_strdup(&kept, config->base_url);
	title = arena_strdup(&kept, config->site_name);
	arena_free(&scratch);
	return buf_span(&text);
}
