/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The signed objects of Hex repositories: `packages/NAME`, `names` and
 * `versions`, rendered in the transaction that changes what they show. They
 * are derived: everything here can be computed again from the rest. A package
 * shows its releases that have a row in release_hex and a file of kind
 * "tarball"; one without any is not there at all.
 */
#ifndef ENTREPOT_DOMAIN_HEX_INDEX_H
#define ENTREPOT_DOMAIN_HEX_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "domain/index.h"

struct work;

/*
 * Order within a transaction: package_lock(); the change; then
 * hex_index_refresh_package(); and, as the last thing before change_add(),
 * hex_index_refresh_lists(), which makes all others of the repository wait
 * until the commit. All that write raise UNAVAILABLE when there is no signing
 * key (hex_key.h).
 */

/* The path of a package's object, on the arena. */
const char *hex_index_path(struct work *w, const char *name);

/* By path below the repository; NULL without a fault when there is none. One query. */
const struct index_object *hex_index_get(struct work *w, int64_t repository_id, const char *path) MUST_CHECK;

/* The same; ETAG (or NULL) as in index_get_changed(). */
const struct index_object *hex_index_get_changed(struct work *w, int64_t repository_id, const char *path,
						 const char *etag) MUST_CHECK;

/* Render and sign the object of a package after its releases changed. Under its lock. */
bool hex_index_refresh_package(struct work *w, int64_t repository_id, int64_t package_id) MUST_CHECK;

/*
 * The package's entries in both lists as they should be, and sign the lists.
 * Under the package's lock. With package_id 0 nothing but signing: for a new
 * repository, or under a new key.
 */
bool hex_index_refresh_lists(struct work *w, int64_t repository_id, int64_t package_id) MUST_CHECK;

/*
 * The empty lists of a new repository. Without a key there are none yet: with
 * the key they are made for every repository.
 */
bool hex_index_begin(struct work *w, int64_t repository_id) MUST_CHECK;

/* The package is no more: its object and its entries. Instead of both of the above; in their place. */
bool hex_index_remove_package(struct work *w, int64_t repository_id, const char *name) MUST_CHECK;

/* The ETag of an object of a package, from its bytes. */
const char *hex_index_etag(struct work *w, struct span file);

#endif
