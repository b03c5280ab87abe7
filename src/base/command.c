/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Child processes; see the header.
 */
#include "base/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"

#define KEPT_OUTPUT 2000

extern char **environ;

/* Everything the child says, up to what fits; the rest is read and dropped, so that it can end. */
static void
listen_to(int fd, char kept[KEPT_OUTPUT + 1])
{
	char chunk[4096];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		size_t more = n < 0 ? 0 : (size_t)n;

		if (n < 0 && errno != EINTR)
			break;
		if (more > KEPT_OUTPUT - len)
			more = KEPT_OUTPUT - len;
		memcpy(kept + len, chunk, more);
		len += more;
	}
	while (len > 0 && kept[len - 1] == '\n')
		len--;
	kept[len] = '\0';
}

static bool
succeeded(struct fault *f, const char *name, int status, const char *said)
{
	const char *colon = *said ? ": " : "";

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (WIFSIGNALED(status))
		return fault_raise(f, FAULT_UNAVAILABLE, "%s was ended by signal %d%s%s", name, WTERMSIG(status),
			colon, said);
	return fault_raise(f, FAULT_UNAVAILABLE, "%s failed with status %d%s%s", name, WEXITSTATUS(status), colon, said);
}

/* Start it with the write end OUT as standard output and error; an errno. */
static int
start(const char *const *arguments, const char *const *environment, int out, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDERR_FILENO);
	error = posix_spawnp(pid, arguments[0], &actions, &attributes, (char *const *)arguments,
		(char *const *)environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

bool
command_run(struct arena *a, struct fault *f, const char *const *arguments, const char *const *environment)
{
	char *said = arena_alloc(a, KEPT_OUTPUT + 1);
	int ends[2], error, status;
	pid_t pid;

	if (fault_is_set(f))
		return false;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return fault_raise_internal(f, FAULT_INTERNAL, "pipe: %s", strerror(errno));
	error = start(arguments, environment, ends[1], &pid);
	close(ends[1]);
	if (error != 0) {
		close(ends[0]);
		return fault_raise(f, FAULT_UNAVAILABLE, "cannot run %s: %s", arguments[0], strerror(error));
	}
	listen_to(ends[0], said);
	close(ends[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return fault_raise_internal(f, FAULT_INTERNAL, "wait: %s", strerror(errno));
	return succeeded(f, arguments[0], status, said);
}

/* Whether both begin with the same NAME=. */
static bool
same_name(const char *a, const char *b)
{
	size_t len = strcspn(a, "=");

	return strncmp(a, b, len) == 0 && a[len] == '=' && b[len] == '=';
}

static bool
is_changed(const char *variable, const char *const *changes)
{
	for (; *changes; changes++)
		if (same_name(variable, *changes))
			return true;
	return false;
}

const char *const *
command_environment(struct arena *a, const char *const *changes)
{
	size_t count = 1, n = 0;
	const char **all;

	for (char **e = environ; *e; e++)
		count++;
	for (const char *const *c = changes; *c; c++)
		count++;
	all = arena_zalloc(a, count, sizeof(*all));
	for (char **e = environ; *e; e++)
		if (!is_changed(*e, changes))
			all[n++] = *e;
	for (; *changes; changes++)
		all[n++] = *changes;
	return all;
}
