/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FastCGI 1.0 (specification §3, §5, §6.2): requests in the responder role,
 * one at a time on each connection.
 */
#include "server/fcgi.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/encode.h"
#include "base/number.h"
#include "base/random.h"
#include "base/text.h"
#include "http/request.h"
#include "http/response.h"

#define BEGIN_REQUEST 1
#define END_REQUEST 3
#define PARAMS 4
#define STDIN 5
#define STDOUT 6
#define FCGI_VERSION 1
#define RESPONDER 1
#define HEADER_SIZE 8
#define BEGIN_SIZE 16		/* the whole BEGIN_REQUEST record */

/* Largest content of a record that needs no padding. */
#define RECORD_MAX 65528

/* A head up to this size is handed over only when all of it is there. */
#define PEEK_SIZE 16384
/* For each piece of a request or an answer, in seconds. */
#define SILENCE_TIME 30
/* Limits of a request's head. Web servers have lower ones; these are for when they do not. */
#define MAX_PARAMS 256
#define MAX_VALUE 16384		/* of a header; the target has REQUEST_MAX_TARGET */
#define MAX_HEAD 131072
/* Rest of a body that is read so that the connection can be kept. */
#define DRAIN_MAX 65536

struct fcgi {
	FCGX_Request library;
	bool keep;			/* the web server asked for it */
	bool broken;			/* writing failed */
	bool apache;			/* the web server is Apache */
	const char *objection;
	int64_t unread;			/* bytes of the body still to come; -1 unknown */
	char prefix[25];		/* of request ids: random per process */
	uint32_t counter;
};

void
fcgi_init(void)
{
	/*
	 * Where the library closes a connection it would wait up to two seconds
	 * for the peer; it only closes those that made no sense.
	 */
	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1);
	setenv("LIBFCGI_IS_AF_UNIX_KEEPER_POLL_TIMEOUT", "0", 1);
	FCGX_Init();
}

struct fcgi *
fcgi_new(struct arena *a)
{
	struct fcgi *f = arena_new(a, struct fcgi);
	uint8_t random[12];

	random_bytes(random, sizeof(random));
	snprintf(f->prefix, sizeof(f->prefix), "%s", encode_hex(a, random, sizeof(random)));
	return f;
}

/* ---- looking before reading ---- */

static size_t
record_content(const unsigned char *header)
{
	return (size_t)header[4] << 8 | header[5];
}

static bool
is_begin(const unsigned char *record)
{
	return record[0] == FCGI_VERSION && record[1] == BEGIN_REQUEST
		&& (record[2] | record[3]) != 0 && record_content(record) == BEGIN_SIZE - HEADER_SIZE && record[6] == 0;
}

/* Whether the body, what follows the head, is empty and has come. */
static bool
is_bodiless(const unsigned char *record, size_t len, const unsigned char *head)
{
	return len >= HEADER_SIZE && record[0] == FCGI_VERSION && record[1] == STDIN
		&& memcmp(record + 2, head + 2, 2) == 0 && record_content(record) == 0
		&& len >= HEADER_SIZE + (size_t)record[6];
}

/*
 * The library answers management records through a buffer it does not
 * measure, and blocks on a head that comes in pieces. So the head is looked
 * through first: BEGIN_REQUEST, then PARAMS of the same request up to the empty one.
 */
static enum fcgi_waiting
look_through(const unsigned char *head, size_t len)
{
	size_t at = BEGIN_SIZE;

	if (len < HEADER_SIZE || (len < BEGIN_SIZE && is_begin(head)))
		return FCGI_WAIT;
	if (!is_begin(head))
		return FCGI_FOREIGN;
	while (len - at >= HEADER_SIZE) {
		const unsigned char *record = head + at;
		size_t size = HEADER_SIZE + record_content(record) + record[6];

		if (record[0] != FCGI_VERSION || record[1] != PARAMS || memcmp(record + 2, head + 2, 2) != 0)
			return FCGI_FOREIGN;
		if (record_content(record) == 0)
			return size <= len - at && is_bodiless(record + size, len - at - size, head)
				? FCGI_WHOLE : FCGI_READY;
		if (size > len - at)
			break;
		at += size;
	}
	return len == PEEK_SIZE ? FCGI_READY : FCGI_WAIT;
}

enum fcgi_waiting
fcgi_peek(int fd)
{
	static unsigned char head[PEEK_SIZE];
	ssize_t n = recv(fd, head, sizeof(head), MSG_PEEK | MSG_DONTWAIT);

	if (n == 0)
		return FCGI_GONE;
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? FCGI_WAIT : FCGI_GONE;
	return look_through(head, (size_t)n);
}

void
fcgi_limit_silence(int fd)
{
	struct timeval silence = { .tv_sec = SILENCE_TIME };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof(silence));
}

/* ---- the request ---- */

static void
object(struct fcgi *f, const char *why)
{
	if (!f->objection)
		f->objection = why;
}

/* Up to SIZE bytes of the body; short of the announced length it is the client that broke off. */
static ssize_t
read_body(void *source, void *to, size_t size)
{
	struct fcgi *f = source;
	int n;

	if (f->unread >= 0 && (int64_t)size > f->unread)
		size = (size_t)f->unread;
	if (size == 0)
		return 0;
	if (size > INT32_MAX)
		size = INT32_MAX;
	n = FCGX_GetStr(to, (int)size, f->library.in);
	if (FCGX_GetError(f->library.in) != 0 || (n <= 0 && f->unread > 0))
		return -1;
	if (f->unread > 0)
		f->unread -= n;
	return n;
}

static void
set_length(struct fcgi *f, struct request *r, const char *value)
{
	int64_t length = -1;

	if (*value != '\0' && !number_parse(span_of(value), 0, INT64_MAX, &length))
		object(f, "malformed Content-Length");
	r->body.length = length;
	f->unread = length;
}

/* A variable of the request that is not one of the HTTP_ kind. */
static void
take_variable(struct fcgi *f, struct arena *a, struct request *r, struct span name, const char *value)
{
	if (span_equal(name, SPAN("REQUEST_METHOD"))) {
		r->method_text = value;
		r->method = method_parse(span_of(value));
	} else if (span_equal(name, SPAN("REQUEST_URI"))) {
		r->target = value;
	} else if (span_equal(name, SPAN("REMOTE_ADDR"))) {
		r->remote_addr = value;
	} else if (span_equal(name, SPAN("CONTENT_LENGTH"))) {
		set_length(f, r, value);
	} else if (span_equal(name, SPAN("CONTENT_TYPE")) && *value != '\0') {
		request_add_header(a, r, "content-type", value);
	} else if (span_equal(name, SPAN("SERVER_SOFTWARE"))) {
		f->apache = strncmp(value, "Apache", 6) == 0;
	} else if (span_equal(name, SPAN("REDIRECT_HTTP_AUTHORIZATION")) && !request_header(r, "authorization")) {
		/* How Apache passes it on through an internal redirect. */
		request_add_header(a, r, "authorization", value);
	}
}

/* Content-Type and Content-Length have variables of their own, Proxy is an attack. */
static bool
is_wanted_header(const char *name)
{
	return strcmp(name, "PROXY") != 0 && strcmp(name, "CONTENT_TYPE") != 0 && strcmp(name, "CONTENT_LENGTH") != 0;
}

static void
take_header(struct fcgi *f, struct arena *a, struct request *r, const char *name, const char *value)
{
	if (!is_wanted_header(name))
		return;
	if (r->header_count >= REQUEST_MAX_HEADERS)
		object(f, "too many headers");
	else
		request_add_header(a, r, name, value);
}

/* The variables come as NAME=VALUE and belong to the library until fcgi_finish(). */
static void
take_params(struct fcgi *f, struct arena *a, struct request *r)
{
	size_t count = 0, total = 0;

	for (char **p = f->library.envp; *p; p++) {
		char *equals = strchr(*p, '=');
		bool is_header = **p == 'H' && strncmp(*p, "HTTP_", 5) == 0;
		size_t len;

		if (!equals)
			continue;
		len = strlen(equals + 1);
		total += len;
		if (++count > MAX_PARAMS || total > MAX_HEAD || (is_header && len > MAX_VALUE)) {
			object(f, "request header fields too large");
			return;
		}
		*equals = '\0';
		if (is_header)
			take_header(f, a, r, *p + 5, equals + 1);
		else
			take_variable(f, a, r, span_make(*p, (size_t)(equals - *p)), equals + 1);
	}
}

static const char *
next_id(struct fcgi *f, struct arena *a)
{
	size_t len = strlen(f->prefix);
	char *id = arena_alloc(a, len + 8 + 1);
	uint32_t n = ++f->counter;

	memcpy(id, f->prefix, len);
	for (size_t i = 0; i < 8; i++)
		id[len + i] = "0123456789abcdef"[n >> (28 - 4 * i) & 15];
	id[len + 8] = '\0';
	return id;
}

bool
fcgi_receive(struct fcgi *f, int fd, struct arena *a, struct request *r)
{
	FCGX_InitRequest(&f->library, -1, FCGI_FAIL_ACCEPT_ON_INTR);
	f->library.ipcFd = fd;
	/* Accepting finishes what was before, which must not close the connection. */
	f->library.keepConnection = 1;
	f->broken = false;
	f->apache = false;
	f->objection = NULL;
	f->unread = -1;
	if (FCGX_Accept_r(&f->library) != 0)
		return false;
	f->keep = f->library.keepConnection;
	*r = (struct request){ .body = { .read = read_body, .source = f, .length = -1 }, .remote_addr = "" };
	r->id = next_id(f, a);
	if (f->library.role != RESPONDER)
		object(f, "only the responder role is served");
	take_params(f, a, r);
	if (!r->method_text || !r->target)
		object(f, "the web server passed no REQUEST_METHOD or no REQUEST_URI");
	return true;
}

const char *
fcgi_objection(const struct fcgi *f)
{
	return f->objection;
}

/* ---- the answer ---- */

static void
put_record(unsigned char *to, const struct fcgi *f, int type, size_t content)
{
	to[0] = FCGI_VERSION;
	to[1] = (unsigned char)type;
	to[2] = (unsigned char)(f->library.requestId >> 8);
	to[3] = (unsigned char)f->library.requestId;
	to[4] = (unsigned char)(content >> 8);
	to[5] = (unsigned char)content;
	to[6] = 0;
	to[7] = 0;
}

/* Closing records: an empty STDOUT, then END_REQUEST with status 0, complete. */
#define TAIL_SIZE (HEADER_SIZE + HEADER_SIZE + 8)
static void
put_tail(unsigned char *to, const struct fcgi *f)
{
	put_record(to, f, STDOUT, 0);
	put_record(to + HEADER_SIZE, f, END_REQUEST, 8);
	memset(to + 2 * HEADER_SIZE, 0, 8);
}

/* Write all of it. Most answers fit into the socket; for what has to wait its own timeout is the limit. */
static bool
write_all(struct fcgi *f, struct iovec *piece, size_t count)
{
	int flags = MSG_NOSIGNAL | MSG_DONTWAIT;

	while (count > 0 && !f->broken) {
		struct msghdr message = { .msg_iov = piece, .msg_iovlen = count };
		ssize_t n = sendmsg(f->library.ipcFd, &message, flags);

		if (n < 0 && flags & MSG_DONTWAIT && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			fcgi_limit_silence(f->library.ipcFd);
			flags = MSG_NOSIGNAL;
			continue;
		}
		if (n < 0) {
			f->broken = errno != EINTR;
			continue;
		}
		while (count > 0 && (size_t)n >= piece->iov_len) {
			n -= (ssize_t)piece->iov_len;
			piece++;
			count--;
		}
		if (count > 0) {
			piece->iov_base = (char *)piece->iov_base + n;
			piece->iov_len -= (size_t)n;
		}
	}
	return !f->broken;
}

/* HEAD and BODY in as many records as they need, two of them at most in one call. */
static bool
send_bytes(struct fcgi *f, struct span head, struct span body)
{
	unsigned char record[HEADER_SIZE], tail[TAIL_SIZE];

	put_tail(tail, f);
	for (;;) {
		size_t part = body.len < RECORD_MAX - head.len ? body.len : RECORD_MAX - head.len;
		bool last = part == body.len;
		struct iovec pieces[] = {
			{ record, HEADER_SIZE },
			{ (void *)(uintptr_t)head.at, head.len },
			{ (void *)(uintptr_t)body.at, part },
			{ tail, TAIL_SIZE },
		};

		put_record(record, f, STDOUT, head.len + part);
		if (!write_all(f, pieces, last ? 4 : 3) || last)
			return !f->broken;
		body = span_skip(body, part);
		head.len = 0;
	}
}

/* One record of a file; the kernel moves the bytes. */
static bool
send_file_part(struct fcgi *f, int file, off_t *offset, size_t part)
{
	while (part > 0) {
		ssize_t n = sendfile(f->library.ipcFd, file, offset, part);

		if (n < 0 && errno == EINTR)
			continue;
		/* A record cannot be taken back: only closing the connection tells the server. */
		if (n <= 0)
			return f->broken = true, false;
		part -= (size_t)n;
	}
	return true;
}

static bool
send_file(struct fcgi *f, struct span head, const struct response *r)
{
	unsigned char record[HEADER_SIZE], tail[TAIL_SIZE];
	int64_t left = r->length;
	off_t offset = r->offset;

	fcgi_limit_silence(f->library.ipcFd);
	while (left > 0) {
		size_t part = left < (int64_t)(RECORD_MAX - head.len) ? (size_t)left : RECORD_MAX - head.len;
		struct iovec pieces[] = { { record, HEADER_SIZE }, { (void *)(uintptr_t)head.at, head.len } };

		put_record(record, f, STDOUT, head.len + part);
		if (!write_all(f, pieces, 2) || !send_file_part(f, r->fd, &offset, part))
			return false;
		left -= (int64_t)part;
		head.len = 0;
	}
	put_tail(tail, f);
	return write_all(f, &(struct iovec){ tail, TAIL_SIZE }, 1);
}

static void
put_header(struct buf *head, struct span name, struct span value)
{
	char *to = buf_reserve(head, name.len + value.len + 4);

	memcpy(to, name.at, name.len);
	memcpy(to + name.len, ": ", 2);
	memcpy(to + name.len + 2, value.at, value.len);
	memcpy(to + name.len + 2 + value.len, "\r\n", 3);
	head->len += name.len + value.len + 4;
}

/* mod_fcgid takes a 200 with Location for a redirection by CGI's rules, and sends 302 instead. */
static bool
is_misunderstood(const struct fcgi *f, const struct response *r, const struct header *h)
{
	return f->apache && r->status == 200 && span_equal_nocase(span_of(h->name), SPAN("location"));
}

bool
fcgi_send(struct fcgi *f, struct arena *a, const struct response *r)
{
	struct buf head = buf_on(a);
	const char *reason = r->reason ? r->reason : status_reason(r->status);

	buf_puts(&head, "Status: ");
	buf_put_int(&head, r->status);
	buf_putc(&head, ' ');
	buf_puts(&head, reason ? reason : "");
	buf_puts(&head, "\r\n");
	for (size_t i = 0; i < r->header_count; i++)
		if (!is_misunderstood(f, r, &r->headers[i]))
			put_header(&head, span_of(r->headers[i].name), span_of(r->headers[i].value));
	buf_puts(&head, "\r\n");
	if (head.len > RECORD_MAX / 2) {
		f->broken = true;
		return false;
	}
	if (r->body == RESPONSE_FILE && r->length > 0)
		return send_file(f, buf_span(&head), r);
	return send_bytes(f, buf_span(&head), r->body == RESPONSE_BYTES ? r->bytes : span_make(NULL, 0));
}

/* The next request on the connection begins behind the end of this body. */
static bool
drain(struct fcgi *f)
{
	char waste[4096];

	for (size_t read = 0; read <= DRAIN_MAX; ) {
		int n = FCGX_GetStr(waste, sizeof(waste), f->library.in);

		if (FCGX_GetError(f->library.in) != 0)
			return false;
		if (n < (int)sizeof(waste))
			return true;
		read += (size_t)n;
	}
	return false;
}

enum fcgi_end
fcgi_finish(struct fcgi *f)
{
	bool drained = !f->broken && drain(f);
	bool failed = f->broken || FCGX_GetError(f->library.in) != 0;

	/* Everything has been sent: only the memory is given back. */
	FCGX_Free(&f->library, 0);
	if (failed)
		return FCGI_CLOSE;
	if (!drained)
		return FCGI_LINGER;
	return f->keep ? FCGI_KEEP : FCGI_CLOSE;
}
