/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Giving up root for the owner of the data.
 */
#include "admin/identity.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/settings.h"

/* GID is used only for a user that is not in the password database. */
static bool
become(struct fault *f, uid_t uid, gid_t gid)
{
	const struct passwd *p = getpwuid(uid);
	int groups;

	if (p)
		gid = p->pw_gid;
	groups = p ? initgroups(p->pw_name, gid) : setgroups(0, NULL);
	if (groups != 0 || setgid(gid) != 0 || setuid(uid) != 0)
		return fault_raise_internal(f, FAULT_INTERNAL, "cannot become user %ld: %s",
					    (long)uid, strerror(errno));
	return true;
}

/* Only root can make it where it usually lies. */
static bool
make_data_dir(struct fault *f, const char *path, const struct passwd *p)
{
	if (mkdir(path, 0750) == 0 && chown(path, p->pw_uid, p->pw_gid) == 0)
		return true;
	return fault_raise_internal(f, FAULT_INTERNAL, "cannot make %s: %s", path, strerror(errno));
}

bool
identity_become_owner(struct fault *f, const struct config *config, bool create)
{
	const struct passwd *p;
	struct stat st;

	if (geteuid() != 0)
		return true;
	if (stat(config->data_dir, &st) == 0) {
		create = false;
		if (st.st_uid != 0)
			return become(f, st.st_uid, st.st_gid);
	}
	if (!*config->user)
		return true;
	p = getpwnam(config->user);
	if (!p)
		return fault_raise(f, FAULT_INVALID, "the configured user `%s` does not exist", config->user);
	if (create && !make_data_dir(f, config->data_dir, p))
		return false;
	return become(f, p->pw_uid, p->pw_gid);
}
