/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the process may be. Each test does it to a child.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/settings.h"
#include "server/process.h"

/* The exit status of FN in a child. */
static int
in_child(int (*fn)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(fn());
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
clean(void)
{
	int stray = open("/dev/null", O_RDONLY);

	setenv("HTTP_PROXY", "http://evil.example", 1);
	setenv("HTTP_X", "y", 1);
	setenv("http_proxy", "http://proxy.example", 1);
	unsetenv("LISTEN_FDS");
	process_clean();
	return getenv("HTTP_PROXY") || getenv("HTTP_X") || !getenv("http_proxy") || fcntl(stray, F_GETFD) != -1;
}

static void
nothing_a_request_could_have_made_is_left(void **state)
{
	(void)state;
	assert_int_equal(in_child(clean), 0);
}

static int
harden(void)
{
	struct rlimit core;

	process_harden();
	getrlimit(RLIMIT_CORE, &core);
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 || core.rlim_max != 0 || umask(0) != 027;
}

static void
privileges_core_files_and_modes_are_limited(void **state)
{
	(void)state;
	assert_int_equal(in_child(harden), 0);
}

static int
become(const char *user)
{
	struct config config = { .user = user };

	if (!process_become_user(fault, &config))
		return 1;
	return getuid() == 0 || geteuid() == 0 || setuid(0) == 0 ? 2 : 0;
}

static int
become_nobody(void)
{
	return become("nobody");
}

static int
stay_root(void)
{
	return become("");
}

static int
become_root(void)
{
	return become("root");
}

static int
become_unknown(void)
{
	return become("no-such-user");
}

static void
nobody_runs_as_root(void **state)
{
	(void)state;
	if (getuid() != 0) {
		assert_int_equal(in_child(stay_root), 0);
		skip();
	}
	assert_int_equal(in_child(stay_root), 1);
	assert_int_equal(in_child(become_root), 1);
	assert_int_equal(in_child(become_unknown), 1);
	assert_int_equal(in_child(become_nobody), 0);
}

static void
the_process_id_is_written_but_never_through_a_link(void **state)
{
	char directory[] = "/tmp/process.XXXXXX";
	const char *path, *link_path;
	char text[32] = "";
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(directory));
	path = arena_printf(arena, "%s/pid", directory);
	link_path = arena_printf(arena, "%s/link", directory);
	assert_true(process_write_pid(fault, path));
	file = fopen(path, "r");
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_int_equal(strtol(text, NULL, 10), getpid());

	assert_int_equal(symlink(path, link_path), 0);
	assert_false(process_write_pid(fault, link_path));
	unlink(path);
	unlink(link_path);
	rmdir(directory);
}

TESTS(process,
	TEST(nothing_a_request_could_have_made_is_left),
	TEST(privileges_core_files_and_modes_are_limited),
	TEST(nobody_runs_as_root),
	TEST(the_process_id_is_written_but_never_through_a_link)
);
