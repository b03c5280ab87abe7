/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals as events.
 */
#include "unit.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "server/signals.h"

static bool
is_readable(void)
{
	struct pollfd waiting = { .fd = signals_fd(), .events = POLLIN };

	return poll(&waiting, 1, 0) == 1;
}

static void
a_signal_is_an_event_and_is_told_once(void **state)
{
	(void)state;
	assert_true(signals_init());
	assert_false(is_readable());
	kill(getpid(), SIGTERM);
	kill(getpid(), SIGUSR1);
	assert_true(is_readable());
	signals_read();

	assert_false(is_readable());
	assert_true(signals_take(SIGNAL_STOP));
	assert_false(signals_take(SIGNAL_STOP));
	assert_true(signals_take(SIGNAL_REOPEN));
	assert_false(signals_take(SIGNAL_RELOAD));
	close(signals_fd());
}

TESTS(signals,
	TEST(a_signal_is_an_event_and_is_told_once)
);
