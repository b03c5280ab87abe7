/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Methods, headers and targets.
 */
#include "unit.h"

#include "base/buf.h"
#include "http/request.h"

static struct request *
with_target(const char *target, const char *mount)
{
	struct request *r = arena_new(arena, struct request);

	fault_clear(fault);
	return request_set_target(arena, fault, r, target, mount) ? r : NULL;
}

/* The segments, each behind a bar. */
static const char *
segments(const char *target, const char *mount)
{
	struct request *r = with_target(target, mount);
	struct buf b = buf_on(arena);

	if (!r)
		return fault_kind_name(fault->kind);
	for (size_t i = 0; i < r->segment_count; i++) {
		buf_putc(&b, '|');
		buf_put_span(&b, r->segments[i]);
	}
	return buf_text(&b);
}

static void
methods_have_names(void **state)
{
	(void)state;
	for (enum method m = METHOD_GET; m < METHOD__MAX; m++)
		assert_int_equal(method_parse(span_of(method_name(m))), m);
	assert_int_equal(method_parse(SPAN("get")), METHOD_UNKNOWN);
	assert_int_equal(method_parse(SPAN("PROPFIND")), METHOD_UNKNOWN);
	assert_int_equal(method_parse(SPAN("")), METHOD_UNKNOWN);
	assert_null(method_name(METHOD_UNKNOWN));
}

static void
headers_are_found_by_their_lower_case_name(void **state)
{
	struct request *r = arena_new(arena, struct request);

	(void)state;
	request_add_header(arena, r, "IF_NONE_MATCH", "\"a\"");
	request_add_header(arena, r, "User-Agent", "cargo");
	assert_string_equal(request_header(r, "if-none-match"), "\"a\"");
	assert_string_equal(request_header(r, "user-agent"), "cargo");
	assert_null(request_header(r, "accept"));
}

static void
headers_beyond_the_limit_are_ignored(void **state)
{
	struct request *r = arena_new(arena, struct request);

	(void)state;
	for (int i = 0; i < REQUEST_MAX_HEADERS + 10; i++)
		request_add_header(arena, r, arena_printf(arena, "x-%d", i), "v");
	assert_int_equal(r->header_count, REQUEST_MAX_HEADERS);
	assert_null(request_header(r, "x-64"));
}

static void
a_path_is_split_and_decoded_segment_by_segment(void **state)
{
	(void)state;
	assert_string_equal(segments("/", ""), "");
	assert_string_equal(segments("/api/v1/crates", ""), "|api|v1|crates");
	assert_string_equal(segments("/a%2Fb/%C3%A9%20", ""), "|a/b|\xc3\xa9 ");
	assert_string_equal(segments("/0.1.0+meta.1", ""), "|0.1.0+meta.1");
	assert_string_equal(segments("/0.1.0%2Bmeta", ""), "|0.1.0+meta");
}

static void
slashes_collapse_and_dots_are_resolved(void **state)
{
	(void)state;
	assert_string_equal(segments("//api//v1/./crates/", ""), "|api|v1|crates");
	assert_string_equal(segments("/a/b/../c/%2e%2E/d", ""), "|a|d");
	assert_string_equal(segments("/a/..", ""), "");
	assert_string_equal(segments("/...", ""), "|...");
	assert_string_equal(segments("/a/../../b", ""), "BAD_REQUEST");
	assert_string_equal(segments("/..", ""), "BAD_REQUEST");
}

static void
a_slash_at_the_end_is_noted(void **state)
{
	(void)state;
	assert_true(with_target("/simple/foo/", "")->trailing_slash);
	assert_true(with_target("/simple/foo/.", "")->trailing_slash);
	assert_true(with_target("/", "")->trailing_slash);
	assert_false(with_target("/simple/foo", "")->trailing_slash);
	assert_false(with_target("/simple/foo?a=/", "")->trailing_slash);
}

static void
the_query_is_left_undecoded(void **state)
{
	struct request *r = with_target("/a?q=%41&b?c", "");

	(void)state;
	assert_string_equal(r->target, "/a?q=%41&b?c");
	assert_true(span_is(r->query, "q=%41&b?c"));
	assert_null(with_target("/a", "")->query.at);
	r = with_target("/a?", "");
	assert_non_null(r->query.at);
	assert_int_equal(r->query.len, 0);
}

static void
the_mount_prefix_is_taken_off(void **state)
{
	(void)state;
	assert_string_equal(segments("/registry/api", "/registry"), "|api");
	assert_string_equal(segments("//registry/./api", "/registry/"), "|api");
	assert_string_equal(segments("/a/b", "/a/b"), "");
	assert_string_equal(segments("/registryx/api", "/registry"), "NOT_FOUND");
	assert_string_equal(segments("/registry/../api", "/registry"), "NOT_FOUND");
	assert_string_equal(segments("/", "/registry"), "NOT_FOUND");
	assert_string_equal(segments("/api", "/"), "|api");
}

static void
malformed_paths_are_refused(void **state)
{
	(void)state;
	assert_string_equal(segments("/%zz", ""), "BAD_REQUEST");
	assert_string_equal(segments("/%4", ""), "BAD_REQUEST");
	assert_string_equal(segments("/%", ""), "BAD_REQUEST");
	assert_string_equal(segments("/%ff", ""), "BAD_REQUEST");
	assert_string_equal(segments("/\xff", ""), "BAD_REQUEST");
	assert_string_equal(segments("/a%0ab", ""), "BAD_REQUEST");
	assert_string_equal(segments("/a%7f", ""), "BAD_REQUEST");
	assert_string_equal(segments("", ""), "BAD_REQUEST");
	assert_string_equal(segments("*", ""), "BAD_REQUEST");
	assert_string_equal(segments("http://registry.example/", ""), "BAD_REQUEST");
}

static void
a_nul_stays_in_its_segment(void **state)
{
	struct request *r = with_target("/crates/a%00b", "");

	(void)state;
	assert_non_null(r);
	assert_true(span_equal(r->segments[1], span_make("a\0b", 3)));
}

static void
segments_end_with_a_nul(void **state)
{
	struct request *r = with_target("/crates/serde?x", "");

	(void)state;
	assert_string_equal(r->segments[0].at, "crates");
	assert_string_equal(r->segments[1].at, "serde");
}

static void
size_and_number_of_segments_are_limited(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	for (int i = 0; i < REQUEST_MAX_SEGMENTS; i++)
		buf_puts(&b, "/a");
	assert_non_null(with_target(buf_text(&b), ""));
	buf_puts(&b, "/a");
	assert_string_equal(segments(buf_text(&b), ""), "URI_TOO_LONG");
	assert_string_equal(segments(arena_printf(arena, "/%0*d", REQUEST_MAX_TARGET, 0), ""), "URI_TOO_LONG");
	assert_non_null(with_target(arena_printf(arena, "/%0*d", REQUEST_MAX_TARGET - 1, 0), ""));
}

TESTS(request,
	TEST(methods_have_names),
	TEST(headers_are_found_by_their_lower_case_name),
	TEST(headers_beyond_the_limit_are_ignored),
	TEST(a_path_is_split_and_decoded_segment_by_segment),
	TEST(slashes_collapse_and_dots_are_resolved),
	TEST(a_slash_at_the_end_is_noted),
	TEST(the_query_is_left_undecoded),
	TEST(the_mount_prefix_is_taken_off),
	TEST(malformed_paths_are_refused),
	TEST(a_nul_stays_in_its_segment),
	TEST(segments_end_with_a_nul),
	TEST(size_and_number_of_segments_are_limited)
);
