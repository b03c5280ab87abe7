/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses short enough for a terminal: five characters instead of one that
 * was given.
 */
#ifndef ENTREPOT_DOMAIN_SHORT_URL_H
#define ENTREPOT_DOMAIN_SHORT_URL_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"

struct work;

/*
 * The code of the address; the same address keeps its code. INVALID with the
 * field url when it is no http or https address of one of the allowed hosts:
 * base_url's own and those of the setting hex_short_url_hosts.
 */
const char *short_url_make(struct work *w, struct span url) MUST_CHECK;

/* The address of a code; NULL without a fault when there is none. */
const char *short_url_find(struct work *w, struct span code) MUST_CHECK;

#endif
