/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals as flags; see the header.
 */
#include "server/signals.h"

#include <stddef.h>

#include "base/compiler.h"

static const struct {
	int number;
	enum signal_event event;
} handled[] = {
	{ SIGTERM, SIGNAL_STOP },
	{ SIGINT, SIGNAL_STOP },
	{ SIGHUP, SIGNAL_RELOAD },
	{ SIGUSR1, SIGNAL_REOPEN },
	{ SIGCHLD, SIGNAL_CHILD },
};

static volatile sig_atomic_t came[SIGNAL__MAX];
static sigset_t waiting_mask;

static void
note(int number)
{
	for (size_t i = 0; i < ARRAY_LEN(handled); i++)
		if (handled[i].number == number)
			came[handled[i].event] = 1;
}

void
signals_init(void)
{
	struct sigaction action = { .sa_handler = note };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t ours;

	sigemptyset(&ours);
	sigemptyset(&action.sa_mask);
	sigemptyset(&ignore.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(handled); i++)
		sigaddset(&ours, handled[i].number);
	sigprocmask(SIG_BLOCK, &ours, &waiting_mask);
	for (size_t i = 0; i < ARRAY_LEN(handled); i++) {
		sigdelset(&waiting_mask, handled[i].number);
		sigaction(handled[i].number, &action, NULL);
	}
	/* A web server that went away shows as EPIPE. */
	sigaction(SIGPIPE, &ignore, NULL);
}

const sigset_t *
signals_waiting_mask(void)
{
	return &waiting_mask;
}

bool
signals_take(enum signal_event event)
{
	bool it_came = came[event] != 0;

	came[event] = 0;
	return it_came;
}

void
signals_forget(void)
{
	for (int e = 0; e < SIGNAL__MAX; e++)
		came[e] = 0;
}
