/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Hex package says of itself, and the rules for it. Everything that is
 * wrong is raised at once, as INVALID with a message per field (of several wrong
 * licenses or links, the first); dots in the names of fields nest ("meta.links",
 * "requirements.plug").
 */
#ifndef ENTREPOT_FORMATS_HEX_METADATA_H
#define ENTREPOT_FORMATS_HEX_METADATA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct doc;
struct fault;

/* Most requirements, and most entries of any other list. */
#define HEX_REQUIREMENTS_MAX 1000
#define HEX_LIST_MAX 100000

struct hex_requirement_new {
	const char *name;		/* of the package */
	const char *app;
	const char *requirement;	/* NULL: any version */
	bool optional;
	const char *repository;		/* NULL: not said */
};

struct hex_list {
	const char *const *items;
	size_t count;
	bool given;			/* also when it is empty */
};

struct hex_metadata {
	const char *name;
	const char *version;
	const char *app;
	const char *description;	/* NULL: none */
	const char *elixir;		/* NULL: none */
	struct hex_list files;
	struct hex_list licenses;
	struct hex_list maintainers;
	struct hex_list build_tools;	/* guessed from the files when they are not given */
	const struct doc *links;	/* map of texts */
	const struct doc *extra;	/* map; NULL: none */
	struct hex_requirement_new *requirements;
	size_t requirement_count;
};

/*
 * Read the document that hex_tarball_open() made. Texts are the document's.
 * False with fields raised for what is not of the right type; the rest is
 * filled.
 */
bool hex_metadata_read(struct arena *a, struct fault *f, const struct doc *d, struct hex_metadata *out) MUST_CHECK;

struct hex_rules {
	bool private;			/* description and licenses may be left out */
	bool spdx;			/* licenses of public packages are SPDX identifiers */
};

/* The rules that need no database. */
bool hex_metadata_check(struct fault *f, const struct hex_metadata *m, const struct hex_rules *rules) MUST_CHECK;

/* Whether it can be the name of a package: [a-z][a-z0-9_]*. */
bool hex_name_is_valid(struct span name);

#endif
