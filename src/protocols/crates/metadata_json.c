/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members of the publish metadata, and its dependencies.
 */
#include "protocols/crates/metadata_json.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/settings.h"
#include "base/text.h"
#include "formats/crate_rules.h"
#include "protocols/crates/crates.h"
#include "protocols/crates/metadata.h"
#include "wire/json.h"

bool
member_refuse(struct call *c, const char *what)
{
	size_t line, column;

	span_end_position(c->request->body_bytes, &line, &column);
	return fault_raise(&c->fault, FAULT_BAD_REQUEST, "invalid upload request: %s at line %zu column %zu",
			   what, line, column);
}

static bool
take_text(struct call *c, const struct doc *d, const char *key, const char **out)
{
	if (d->kind != DOC_TEXT)
		return member_refuse(c, arena_printf(c->work.arena, "%s: invalid type, expected a string", key));
	if (span_find_nul(d->is.text) >= 0)
		return member_refuse(c, arena_printf(c->work.arena, "%s: string contains null byte", key));
	*out = d->is.text.at;
	return true;
}

bool
member_text(struct call *c, const struct doc *map, const struct member *member, const char **out)
{
	const struct doc *d = doc_find(map, member->key);

	*out = NULL;
	if (!d && member->required)
		return member_refuse(c, arena_printf(c->work.arena, "missing field `%s`", member->key));
	if (!d || (d->kind == DOC_NULL && !member->required))
		return true;
	return take_text(c, d, member->key, out);
}

bool
member_flag(struct call *c, const struct doc *map, const char *key, bool initial, bool *out)
{
	const struct doc *d = doc_find(map, key);

	*out = initial;
	if (!d || d->kind == DOC_NULL)
		return true;
	if (d->kind != DOC_BOOL)
		return member_refuse(c, arena_printf(c->work.arena, "%s: invalid type, expected a boolean", key));
	*out = d->is.boolean;
	return true;
}

bool
member_texts(struct call *c, const struct doc *map, const char *key, struct span **out, size_t *count)
{
	const struct doc *list = doc_find(map, key);

	*out = NULL;
	*count = 0;
	if (!list || list->kind == DOC_NULL)
		return true;
	if (list->kind != DOC_LIST)
		return member_refuse(c, arena_printf(c->work.arena, "%s: invalid type, expected a sequence", key));
	*out = arena_zalloc(c->work.arena, list->count, sizeof(**out));
	for (const struct doc *d = doc_first(list); d; d = d->next) {
		const char *s;

		if (!take_text(c, d, key, &s))
			return false;
		(*out)[(*count)++] = span_of(s);
	}
	return true;
}

/* ---- dependencies ---- */

static bool
read_kind(struct call *c, const struct doc *json, const char **kind)
{
	const char *given;

	if (!member_text(c, json, &(struct member){ .key = "kind" }, &given))
		return false;
	*kind = "normal";
	if (!given || strcmp(given, "normal") == 0)
		return true;
	*kind = given;
	if (strcmp(given, "build") == 0 || strcmp(given, "dev") == 0)
		return true;
	return member_refuse(c, arena_printf(c->work.arena,
		"unknown variant `%s`, expected one of `normal`, `build`, `dev`", given));
}

/* The address of our own index is no foreign registry. */
static const char *
foreign_registry(struct call *c, const char *registry)
{
	const char *own = call_url(c, "/index/");

	if (!registry || *registry == '\0')
		return NULL;
	if (strncmp(registry, "sparse+", 7) == 0 && strcmp(registry + 7, own) == 0)
		return NULL;
	return strcmp(registry, own) == 0 ? NULL : registry;
}

/* The features in order, as what the database and the index keep. */
static bool
read_features(struct call *c, const struct doc *json, struct publish_dependency *d)
{
	struct doc *list = doc_list(c->work.arena);
	struct buf text = buf_on(c->work.arena);
	struct span *features;
	size_t count;

	if (!member_texts(c, json, "features", &features, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!crate_check_feature(&c->fault, features[i]))
			return false;
		doc_span(list, NULL, features[i]);
	}
	json_write(&text, list, &c->serializer->dialect);
	d->features = buf_span(&text);
	return true;
}

static bool
check_registry(struct call *c, const struct publish_dependency *d)
{
	if (!d->registry.at || c->work.config->crates_foreign_dependencies)
		return true;
	return fault_raise(&c->fault, FAULT_BAD_REQUEST,
			   "Dependency `%s` is hosted on another registry. Cross-registry dependencies are not "
			   "permitted on %s.", d->package.at, crates_site(c));
}

static bool
read_dependency(struct call *c, const struct doc *json, struct publish_dependency *d)
{
	const struct member required_name = { .key = "name", .required = true };
	const struct member required_req = { .key = "version_req", .required = true };
	const char *name, *req, *target, *registry, *alias;

	if (!doc_is(json, DOC_MAP))
		return member_refuse(c, "deps: invalid type, expected a map");
	if (!member_text(c, json, &required_name, &name) ||
	    !member_text(c, json, &required_req, &req) ||
	    !member_text(c, json, &(struct member){ .key = "target" }, &target) ||
	    !member_text(c, json, &(struct member){ .key = "registry" }, &registry) ||
	    !member_text(c, json, &(struct member){ .key = "explicit_name_in_toml" }, &alias) ||
	    !member_flag(c, json, "optional", false, &d->optional) ||
	    !member_flag(c, json, "default_features", true, &d->default_features) ||
	    !read_kind(c, json, &d->kind))
		return false;
	d->package = span_of(name);
	d->requirement = span_of(req);
	d->platform = span_of(target);
	d->registry = span_of(foreign_registry(c, registry));
	d->alias = span_of(alias);
	return crate_check_dependency_name(&c->fault, d->package) &&
	       read_features(c, json, d) &&
	       check_registry(c, d) &&
	       crate_check_requirement(&c->fault, crates_site(c), d->package, d->requirement) &&
	       (!alias || crate_check_rename(&c->fault, d->alias));
}

bool
metadata_read_dependencies(struct call *c, struct metadata *m)
{
	const struct doc *deps = doc_find(m->json, "deps");
	int64_t max = c->work.config->crates_max_dependencies;

	if (!deps || deps->kind == DOC_NULL)
		return true;
	if (deps->kind != DOC_LIST)
		return member_refuse(c, "deps: invalid type, expected a sequence");
	if (deps->count > max)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "%s only allows a maximum number of %lld dependencies.",
				   crates_site(c), (long long)max);
	m->dependencies = arena_zalloc(c->work.arena, deps->count, sizeof(*m->dependencies));
	for (const struct doc *d = doc_first(deps); d; d = d->next)
		if (!read_dependency(c, d, &m->dependencies[m->dependency_count++]))
			return false;
	return true;
}
