/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of connections between requests.
 */
#include "unit.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/connections.h"

static struct connections set;

/* One end in the table; the other one is returned. */
static int
given_connection(struct connection **c)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	*c = connections_add(&set, pair[1]);
	return pair[0];
}

static void
given_empty(void)
{
	memset(&set, 0, sizeof(set));
	set.epoll = epoll_create1(EPOLL_CLOEXEC);
}

static int
events(void)
{
	struct epoll_event event;

	return epoll_wait(set.epoll, &event, 1, 0);
}

static void
what_came_before_waiting_is_not_missed(void **state)
{
	struct connection *c;
	int peer;

	(void)state;
	given_empty();
	peer = given_connection(&c);
	assert_int_equal(write(peer, "x", 1), 1);
	connections_wait(&set, c, CONNECTION_IDLE, CLOCK_SECOND);

	assert_int_equal(events(), 1);
	assert_int_equal(events(), 0);
	connections_close(&set, c);
	close(peer);
	close(set.epoll);
}

static void
only_those_whose_time_is_over_are_closed(void **state)
{
	struct connection *early, *late;
	char byte;
	int peers[2];

	(void)state;
	given_empty();
	peers[0] = given_connection(&early);
	peers[1] = given_connection(&late);
	connections_wait(&set, early, CONNECTION_IDLE, 0);
	connections_wait(&set, late, CONNECTION_FRESH, CLOCK_MINUTE);
	connections_expire(&set);

	assert_int_equal(set.count, 1);
	assert_int_equal(early->state, CONNECTION_UNUSED);
	assert_int_equal(late->state, CONNECTION_FRESH);
	assert_int_equal(recv(peers[0], &byte, 1, MSG_DONTWAIT), 0);
	connections_close(&set, late);
	close(peers[0]);
	close(peers[1]);
	close(set.epoll);
}

static void
a_full_table_gives_up_the_one_next_to_time_out(void **state)
{
	struct connection *c, *victim = NULL;
	int peers[CONNECTIONS_MAX + 1];

	(void)state;
	given_empty();
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		peers[i] = socket(AF_UNIX, SOCK_STREAM, 0);
		c = connections_add(&set, peers[i]);
		c->deadline = i == 77 ? 1 : 1000 + i;
		victim = i == 77 ? c : victim;
	}
	peers[CONNECTIONS_MAX] = socket(AF_UNIX, SOCK_STREAM, 0);
	c = connections_add(&set, peers[CONNECTIONS_MAX]);

	assert_ptr_equal(c, victim);
	assert_int_equal(set.count, CONNECTIONS_MAX);
	for (int i = 0; i < CONNECTIONS_MAX; i++)
		connections_close(&set, &set.table[i]);
	assert_int_equal(set.count, 0);
	close(set.epoll);
}

static void
a_lingering_connection_swallows_until_the_peer_closes(void **state)
{
	struct connection *c;
	int peer;

	(void)state;
	given_empty();
	peer = given_connection(&c);
	connections_wait(&set, c, CONNECTION_LINGERING, CLOCK_SECOND);
	assert_int_equal(write(peer, "rest", 4), 4);
	connections_discard(&set, c);
	assert_int_equal(c->state, CONNECTION_LINGERING);
	close(peer);
	connections_discard(&set, c);

	assert_int_equal(c->state, CONNECTION_UNUSED);
	close(set.epoll);
}

TESTS(connections,
	TEST(what_came_before_waiting_is_not_missed),
	TEST(only_those_whose_time_is_over_are_closed),
	TEST(a_full_table_gives_up_the_one_next_to_time_out),
	TEST(a_lingering_connection_swallows_until_the_peer_closes)
);
