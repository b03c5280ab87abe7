/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connections a worker holds between requests: a fixed table, watched by
 * epoll (edge-triggered, so that one which sent half a head does not spin).
 */
#ifndef ENTREPOT_SERVER_CONNECTIONS_H
#define ENTREPOT_SERVER_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Descriptors stay below 1024 (older releases of libfcgi use select). */
#define CONNECTIONS_MAX 512

enum connection_state {
	CONNECTION_UNUSED,
	CONNECTION_FRESH,		/* accepted, its first request has not come yet */
	CONNECTION_IDLE,		/* kept by the web server for another request */
	CONNECTION_LINGERING		/* answered before all of the body was read */
};

struct connection {
	int fd;
	enum connection_state state;
	bool watched;
	int64_t deadline;		/* clock_ticks() when it is closed */
};

struct connections {
	int epoll;
	size_t count;
	struct connection table[CONNECTIONS_MAX];
};

/* Take an accepted connection in; when the table is full the one next to time out goes. */
struct connection *connections_add(struct connections *s, int fd);

/* Wait for its next event, at most MICROS from now on. */
void connections_wait(struct connections *s, struct connection *c, enum connection_state state, int64_t micros);

/* Close it; or only give its place free, when the descriptor is closed already. */
void connections_close(struct connections *s, struct connection *c);
void connections_forget(struct connections *s, struct connection *c);

/* Throw away what still comes on a lingering connection, until the peer closes it. */
void connections_discard(struct connections *s, struct connection *c);

/* Close those whose time is over. */
void connections_expire(struct connections *s);

#endif
