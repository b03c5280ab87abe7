/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only a crate's release has: its satellite row, with the line of the
 * sparse index made once, when it is published.
 */
#ifndef ENTREPOT_DOMAIN_CRATE_H
#define ENTREPOT_DOMAIN_CRATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct doc;
struct publish_dependency;
struct work;

struct crate_details {
	const char *name;
	const char *version;
	const struct publish_dependency *dependencies;
	size_t dependency_count;
	const uint8_t *sha256;
	const struct doc *features;	/* map of lists of texts */
	const char *links;
	const char *rust_version;
	const char *edition;
	bool has_lib;
	const char *const *bin_names;
	size_t bin_count;
	const struct span *authors;
	size_t author_count;
};

/* Add the row of a release, within the transaction that publishes it at w->now. */
bool crate_add(struct work *w, int64_t release_id, const struct crate_details *d) MUST_CHECK;

#endif
