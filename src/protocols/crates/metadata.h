/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON that cargo sends before the .crate file (The Cargo Book, "Registry
 * Web API", Publish), read and checked in the public registry's order and
 * words.
 */
#ifndef ENTREPOT_PROTOCOLS_CRATES_METADATA_H
#define ENTREPOT_PROTOCOLS_CRATES_METADATA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"
#include "domain/publish.h"
#include "domain/taxonomy.h"
#include "version/semver.h"

struct call;
struct crate;
struct doc;

struct metadata {
	const struct doc *json;
	const char *name;
	const char *vers;
	struct semver version;
	const char *description;
	const char *homepage;
	const char *documentation;
	const char *repository;
	const char *license;
	const char *license_file;
	const char *links;
	const char *rust_version;
	const char *readme;
	const char *readme_file;
	struct taxonomy taxonomy;
	const struct doc *features;		/* map of lists of texts */
	struct span *authors;
	size_t author_count;
	struct publish_dependency *dependencies;
	size_t dependency_count;
};

/* Parse the JSON as far as name and version and check these (rows 4 to 7 of the checks). */
bool metadata_read(struct call *c, struct span json, struct metadata *out) MUST_CHECK;

/*
 * Fill in the rest, from the JSON and where it is silent from the manifest,
 * and check it (rows 19 to 31).
 */
bool metadata_check(struct call *c, struct metadata *m, const struct crate *crate, int64_t max_features) MUST_CHECK;

#endif
