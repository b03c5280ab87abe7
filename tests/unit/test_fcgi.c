/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exchanges over a socket pair: one end plays the web server.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/buf.h"
#include "http/request.h"
#include "http/response.h"
#include "server/fcgi.h"

enum { BEGIN = 1, ABORT = 2, END = 3, PARAMS = 4, STDIN_RECORD = 5, STDOUT_RECORD = 6, GET_VALUES = 9 };

static int server, application;
static struct fcgi *fcgi;

static void
close_end(void *fd)
{
	close(*(int *)fd);
}

static void
given_connection(void)
{
	static bool initialized;
	struct timeval limit = { .tv_usec = 200000 };
	int pair[2];

	if (!initialized)
		fcgi_init();
	initialized = true;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	server = pair[0];
	application = pair[1];
	/* A request that stops short fails after a while instead of hanging. */
	setsockopt(application, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	arena_on_clear(arena, close_end, &server);
	fcgi = fcgi_new(arena);
}

static void
put_record(struct buf *b, int type, int id, const void *content, size_t len)
{
	unsigned char header[8] = { 1, (unsigned char)type, 0, (unsigned char)id,
		(unsigned char)(len >> 8), (unsigned char)len, 0, 0 };

	buf_put(b, header, sizeof(header));
	buf_put(b, content, len);
}

static void
put_begin(struct buf *b, bool keep)
{
	unsigned char body[8] = { 0, 1, keep };

	put_record(b, BEGIN, 1, body, sizeof(body));
}

static void
put_pair(struct buf *b, const char *name, const char *value)
{
	size_t len = strlen(value);

	buf_putc(b, (char)strlen(name));
	if (len < 128) {
		buf_putc(b, (char)len);
	} else {
		buf_putc(b, (char)(0x80 | len >> 24));
		buf_putc(b, (char)(len >> 16));
		buf_putc(b, (char)(len >> 8));
		buf_putc(b, (char)len);
	}
	buf_puts(b, name);
	buf_puts(b, value);
}

/* Method, target, and PAIRS of names and values ended by NULL. */
static void
put_params(struct buf *b, const char *method, const char *const *pairs)
{
	struct buf params = buf_on(arena);

	put_pair(&params, "REQUEST_METHOD", method);
	put_pair(&params, "REQUEST_URI", "/a%20b?c=d");
	put_pair(&params, "REMOTE_ADDR", "192.0.2.1");
	for (; *pairs; pairs += 2)
		put_pair(&params, pairs[0], pairs[1]);
	put_record(b, PARAMS, 1, params.at, params.len);
	put_record(b, PARAMS, 1, NULL, 0);
}

#define PAIRS(...) ((const char *const[]){ __VA_ARGS__, NULL })
static const char *const no_pairs[] = { NULL };

static void
put_body(struct buf *b, const char *body)
{
	if (*body != '\0')
		put_record(b, STDIN_RECORD, 1, body, strlen(body));
	put_record(b, STDIN_RECORD, 1, NULL, 0);
}

static void
server_sends(const struct buf *b)
{
	assert_int_equal(send(server, b->at, b->len, MSG_NOSIGNAL), b->len);
}

/* A whole request is on the connection; read its head. */
static void
given_request(struct request *r, const char *method, const char *const *pairs, const char *body)
{
	struct buf b = buf_on(arena);
	enum fcgi_waiting waiting;

	given_connection();
	put_begin(&b, true);
	put_params(&b, method, pairs);
	put_body(&b, body);
	server_sends(&b);
	waiting = fcgi_peek(application);
	assert_true(waiting == FCGI_READY || (waiting == FCGI_WHOLE && *body == '\0'));
	assert_true(fcgi_receive(fcgi, application, arena, r));
}

static size_t
read_all(int fd, unsigned char *to, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size && (n = recv(fd, to + len, size - len, MSG_DONTWAIT)) > 0)
		len += (size_t)n;
	return len;
}

/* Contents of all STDOUT records of what was sent; it must end with END_REQUEST. */
static struct span
unpack(const unsigned char *bytes, size_t len)
{
	struct buf out = buf_on(arena);
	size_t at = 0;
	int last = 0;

	while (at + 8 <= len) {
		size_t content = (size_t)bytes[at + 4] << 8 | bytes[at + 5];

		last = bytes[at + 1];
		assert_int_equal(bytes[at], 1);
		assert_int_equal(bytes[at + 3], 1);
		assert_in_range(content, 0, len - at - 8);
		if (last == STDOUT_RECORD)
			buf_put(&out, bytes + at + 8, content);
		at += 8 + content + bytes[at + 6];
	}
	assert_int_equal(at, len);
	assert_int_equal(last, END);
	return buf_span(&out);
}

static struct span
server_receives(void)
{
	size_t size = 1 << 20;
	unsigned char *bytes = arena_alloc(arena, size);

	return unpack(bytes, read_all(server, bytes, size));
}

/* ---- looking ---- */

static void
nothing_is_waited_for(void **state)
{
	(void)state;
	given_connection();

	assert_int_equal(fcgi_peek(application), FCGI_WAIT);
	close(server);
	assert_int_equal(fcgi_peek(application), FCGI_GONE);
	server = application;
}

static void
a_head_is_ready_only_when_it_is_complete(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	given_connection();
	put_begin(&b, false);
	put_params(&b, "GET", no_pairs);
	for (size_t i = 0; i < b.len; i++) {
		assert_int_equal(fcgi_peek(application), FCGI_WAIT);
		assert_int_equal(send(server, b.at + i, 1, 0), 1);
	}

	assert_int_equal(fcgi_peek(application), FCGI_READY);
	close(application);
}

static void
a_request_is_whole_with_the_end_of_its_empty_body(void **state)
{
	struct buf head = buf_on(arena), body = buf_on(arena);

	(void)state;
	given_connection();
	put_begin(&head, true);
	put_params(&head, "GET", no_pairs);
	put_body(&body, "");
	server_sends(&head);
	for (size_t i = 0; i < body.len; i++) {
		assert_int_equal(fcgi_peek(application), FCGI_READY);
		assert_int_equal(send(server, body.at + i, 1, 0), 1);
	}

	assert_int_equal(fcgi_peek(application), FCGI_WHOLE);
}

static void
what_follows_a_head_and_is_no_body_of_it_makes_nothing_whole(void **state)
{
	static const struct {
		int type, id;
		const char *content;
	} records[] = { { STDIN_RECORD, 2, "" }, { STDIN_RECORD, 1, "x" }, { PARAMS, 1, "" } };

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		struct buf b = buf_on(arena);

		given_connection();
		put_begin(&b, true);
		put_params(&b, "GET", no_pairs);
		put_record(&b, records[i].type, records[i].id, records[i].content, strlen(records[i].content));
		server_sends(&b);

		assert_int_equal(fcgi_peek(application), FCGI_READY);
	}
}

static void
a_head_larger_than_the_window_is_ready(void **state)
{
	struct buf b = buf_on(arena);
	char *value = arena_alloc(arena, 20001);

	(void)state;
	given_connection();
	memset(value, 'v', 20000);
	value[20000] = '\0';
	put_begin(&b, false);
	put_params(&b, "GET", PAIRS("HTTP_X", value));
	server_sends(&b);

	assert_int_equal(fcgi_peek(application), FCGI_READY);
	close(application);
}

static void
refuses_at_sight(const char *bytes, size_t len)
{
	given_connection();
	assert_int_equal(send(server, bytes, len, 0), len);
	assert_int_equal(fcgi_peek(application), FCGI_FOREIGN);
	close(application);
}

static void
management_records_and_garbage_are_foreign(void **state)
{
	struct buf values = buf_on(arena), params = buf_on(arena), twice = buf_on(arena), other = buf_on(arena);

	(void)state;
	put_record(&values, GET_VALUES, 0, "\x0e\x00" "FCGI_MAX_CONNS", 16);
	put_record(&params, PARAMS, 1, NULL, 0);
	put_begin(&twice, true);
	put_begin(&twice, true);
	put_begin(&other, true);
	put_record(&other, GET_VALUES, 0, "", 0);

	refuses_at_sight(values.at, values.len);
	refuses_at_sight(params.at, params.len);
	refuses_at_sight(twice.at, twice.len);
	refuses_at_sight(other.at, other.len);
	refuses_at_sight("GET / HTTP/1.0\r\n\r\n", 18);
}

/* ---- requests ---- */

static void
a_request_has_method_target_headers_and_an_id(void **state)
{
	struct request r;

	(void)state;
	given_request(&r, "PUT", PAIRS("HTTP_IF_NONE_MATCH", "\"x\"", "CONTENT_TYPE", "text/plain",
		"CONTENT_LENGTH", "3", "HTTP_PROXY", "evil", "SERVER_NAME", "x"), "abc");

	assert_null(fcgi_objection(fcgi));
	assert_int_equal(r.method, METHOD_PUT);
	assert_string_equal(r.method_text, "PUT");
	assert_string_equal(r.target, "/a%20b?c=d");
	assert_string_equal(r.remote_addr, "192.0.2.1");
	assert_string_equal(request_header(&r, "if-none-match"), "\"x\"");
	assert_string_equal(request_header(&r, "content-type"), "text/plain");
	assert_null(request_header(&r, "proxy"));
	assert_int_equal(strlen(r.id), 32);
	assert_int_equal(r.body.length, 3);
	assert_int_equal(fcgi_finish(fcgi), FCGI_KEEP);
	close(application);
}

static void
a_body_is_read_to_its_announced_end(void **state)
{
	struct request r;
	char bytes[16];

	(void)state;
	given_request(&r, "PUT", PAIRS("CONTENT_LENGTH", "5"), "abcdefgh");

	assert_int_equal(r.body.read(r.body.source, bytes, 2), 2);
	assert_int_equal(r.body.read(r.body.source, bytes + 2, 14), 3);
	assert_memory_equal(bytes, "abcde", 5);
	assert_int_equal(r.body.read(r.body.source, bytes, 16), 0);
	assert_int_equal(fcgi_finish(fcgi), FCGI_KEEP);
	close(application);
}

static void
a_body_without_a_length_is_read_to_its_end(void **state)
{
	struct request r;
	char bytes[16];

	(void)state;
	given_request(&r, "PUT", PAIRS("CONTENT_LENGTH", ""), "abc");

	assert_int_equal(r.body.length, -1);
	assert_int_equal(r.body.read(r.body.source, bytes, 16), 3);
	assert_int_equal(r.body.read(r.body.source, bytes, 16), 0);
	assert_int_equal(fcgi_finish(fcgi), FCGI_KEEP);
	close(application);
}

static void
a_body_shorter_than_announced_is_broken(void **state)
{
	struct request r;
	char bytes[16];

	(void)state;
	given_request(&r, "PUT", PAIRS("CONTENT_LENGTH", "9"), "abc");

	assert_int_equal(r.body.read(r.body.source, bytes, 16), 3);
	assert_int_equal(r.body.read(r.body.source, bytes, 16), -1);
	assert_int_equal(fcgi_finish(fcgi), FCGI_KEEP);
	close(application);
}

static void
a_server_that_goes_away_in_the_body_breaks_it(void **state)
{
	struct buf b = buf_on(arena);
	struct request r;
	char bytes[16];

	(void)state;
	given_connection();
	put_begin(&b, true);
	put_params(&b, "PUT", PAIRS("CONTENT_LENGTH", "9"));
	put_record(&b, STDIN_RECORD, 1, "abc", 3);
	server_sends(&b);
	shutdown(server, SHUT_WR);
	assert_true(fcgi_receive(fcgi, application, arena, &r));

	assert_int_equal(r.body.read(r.body.source, bytes, 16), -1);
	assert_int_equal(fcgi_finish(fcgi), FCGI_CLOSE);
	close(application);
}

static void
objects_to(const char *method, const char *const *pairs, const char *why)
{
	struct request r;

	given_request(&r, method, pairs, "");
	assert_string_equal(fcgi_objection(fcgi), why);
	assert_int_equal(fcgi_finish(fcgi), FCGI_KEEP);
	close(application);
}

static void
too_many_and_too_large_headers_are_objected_to(void **state)
{
	const char **pairs = arena_zalloc(arena, 2 * 80 + 1, sizeof(*pairs));
	char *large = arena_alloc(arena, 17001);

	(void)state;
	for (size_t i = 0; i < 80; i++) {
		pairs[2 * i] = arena_printf(arena, "HTTP_X_%zu", i);
		pairs[2 * i + 1] = "v";
	}
	memset(large, 'v', 17000);
	large[17000] = '\0';

	objects_to("GET", pairs, "too many headers");
	objects_to("GET", PAIRS("HTTP_X", large), "request header fields too large");
	objects_to("PUT", PAIRS("CONTENT_LENGTH", "-1"), "malformed Content-Length");
	objects_to("PUT", PAIRS("CONTENT_LENGTH", "99999999999999999999"), "malformed Content-Length");
}

static void
a_request_without_target_is_objected_to(void **state)
{
	struct buf b = buf_on(arena);
	struct request r;

	(void)state;
	given_connection();
	put_begin(&b, false);
	put_record(&b, PARAMS, 1, NULL, 0);
	put_body(&b, "");
	server_sends(&b);
	assert_true(fcgi_receive(fcgi, application, arena, &r));

	assert_non_null(fcgi_objection(fcgi));
	assert_int_equal(fcgi_finish(fcgi), FCGI_CLOSE);
	close(application);
}

static void
lying_parameter_lengths_close_the_connection(void **state)
{
	struct buf b = buf_on(arena);
	struct request r;
	char byte;

	(void)state;
	given_connection();
	put_begin(&b, true);
	put_record(&b, PARAMS, 1, "\x7f\x7fx", 3);
	put_record(&b, PARAMS, 1, NULL, 0);
	put_body(&b, "");
	server_sends(&b);

	assert_false(fcgi_receive(fcgi, application, arena, &r));
	assert_int_equal(recv(server, &byte, 1, MSG_DONTWAIT), 0);
}

static void
two_requests_follow_each_other_on_a_kept_connection(void **state)
{
	struct buf b = buf_on(arena);
	struct request r;

	(void)state;
	given_request(&r, "PUT", PAIRS("CONTENT_LENGTH", "3"), "abc");
	assert_int_equal(fcgi_finish(fcgi), FCGI_KEEP);
	assert_int_equal(fcgi_peek(application), FCGI_WAIT);
	put_begin(&b, false);
	put_params(&b, "GET", no_pairs);
	put_body(&b, "");
	server_sends(&b);

	assert_int_equal(fcgi_peek(application), FCGI_WHOLE);
	assert_true(fcgi_receive(fcgi, application, arena, &r));
	assert_int_equal(r.method, METHOD_GET);
	assert_int_equal(fcgi_finish(fcgi), FCGI_CLOSE);
	close(application);
}

static void
a_long_body_that_nobody_reads_is_lingered_over(void **state)
{
	struct buf b = buf_on(arena);
	struct request r;
	char *piece = arena_zalloc(arena, 1, 32768);

	(void)state;
	given_connection();
	put_begin(&b, true);
	put_params(&b, "PUT", PAIRS("CONTENT_LENGTH", "98304"));
	for (int i = 0; i < 3; i++)
		put_record(&b, STDIN_RECORD, 1, piece, 32768);
	put_record(&b, STDIN_RECORD, 1, NULL, 0);
	server_sends(&b);
	assert_true(fcgi_receive(fcgi, application, arena, &r));

	assert_int_equal(fcgi_finish(fcgi), FCGI_LINGER);
	close(application);
}

/* ---- answers ---- */

static void
an_answer_is_status_headers_and_body(void **state)
{
	struct request r;
	struct response o;
	struct span sent;

	(void)state;
	given_request(&r, "GET", no_pairs, "");
	response_init(&o);
	response_bytes(&o, 200, "text/plain", span_of("hello"));
	response_set(&o, "X-Y", "z");
	assert_true(fcgi_send(fcgi, arena, &o));
	sent = server_receives();

	assert_true(span_is(sent, "Status: 200 OK\r\nContent-Type: text/plain\r\nX-Y: z\r\n\r\nhello"));
	assert_int_equal(fcgi_finish(fcgi), FCGI_KEEP);
	close(application);
}

static void
a_reason_of_its_own_is_sent(void **state)
{
	struct request r;
	struct response o;

	(void)state;
	given_request(&r, "GET", no_pairs, "");
	response_init(&o);
	o.status = 400;
	o.reason = "Invalid value for classifiers";
	assert_true(fcgi_send(fcgi, arena, &o));

	assert_true(span_is(server_receives(), "Status: 400 Invalid value for classifiers\r\n\r\n"));
	assert_int_equal(fcgi_finish(fcgi), FCGI_KEEP);
	close(application);
}

static struct span
sent_with_location(const char *software, int status)
{
	struct request r;
	struct response o;
	struct span sent;

	given_request(&r, "POST", PAIRS("SERVER_SOFTWARE", software), "");
	response_init(&o);
	o.status = status;
	response_set(&o, "Location", "x");
	assert_true(fcgi_send(fcgi, arena, &o));
	sent = server_receives();
	assert_int_equal(fcgi_finish(fcgi), FCGI_KEEP);
	close(application);
	return sent;
}

static void
apache_gets_no_location_that_it_would_redirect_to(void **state)
{
	(void)state;
	assert_true(span_is(sent_with_location("Apache/2.4.57 (Debian)", 200), "Status: 200 OK\r\n\r\n"));
	assert_true(span_is(sent_with_location("Apache", 201), "Status: 201 Created\r\nLocation: x\r\n\r\n"));
	assert_true(span_is(sent_with_location("lighttpd/1.4.69", 200), "Status: 200 OK\r\nLocation: x\r\n\r\n"));
}

static void
assert_body(struct span sent, const char *body, size_t len)
{
	const char *start = memmem(sent.at, sent.len, "\r\n\r\n", 4);

	assert_non_null(start);
	assert_int_equal(sent.at + sent.len - start - 4, len);
	assert_memory_equal(start + 4, body, len);
}

/* Sizes around the largest record; the socket takes them at once. */
static void
bodies_of_every_size_arrive_whole(void **state)
{
	static const size_t sizes[] = { 0, 1, 8191, 8192, 65400, 65450, 65528, 65536, 131056, 150000 };
	char *body = arena_alloc(arena, 150000);
	int room = 1 << 20;

	(void)state;
	for (size_t i = 0; i < 150000; i++)
		body[i] = (char)(i * 7 + i / 251);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct request r;
		struct response o;

		given_request(&r, "GET", no_pairs, "");
		setsockopt(application, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
		response_init(&o);
		response_bytes(&o, 200, "text/plain", span_make(body, sizes[i]));
		assert_true(fcgi_send(fcgi, arena, &o));
		assert_body(server_receives(), body, sizes[i]);
		assert_int_equal(fcgi_finish(fcgi), FCGI_KEEP);
		close(application);
	}
}

static void
a_part_of_a_file_is_sent(void **state)
{
	FILE *file = tmpfile();
	char *bytes = arena_alloc(arena, 100000);
	struct request r;
	struct response o;
	int room = 1 << 20;

	(void)state;
	for (size_t i = 0; i < 100000; i++)
		bytes[i] = (char)(i * 13 + i / 255);
	assert_int_equal(fwrite(bytes, 1, 100000, file), 100000);
	fflush(file);
	given_request(&r, "GET", no_pairs, "");
	setsockopt(application, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	response_init(&o);
	o.status = 206;
	o.body = RESPONSE_FILE;
	o.fd = fileno(file);
	o.offset = 10;
	o.length = 80000;
	assert_true(fcgi_send(fcgi, arena, &o));

	assert_body(server_receives(), bytes + 10, 80000);
	assert_int_equal(fcgi_finish(fcgi), FCGI_KEEP);
	close(application);
	fclose(file);
}

static void
a_file_that_shrank_closes_the_connection(void **state)
{
	FILE *file = tmpfile();
	struct request r;
	struct response o;

	(void)state;
	given_request(&r, "GET", no_pairs, "");
	response_init(&o);
	o.status = 200;
	o.body = RESPONSE_FILE;
	o.fd = fileno(file);
	o.length = 80000;

	assert_false(fcgi_send(fcgi, arena, &o));
	assert_int_equal(fcgi_finish(fcgi), FCGI_CLOSE);
	close(application);
	fclose(file);
}

static void
a_server_that_went_away_is_no_signal(void **state)
{
	struct request r;
	struct response o;

	(void)state;
	given_request(&r, "GET", no_pairs, "");
	close(server);
	response_init(&o);
	response_bytes(&o, 200, "text/plain", span_of("hello"));

	assert_false(fcgi_send(fcgi, arena, &o));
	assert_int_equal(fcgi_finish(fcgi), FCGI_CLOSE);
	server = application;
}

TESTS(fcgi,
	TEST(nothing_is_waited_for),
	TEST(a_head_is_ready_only_when_it_is_complete),
	TEST(a_request_is_whole_with_the_end_of_its_empty_body),
	TEST(what_follows_a_head_and_is_no_body_of_it_makes_nothing_whole),
	TEST(a_head_larger_than_the_window_is_ready),
	TEST(management_records_and_garbage_are_foreign),
	TEST(a_request_has_method_target_headers_and_an_id),
	TEST(a_body_is_read_to_its_announced_end),
	TEST(a_body_without_a_length_is_read_to_its_end),
	TEST(a_body_shorter_than_announced_is_broken),
	TEST(a_server_that_goes_away_in_the_body_breaks_it),
	TEST(too_many_and_too_large_headers_are_objected_to),
	TEST(a_request_without_target_is_objected_to),
	TEST(lying_parameter_lengths_close_the_connection),
	TEST(two_requests_follow_each_other_on_a_kept_connection),
	TEST(a_long_body_that_nobody_reads_is_lingered_over),
	TEST(an_answer_is_status_headers_and_body),
	TEST(a_reason_of_its_own_is_sent),
	TEST(apache_gets_no_location_that_it_would_redirect_to),
	TEST(bodies_of_every_size_arrive_whole),
	TEST(a_part_of_a_file_is_sent),
	TEST(a_file_that_shrank_closes_the_connection),
	TEST(a_server_that_went_away_is_no_signal)
);
