/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the database is one that this program may work on.
 */
#ifndef ENTREPOT_SERVER_SCHEMA_H
#define ENTREPOT_SERVER_SCHEMA_H

#include "base/compiler.h"

struct config;
struct db;

enum schema_state {
	SCHEMA_FITS,
	SCHEMA_AWAY,		/* no database answers: it may come back */
	SCHEMA_REFUSED		/* it answers, and is older, newer or another one's */
};

/*
 * Connect and compare. *WHY (may be NULL) gets the reason when it does not
 * fit; valid until the next call.
 */
enum schema_state schema_check(struct db *db, const struct config *config, const char **why) MUST_CHECK;

/* Say in the log what a database that fits could have and has not: the index of names. For the start of a program. */
void schema_say_lacks(struct db *db, const struct config *config);

#endif
