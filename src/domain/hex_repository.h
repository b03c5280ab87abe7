/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hex repositories: the public one, and one of the same name for each
 * organization that has one.
 */
#ifndef ENTREPOT_DOMAIN_HEX_REPOSITORY_H
#define ENTREPOT_DOMAIN_HEX_REPOSITORY_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"

struct repository;
struct work;

/* By its exact name; NULL without a fault when there is none, whoever asks. */
const struct repository *hex_repository_find(struct work *w, struct span name) MUST_CHECK;

/* What w->actor may see, as struct repository: public ones first, then by name. At most 1000. */
bool hex_repository_list(struct work *w, struct rows *out) MUST_CHECK;

#endif
