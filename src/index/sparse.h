/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a sparse cargo index (The Cargo Book, "Registry Index"):
 * config.json, and one file per crate with one line of JSON per version.
 *
 * Of a line only `yanked` ever changes, so it stands at the end: the head is
 * rendered once and stored.
 */
#ifndef ENTREPOT_INDEX_SPARSE_H
#define ENTREPOT_INDEX_SPARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct buf;
struct doc;

/* In the order in which dependencies of one name are listed. */
enum sparse_kind { SPARSE_NORMAL, SPARSE_BUILD, SPARSE_DEV };

struct sparse_dependency {
	const char *name;		/* in the manifest: the new name of a renamed one */
	const char *package;		/* the real name when renamed, else NULL */
	const char *req;
	const char *target;		/* NULL: every platform */
	const char *registry;		/* index URL of another registry, NULL: this one */
	const struct doc *features;	/* list of texts; NULL: none */
	enum sparse_kind kind;
	bool optional;
	bool default_features;
};

struct sparse_version {
	const char *name;		/* as stored, not lower-cased */
	const char *vers;		/* with build metadata */
	const struct sparse_dependency *deps;	/* in any order */
	size_t dep_count;
	const char *cksum;		/* lower-case hex SHA-256 of the .crate */
	const struct doc *features;	/* map of lists of texts; NULL: none */
	const char *links;		/* NULL: none */
	const char *rust_version;	/* NULL: none */
	int64_t published;		/* µs since 1970 */
};

/* SPARSE_NORMAL for anything but "build" and "dev". */
enum sparse_kind sparse_kind_parse(const char *kind);

/* "1/a", "2/ab", "3/a/abc", "ab/cd/abcd…", lower case, of a valid crate name. */
const char *sparse_path(struct arena *a, struct span name);

/* Everything of the version's line that never changes; lives on the arena. */
struct span sparse_line_head(struct arena *a, const struct sparse_version *v);

/* Append the whole line with its newline. */
void sparse_line(struct buf *to, struct span head, bool yanked);

/* config.json; DL and API are URLs as The Cargo Book describes, without a trailing slash. */
struct span sparse_config(struct arena *a, const char *dl, const char *api, bool auth_required);

#endif
