/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As whom a command works. Files it makes must belong to the registry.
 */
#ifndef ENTREPOT_ADMIN_IDENTITY_H
#define ENTREPOT_ADMIN_IDENTITY_H

#include <stdbool.h>

#include "base/compiler.h"

struct config;
struct fault;

/*
 * Started as root: become the owner of data_dir, or, while there is none or
 * it is root's, the configured user, for whom data_dir is made when CREATE
 * says so. Stays root only when nobody is configured. Raises INVALID on an
 * unknown user, INTERNAL when the system refuses.
 */
bool identity_become_owner(struct fault *f, const struct config *config, bool create) MUST_CHECK;

#endif
