/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths to routes. A route is a string here, and so is an owner.
 */
#include "unit.h"

#include <sys/wait.h>

#include "base/buf.h"
#include "dies.h"
#include "http/router.h"

static struct route_match match;

/* "METHOD PATTERN" each, below no prefix; the route is the text itself. */
static struct router *
router_of(const char *const *rows, size_t count)
{
	struct router *r = router_new(arena);

	for (size_t i = 0; i < count; i++) {
		struct span pattern = span_of(rows[i]);
		struct span method = span_cut(&pattern, ' ');

		router_add(r, &(struct router_row){ method_parse(method), "", pattern.at, rows[i], "owner" });
	}
	return r;
}
#define ROUTER(...) router_of((const char *const[]){ __VA_ARGS__ }, \
	sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* The route that matches, with what its parameters hold; "-" for none. */
static const char *
route(const struct router *r, const char *method, const char *path)
{
	struct request *request = arena_new(arena, struct request);
	struct buf b = buf_on(arena);

	request->method = method_parse(span_of(method));
	assert_true(request_set_target(arena, fault, request, path, ""));
	router_match(r, request, &match);
	if (!match.route)
		return "-";
	buf_puts(&b, match.route);
	for (size_t i = 0; i < match.param_count; i++) {
		buf_printf(&b, " %s=", match.params[i].name);
		buf_put_span(&b, match.params[i].value);
	}
	return buf_text(&b);
}

static void
literals_and_parameters_match(void **state)
{
	struct router *r = ROUTER("GET /", "GET /crates", "GET /crates/:name", "GET /crates/:crate/:version/readme");

	(void)state;
	assert_string_equal(route(r, "GET", "/"), "GET /");
	assert_string_equal(route(r, "GET", "/crates"), "GET /crates");
	assert_string_equal(route(r, "GET", "/crates/a%2Fb"), "GET /crates/:name name=a/b");
	assert_string_equal(route(r, "GET", "/crates/x/1.0.0+y/readme"),
		"GET /crates/:crate/:version/readme crate=x version=1.0.0+y");
	assert_string_equal(route(r, "GET", "/crates/x/1.0.0"), "-");
	assert_string_equal(route(r, "GET", "/Crates"), "-");
	assert_int_equal(router_count(r), 4);
}

static void
a_literal_wins_over_a_parameter(void **state)
{
	struct router *r = ROUTER("GET /crates/:name/:version", "GET /crates/:name/owners", "GET /crates/new/x");

	(void)state;
	assert_string_equal(route(r, "GET", "/crates/a/owners"), "GET /crates/:name/owners name=a");
	assert_string_equal(route(r, "GET", "/crates/a/1.0.0"), "GET /crates/:name/:version name=a version=1.0.0");
	assert_string_equal(route(r, "GET", "/crates/new/x"), "GET /crates/new/x");
}

static void
a_literal_that_leads_nowhere_is_left_again(void **state)
{
	struct router *r = ROUTER("GET /a/b/c", "GET /a/:x/d", "GET /:y/b/e", "GET /*rest");

	(void)state;
	assert_string_equal(route(r, "GET", "/a/b/c"), "GET /a/b/c");
	assert_string_equal(route(r, "GET", "/a/b/d"), "GET /a/:x/d x=b");
	assert_string_equal(route(r, "GET", "/a/b/e"), "GET /:y/b/e y=a");
	assert_string_equal(route(r, "GET", "/a/b/f"), "GET /*rest");
}

static void
a_literal_of_another_method_does_not_hide_a_parameter(void **state)
{
	struct router *r = ROUTER("PUT /crates/new", "GET /crates/:name");

	(void)state;
	assert_string_equal(route(r, "GET", "/crates/new"), "GET /crates/:name name=new");
	assert_string_equal(route(r, "PUT", "/crates/new"), "PUT /crates/new");
	assert_string_equal(route(r, "PUT", "/crates/old"), "-");
}

static void
the_methods_of_a_path_are_told(void **state)
{
	struct router *r = ROUTER("PUT /crates/new", "GET /crates/:name", "DELETE /crates/:name");

	(void)state;
	assert_string_equal(route(r, "POST", "/crates/new"), "-");
	assert_true(match.path_exists);
	assert_int_equal(match.methods,
		1 << METHOD_PUT | 1 << METHOD_GET | 1 << METHOD_HEAD | 1 << METHOD_DELETE);
	assert_string_equal(match.owner, "owner");
	assert_string_equal(route(r, "PROPFIND", "/crates/old"), "-");
	assert_int_equal(match.methods, 1 << METHOD_GET | 1 << METHOD_HEAD | 1 << METHOD_DELETE);
	assert_string_equal(route(r, "GET", "/nothing"), "-");
	assert_false(match.path_exists);
	assert_int_equal(match.methods, 0);
}

static void
head_is_answered_by_get(void **state)
{
	struct router *r = ROUTER("GET /a", "GET /b", "HEAD /b", "POST /c");

	(void)state;
	assert_string_equal(route(r, "HEAD", "/a"), "GET /a");
	assert_string_equal(route(r, "HEAD", "/b"), "HEAD /b");
	assert_string_equal(route(r, "HEAD", "/c"), "-");
}

static void
a_segment_may_have_literal_parts(void **state)
{
	struct router *r = ROUTER("GET /:name", "GET /:name.json", "GET /:name-latest.json", "GET /@:user",
		"GET /files/:file.:ext");

	(void)state;
	assert_string_equal(route(r, "GET", "/a.json"), "GET /:name.json name=a");
	assert_string_equal(route(r, "GET", "/a-latest.json"), "GET /:name-latest.json name=a");
	assert_string_equal(route(r, "GET", "/.json"), "GET /:name name=.json");
	assert_string_equal(route(r, "GET", "/a.jso"), "GET /:name name=a.jso");
	assert_string_equal(route(r, "GET", "/@me"), "GET /@:user user=me");
	assert_string_equal(route(r, "GET", "/@"), "GET /:name name=@");
	assert_string_equal(route(r, "GET", "/files/a.tar.gz"), "GET /files/:file.:ext file=a.tar ext=gz");
	assert_string_equal(route(r, "GET", "/files/a.tar."), "GET /files/:file.:ext file=a ext=tar.");
	assert_string_equal(route(r, "GET", "/files/a."), "-");
	assert_string_equal(route(r, "GET", "/files/.a"), "-");
	assert_string_equal(route(r, "GET", "/files/a"), "-");
}

static void
a_rest_takes_whatever_remains(void **state)
{
	struct router *r = ROUTER("GET /files/*path", "GET /files/:name");

	(void)state;
	assert_string_equal(route(r, "GET", "/files"), "GET /files/*path");
	assert_int_equal(match.rest, 1);
	assert_string_equal(route(r, "GET", "/files/a/b/c"), "GET /files/*path");
	assert_int_equal(match.rest, 1);
	assert_string_equal(route(r, "GET", "/files/a"), "GET /files/:name name=a");
	assert_int_equal(match.rest, 2);
	assert_string_equal(route(r, "GET", "/other"), "-");
}

static void
a_slash_at_the_end_makes_no_difference(void **state)
{
	struct router *r = ROUTER("GET /simple/:project/", "GET /other");

	(void)state;
	assert_string_equal(route(r, "GET", "/simple/a"), "GET /simple/:project/ project=a");
	assert_string_equal(route(r, "GET", "/simple/a/"), "GET /simple/:project/ project=a");
	assert_string_equal(route(r, "GET", "/other/"), "GET /other");
}

static void
a_parameter_takes_any_bytes(void **state)
{
	struct router *r = ROUTER("GET /crates/:name");

	(void)state;
	route(r, "GET", "/crates/a%00b");
	assert_non_null(match.route);
	assert_true(span_equal(match.params[0].value, span_make("a\0b", 3)));
}

static void
names_belong_to_the_row_and_not_to_the_position(void **state)
{
	struct router *r = ROUTER("GET /crates/:name", "PUT /crates/:crate_id", "GET /crates/:c/:v");

	(void)state;
	assert_string_equal(route(r, "GET", "/crates/x"), "GET /crates/:name name=x");
	assert_string_equal(route(r, "PUT", "/crates/x"), "PUT /crates/:crate_id crate_id=x");
	assert_string_equal(route(r, "GET", "/crates/x/y"), "GET /crates/:c/:v c=x v=y");
}

static void
rows_are_numbered(void **state)
{
	struct router *r = ROUTER("GET /a", "GET /b", "PUT /a");

	(void)state;
	route(r, "PUT", "/a");
	assert_int_equal(match.index, 2);
	route(r, "GET", "/b");
	assert_int_equal(match.index, 1);
}

static void
the_longest_prefix_tells_whose_an_unknown_path_is(void **state)
{
	struct router *r = router_new(arena);

	(void)state;
	router_own(r, "/api", "hex");
	router_own(r, "/api/v1", "crates");
	router_own(r, "/api/v1", "crates");
	router_add(r, &(struct router_row){ METHOD_GET, "/api/v1", "/crates", "crates row", "crates" });
	router_add(r, &(struct router_row){ METHOD_GET, "/api", "/:x/y", "hex row", "hex" });

	assert_string_equal(route(r, "GET", "/api/v1/nothing"), "-");
	assert_string_equal(match.owner, "crates");
	assert_string_equal(route(r, "GET", "/api/v2"), "-");
	assert_string_equal(match.owner, "hex");
	assert_string_equal(route(r, "GET", "/api/v1/y"), "hex row x=v1");
	assert_string_equal(match.owner, "hex");
	assert_string_equal(route(r, "PUT", "/api/v1/y"), "-");
	assert_string_equal(match.owner, "hex");
	assert_string_equal(route(r, "GET", "/"), "-");
	assert_null(match.owner);
}

static void
a_prefix_may_have_parameters(void **state)
{
	struct router *r = router_new(arena);

	(void)state;
	router_own(r, "/api/repos/:repository", "hex");
	router_add(r, &(struct router_row){ METHOD_GET, "/api/repos/:repository", "/packages/:name", "row", "hex" });

	assert_string_equal(route(r, "GET", "/api/repos/acme/packages/x"), "row repository=acme name=x");
	assert_string_equal(route(r, "GET", "/api/repos/acme/nothing"), "-");
	assert_string_equal(match.owner, "hex");
	assert_string_equal(route(r, "GET", "/api/repos"), "-");
	assert_null(match.owner);
}

static void
collect(void *arg, const char *name)
{
	buf_printf(arg, "%s ", name);
}

static void
first_literal_segments_are_listed(void **state)
{
	struct router *r = ROUTER("GET /b/c", "GET /a", "PUT /a/:x", "GET /:user/:repository", "GET /:file.json");
	struct buf b = buf_on(arena);

	(void)state;
	router_each_prefix(r, collect, &b);
	assert_string_equal(buf_text(&b), "b a ");
}

static const char *const *conflict;
static size_t conflict_count;

static void
make_conflict(void)
{
	router_of(conflict, conflict_count);
}

static void
check_conflict(const char *first, const char *second)
{
	const char *rows[] = { first, second };
	int status;

	conflict = rows;
	conflict_count = second ? 2 : 1;
	status = dies(make_conflict);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 70);
}

static void
rows_that_match_the_same_end_the_program(void **state)
{
	(void)state;
	check_conflict("GET /a", "GET /a");
	check_conflict("GET /a", "GET /a/");
	check_conflict("GET /a/:x", "GET /a/:y");
	check_conflict("GET /a/*x", "GET /a/*y");
	check_conflict("GET /:x.a", "GET /v-:x");
	check_conflict("GET /a:x", "GET /:x.");
	check_conflict("GET /:file.:ext", "GET /:name-:version");
}

static void
malformed_patterns_end_the_program(void **state)
{
	(void)state;
	check_conflict("GET a", NULL);
	check_conflict("GET /a//b", NULL);
	check_conflict("GET /:", NULL);
	check_conflict("GET /:a:b", NULL);
	check_conflict("GET /:a-:b-:c", NULL);
	check_conflict("GET /*a/b", NULL);
	check_conflict("GET /:a/:b/:c/:d/:e/:f/:g/:h/:i", NULL);
	check_conflict("PROPFIND /a", NULL);
}

static void
own_twice(void)
{
	struct router *r = router_new(arena);

	router_own(r, "/a", "x");
	router_own(r, "/a/", "y");
}

static void
two_owners_of_a_prefix_end_the_program(void **state)
{
	(void)state;
	assert_int_equal(WEXITSTATUS(dies(own_twice)), 70);
}

static void
alike_shapes_that_cannot_match_the_same_live_together(void **state)
{
	struct router *r = ROUTER("GET /:x.json", "GET /:x.toml", "GET /a-:x", "GET /b-:x");

	(void)state;
	assert_string_equal(route(r, "GET", "/q.toml"), "GET /:x.toml x=q");
	assert_string_equal(route(r, "GET", "/b-1"), "GET /b-:x x=1");
	assert_string_equal(route(r, "GET", "/b-1.json"), "GET /:x.json x=b-1");
}

TESTS(router,
	TEST(literals_and_parameters_match),
	TEST(a_literal_wins_over_a_parameter),
	TEST(a_literal_that_leads_nowhere_is_left_again),
	TEST(a_literal_of_another_method_does_not_hide_a_parameter),
	TEST(the_methods_of_a_path_are_told),
	TEST(head_is_answered_by_get),
	TEST(a_segment_may_have_literal_parts),
	TEST(a_rest_takes_whatever_remains),
	TEST(a_slash_at_the_end_makes_no_difference),
	TEST(a_parameter_takes_any_bytes),
	TEST(names_belong_to_the_row_and_not_to_the_position),
	TEST(rows_are_numbered),
	TEST(the_longest_prefix_tells_whose_an_unknown_path_is),
	TEST(a_prefix_may_have_parameters),
	TEST(first_literal_segments_are_listed),
	TEST(rows_that_match_the_same_end_the_program),
	TEST(malformed_patterns_end_the_program),
	TEST(two_owners_of_a_prefix_end_the_program),
	TEST(alike_shapes_that_cannot_match_the_same_live_together)
);
