/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every route of every protocol, asked with what nobody should send. Nothing
 * a client sends may make the server fail, and nobody changes anything without
 * credentials.
 */
#include "request.h"
#include "support.h"

#include <stdio.h>

#include "base/buf.h"
#include "protocols/protocol.h"

/* In the place of a path parameter. */
static const char *const segments[] = {
	"foo", "1.0.0", "1", "0", "-1", "99999999999999999999", "%00", "a%00b", "%FF%FE", "%C3%A9", "..%2F..", "%2F", "%25", "'",
	"%22%3B--", "a%20b", "%0A", "new", "%7Bcrate%7D", "1.0.0-%C3%A9", "1.0.0+%00", "$1", "foo-1.0.0.crate", "%F0%9F%A6%80",
};

static const char *const fields[] = {
	"q", "sort", "page", "per_page", "seek", "category", "keyword", "keywords", "all_keywords", "letter", "user_id",
	"team_id", "following", "ids[]", "ids%5B%5D", "include_yanked", "include", "nums[]", "before_date", "crate_name",
	"invitee_id", "expired_days", "message", "nonsense",
};

static const char *const values[] = {
	"", "1", "0", "-1", "2147483648", "99999999999999999999", "%00", "a%00b", "%FF", "%", "%zz", "%C3%A9", "'", "%22", "%5C",
	"%25%25", "_", "a", "yes", "full", "versions,full", "WzFd", "W10", "bnVsbA", "WyJhIl0", "WzEsMiwzLDQsNSw2XQ",
	"WzkyMjMzNzIwMzY4NTQ3NzU4MDcsMV0", "WzEuNSwxXQ", "WyIxLjAuMCIsMV0", "WyJcdTAwMDAiLDFd", "W1tdLHt9XQ", "2026-02-30",
	"9999-12-31", "0001-01-01", "2026-05-10", "relevance", "downloads", "%F0%9F%A6%80", "a%26b%7C%21%28%29%3A%2A", "foo%0Abar",
};

static const char *const bodies[] = {
	"", "null", "1", "\"x\"", "[]", "{}", "{", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "{\"a\":\"\\u0000\"}", "\xff\xfe",
	"{\"owners\":null}", "{\"owners\":[null]}", "{\"owners\":[1]}", "{\"owners\":[\"\"]}", "{\"owners\":[\"a\\u0000b\"]}",
	"{\"owners\":[\"github:a:b\"]}", "{\"owners\":[\"org:\"]}", "{\"owners\":[\"org:a\\u0000b\"]}", "{\"owners\":[\"a:b:c:d\"]}",
	"{\"owners\":[\"foo\",\"foo\"]}", "{\"owners\":[]}", "{\"users\":{}}",
	"{\"version\":null}", "{\"version\":[]}", "{\"version\":{\"yanked\":1}}", "{\"version\":{\"yanked\":true,\"yank_message\":5}}",
	"{\"version\":{\"yanked\":true,\"yank_message\":\"a\\u0000b\"}}", "{\"version\":{\"yank_message\":null}}",
	"{\"crate\":null}", "{\"crate\":{\"trustpub_only\":\"x\"}}", "{\"crate\":{}}",
	"{\"user\":null}", "{\"user\":{\"email\":5}}", "{\"user\":{\"email\":\"a\\u0000@b.example\"}}",
	"{\"user\":{\"email\":\"a@b\\r\\nBcc: c@d\"}}", "{\"user\":{\"publish_notifications\":\"x\"}}",
	"{\"api_token\":null}", "{\"api_token\":{\"name\":5}}", "{\"api_token\":{\"name\":\"a\\u0000b\"}}",
	"{\"api_token\":{\"name\":\"x\",\"crate_scopes\":\"x\"}}", "{\"api_token\":{\"name\":\"x\",\"crate_scopes\":[5]}}",
	"{\"api_token\":{\"name\":\"x\",\"crate_scopes\":[\"a\\u0000b\"]}}", "{\"api_token\":{\"name\":\"x\",\"endpoint_scopes\":[null]}}",
	"{\"api_token\":{\"name\":\"x\",\"expired_at\":5}}", "{\"api_token\":{\"name\":\"x\",\"expired_at\":\"soon\"}}",
	"{\"api_token\":{\"name\":\"x\",\"expired_at\":\"9999-12-31T23:59:59Z\"}}",
	"{\"api_token\":{\"name\":\"x\",\"expired_at\":\"0000-01-01T00:00:00Z\"}}",
	"{\"crate_owner_invite\":null}", "{\"crate_owner_invite\":{\"crate_id\":\"x\",\"accepted\":true}}",
	"{\"crate_owner_invite\":{\"crate_id\":99999999999,\"accepted\":true}}", "{\"crate_owner_invite\":{\"crate_id\":1,\"accepted\":5}}",
	"[{\"id\":\"x\",\"email_notifications\":true}]", "[{\"id\":99999999999,\"email_notifications\":true}]", "[5]", "[null]",
	"[{\"id\":1}]",
};

static int asked;

/* The pattern with every parameter replaced: the first FIXED ones by "foo" and "1.0.0", the others by SEGMENT. */
static const char *
fill(const char *prefix, const char *pattern, const char *segment, int fixed)
{
	static const char *const good[] = { "foo", "1.0.0" };
	struct buf b = buf_on(w->arena);
	int n = 0;

	pattern = arena_printf(w->arena, "%s%s", prefix, pattern);
	while (*pattern) {
		if (*pattern != ':') {
			buf_putc(&b, *pattern++);
			continue;
		}
		buf_puts(&b, n < fixed && n < 2 ? good[n] : segment);
		n++;
		pattern += strcspn(pattern, "/.");
	}
	return buf_text(&b);
}

static void
check(const char *method, const char *target, const char *token, const char *body)
{
	struct test_request request = { .method = method, .target = target, .token = token, .body = span_of(body) };
	const struct test_answer *answer;

	if (body)
		request.headers[0] = (struct header){ "content-type", "application/json" };
	answer = test_send(&request);
	asked++;
	if (answer->status >= 500 || answer->status < 200)
		fail_msg("%s %s as %s with %s: %d %s", method, target, token ? "somebody" : "nobody", body ? body : "nothing",
			answer->status, answer->body.at);
	if (answer->status >= 400 && answer->status != 405 && answer->body.len > 0)
		if (!doc_at(answer->json, "errors[0].detail") && !doc_at(answer->json, "error") &&
		    !doc_at(answer->json, "message") && !strstr(answer->body.at, "</html>") &&
		    strtol(answer->body.at, NULL, 10) != answer->status)
			fail_msg("%s %s: an error without a text: %s", method, target, answer->body.at);
	if (!token && answer->status < 300 && strcmp(method, "GET") != 0)
		fail_msg("%s %s: nobody may do that: %d %s", method, target, answer->status, answer->body.at);
}

/* Each test's many answers need not be kept. */
static void
check_and_forget(const char *method, const char *target, const char *token, const char *body)
{
	struct arena *kept = w->arena, scratch;

	arena_init(&scratch);
	w->arena = &scratch;
	check(method, target, token, body);
	w->arena = kept;
	arena_free(&scratch);
}

typedef void (*route_fn)(const struct mount *m, const struct route *r, const char *token);

static void
for_each_route(route_fn fn, const char *token)
{
	for (size_t i = 0; protocols[i]; i++)
		for (const struct mount *m = protocols[i]->mounts; m->prefix; m++)
			for (const struct route *r = m->routes; r && r->pattern; r++)
				fn(m, r, token);
}

static void
strange_segments(const struct mount *m, const struct route *r, const char *token)
{
	const char *method = method_name(r->method);

	for (size_t i = 0; i < ARRAY_LEN(segments); i++)
		for (int fixed = 0; fixed < 3; fixed++)
			check_and_forget(method, fill(m->prefix, r->pattern, segments[i], fixed), token,
				r->body == BODY_DOCUMENT ? "{}" : NULL);
}

/* A fifth of all pairs per route; its neighbours take the others. */
static void
strange_fields(const struct mount *m, const struct route *r, const char *token)
{
	const char *path = fill(m->prefix, r->pattern, "foo", 2);
	static size_t turn;

	if (r->method != METHOD_GET)
		return;
	turn++;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		for (size_t k = (turn + i) % 5; k < ARRAY_LEN(values); k += 5)
			check_and_forget("GET", arena_printf(w->arena, "%s?%s=%s%s", path, fields[i], values[k],
				k % 2 == 0 ? "&per_page=2" : ""), token, NULL);
}

static void
strange_bodies(const struct mount *m, const struct route *r, const char *token)
{
	const char *path = fill(m->prefix, r->pattern, "1", 2);

	if (r->body == BODY_NONE)
		return;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		check_and_forget(method_name(r->method), path, token, bodies[i]);
}

static void
strange_methods(const struct mount *m, const struct route *r, const char *token)
{
	static const char *const methods[] = { "HEAD", "OPTIONS", "POST", "BREW", "PATCH" };
	const char *path = fill(m->prefix, r->pattern, "foo", 2);

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		struct test_request request = { .method = methods[i], .target = path, .token = token };
		const struct test_answer *answer = test_send(&request);

		if (answer->status >= 500 && answer->status != 501)
			fail_msg("%s %s: %d", methods[i], path, answer->status);
		if (strcmp(methods[i], "HEAD") == 0 && answer->body.len > 0)
			fail_msg("HEAD %s has a body", path);
	}
}

static void
arrange(void)
{
	given_crate("alice", "foo", "1.0.0", "{\"keywords\": [\"foo\"], \"categories\": [\"encoding\"]}");
	given_crate("alice", "foo", "1.1.0", NULL);
	given_crate("bob", "user", "1.0.0", "{\"deps\": [{\"name\": \"foo\"}]}");
	asked = 0;
}

static void
strange_path_segments_never_fail(void **state)
{
	(void)state;
	arrange();
	for_each_route(strange_segments, NULL);
	assert_true(asked > 1000);
}

static void
strange_path_segments_never_fail_for_an_owner(void **state)
{
	(void)state;
	arrange();
	for_each_route(strange_segments, given_token("alice"));
}

static void
strange_query_values_never_fail(void **state)
{
	(void)state;
	arrange();
	for_each_route(strange_fields, given_token("alice"));
	assert_true(asked > 5000);
}

static void
strange_bodies_never_fail(void **state)
{
	(void)state;
	arrange();
	for_each_route(strange_bodies, given_token("alice"));
	for_each_route(strange_bodies, given_token("carol"));
}

static void
nobody_changes_anything(void **state)
{
	int64_t rows;

	(void)state;
	arrange();
	rows = sql_int("SELECT count(*) FROM audit");
	for_each_route(strange_bodies, NULL);
	for_each_route(strange_segments, NULL);
	assert_int_equal(sql_int("SELECT count(*) FROM audit"), rows);
	assert_int_equal(sql_int("SELECT count(*) FROM owner"), 2);
	assert_int_equal(sql_int("SELECT count(*) FROM release WHERE yanked"), 0);
}

static void
strange_methods_never_fail(void **state)
{
	(void)state;
	arrange();
	for_each_route(strange_methods, NULL);
}

/* What the protocol that demands tokens shows to nobody else. */
static bool
is_closed(const char *path)
{
	static const char *const closed[] = { "/api/v1/", "/api/private/", "/index/", "/files/crates/" };

	if (strncmp(path, "/api/v1/confirm/", strlen("/api/v1/confirm/")) == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(closed); i++)
		if (strncmp(path, closed[i], strlen(closed[i])) == 0)
			return true;
	return false;
}

static void
without_token(const struct mount *m, const struct route *r, const char *token)
{
	const char *path = fill(m->prefix, r->pattern, "foo", 2);
	const struct test_answer *answer;

	if (r->method != METHOD_GET || !is_closed(path))
		return;
	answer = ask(token, "GET", path, NULL);
	if (answer->status != 401)
		fail_msg("GET %s: %d %s", path, answer->status, answer->body.at);
	if (!answer_header(answer, "WWW-Authenticate"))
		fail_msg("GET %s: 401 without a challenge", path);
}

static void
a_registry_that_demands_tokens_shows_nothing_without(void **state)
{
	(void)state;
	arrange();
	test_config->crates_auth_required = true;
	for_each_route(without_token, NULL);
	for_each_route(without_token, "cioXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX");
}

static void
a_query_of_a_hundred_thousand_fields_is_refused(void **state)
{
	struct buf b = buf_on(w->arena);
	const struct test_answer *answer;

	(void)state;
	buf_puts(&b, "/api/v1/crates?a");
	for (int i = 0; i < 100000; i++)
		buf_puts(&b, "&a");
	answer = get(buf_text(&b));
	assert_true(answer->status == 414 || answer->status == 400);
	assert_non_null(doc_at(answer->json, "errors[0].detail"));
}

static void
a_very_long_path_is_refused(void **state)
{
	struct buf b = buf_on(w->arena);

	(void)state;
	for (int i = 0; i < 20000; i++)
		buf_puts(&b, "/x");
	assert_int_equal(get(buf_text(&b))->status, 414);
}

static void
many_headers_do_no_harm(void **state)
{
	struct test_request request = { .method = "GET", .target = "/api/v1/crates" };
	char *huge = arena_zalloc(w->arena, 100001, 1);

	(void)state;
	memset(huge, 'x', 100000);
	for (size_t i = 0; i < ARRAY_LEN(request.headers) - 1; i++)
		request.headers[i] = (struct header){ arena_printf(w->arena, "x-%zu", i), huge };
	request.headers[0] = (struct header){ "if-none-match", huge };
	request.headers[1] = (struct header){ "range", huge };
	request.headers[2] = (struct header){ "accept", huge };
	assert_int_equal(test_send(&request)->status, 200);
	request.headers[3] = (struct header){ "authorization", huge };
	assert_true(test_send(&request)->status < 500);
}

static const char *
repeated(const char *part, size_t len)
{
	struct buf b = buf_on(w->arena);

	while (b.len < len)
		buf_puts(&b, part);
	return buf_text(&b);
}

/*
 * PostgreSQL's parser goes back over each of these again and again, looking
 * for tags, hosts, addresses and paths. How long that takes is no matter for a
 * test; that it sees words only is.
 */
static const char *const backtracking[] = { "<!--", "1@a", "x_", "/~", "-1e", "a.b/" };

static int64_t
found(const char *word)
{
	const struct test_answer *answer = get(arena_printf(w->arena, "/api/v1/crates?q=%s", word));

	return doc_at(answer->json, "meta.total")->is.integer;
}

static void
a_readme_is_searched_for_words_only(void **state)
{
	(void)state;
	publish(given_token("alice"), "foo", "1.0.0", "{\"readme\": \"<!--zebra--> quux.example/okapi gnu@mail\"}");

	assert_int_equal(found("zebra"), 1);
	assert_int_equal(found("okapi"), 1);
	assert_int_equal(found("gnu"), 1);
	assert_int_equal(found("giraffe"), 0);
}

static void
punctuation_without_end_is_published_and_searched(void **state)
{
	(void)state;
	arrange();
	for (size_t i = 0; i < ARRAY_LEN(backtracking); i++) {
		const char *metadata = arena_printf(w->arena, "{\"readme\": \"%s\"}", repeated(backtracking[i], 60000));

		assert_int_equal(publish(given_token("alice"), "foo", arena_printf(w->arena, "7.0.%zu", i), metadata)->status, 200);
		check("GET", arena_printf(w->arena, "/api/v1/crates?q=%s", repeated(backtracking[i], 7000)), NULL, NULL);
	}
}

static void
nobodys_mailbox_is_filled(void **state)
{
	const char *path = arena_printf(w->arena, "/api/v1/users/%lld", (long long)given_account("alice"));
	const struct test_answer *answer = NULL;

	(void)state;
	for (int i = 0; i < 30; i++)
		answer = ask(given_token("alice"), "PUT", path,
			arena_printf(w->arena, "{\"user\": {\"email\": \"victim%d@example.org\"}}", i));
	assert_int_equal(answer->status, 429);
	assert_int_equal(sql_int("SELECT count(*) FROM mail"), 20);
}

TESTS(hostile,
	TEST(strange_path_segments_never_fail),
	TEST(strange_path_segments_never_fail_for_an_owner),
	TEST(strange_query_values_never_fail),
	TEST(strange_bodies_never_fail),
	TEST(nobody_changes_anything),
	TEST(strange_methods_never_fail),
	TEST(a_registry_that_demands_tokens_shows_nothing_without),
	TEST(a_query_of_a_hundred_thousand_fields_is_refused),
	TEST(a_very_long_path_is_refused),
	TEST(many_headers_do_no_harm),
	TEST(nobodys_mailbox_is_filled),
	TEST(a_readme_is_searched_for_words_only),
	TEST(punctuation_without_end_is_published_and_searched),
);

TEST_MAIN("hostile", TEST_LIST(hostile))
