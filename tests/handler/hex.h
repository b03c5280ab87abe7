/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hex packages for tests: straight into the tables, what a publish would have
 * left there; and as a client builds and publishes them (given_hex.c).
 */
#ifndef ENTREPOT_TESTS_HEX_H
#define ENTREPOT_TESTS_HEX_H

#include <stdint.h>

#include "base/span.h"
#include "index/hexregistry.h"

/* A signing key in the directory of the program, the same for all its tests; the configuration names it. */
void given_hex_key(void);

/*
 * A release of a package, which is made when it is new, without objects of the
 * index; its checksums follow from name and version. The id of the package.
 */
int64_t given_hex_release(int64_t repository_id, const char *name, const char *version);

/* Its release needs another package. */
void given_hex_dependency(int64_t package_id, const char *version, const struct registry_dependency *d);

/* Its objects as a publish, a retirement and a deletion of a release leave them. */
void refresh_hex(int64_t repository_id, int64_t package_id);
/* given_hex_release() with all objects. */
int64_t published_hex(int64_t repository_id, const char *name, const char *version);

/* A private Hex repository of an organization of that name. */
int64_t given_hex_repository(const char *name);

/* ---- as clients do ---- */

/*
 * A package as the clients build it. METADATA: a JSON object whose members
 * replace the usual ones (NULL: none); a requirement may be just its text, a
 * member that is null is left out. The contents have a file for each of
 * "files".
 */
struct span hex_tarball_of(const char *name, const char *version, const char *metadata);
/* Documentation: gzip(tar) of a JSON object, path → text; NULL: the usual pages. */
struct span hex_docs_of(const char *pages);
/* Publish through the protocol, as OWNER, in REPOSITORY (NULL: the public one). Fails the test unless it succeeds. */
void given_hex(const char *owner, const char *repository, const char *name, const char *version,
	const char *metadata);
/* The same of documentation for a release. */
void given_hex_docs(const char *owner, const char *repository, const char *name, const char *version,
	const char *pages);

#endif
