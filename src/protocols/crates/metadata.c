/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the publish metadata and the checks on everything but the
 * dependencies.
 */
#include "protocols/crates/metadata.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/settings.h"
#include "base/text.h"
#include "formats/crate.h"
#include "formats/crate_rules.h"
#include "formats/license.h"
#include "formats/manifest.h"
#include "protocols/crates/crates.h"
#include "protocols/crates/metadata_json.h"
#include "wire/json.h"

#define MAX_DESCRIPTION 1000
#define MAX_KEYWORDS 5
#define MAX_CATEGORIES 5

static bool
check_version(struct call *c, struct metadata *m)
{
	if (!semver_parse(span_of(m->vers), &m->version, NULL, 0))
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "\"%s\" is an invalid semver version", m->vers);
	if (strlen(m->vers) > CRATE_VERSION_MAX)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "the version number is too long (max %d characters)",
				   CRATE_VERSION_MAX);
	return true;
}

bool
metadata_read(struct call *c, struct span json, struct metadata *out)
{
	struct member name = { .key = "name", .required = true };
	struct member vers = { .key = "vers", .required = true };

	*out = (struct metadata){ 0 };
	out->json = json_read(c->work.arena, &c->fault, json);
	if (!out->json) {
		c->fault.message = arena_printf(c->work.arena, "invalid upload request: %s", c->fault.message);
		return false;
	}
	c->request->body_bytes = json;
	return member_text(c, out->json, &name, &out->name) &&
	       member_text(c, out->json, &vers, &out->vers) &&
	       crate_check_name(&c->fault, span_of(out->name)) &&
	       check_version(c, out);
}

/* ---- the members ---- */

static bool
read_texts(struct call *c, struct metadata *m)
{
	const struct {
		const char *key;
		const char **to;
	} texts[] = {
		{ "description", &m->description }, { "homepage", &m->homepage },
		{ "documentation", &m->documentation }, { "repository", &m->repository },
		{ "license", &m->license }, { "license_file", &m->license_file },
		{ "links", &m->links }, { "rust_version", &m->rust_version },
		{ "readme", &m->readme }, { "readme_file", &m->readme_file },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (!member_text(c, m->json, &(struct member){ .key = texts[i].key }, texts[i].to))
			return false;
	return true;
}

static bool
read_lists(struct call *c, struct metadata *m)
{
	struct span *keywords, *categories;

	if (!member_texts(c, m->json, "keywords", &keywords, &m->taxonomy.keyword_count) ||
	    !member_texts(c, m->json, "categories", &categories, &m->taxonomy.category_count) ||
	    !member_texts(c, m->json, "authors", &m->authors, &m->author_count))
		return false;
	m->taxonomy.keywords = keywords;
	m->taxonomy.categories = categories;
	m->features = doc_find(m->json, "features");
	if (!m->features || m->features->kind == DOC_NULL)
		m->features = doc_map(c->work.arena);
	return doc_is(m->features, DOC_MAP) || member_refuse(c, "features: invalid type, expected a map");
}

static const char *
either(const char *from_json, const char *from_manifest)
{
	return from_json ? from_json : from_manifest;
}

/* Old clients leave members out that the manifest has. */
static void
complete(struct metadata *m, const struct manifest *from)
{
	m->description = either(m->description, from->description);
	m->homepage = either(m->homepage, from->homepage);
	m->documentation = either(m->documentation, from->documentation);
	m->repository = either(m->repository, from->repository);
	m->license = either(m->license, from->license);
	m->license_file = either(m->license_file, from->license_file);
	m->links = either(m->links, from->links);
	m->rust_version = either(m->rust_version, from->rust_version);
}

/* ---- the checks ---- */

static bool
is_empty(const char *s)
{
	return !s || *s == '\0';
}

/* Only what is missing is named, in this order. */
static bool
check_required(struct call *c, const struct metadata *m)
{
	const struct {
		const char *name;
		bool missing;
	} fields[] = {
		{ "description", is_empty(m->description) },
		{ "license", is_empty(m->license) && is_empty(m->license_file) },
		{ "homepage", is_empty(m->homepage) },
		{ "documentation", is_empty(m->documentation) },
		{ "repository", is_empty(m->repository) },
		{ "readme", is_empty(m->readme) },
		{ "keywords", m->taxonomy.keyword_count == 0 },
		{ "categories", m->taxonomy.category_count == 0 },
	};
	struct buf missing = buf_on(c->work.arena);

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		if (!fields[i].missing || !config_has_word(c->work.config->crates_required_fields, fields[i].name))
			continue;
		buf_puts(&missing, missing.len > 0 ? ", " : "");
		buf_puts(&missing, fields[i].name);
	}
	if (missing.len == 0)
		return true;
	return fault_raise(&c->fault, FAULT_BAD_REQUEST,
			   "missing or empty metadata fields: %s. Please see "
			   "https://doc.rust-lang.org/cargo/reference/manifest.html for more information on "
			   "configuring these fields", buf_text(&missing));
}

static bool
check_texts(struct call *c, const struct metadata *m)
{
	struct fault *f = &c->fault;

	if (m->description && strlen(m->description) > MAX_DESCRIPTION)
		return fault_raise(f, FAULT_BAD_REQUEST,
				   "The `description` is too long. A maximum of %d characters are currently allowed.",
				   MAX_DESCRIPTION);
	if (!is_empty(m->license) && c->work.config->crates_spdx_license && !license_check(f, span_of(m->license)))
		return false;
	if (!is_empty(m->homepage) && !crate_check_url(f, "homepage", span_of(m->homepage)))
		return false;
	if (!is_empty(m->documentation) && !crate_check_url(f, "documentation", span_of(m->documentation)))
		return false;
	if (!is_empty(m->repository) && !crate_check_url(f, "repository", span_of(m->repository)))
		return false;
	return !m->rust_version || crate_check_rust_version(f, span_of(m->rust_version));
}

static bool
check_taxonomy(struct call *c, const struct metadata *m)
{
	const struct taxonomy *t = &m->taxonomy;

	if (t->keyword_count > MAX_KEYWORDS)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "expected at most %d keywords per crate", MAX_KEYWORDS);
	for (size_t i = 0; i < t->keyword_count; i++)
		if (!crate_check_keyword(&c->fault, t->keywords[i]))
			return false;
	if (t->category_count > MAX_CATEGORIES)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "expected at most %d categories per crate", MAX_CATEGORIES);
	return true;
}

/* One feature with what it enables. */
static bool
check_feature(struct call *c, const struct doc *feature, int64_t max)
{
	struct span name = span_make(feature->key, feature->key_len);

	if (feature->kind != DOC_LIST)
		return member_refuse(c, "features: invalid type, expected a sequence");
	if (feature->count > max)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST,
				   "%s only allows a maximum number of %lld features or dependencies that another "
				   "feature can enable, but the \"%.*s\" feature of your crate is enabling %u features "
				   "or dependencies.", crates_site(c), (long long)max, (int)name.len, name.at, feature->count);
	if (!crate_check_feature(&c->fault, name))
		return false;
	for (const struct doc *v = doc_first(feature); v; v = v->next) {
		if (v->kind != DOC_TEXT)
			return member_refuse(c, "features: invalid type, expected a string");
		if (!crate_check_feature_value(&c->fault, v->is.text))
			return false;
	}
	return true;
}

static bool
check_features(struct call *c, const struct metadata *m, int64_t max)
{
	if (m->features->count > max)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST,
				   "%s only allows a maximum number of %lld features, but your crate is declaring %u features.",
				   crates_site(c), (long long)max, m->features->count);
	for (const struct doc *f = doc_first(m->features); f; f = f->next)
		if (!check_feature(c, f, max))
			return false;
	return true;
}

/* The index keeps keywords in lower case. */
static void
lower_keywords(struct call *c, struct metadata *m)
{
	struct span *lower = arena_zalloc(c->work.arena, m->taxonomy.keyword_count, sizeof(*lower));

	for (size_t i = 0; i < m->taxonomy.keyword_count; i++)
		lower[i] = span_of(text_lower(c->work.arena, m->taxonomy.keywords[i].at));
	m->taxonomy.keywords = lower;
}

bool
metadata_check(struct call *c, struct metadata *m, const struct crate *crate, int64_t max_features)
{
	if (!read_texts(c, m) || !read_lists(c, m))
		return false;
	complete(m, crate->manifest);
	if (!check_required(c, m) || !check_texts(c, m) || !check_taxonomy(c, m))
		return false;
	lower_keywords(c, m);
	return check_features(c, m, max_features) && metadata_read_dependencies(c, m);
}
