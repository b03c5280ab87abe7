/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hex repositories and who may do what with them: the public one, and one of
 * the same name for each organization that has one.
 */
#ifndef ENTREPOT_DOMAIN_HEX_ACCESS_H
#define ENTREPOT_DOMAIN_HEX_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct repository;
struct work;

/* Each includes the ones before it. */
enum hex_right {
	HEX_NOTHING,
	HEX_READ,
	HEX_WRITE,		/* publish, revert, retire, documentation */
	HEX_FULL		/* owners, too */
};

/* By its exact name; NULL without a fault when there is none, whoever asks. */
const struct repository *hex_repository_find(struct work *w, struct span name) MUST_CHECK;

/* What w->actor may see, as struct repository: public ones first, then by name. At most 1000. */
bool hex_repository_list(struct work *w, struct rows *out) MUST_CHECK;

/*
 * What w->actor (NULL: a stranger) may do in the repository, whatever the
 * credential covers: the role in the organization that owns it; READ for
 * everybody in a public one, and for a CI job where its grants lead.
 */
bool hex_repository_right(struct work *w, const struct repository *r, enum hex_right *out) MUST_CHECK;

/* The same of one package of it: as its owner, too, or as a CI job that publishes it. */
bool hex_package_right(struct work *w, const struct repository *r, int64_t package_id,
	enum hex_right *out) MUST_CHECK;

#endif
