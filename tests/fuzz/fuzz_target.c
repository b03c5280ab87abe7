/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request targets, and the router behind them: an accepted target has clean
 * segments which, encoded again, make the same path.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/encode.h"
#include "base/text.h"
#include "http/request.h"
#include "http/router.h"

static struct router *
make_router(struct arena *a)
{
	static const char *const patterns[] = {
		"/", "/crates/:name", "/crates/:name/:version/download", "/crates/new", "/:name.json",
		"/files/:file.:ext", "/v-:a-:b.x", "/*rest",
	};
	struct router *r = router_new(a);

	for (size_t i = 0; i < ARRAY_LEN(patterns); i++)
		router_add(r, &(struct router_row){ METHOD_GET, "", patterns[i], patterns[i], patterns });
	return r;
}

static void
check_segment(struct span s)
{
	REQUIRE(s.len > 0 && s.at[s.len] == '\0');
	REQUIRE(text_is_utf8(s));
	REQUIRE(!span_is(s, ".") && !span_is(s, ".."));
	for (size_t i = 0; i < s.len; i++)
		REQUIRE(s.at[i] == '\0' || ((unsigned char)s.at[i] >= 0x20 && s.at[i] != 0x7f));
}

static void
check_again(struct arena *a, struct fault *f, const struct request *r)
{
	struct request again = { .method = METHOD_GET };
	struct buf path = buf_on(a);

	for (size_t i = 0; i < r->segment_count; i++) {
		buf_putc(&path, '/');
		encode_path_segment(&path, r->segments[i]);
	}
	/* Encoding may treble the length, which is then refused for good reason. */
	if (path.len == 0 || path.len > REQUEST_MAX_TARGET)
		return;
	REQUIRE(request_set_target(a, f, &again, buf_text(&path), ""));
	REQUIRE(again.segment_count == r->segment_count);
	for (size_t i = 0; i < r->segment_count; i++)
		REQUIRE(span_equal(again.segments[i], r->segments[i]));
}

static void
check_match(struct arena *a, const struct request *r)
{
	struct route_match match;

	router_match(make_router(a), r, &match);
	REQUIRE(match.route && match.path_exists);
	REQUIRE(match.param_count <= ROUTE_MAX_PARAMS && match.rest <= r->segment_count);
	for (size_t i = 0; i < match.param_count; i++)
		REQUIRE(match.params[i].value.len > 0);
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	static const char *const mounts[] = { "", "/", "/crates", "/a/b/" };
	const char *target = arena_dup(a, input.at, input.len);

	for (size_t m = 0; m < ARRAY_LEN(mounts); m++) {
		struct request r = { .method = METHOD_GET };
		bool accepted = request_set_target(a, f, &r, target, mounts[m]);

		REQUIRE(accepted == !fault_is_set(f));
		fault_clear(f);
		if (!accepted)
			continue;
		REQUIRE(r.segment_count <= REQUEST_MAX_SEGMENTS);
		for (size_t i = 0; i < r.segment_count; i++)
			check_segment(r.segments[i]);
		check_again(a, f, &r);
		check_match(a, &r);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
