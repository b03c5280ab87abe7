/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The listening socket; see the header. Passed sockets follow
 * sd_listen_fds(3): LISTEN_PID is ours, LISTEN_FDS at least 1, the socket is 3.
 */
#include "server/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/number.h"
#include "base/settings.h"
#include "server/upgrade.h"

#define BACKLOG 1024
#define PASSED_FD 3

static bool
is_listening(int fd)
{
	int yes = 0;
	socklen_t len = sizeof(yes);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &len) == 0 && yes;
}

static bool
take_over(struct fault *f, struct listener *l)
{
	int flags = fcntl(l->fd, F_GETFL);

	if (flags < 0 || fcntl(l->fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(l->fd, F_SETFD, FD_CLOEXEC) < 0)
		return fault_raise(f, FAULT_INVALID, "listening socket %d: %s", l->fd, strerror(errno));
	return true;
}

/* The number in the environment variable, 0 without one. */
static int64_t
variable(const char *name)
{
	const char *value = getenv(name);
	int64_t n;

	return value && number_parse(span_of(value), 0, INT32_MAX, &n) ? n : 0;
}

static bool
is_passed(void)
{
	int64_t count = variable("LISTEN_FDS");
	bool ours = variable("LISTEN_PID") == getpid();

	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDNAMES");
	if (!ours || count < 1 || !is_listening(PASSED_FD))
		return false;
	if (count > 1)
		log_warn("%d sockets were passed, only the first is served", (int)count);
	return true;
}

/* ---- an own socket ---- */

static bool
parse_mode(struct fault *f, const char *text, mode_t *mode)
{
	char *end;
	unsigned long n = strtoul(text, &end, 8);

	if (*text < '0' || *text > '7' || *end != '\0' || n > 0777)
		return fault_raise(f, FAULT_INVALID, "socket_mode: \"%s\" is no octal mode", text);
	if (n & 0007)
		return fault_raise(f, FAULT_INVALID,
			"socket_mode %s lets every user of this machine run code as entrepot; use 0660 and socket_group", text);
	*mode = (mode_t)n;
	return true;
}

/* Whom the socket shall belong to; (uid_t)-1 and (gid_t)-1 leave it as it is. */
static bool
find_owner(struct fault *f, const struct config *config, uid_t *uid, gid_t *gid)
{
	*uid = (uid_t)-1;
	*gid = (gid_t)-1;
	if (geteuid() == 0 && *config->user != '\0') {
		const struct passwd *user = getpwnam(config->user);

		if (!user)
			return fault_raise(f, FAULT_INVALID, "user: there is no \"%s\"", config->user);
		*uid = user->pw_uid;
		*gid = user->pw_gid;
	}
	if (*config->socket_group != '\0') {
		const struct group *group = getgrnam(config->socket_group);

		if (!group)
			return fault_raise(f, FAULT_INVALID, "socket_group: there is no \"%s\"", config->socket_group);
		*gid = group->gr_gid;
	}
	return true;
}

/* A socket file that nobody answers on is left over from a crash. */
static bool
remove_stale(struct fault *f, const struct sockaddr_un *address)
{
	struct stat st;
	int fd, error = 0;

	if (lstat(address->sun_path, &st) < 0)
		return true;
	if (!S_ISSOCK(st.st_mode))
		return fault_raise(f, FAULT_INVALID, "listen: %s exists and is no socket", address->sun_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	if (error != ECONNREFUSED)
		return fault_raise(f, FAULT_INVALID, "listen: %s: %s", address->sun_path,
			error == 0 || error == EAGAIN ? "another process is serving it" : strerror(error));
	unlink(address->sun_path);
	return true;
}

/* A Unix socket as it is to be. */
struct plan {
	struct sockaddr_un address;
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

static bool
plan_unix(struct fault *f, const struct config *config, struct plan *out)
{
	*out = (struct plan){ .address = { .sun_family = AF_UNIX } };
	if (strlen(config->listen) >= sizeof(out->address.sun_path))
		return fault_raise(f, FAULT_INVALID, "listen: the path is longer than %zu bytes",
				   sizeof(out->address.sun_path) - 1);
	memcpy(out->address.sun_path, config->listen, strlen(config->listen));
	return parse_mode(f, config->socket_mode, &out->mode) && find_owner(f, config, &out->uid, &out->gid);
}

static bool
open_unix(struct fault *f, const struct config *config, struct listener *l)
{
	struct plan plan;
	mode_t old_mask;
	bool ok;

	if (!plan_unix(f, config, &plan) || !remove_stale(f, &plan.address))
		return false;
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* Nobody may connect before owner and mode are what they should be. */
	old_mask = umask(0777);
	ok = l->fd >= 0 && bind(l->fd, (struct sockaddr *)&plan.address, sizeof(plan.address)) == 0;
	umask(old_mask);
	ok = ok && listen(l->fd, BACKLOG) == 0
		&& ((plan.uid == (uid_t)-1 && plan.gid == (gid_t)-1) || chown(config->listen, plan.uid, plan.gid) == 0)
		&& chmod(config->listen, plan.mode) == 0;
	return ok || fault_raise(f, FAULT_INVALID, "listen: %s: %s", config->listen, strerror(errno));
}

/* "127.0.0.1:9000" or "[::1]:9000"; other addresses are refused. */
static bool
parse_tcp(struct fault *f, const char *text, struct sockaddr_storage *out, socklen_t *len)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
	const char *colon = strrchr(text, ':');
	struct span host = span_make(text, (size_t)(colon - text));
	int64_t port;

	memset(out, 0, sizeof(*out));
	if (!number_parse(span_of(colon + 1), 1, 65535, &port))
		return fault_raise(f, FAULT_INVALID, "listen: \"%s\" is neither a path nor 127.0.0.1:PORT", text);
	if (span_is(host, "[::1]")) {
		*v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
		v6->sin6_port = htons((uint16_t)port);
		*len = sizeof(*v6);
		return true;
	}
	if (!span_is(host, "127.0.0.1") && !span_is(host, "localhost"))
		return fault_raise(f, FAULT_INVALID,
			"listen: %s: whoever reaches this socket can run code as entrepot; only 127.0.0.1 is allowed", text);
	*v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	v4->sin_port = htons((uint16_t)port);
	*len = sizeof(*v4);
	return true;
}

static bool
open_tcp(struct fault *f, const struct config *config, struct listener *l)
{
	struct sockaddr_storage address;
	socklen_t len = 0;
	int on = 1;

	if (!parse_tcp(f, config->listen, &address, &len))
		return false;
	l->fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0 || setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0
	    || bind(l->fd, (struct sockaddr *)&address, len) < 0 || listen(l->fd, BACKLOG) < 0)
		return fault_raise(f, FAULT_INVALID, "listen: %s: %s", config->listen, strerror(errno));
	return true;
}

static bool
is_tcp(const char *listen)
{
	return !strchr(listen, '/') && strchr(listen, ':');
}

static bool
open_own(struct arena *a, struct fault *f, const struct config *config, struct listener *l)
{
	l->origin = LISTENER_OWN;
	if (is_tcp(config->listen))
		return open_tcp(f, config, l);
	if (!open_unix(f, config, l))
		return false;
	l->path = arena_strdup(a, config->listen);
	return true;
}

bool
listener_check(struct fault *f, const struct config *config)
{
	struct sockaddr_storage address;
	socklen_t len;
	struct plan plan;

	if (*config->listen == '\0')
		return true;
	return is_tcp(config->listen) ? parse_tcp(f, config->listen, &address, &len) : plan_unix(f, config, &plan);
}

bool
listener_find(struct arena *a, struct fault *f, const struct config *config, bool insisted, struct listener *out)
{
	bool passed = is_passed();

	*out = (struct listener){ .fd = upgrade_inherited(&out->origin), .origin = out->origin };
	if (out->fd >= 0) {
		unsetenv("ENTREPOT_INHERITED");
		if (out->origin == LISTENER_OWN && !is_tcp(config->listen))
			out->path = arena_strdup(a, config->listen);
		return take_over(f, out);
	}
	*out = (struct listener){ .fd = -1 };
	if (insisted)
		return open_own(a, f, config, out);
	if (is_listening(STDIN_FILENO)) {
		*out = (struct listener){ .fd = STDIN_FILENO, .origin = LISTENER_DESCRIPTOR_0 };
		return take_over(f, out);
	}
	if (passed) {
		*out = (struct listener){ .fd = PASSED_FD, .origin = LISTENER_PASSED };
		return take_over(f, out);
	}
	if (*config->listen != '\0')
		return open_own(a, f, config, out);
	return fault_raise(f, FAULT_INVALID,
		"no socket to serve: start it from a web server, or set listen (--listen PATH)");
}

void
listener_close(struct listener *l)
{
	if (l->origin != LISTENER_OWN)
		return;
	if (l->path) {
		unlink(l->path);
		/* Refuses new connections at once; on TCP it would reset the waiting ones. */
		shutdown(l->fd, SHUT_RD);
	}
	close(l->fd);
	l->fd = -1;
}
