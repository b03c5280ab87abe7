/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of a web server: the input is what has come on a connection. What is
 * foreign stays so whatever follows, and a whole request can be received.
 */
#include "fuzz.h"

#include <sys/socket.h>
#include <unistd.h>

#include "http/request.h"
#include "server/fcgi.h"

/* So much of a head is looked at. */
#define PEEKED 16384

static enum fcgi_waiting
peek_at(struct span input, int pair[2])
{
	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
	REQUIRE(send(pair[0], input.at, input.len, MSG_NOSIGNAL) == (ssize_t)input.len);
	return fcgi_peek(pair[1]);
}

static enum fcgi_waiting
state_of(struct span input)
{
	int pair[2];
	enum fcgi_waiting state = peek_at(input, pair);

	close(pair[0]);
	close(pair[1]);
	return state;
}

/* The library closes the descriptor of what it cannot read. */
static void
receive(struct arena *a, int fd)
{
	static struct fcgi *f;
	static struct arena kept;
	struct request r;
	char byte;

	if (!f) {
		arena_init(&kept);
		fcgi_init();
		f = fcgi_new(&kept);
	}
	if (!fcgi_receive(f, fd, a, &r))
		return;
	REQUIRE(r.id && *r.id && r.remote_addr && r.header_count <= REQUEST_MAX_HEADERS);
	REQUIRE(fcgi_objection(f) || (r.method_text && r.target));
	REQUIRE(r.body.read(r.body.source, &byte, 1) <= 0);
	fcgi_finish(f);
	close(fd);
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	enum fcgi_waiting state;
	int pair[2];

	(void)f;
	if (input.len == 0 || input.len > 65536)
		return;
	state = peek_at(input, pair);
	REQUIRE(state != FCGI_GONE);
	REQUIRE(state != FCGI_WAIT || input.len < PEEKED);
	if (input.len > 1 && input.len <= PEEKED && state_of(span_make(input.at, input.len - 1)) == FCGI_FOREIGN)
		REQUIRE(state == FCGI_FOREIGN);
	shutdown(pair[0], SHUT_WR);
	if (state == FCGI_WHOLE)
		receive(a, pair[1]);
	else
		close(pair[1]);
	close(pair[0]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
