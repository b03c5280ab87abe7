/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publishing: the steps that every protocol goes through inside one
 * transaction, in this order:
 *
 *   publish_take_name()   the package, new or locked
 *   …                     the protocol's own checks, in its own words
 *   publish_release()     release, dependencies
 *   …                     the ecosystem's satellite rows
 *   publish_finish()      blob and file, package, taxonomy, derived columns, audit
 *   …                     index objects
 *   change_add()          the serial, last of all
 *
 * Nobody else can publish to the same package in between: the name is locked.
 */
#ifndef ENTREPOT_DOMAIN_PUBLISH_H
#define ENTREPOT_DOMAIN_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "domain/taxonomy.h"

struct tempfile;
struct work;

struct publish_package {
	int64_t id;
	const char *name;		/* as stored, which may be another spelling */
	int64_t max_upload_size;	/* 0: the setting holds */
	bool is_new;
};

struct publish_dependency {
	struct span package;
	const char *kind;
	struct span requirement;
	bool optional;
	struct span alias;		/* at == NULL: not renamed */
	struct span platform;		/* at == NULL: everywhere */
	struct span registry;		/* at == NULL: here */
	struct span features;		/* JSON array of texts */
	bool default_features;
};

/* Texts that are NULL are stored as null. */
struct publish {
	int64_t repository_id;
	const char *name;
	const char *canonical_name;
	const char *version;
	const char *version_identity;	/* what may exist once */
	struct span version_key;
	bool prerelease;
	const char *description;
	const char *homepage;
	const char *documentation;
	const char *source_url;
	const char *license;
	const char *readme;
	const char *readme_html;
	struct taxonomy taxonomy;
	const struct publish_dependency *dependencies;
	size_t dependency_count;
	const char *audit_action;	/* NULL: "publish" */
	const char *audit_details;	/* JSON object, or NULL */
	/* The file; spool NULL: the caller stores files itself, before publish_finish(). */
	const char *path;		/* unique within the repository */
	const char *filename;
	const char *kind;
	const char *content_type;
	struct tempfile *spool;
	const uint8_t *sha256;
	int64_t size;
};

/* Take the name, or lock the package that has it. */
bool publish_take_name(struct work *w, int64_t repository_id, const char *name, const char *canonical_name,
		       struct publish_package *out) MUST_CHECK;

/* Whether that version existed once and was deleted: it never comes back. */
bool publish_was_deleted(struct work *w, const struct publish *p, bool *deleted) MUST_CHECK;

/* How many releases the package got since a time. */
bool publish_count_since(struct work *w, int64_t package_id, int64_t since, int64_t *count) MUST_CHECK;

/* Whether the package has that version already. */
bool publish_has_version(struct work *w, int64_t package_id, const char *version_identity, bool *exists) MUST_CHECK;

/* The first dependency of this registry that does not exist under exactly that name, or NULL. */
bool publish_unknown_dependency(struct work *w, const struct publish *p, const char **name) MUST_CHECK;

/* Insert the release; CONFLICT when its version exists. */
bool publish_release(struct work *w, const struct publish *p, int64_t package_id, int64_t *release_id) MUST_CHECK;

/* Bring the package in line with its new release. */
bool publish_finish(struct work *w, const struct publish *p, const struct publish_package *package,
	int64_t release_id) MUST_CHECK;

#endif
