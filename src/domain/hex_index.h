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

/* Render and sign the object of a package after its releases changed. Under its lock. */
bool hex_index_refresh_package(struct work *w, int64_t repository_id, int64_t package_id) MUST_CHECK;

/*
 * The package's entries in both lists as they should be, and sign the lists.
 * Under the package's lock. With package_id 0 nothing but signing: for a new
 * repository, or under a new key.
 */
bool hex_index_refresh_lists(struct work *w, int64_t repository_id, int64_t package_id) MUST_CHECK;

/* The package is no more: its object and its entries. Instead of both of the above; in their place. */
bool hex_index_remove_package(struct work *w, int64_t repository_id, const char *name) MUST_CHECK;

/* ---- from scratch ---- */

/*
 * What is wrong with what is stored, compared with what follows from the
 * releases; *WRONG is NULL when nothing is. Signatures are checked with the
 * key, so UNAVAILABLE is raised when there is none.
 */
bool hex_index_check_package(struct work *w, int64_t repository_id, const struct index_package *p,
			     const char **wrong) MUST_CHECK;
bool hex_index_check_lists(struct work *w, int64_t repository_id, const char **wrong) MUST_CHECK;

/* Store anew what is wrong, or whatever there is when ALWAYS (the key is another one); each a transaction. */
bool hex_index_repair_package(struct work *w, int64_t repository_id, const struct index_package *p, bool always,
			      bool *changed) MUST_CHECK;
bool hex_index_repair_lists(struct work *w, int64_t repository_id, bool always, bool *changed) MUST_CHECK;

#endif
