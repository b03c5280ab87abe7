/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts that want to hear of a package's releases.
 */
#ifndef ENTREPOT_DOMAIN_FOLLOW_H
#define ENTREPOT_DOMAIN_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct work;

/* Idempotent both ways. */
bool follow_set(struct work *w, int64_t account_id, int64_t package_id, bool following) MUST_CHECK;

bool follow_get(struct work *w, int64_t account_id, int64_t package_id, bool *following) MUST_CHECK;

#endif
