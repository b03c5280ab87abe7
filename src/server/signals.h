/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals as flags. All that we handle stay blocked except while waiting
 * (ppoll, epoll_pwait), so no system call of a request is ever interrupted and
 * none is missed between looking and waiting.
 */
#ifndef ENTREPOT_SERVER_SIGNALS_H
#define ENTREPOT_SERVER_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

enum signal_event {
	SIGNAL_STOP,		/* TERM, INT: finish what is under way and end */
	SIGNAL_RELOAD,		/* HUP: new configuration; to a worker of a master: make room for a new one */
	SIGNAL_REOPEN,		/* USR1: open the log file again */
	SIGNAL_CHILD,		/* CHLD */
	SIGNAL__MAX
};

/* Block and handle them; call after fcgi_init(), whose library installs its own. */
void signals_init(void);

/* The mask to wait with. */
const sigset_t *signals_waiting_mask(void);

/* Whether it came since the last call. */
bool signals_take(enum signal_event event);

/* Forget what came (a child begins its own life). */
void signals_forget(void);

#endif
