/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking a configuration into force, at start and on SIGHUP.
 */
#ifndef ENTREPOT_SERVER_RELOAD_H
#define ENTREPOT_SERVER_RELOAD_H

#include <stdbool.h>

#include "base/compiler.h"

struct arena;
struct config;

/* Open the log as CONFIG says; false when the file cannot be opened (said on standard error). */
bool reload_log(const struct config *config) MUST_CHECK;

/*
 * Read the configuration again, onto A, and open its log. NULL when it is
 * broken: that is logged, and CURRENT stays in force.
 */
const struct config *reload_config(struct arena *a, const struct config *current) MUST_CHECK;

#endif
