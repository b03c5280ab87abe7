/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cargo manifests. Wrong types and texts with NUL characters are refused, keys
 * that are not read are skipped: cargo learns new ones all the time.
 */
#include "formats/manifest.h"

#include <stdarg.h>

#include "base/arena.h"
#include "base/fault.h"
#include "wire/toml.h"

struct reader {
	struct arena *arena;
	struct fault *fault;
	struct manifest *manifest;
};

/* Raise the reason under the heading that every complaint about a manifest has; always false. */
static bool PRINTF(2, 3)
fail(struct reader *r, const char *format, ...)
{
	va_list args;
	const char *reason;

	va_start(args, format);
	reason = arena_vprintf(r->arena, format, args);
	va_end(args);
	return fault_raise(r->fault, FAULT_BAD_REQUEST,
		"failed to parse `Cargo.toml` manifest file\n\n%s", reason);
}

/* { workspace = true } where a value belongs: cargo replaces it before it uploads. */
static bool
is_inherited(const struct doc *d)
{
	return doc_is(d, DOC_MAP) && doc_find(d, "workspace");
}

static bool
take_text(struct reader *r, const char *key, const struct doc *d, const char **out)
{
	if (is_inherited(d))
		return fail(r, "value from workspace hasn't been set");
	if (!doc_is(d, DOC_TEXT))
		return fail(r, "invalid type of `%.100s`, expected a string", key);
	if (d->is.text.len > 0 && memchr(d->is.text.at, '\0', d->is.text.len))
		return fail(r, "NUL character in `%.100s`", key);
	*out = arena_dup(r->arena, d->is.text.at, d->is.text.len);
	return true;
}

/* Absent: *OUT stays. */
static bool
read_text(struct reader *r, const struct doc *table, const char *key, const char **out)
{
	const struct doc *d = doc_find(table, key);

	return !d || take_text(r, key, d, out);
}

static bool
take_texts(struct reader *r, const char *key, const struct doc *d, struct manifest_texts *out)
{
	if (is_inherited(d))
		return fail(r, "value from workspace hasn't been set");
	if (!doc_is(d, DOC_LIST))
		return fail(r, "invalid type of `%.100s`, expected an array of strings", key);
	out->at = arena_zalloc(r->arena, d->count, sizeof(*out->at));
	for (d = doc_first(d); d; d = d->next)
		if (!take_text(r, key, d, &out->at[out->count++]))
			return false;
	return true;
}

static bool
read_texts(struct reader *r, const struct doc *table, const char *key, struct manifest_texts *out)
{
	const struct doc *d = doc_find(table, key);

	return !d || take_texts(r, key, d, out);
}

static bool
read_flag(struct reader *r, const struct doc *table, const char *key, bool *out)
{
	const struct doc *d = doc_find(table, key);

	if (!d)
		return true;
	if (!doc_is(d, DOC_BOOL))
		return fail(r, "invalid type of `%.100s`, expected a boolean", key);
	*out = d->is.boolean;
	return true;
}

/* NULL in *OUT when it is absent. */
static bool
find_table(struct reader *r, const struct doc *in, const char *key, const struct doc **out)
{
	*out = doc_find(in, key);
	return !*out || doc_is(*out, DOC_MAP) || fail(r, "invalid type of `%.100s`, expected a table", key);
}

/* A path, or whether README.md is one. */
static bool
read_readme(struct reader *r, const struct doc *package)
{
	const struct doc *d = doc_find(package, "readme");

	if (!doc_is(d, DOC_BOOL))
		return read_text(r, package, "readme", &r->manifest->readme);
	if (d->is.boolean)
		r->manifest->readme = "README.md";
	return true;
}

static bool
read_package(struct reader *r, const struct doc *package)
{
	struct manifest *m = r->manifest;
	const struct { const char *key; const char **to; } texts[] = {
		{ "name", &m->name },
		{ "version", &m->version },
		{ "edition", &m->edition },
		{ "rust-version", &m->rust_version },
		{ "description", &m->description },
		{ "license", &m->license },
		{ "license-file", &m->license_file },
		{ "homepage", &m->homepage },
		{ "documentation", &m->documentation },
		{ "repository", &m->repository },
		{ "links", &m->links },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (!read_text(r, package, texts[i].key, texts[i].to))
			return false;
	if (!m->name)
		return fail(r, "missing field `name`");
	if (!m->version)
		return fail(r, "missing field `version`");
	return read_readme(r, package)
		&& read_texts(r, package, "authors", &m->authors)
		&& read_texts(r, package, "keywords", &m->keywords)
		&& read_texts(r, package, "categories", &m->categories)
		&& read_flag(r, package, "autolib", &m->autolib)
		&& read_flag(r, package, "autobins", &m->autobins);
}

static bool
read_features(struct reader *r, const struct doc *root)
{
	struct manifest_texts values;

	if (!find_table(r, root, "features", &r->manifest->features))
		return false;
	for (const struct doc *d = doc_first(r->manifest->features); d; d = d->next) {
		values = (struct manifest_texts){ 0 };
		if (!take_texts(r, d->key, d, &values))
			return false;
	}
	return true;
}

static bool
read_dependency_table(struct reader *r, const struct doc *d, struct manifest_dependency *dependency)
{
	if (is_inherited(d))
		return fail(r, "value from workspace hasn't been set");
	if (!doc_is(d, DOC_MAP))
		return fail(r, "invalid type of `%.100s`, expected a version or a table", d->key);
	return read_text(r, d, "version", &dependency->req)
		&& read_text(r, d, "package", &dependency->package)
		&& read_text(r, d, "registry", &dependency->registry)
		&& read_text(r, d, "registry-index", &dependency->registry)
		&& read_texts(r, d, "features", &dependency->features)
		&& read_flag(r, d, "optional", &dependency->optional)
		&& read_flag(r, d, "default_features", &dependency->default_features)
		&& read_flag(r, d, "default-features", &dependency->default_features);
}

/* The dependencies in the table KEY of IN, put before those read so far. */
static bool
read_dependencies(struct reader *r, const struct doc *in, const char *key,
	enum manifest_kind kind, const char *target)
{
	const struct doc *table;

	if (!find_table(r, in, key, &table))
		return false;
	for (const struct doc *d = doc_first(table); d; d = d->next) {
		struct manifest_dependency *dependency = arena_new(r->arena, struct manifest_dependency);

		dependency->name = d->key;
		dependency->package = d->key;
		dependency->req = "*";
		dependency->kind = kind;
		dependency->target = target;
		dependency->default_features = true;
		dependency->next = r->manifest->dependencies;
		r->manifest->dependencies = dependency;
		if (doc_is(d, DOC_TEXT) ? !take_text(r, d->key, d, &dependency->req)
		    : !read_dependency_table(r, d, dependency))
			return false;
	}
	return true;
}

/* Both spellings of the tables have been allowed by cargo. */
static bool
read_all_kinds(struct reader *r, const struct doc *in, const char *target)
{
	return read_dependencies(r, in, "dependencies", MANIFEST_NORMAL, target)
		&& read_dependencies(r, in, "build-dependencies", MANIFEST_BUILD, target)
		&& read_dependencies(r, in, "build_dependencies", MANIFEST_BUILD, target)
		&& read_dependencies(r, in, "dev-dependencies", MANIFEST_DEV, target)
		&& read_dependencies(r, in, "dev_dependencies", MANIFEST_DEV, target);
}

static bool
read_targets(struct reader *r, const struct doc *root)
{
	const struct doc *targets;

	if (!find_table(r, root, "target", &targets))
		return false;
	for (const struct doc *d = doc_first(targets); d; d = d->next) {
		if (!doc_is(d, DOC_MAP))
			return fail(r, "invalid type of `%.100s`, expected a table", d->key);
		if (!read_all_kinds(r, d, d->key))
			return false;
	}
	return true;
}

static bool
read_products(struct reader *r, const struct doc *root)
{
	struct manifest *m = r->manifest;
	const struct doc *lib, *bins = doc_find(root, "bin");

	if (!find_table(r, root, "lib", &lib))
		return false;
	m->has_lib_table = lib != NULL;
	if (!bins)
		return true;
	if (!doc_is(bins, DOC_LIST))
		return fail(r, "invalid type of `bin`, expected an array of tables");
	m->bins.at = arena_zalloc(r->arena, bins->count, sizeof(*m->bins.at));
	m->bin_paths.at = arena_zalloc(r->arena, bins->count, sizeof(*m->bin_paths.at));
	for (const struct doc *d = doc_first(bins); d; d = d->next) {
		const char *name = NULL, *path = NULL;

		if (!doc_is(d, DOC_MAP))
			return fail(r, "invalid type of `bin`, expected an array of tables");
		if (!read_text(r, d, "name", &name) || !read_text(r, d, "path", &path))
			return false;
		if (name)
			m->bins.at[m->bins.count++] = name;
		if (path)
			m->bin_paths.at[m->bin_paths.count++] = path;
	}
	return true;
}

static bool
read_manifest(struct reader *r, const struct doc *root)
{
	const struct doc *package;

	if (!find_table(r, root, "package", &package))
		return false;
	if (!package)
		return fail(r, "missing field `package`");
	if (doc_find(root, "patch"))
		return fail(r, "crates cannot be published with `[patch]` tables");
	return read_package(r, package)
		&& read_features(r, root)
		&& read_all_kinds(r, root, NULL)
		&& read_targets(r, root)
		&& read_products(r, root);
}

const struct manifest *
manifest_read(struct arena *a, struct fault *f, struct span text)
{
	struct reader r = { .arena = a, .fault = f, .manifest = arena_new(a, struct manifest) };
	struct fault syntax;
	const struct doc *root;

	fault_init(&syntax, a);
	root = toml_read(a, &syntax, text);
	if (!root) {
		fail(&r, "%s", syntax.message);
		return NULL;
	}
	r.manifest->autolib = true;
	r.manifest->autobins = true;
	return read_manifest(&r, root) ? r.manifest : NULL;
}
