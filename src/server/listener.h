/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listening socket: found (descriptor 0, passed by systemd) or opened.
 * Whoever may write to it can run code as entrepot, so it is a Unix socket
 * that strangers cannot write to, or a TCP socket on the loopback interface.
 */
#ifndef ENTREPOT_SERVER_LISTENER_H
#define ENTREPOT_SERVER_LISTENER_H

#include <stdbool.h>

#include "base/compiler.h"

struct arena;
struct config;
struct fault;

enum listener_origin {
	LISTENER_DESCRIPTOR_0,	/* mod_fcgid, lighttpd, spawn-fcgi, supervisor */
	LISTENER_PASSED,	/* LISTEN_FDS */
	LISTENER_OWN
};

struct listener {
	int fd;			/* non-blocking, closed on exec */
	enum listener_origin origin;
	const char *path;	/* of an own Unix socket, else NULL */
};

/*
 * Find the socket, or open the one that the setting `listen` names. It goes
 * first when INSISTED (named on the command line), last otherwise. Raises
 * INVALID, with a message for operators.
 */
bool listener_find(struct arena *a, struct fault *f, const struct config *config, bool insisted,
		   struct listener *out) MUST_CHECK;

/* Whether the settings name a socket that could be opened; as above, but nothing is. */
bool listener_check(struct fault *f, const struct config *config) MUST_CHECK;

/*
 * No further connections; those that wait to be accepted still can be. Does
 * nothing to a socket that is not our own.
 */
void listener_close(struct listener *l);

#endif
