/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the objects of Hex repositories are what follows from releases and
 * dependencies, and making them so.
 */
#ifndef ENTREPOT_DOMAIN_HEX_VERIFY_H
#define ENTREPOT_DOMAIN_HEX_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "domain/index.h"

struct repository;
struct work;

/*
 * What is wrong with what is stored, compared with what follows from the
 * releases; *WRONG is NULL when nothing is. Signatures are checked with the
 * key, so UNAVAILABLE is raised when there is none.
 */
bool hex_verify_package(struct work *w, int64_t repository_id, const struct index_package *p,
			const char **wrong) MUST_CHECK;
bool hex_verify_lists(struct work *w, int64_t repository_id, const char **wrong) MUST_CHECK;

/*
 * Store anew what is wrong, or whatever there is when ALWAYS (the key is
 * another one); each a transaction. That of a package does not wait for the
 * disk: it is durable with the next one that does.
 */
bool hex_verify_repair_package(struct work *w, int64_t repository_id, const struct index_package *p, bool always,
			       bool *changed) MUST_CHECK;
bool hex_verify_repair_lists(struct work *w, int64_t repository_id, bool always, bool *changed) MUST_CHECK;

/*
 * All Hex repositories: each package, then the lists. The work given to a
 * function has an arena of its own that ends soon after.
 */
struct hex_walk {
	bool (*package)(struct work *w, int64_t repository_id, const struct index_package *p, void *arg);
	bool (*lists)(struct work *w, const struct repository *r, void *arg);
	void *arg;
};
bool hex_walk(struct work *w, const struct hex_walk *walk) MUST_CHECK;

/* The repairs above for all of them. */
struct hex_repaired {
	int64_t packages;		/* looked at */
	int64_t changed;		/* objects stored, of packages and lists */
};
bool hex_verify_repair(struct work *w, bool always, struct hex_repaired *done) MUST_CHECK;

#endif
