/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The answer.
 */
#include "unit.h"

#include <signal.h>
#include <sys/wait.h>

#include "dies.h"
#include "http/response.h"

static void
a_header_is_replaced_whatever_its_case(void **state)
{
	struct response r;

	(void)state;
	response_init(&r);
	response_set(&r, "Content-Type", "a");
	response_set(&r, "content-type", "b");
	assert_int_equal(r.header_count, 1);
	assert_string_equal(response_get(&r, "CONTENT-TYPE"), "b");
	assert_null(response_get(&r, "ETag"));
}

static void
an_added_header_stands_beside_the_others(void **state)
{
	struct response r;

	(void)state;
	response_init(&r);
	response_add(&r, "Link", "a");
	response_add(&r, "Link", "b");
	assert_int_equal(r.header_count, 2);
	assert_string_equal(response_get(&r, "Link"), "a");
}

static void
bytes_come_with_status_and_type(void **state)
{
	struct response r;

	(void)state;
	response_init(&r);
	assert_int_equal(r.status, 200);
	assert_int_equal(r.body, RESPONSE_EMPTY);
	assert_int_equal(r.fd, -1);
	response_bytes(&r, 201, "text/plain", SPAN("hello"));
	assert_int_equal(r.status, 201);
	assert_int_equal(r.body, RESPONSE_BYTES);
	assert_true(span_is(r.bytes, "hello"));
	assert_string_equal(response_get(&r, "Content-Type"), "text/plain");
}

static void
split_a_header(void)
{
	struct response r;

	response_init(&r);
	response_set(&r, "Location", "/\r\nSet-Cookie: x");
}

static void
split_a_replaced_header(void)
{
	struct response r;

	response_init(&r);
	response_set(&r, "Location", "/");
	response_set(&r, "Location", "/\nX");
}

static void
add_too_many(void)
{
	struct response r;

	response_init(&r);
	for (int i = 0; i <= RESPONSE_MAX_HEADERS; i++)
		response_add(&r, "Link", "x");
}

static void
a_line_break_in_a_header_ends_the_process(void **state)
{
	int status = dies(split_a_header);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_int_equal(WTERMSIG(dies(split_a_replaced_header)), SIGABRT);
}

static void
too_many_headers_end_the_process(void **state)
{
	(void)state;
	assert_int_equal(WTERMSIG(dies(add_too_many)), SIGABRT);
}

static void
statuses_have_reasons(void **state)
{
	(void)state;
	assert_string_equal(status_reason(200), "OK");
	assert_string_equal(status_reason(404), "Not Found");
	assert_string_equal(status_reason(299), "Unknown");
	for (enum fault_kind kind = FAULT_NONE; kind < FAULT__MAX; kind++)
		assert_string_not_equal(status_reason(fault_kind_status(kind)), "Unknown");
}

TESTS(response,
	TEST(a_header_is_replaced_whatever_its_case),
	TEST(an_added_header_stands_beside_the_others),
	TEST(bytes_come_with_status_and_type),
	TEST(a_line_break_in_a_header_ends_the_process),
	TEST(too_many_headers_end_the_process),
	TEST(statuses_have_reasons)
);
