/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a package's metadata; see the header. What writers of several years
 * produced differs in shape: requirements are a map, a list of pairs or a list
 * of lists of pairs.
 */
#include "formats/hex_metadata.h"

#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "wire/doc.h"

struct reader {
	struct arena *arena;
	struct fault *fault;
	struct hex_metadata *out;
};

static void
wrong_type(struct reader *r, const char *field, const char *type)
{
	fault_raise_field(r->fault, FAULT_INVALID, field, "expected type %s", type);
}

/* A text without NUL. */
static const char *
read_requirement(struct reader *r, const struct doc *map, const char *key, const char *field)
{
	const struct doc *d = doc_find(map, key);
	const char *text;

	if (!d || doc_is(d, DOC_NULL))
		return NULL;
	text = doc_find_text(map, key);
	if (!text)
		wrong_type(r, field, "string");
	return text;
}

/* The same where blank is as good as absent. */
static const char *
read_text(struct reader *r, const struct doc *map, const char *key, const char *field)
{
	const char *text = read_requirement(r, map, key, field);

	return text && span_trim(span_of(text)).len > 0 ? text : NULL;
}

static struct hex_list
read_list(struct reader *r, const struct doc *map, const char *key, const char *field)
{
	const struct doc *d = doc_find(map, key);
	struct hex_list list = { .given = d && !doc_is(d, DOC_NULL) };
	const char **items;

	if (!list.given)
		return list;
	if (!doc_is(d, DOC_LIST) || d->count > HEX_LIST_MAX) {
		wrong_type(r, field, "list(string)");
		return list;
	}
	items = arena_zalloc(r->arena, d->count + 1, sizeof(*items));
	list.items = items;
	for (const struct doc *m = doc_first(d); m; m = m->next) {
		if (!doc_is(m, DOC_TEXT) || span_find_nul(m->is.text) >= 0) {
			wrong_type(r, field, "list(string)");
			return list;
		}
		items[list.count++] = arena_dup(r->arena, m->is.text.at, m->is.text.len);
	}
	return list;
}

/* A map, or the empty list that an empty map looks like. */
static bool
is_map(const struct doc *d)
{
	return doc_is(d, DOC_MAP) || (doc_is(d, DOC_LIST) && d->count == 0);
}

/* Absent and empty are the same. */
static const struct doc *
read_map(struct reader *r, const struct doc *map, const char *key, const char *field, const char *type)
{
	const struct doc *d = doc_find(map, key);

	if (doc_is(d, DOC_MAP))
		return d;
	if (d && !doc_is(d, DOC_NULL) && !is_map(d))
		wrong_type(r, field, type);
	return NULL;
}

static void
read_links(struct reader *r, const struct doc *d)
{
	r->out->links = read_map(r, d, "links", "meta.links", "map(string)");
	for (const struct doc *m = doc_first(r->out->links); m; m = m->next)
		if (!doc_is(m, DOC_TEXT) || span_find_nul(m->is.text) >= 0) {
			wrong_type(r, "meta.links", "map(string)");
			r->out->links = NULL;
			return;
		}
}

/* ---- requirements ---- */

/* A name becomes part of a field's, where a dot would nest. */
static const char *
requirement_field(struct reader *r, const char *name)
{
	return hex_name_is_valid(span_of(name)) ? arena_printf(r->arena, "requirements.%s", name) : "requirements";
}

static void
add_requirement(struct reader *r, const char *name, const struct doc *d)
{
	struct hex_metadata *m = r->out;
	const struct doc *optional = doc_find(d, "optional");
	struct hex_requirement_new *to;
	const char *field;

	if (!name || !is_map(d)) {
		fault_raise_field(r->fault, FAULT_INVALID, "requirements", "is invalid");
		return;
	}
	field = requirement_field(r, name);
	for (size_t i = 0; i < m->requirement_count; i++)
		if (strcmp(m->requirements[i].name, name) == 0) {
			fault_raise_field(r->fault, FAULT_INVALID, field, "occurs twice");
			return;
		}
	if (optional && !doc_is(optional, DOC_BOOL) && !doc_is(optional, DOC_NULL))
		wrong_type(r, field, "boolean");
	to = &m->requirements[m->requirement_count++];
	*to = (struct hex_requirement_new){
		.name = name,
		.app = read_text(r, d, "app", field),
		.requirement = read_requirement(r, d, "requirement", field),
		.optional = doc_is(optional, DOC_BOOL) && optional->is.boolean,
		.repository = read_text(r, d, "repository", field),
	};
	if (!to->app)
		to->app = name;
}

static void
read_requirements(struct reader *r, const struct doc *d)
{
	const struct doc *list = doc_find(d, "requirements");

	if (!list || doc_is(list, DOC_NULL))
		return;
	if ((!doc_is(list, DOC_MAP) && !doc_is(list, DOC_LIST)) || list->count > HEX_REQUIREMENTS_MAX) {
		wrong_type(r, "requirements", "map(string)");
		return;
	}
	r->out->requirements = arena_zalloc(r->arena, list->count + 1, sizeof(*r->out->requirements));
	for (const struct doc *m = doc_first(list); m; m = m->next)
		add_requirement(r, doc_is(list, DOC_MAP) ? arena_dup(r->arena, m->key, m->key_len)
							 : doc_find_text(doc_is(m, DOC_MAP) ? m : NULL, "name"), m);
}

/* ---- build tools ---- */

static const struct {
	const char *file;
	const char *tool;
} tool_files[] = {
	{ "mix.exs", "mix" },
	{ "rebar.config", "rebar3" },
	{ "rebar", "rebar3" },
	{ "Makefile", "make" },
	{ "Makefile.win", "make" },
};

static bool
has_item(const struct hex_list *list, const char *item)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i], item) == 0)
			return true;
	return false;
}

static void
guess_build_tools(struct reader *r)
{
	struct hex_metadata *m = r->out;
	const char **items = arena_zalloc(r->arena, ARRAY_LEN(tool_files) + 1, sizeof(*items));

	if (m->build_tools.given)
		return;
	m->build_tools.items = items;
	for (size_t i = 0; i < ARRAY_LEN(tool_files); i++)
		if (has_item(&m->files, tool_files[i].file) && !has_item(&m->build_tools, tool_files[i].tool))
			items[m->build_tools.count++] = tool_files[i].tool;
}

bool
hex_metadata_read(struct arena *a, struct fault *f, const struct doc *d, struct hex_metadata *out)
{
	struct reader r = { .arena = a, .fault = f, .out = out };

	*out = (struct hex_metadata){
		.name = read_text(&r, d, "name", "name"),
		.version = read_text(&r, d, "version", "version"),
		.app = read_text(&r, d, "app", "meta.app"),
		.description = read_text(&r, d, "description", "meta.description"),
		.elixir = read_requirement(&r, d, "elixir", "meta.elixir"),
		.files = read_list(&r, d, "files", "meta.files"),
		.licenses = read_list(&r, d, "licenses", "meta.licenses"),
		.maintainers = read_list(&r, d, "maintainers", "meta.maintainers"),
		.build_tools = read_list(&r, d, "build_tools", "meta.build_tools"),
	};
	out->extra = read_map(&r, d, "extra", "meta.extra", "map");
	read_links(&r, d);
	read_requirements(&r, d);
	guess_build_tools(&r);
	return !fault_is_set(f);
}
