/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request over one FastCGI connection. Only user of libfcgi, which is used
 * to read records; what goes out is written here, because the library would
 * copy it and cut it into pieces of 8 KiB.
 *
 * The order: fcgi_peek() until it says READY, fcgi_receive(), fcgi_send(),
 * fcgi_finish(). The connection is never closed here, except where said.
 */
#ifndef ENTREPOT_SERVER_FCGI_H
#define ENTREPOT_SERVER_FCGI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct arena;
struct request;
struct response;

/* Prepare the library; once per program, before signals_init(). */
void fcgi_init(void);

/* What waits on the connection, without taking it. Does not block. */
enum fcgi_waiting {
	FCGI_WAIT,		/* nothing yet, or only the beginning of a request's head */
	FCGI_READY,		/* a request, or its head: reading the rest may block */
	FCGI_WHOLE,		/* a request without a body, to its end */
	FCGI_GONE,		/* the peer closed it */
	FCGI_FOREIGN		/* something that no web server sends: close it */
};
enum fcgi_waiting fcgi_peek(int fd);

/*
 * A peer that stalls in the middle of a request or an answer is given up after
 * half a minute: to be called before reading may block. Sending sees to it itself.
 */
void fcgi_limit_silence(int fd);

struct fcgi;

/* The state of one exchange, to be used for any number of them, one after the other; on A. */
struct fcgi *fcgi_new(struct arena *a);

/*
 * Read the head of the request into R, whose texts live until fcgi_finish() or
 * on A; R->body reads the rest. False, with FD closed, when it was none.
 */
bool fcgi_receive(struct fcgi *f, int fd, struct arena *a, struct request *r) MUST_CHECK;

/*
 * Why the request cannot be given to the application (no method or target,
 * too many or too large headers), NULL when it can.
 */
const char *fcgi_objection(const struct fcgi *f);

/* Send the whole answer. False when the web server did not take it. */
bool fcgi_send(struct fcgi *f, struct arena *a, const struct response *r) MUST_CHECK;

/* End the exchange; says what to do with the connection. */
enum fcgi_end {
	FCGI_KEEP,		/* the web server may send another request */
	FCGI_CLOSE,
	FCGI_LINGER		/* part of the body is still on its way: read until the peer closes */
};
enum fcgi_end fcgi_finish(struct fcgi *f);

#endif
