/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that no account may take because a path begins with them. They follow
 * from the route tables.
 */
#ifndef ENTREPOT_PROTOCOLS_RESERVED_H
#define ENTREPOT_PROTOCOLS_RESERVED_H

struct arena;

/* The literal first segments of all routes and claimed prefixes, ended by NULL, on the arena. */
const char *const *protocol_reserved_names(struct arena *a);

#endif
