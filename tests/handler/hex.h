/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hex packages for tests, straight into the tables: what a publish would have
 * left there.
 */
#ifndef ENTREPOT_TESTS_HEX_H
#define ENTREPOT_TESTS_HEX_H

#include <stdint.h>

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

#endif
