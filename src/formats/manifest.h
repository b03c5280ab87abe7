/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A published crate's Cargo.toml (The Cargo Book, "The Manifest Format").
 */
#ifndef ENTREPOT_FORMATS_MANIFEST_H
#define ENTREPOT_FORMATS_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct doc;
struct fault;

struct manifest_texts {
	size_t count;
	const char **at;
};

enum manifest_kind { MANIFEST_NORMAL, MANIFEST_BUILD, MANIFEST_DEV };

struct manifest_dependency {
	struct manifest_dependency *next;
	const char *name;		/* the key in the table */
	const char *package;		/* the real name; equal to NAME unless renamed */
	const char *req;		/* "*" when no version is given */
	const char *target;		/* "cfg(unix)", a triple, or NULL */
	const char *registry;		/* "registry-index" or "registry", or NULL */
	struct manifest_texts features;
	enum manifest_kind kind;
	bool optional;
	bool default_features;
};

/* Texts are NULL when absent; the keys of the file are these names with '-'. */
struct manifest {
	const char *name;		/* never NULL */
	const char *version;		/* never NULL; not checked to be a version */
	const char *edition;
	const char *rust_version;
	const char *description;
	const char *license;
	const char *license_file;
	const char *homepage;
	const char *documentation;
	const char *repository;
	const char *readme;		/* a path; NULL also for `readme = false` */
	const char *links;
	struct manifest_texts authors;
	struct manifest_texts keywords;
	struct manifest_texts categories;
	const struct doc *features;	/* map of lists of texts; NULL: none */
	struct manifest_dependency *dependencies;
	bool has_lib_table;		/* [lib] */
	struct manifest_texts bins;	/* names of [[bin]] */
	struct manifest_texts bin_paths;	/* their paths, where given */
	bool autolib;			/* src/lib.rs counts without a table */
	bool autobins;			/* src/main.rs and src/bin count too */
};

/*
 * Read the text of a manifest. NULL with BAD_REQUEST "failed to parse
 * `Cargo.toml` manifest file\n\n<reason>" when it is not a manifest of a
 * package that can be published.
 */
const struct manifest *manifest_read(struct arena *a, struct fault *f, struct span text) MUST_CHECK;

#endif
