/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What publishing a Hex package does beyond domain/publish.h: dependencies
 * across repositories, the satellite row, and replacing a release.
 */
#ifndef ENTREPOT_DOMAIN_HEX_PUBLISH_H
#define ENTREPOT_DOMAIN_HEX_PUBLISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct hex_metadata;
struct hex_release;
struct repository;
struct tempfile;
struct work;

/* A requirement whose package has been looked for. */
struct hex_target {
	int64_t package_id;		/* 0: not here */
	const char *repository;		/* NULL: the release's own */
};

/*
 * Find what M requires, as *OUT (one per requirement, on the arena): in the
 * repository that it names, or without a name in R itself and then in the
 * public one; never the package itself. Raises INVALID with the field "requirements.NAME" for each that
 * may not be needed by a package of R, and with MUST_EXIST for each that does
 * not exist.
 */
bool hex_targets_find(struct work *w, const struct repository *r, const struct hex_metadata *m, bool must_exist,
	struct hex_target **out) MUST_CHECK;

struct hex_publish {
	const struct repository *repository;
	const struct hex_metadata *metadata;
	const struct hex_target *targets;
	struct tempfile *spool;
	const uint8_t *outer_checksum;	/* SHA-256 of the tarball */
	const uint8_t *inner_checksum;
	int64_t size;
	int64_t package_id;
	bool is_new_package;
	const struct hex_release *replaced;	/* NULL: a new version */
};

/*
 * Store the release, its tarball and what it says of its package. Within a
 * transaction that holds the package's lock, when nothing can be refused any
 * more; the caller refreshes the registry's objects. *RELEASE_ID is its id.
 */
bool hex_publish_store(struct work *w, const struct hex_publish *p, int64_t *release_id) MUST_CHECK;

/* "tarballs/NAME-VERSION.tar" and "docs/NAME-VERSION.tar.gz": where files are, on the arena. */
const char *hex_tarball_path(struct work *w, const char *name, const char *version);
const char *hex_docs_path(struct work *w, const char *name, const char *version);

#endif
