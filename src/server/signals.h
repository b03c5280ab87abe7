/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals as events on a descriptor (signalfd). They stay blocked all the
 * time, so no system call of a request is ever interrupted, and they are seen
 * also by a process that never has to wait.
 */
#ifndef ENTREPOT_SERVER_SIGNALS_H
#define ENTREPOT_SERVER_SIGNALS_H

#include <stdbool.h>

#include "base/compiler.h"

enum signal_event {
	SIGNAL_STOP,		/* TERM, INT: finish what is under way and end */
	SIGNAL_RELOAD,		/* HUP: new configuration; to a worker of a master: make room for a new one */
	SIGNAL_REOPEN,		/* USR1: open the log file again */
	SIGNAL_UPGRADE,		/* USR2: become the program that lies there now; workers leave that to their master */
	SIGNAL_CHILD,		/* CHLD */
	SIGNAL__MAX
};

/*
 * Block them and open the descriptor; call after fcgi_init(), whose library
 * installs handlers. False with errno set when there is no descriptor to be had.
 */
bool signals_init(void) MUST_CHECK;

/* Readable when one came. A child that inherits it gets its own signals there. */
int signals_fd(void);

/* Note what came. Does not wait. */
void signals_read(void);

/* Whether it came since the last call. */
bool signals_take(enum signal_event event);

#endif
