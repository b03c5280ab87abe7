/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals as events; see the header. (epoll_pwait() and ppoll() let a signal
 * through only when they have to wait, which a busy worker never does.)
 */
#include "server/signals.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const struct {
	int number;
	enum signal_event event;
} handled[] = {
	{ SIGTERM, SIGNAL_STOP },
	{ SIGINT, SIGNAL_STOP },
	{ SIGHUP, SIGNAL_RELOAD },
	{ SIGUSR1, SIGNAL_REOPEN },
	{ SIGUSR2, SIGNAL_UPGRADE },
	{ SIGCHLD, SIGNAL_CHILD },
};

static bool came[SIGNAL__MAX];
static int descriptor = -1;

bool
signals_init(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t ours;

	sigemptyset(&ours);
	sigemptyset(&ignore.sa_mask);
	for (size_t i = 0; i < ARRAY_LEN(handled); i++)
		sigaddset(&ours, handled[i].number);
	sigprocmask(SIG_BLOCK, &ours, NULL);
	/* A web server that went away shows as EPIPE. */
	sigaction(SIGPIPE, &ignore, NULL);
	/* A file that may not grow any more shows as EFBIG, as a full disk does as ENOSPC. */
	sigaction(SIGXFSZ, &ignore, NULL);
	descriptor = signalfd(-1, &ours, SFD_NONBLOCK | SFD_CLOEXEC);
	return descriptor >= 0;
}

int
signals_fd(void)
{
	return descriptor;
}

static void
note(int number)
{
	for (size_t i = 0; i < ARRAY_LEN(handled); i++)
		if (handled[i].number == number)
			came[handled[i].event] = true;
}

void
signals_read(void)
{
	struct signalfd_siginfo info;

	while (read(descriptor, &info, sizeof(info)) == (ssize_t)sizeof(info))
		note((int)info.ssi_signo);
}

bool
signals_take(enum signal_event event)
{
	bool it_came = came[event];

	came[event] = false;
	return it_came;
}
