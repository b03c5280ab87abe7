/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One program in the place of another; see the header. What is handed over
 * stands in a variable, "PID DESCRIPTOR ORIGIN": the process id tells it from
 * one that a child found in its environment.
 */
#include "server/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/command.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/number.h"
#include "base/span.h"

#define VARIABLE "ENTREPOT_INHERITED"
#define FIRST_FREE 3

static char **called;

void
upgrade_remember(char **argv)
{
	called = argv;
}

int
upgrade_inherited(enum listener_origin *origin)
{
	struct span rest = span_of(getenv(VARIABLE));
	int64_t pid, fd, kind;

	if (!number_parse(span_cut(&rest, ' '), 1, INT32_MAX, &pid) || pid != getpid() ||
	    !number_parse(span_cut(&rest, ' '), 0, INT32_MAX, &fd) ||
	    !number_parse(rest, LISTENER_DESCRIPTOR_0, LISTENER_OWN, &kind) || fcntl((int)fd, F_GETFD) < 0)
		return -1;
	*origin = (enum listener_origin)kind;
	return (int)fd;
}

void
upgrade_close_others(void)
{
	unsigned first = getenv("LISTEN_FDS") ? FIRST_FREE + 1 : FIRST_FREE;
	enum listener_origin origin;
	int kept = upgrade_inherited(&origin);

	if (kept < (int)first) {
		close_range(first, ~0U, 0);
		return;
	}
	if ((unsigned)kept > first)
		close_range(first, (unsigned)kept - 1, 0);
	close_range((unsigned)kept + 1, ~0U, 0);
}

/* What the new program says of configuration and database. */
static bool
would_serve(void)
{
	const char *arguments[] = { called[0], "--check-database", NULL };
	const char *const none[] = { NULL };
	struct arena arena;
	struct fault fault;
	bool ok;

	arena_init(&arena);
	fault_init(&fault, &arena);
	ok = command_run(&arena, &fault, arguments, command_environment(&arena, none));
	if (!ok)
		log_error("no upgrade: %s", fault.message);
	arena_free(&arena);
	return ok;
}

void
upgrade_run(const struct listener *l)
{
	char value[64];

	if (!would_serve())
		return;
	snprintf(value, sizeof(value), "%ld %d %d", (long)getpid(), l->fd, (int)l->origin);
	if (setenv(VARIABLE, value, 1) != 0 || fcntl(l->fd, F_SETFD, 0) < 0) {
		log_error("no upgrade: %s", strerror(errno));
		return;
	}
	log_info("upgrading");
	log_flush();
	execvp(called[0], called);
	log_error("no upgrade: %s: %s", called[0], strerror(errno));
	unsetenv(VARIABLE);
	fcntl(l->fd, F_SETFD, FD_CLOEXEC);
}
