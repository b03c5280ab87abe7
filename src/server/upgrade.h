/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replacing the program of a running master by the one that now lies where it
 * was started from. The process stays the same, and so does its listening
 * socket: connections wait in it while the new program starts. Workers of the
 * old one see that their lifeline is gone, finish what they have and end.
 */
#ifndef ENTREPOT_SERVER_UPGRADE_H
#define ENTREPOT_SERVER_UPGRADE_H

#include <stdbool.h>

#include "server/listener.h"

/* Remember how the program was called. Before anything else looks at the arguments. */
void upgrade_remember(char **argv);

/*
 * Ask the new program whether it could serve (--check-database), and become
 * it. Returns only when that failed, which the log says; then everything is as
 * it was.
 */
void upgrade_run(const struct listener *l);

/* The descriptor that the program before left to this one, and what it was to it; -1 when there was none. */
int upgrade_inherited(enum listener_origin *origin);

/* Close all descriptors but the standard ones, those that systemd passed, and the inherited one. */
void upgrade_close_others(void);

#endif
