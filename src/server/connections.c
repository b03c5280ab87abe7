/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The connections a worker holds between requests; see the header.
 */
#include "server/connections.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

static struct connection *
find_unused(struct connections *s)
{
	for (size_t i = 0; i < CONNECTIONS_MAX; i++)
		if (s->table[i].state == CONNECTION_UNUSED)
			return &s->table[i];
	return NULL;
}

static struct connection *
find_next_to_expire(struct connections *s)
{
	struct connection *first = &s->table[0];

	for (size_t i = 1; i < CONNECTIONS_MAX; i++)
		if (s->table[i].deadline < first->deadline)
			first = &s->table[i];
	return first;
}

struct connection *
connections_add(struct connections *s, int fd)
{
	struct connection *c = s->count < CONNECTIONS_MAX ? find_unused(s) : NULL;

	if (!c) {
		c = find_next_to_expire(s);
		connections_close(s, c);
	}
	*c = (struct connection){ .fd = fd, .state = CONNECTION_FRESH };
	s->count++;
	return c;
}

void
connections_wait(struct connections *s, struct connection *c, enum connection_state state, int64_t micros)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data = { .ptr = c } };

	c->state = state;
	c->deadline = clock_ticks() + micros;
	if (c->watched)
		return;
	/* Adding looks at once whether something is there: no event is lost. */
	if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, c->fd, &event) < 0)
		connections_close(s, c);
	else
		c->watched = true;
}

void
connections_close(struct connections *s, struct connection *c)
{
	close(c->fd);
	connections_forget(s, c);
}

void
connections_forget(struct connections *s, struct connection *c)
{
	c->state = CONNECTION_UNUSED;
	c->fd = -1;
	s->count--;
}

void
connections_discard(struct connections *s, struct connection *c)
{
	static char waste[65536];
	ssize_t n;

	do
		n = recv(c->fd, waste, sizeof(waste), MSG_DONTWAIT);
	while (n > 0);
	if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
		connections_close(s, c);
}

void
connections_expire(struct connections *s)
{
	int64_t now = clock_ticks();

	for (size_t i = 0; i < CONNECTIONS_MAX && s->count > 0; i++)
		if (s->table[i].state != CONNECTION_UNUSED && s->table[i].deadline <= now)
			connections_close(s, &s->table[i]);
}
