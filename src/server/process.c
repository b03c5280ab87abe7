/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the process is allowed to be; see the header.
 */
#include "server/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/settings.h"
#include "server/upgrade.h"

/* Unsetting moves the rest of the list, so the search begins again each time. */
static void
unset_request_variables(void)
{
	char name[256];

	for (size_t i = 0; environ && environ[i]; ) {
		const char *entry = environ[i];
		size_t len = strcspn(entry, "=");

		if (strncmp(entry, "HTTP_", 5) != 0 || len >= sizeof(name)) {
			i++;
			continue;
		}
		memcpy(name, entry, len);
		name[len] = '\0';
		unsetenv(name);
		i = 0;
	}
}

void
process_clean(void)
{
	unset_request_variables();
	upgrade_close_others();
}

static bool
still_root(void)
{
	return getuid() == 0 || geteuid() == 0 || setuid(0) == 0;
}

bool
process_become_user(struct fault *f, const struct config *config)
{
	const struct passwd *user;

	if (getuid() != 0 && geteuid() != 0)
		return true;
	if (*config->user == '\0')
		return fault_raise(f, FAULT_INVALID, "refusing to run as root: set user, or start it as another user");
	user = getpwnam(config->user);
	if (!user)
		return fault_raise(f, FAULT_INVALID, "user: there is no \"%s\"", config->user);
	if (initgroups(user->pw_name, user->pw_gid) < 0 || setgid(user->pw_gid) < 0 || setuid(user->pw_uid) < 0)
		return fault_raise(f, FAULT_INVALID, "cannot become %s: %s", config->user, strerror(errno));
	if (still_root())
		return fault_raise(f, FAULT_INVALID, "refusing to run as root: \"%s\" is root too", config->user);
	return true;
}

void
process_harden(void)
{
	struct rlimit none = { 0, 0 };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
	umask(027);
}

bool
process_write_pid(struct fault *f, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	bool ok = fd >= 0 && dprintf(fd, "%ld\n", (long)getpid()) > 0;

	if (!ok)
		fault_raise(f, FAULT_INVALID, "pid_file: %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return ok;
}

void
process_begin_child(pid_t parent, const char *name)
{
	prctl(PR_SET_NAME, name, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	/* It may have died before the line above. */
	if (getppid() != parent)
		raise(SIGTERM);
}
