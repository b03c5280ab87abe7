/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two signed lists of a Hex repository, kept as chunks of neighbouring
 * entries (0026_hex_lists.sql): a change touches one chunk and what is around
 * them, however many packages there are. Of hex_index.c, which says what is
 * in an entry.
 */
#ifndef ENTREPOT_DOMAIN_HEX_LIST_H
#define ENTREPOT_DOMAIN_HEX_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct index_object;
struct private_key;
struct work;

enum hex_list { HEX_LIST_NAMES, HEX_LIST_VERSIONS, HEX_LIST__MAX };

/* "names", "versions": as stored, and the path of the object. */
const char *hex_list_name(enum hex_list list);
/* HEX_LIST__MAX when the path is of no list. */
enum hex_list hex_list_find(const char *path);

/* What the repository is called in its lists, NOT_FOUND when it is no Hex repository. */
const char *hex_list_repository(struct work *w, int64_t repository_id) MUST_CHECK;

/* One at a time: until the end of the transaction. */
bool hex_list_lock(struct work *w, int64_t repository_id) MUST_CHECK;

/* Who signs: under what name, with what key. */
struct hex_signer {
	const char *repository;
	const struct private_key *key;
};

/* An entry of a package; without bytes there is none. */
struct hex_entry {
	struct span name;
	struct span bytes;
};

/*
 * Put the entry of a package where it belongs, or take it out, and sign the
 * list, unless nothing has changed. Under the lock.
 */
bool hex_list_put(struct work *w, int64_t repository_id, enum hex_list list, const struct hex_entry *e,
		  const struct hex_signer *signer) MUST_CHECK;

/* Sign the list as its chunks are now, trusting nothing that is known of them. Under the lock. */
bool hex_list_sign(struct work *w, int64_t repository_id, enum hex_list list,
		   const struct hex_signer *signer) MUST_CHECK;

/* Replace all chunks by entries in their order. Under the lock; to be signed afterwards. */
bool hex_list_write(struct work *w, int64_t repository_id, enum hex_list list, struct span entries) MUST_CHECK;

/* As clients fetch it; NULL without a fault when it was never signed. ETAG (or NULL) as in index_get_changed(). */
const struct index_object *hex_list_get(struct work *w, int64_t repository_id, enum hex_list list,
					const char *etag) MUST_CHECK;

#endif
