/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uploading a distribution of a Python project. What depends on what is stored
 * is asked twice: before the archive is read, so that refusals come in the
 * public index's order, and again in the transaction:
 *
 *   pypi_publish_take()	the project, new or locked
 *   …				the caller's right on it, once more
 *   pypi_publish_check()	what speaks against the file
 *   pypi_publish_store()	everything, pages and change log last
 *
 * Refusals are in the public index's words.
 */
#ifndef ENTREPOT_DOMAIN_PYPI_PUBLISH_H
#define ENTREPOT_DOMAIN_PYPI_PUBLISH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "domain/publish.h"

struct arena;
struct core_metadata;
struct digests;
struct pep440;
struct pypi_project;
struct repository;
struct tempfile;
struct work;

/* What stands in a release's version columns. */
struct pypi_version {
	const char *normal;		/* PEP 440 normal form */
	const char *identity;		/* canonical form */
	struct span key;
	bool prerelease;
};

struct pypi_version pypi_version_of(struct arena *a, const struct pep440 *v);

struct pypi_upload {
	const struct repository *repository;
	const struct core_metadata *core;	/* checked; of the release if this is its first file */
	const char *name;			/* as sent */
	const char *canonical_name;
	const char *similar_name;		/* NULL: names may look alike */
	struct pypi_version version;
	const char *filename;
	bool sdist;				/* else a wheel */
	const char *python_version;		/* "py3", "source" */
	const char *comment;			/* or NULL */
	struct tempfile *spool;
	const struct digests *digests;		/* MD5, SHA-256 and BLAKE2b at least */
	int64_t size;
	struct span metadata;			/* the wheel's METADATA; at == NULL: none */
	const char *provenance;			/* JSON object, or NULL */
	const char *help;			/* where more is to be read */
};

/* How large a file may be in the repository, before it is known for which project it is. */
bool pypi_publish_largest(struct work *w, int64_t repository_id, int64_t *bytes) MUST_CHECK;

/* Whether a project may be created under that name. FORBIDDEN or BAD_REQUEST when not. */
bool pypi_publish_check_new(struct work *w, const struct pypi_upload *u) MUST_CHECK;

/* Whether the project takes files at all (PEP 792). FORBIDDEN when not. */
bool pypi_publish_check_status(struct work *w, const struct pypi_upload *u, const struct pypi_project *p) MUST_CHECK;

/* Against the limits of file and project; P may be NULL: there is none yet. */
bool pypi_publish_check_size(struct work *w, const struct pypi_upload *u, const struct pypi_project *p) MUST_CHECK;

/* Against what is stored; *SAME when the very same file is stored already: there is nothing to do. */
bool pypi_publish_check(struct work *w, const struct pypi_upload *u, const struct pypi_project *p,
	bool *same) MUST_CHECK;

/* Take the name, or lock the project that has it; CONFLICT when somebody just took one that looks like it. */
bool pypi_publish_take(struct work *w, const struct pypi_upload *u, struct publish_package *out) MUST_CHECK;

/* Store it all, as owner's if the project is new. The last before the commit. */
bool pypi_publish_store(struct work *w, const struct pypi_upload *u, const struct publish_package *package) MUST_CHECK;

#endif
