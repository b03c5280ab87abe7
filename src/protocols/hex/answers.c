/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every answer has: conditions, announcements, how much is left of a
 * limit, how long it may be kept.
 */
#include "protocols/hex/hex.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/log.h"
#include "base/settings.h"
#include "http/conditional.h"

void
hex_modified(struct call *c, int64_t at)
{
	char *when = arena_alloc(c->work.arena, CLOCK_TEXT_SIZE);

	call_header(c, "Last-Modified", clock_format_http(when, at));
}

/* Every document has the tag of its bytes: whatever is nested in it changes it. */
static void
answer_condition(struct call *c)
{
	struct response *r = c->response;
	const char *modified = response_get(r, "Last-Modified");
	uint8_t digest[SHA256_SIZE];
	int64_t at = 0;
	const char *etag;

	if ((c->request->method != METHOD_GET && c->request->method != METHOD_HEAD) ||
	    r->status != 200 || r->body != RESPONSE_BYTES || response_get(r, "ETag"))
		return;
	digest_sha256(r->bytes, digest);
	etag = arena_printf(c->work.arena, "\"%s\"", encode_hex(c->work.arena, digest, 16));
	call_header(c, "ETag", etag);
	if (modified && !clock_parse_http(span_of(modified), &at))
		at = 0;
	if (conditional_not_modified(c->request, etag, at))
		reply_empty(c, 304);
}

static void
announce(struct call *c)
{
	const struct config *config = c->work.config;
	struct buf b = buf_on(c->work.arena);

	if (!*config->hex_message)
		return;
	buf_putc(&b, '"');
	for (const char *s = config->hex_message; *s; s++) {
		if (*s == '"' || *s == '\\')
			buf_putc(&b, '\\');
		buf_putc(&b, (unsigned char)*s < ' ' ? ' ' : *s);
	}
	buf_puts(&b, config->hex_message_fatal ? "\";level=fatal" : "\";level=warn");
	call_header(c, "x-hex-message", buf_text(&b));
}

/* What was not sent again was not asked for; a failure to say so costs the caller one request. */
static void
forget_request(struct call *c)
{
	struct hex_state *state = hex_state(c);

	if (limit_window_add(&c->work, &state->window, -1, &state->count, &state->ends_at))
		return;
	log_warn("%s: %s", c->fault.message, c->fault.detail ? c->fault.detail : "");
	fault_clear(&c->fault);
}

static void
tell_limit(struct call *c)
{
	struct hex_state *state = hex_state(c);
	int64_t left;

	if (!state || state->ends_at == 0)
		return;
	if (c->response->status == 304 && state->window.key)
		forget_request(c);
	left = state->limit - state->count;
	call_header(c, "x-ratelimit-limit", arena_printf(c->work.arena, "%lld", (long long)state->limit));
	call_header(c, "x-ratelimit-remaining", arena_printf(c->work.arena, "%lld", (long long)(left > 0 ? left : 0)));
	call_header(c, "x-ratelimit-reset",
		    arena_printf(c->work.arena, "%lld", (long long)(state->ends_at / CLOCK_SECOND)));
}

void
hex_after(struct call *c)
{
	struct response *r = c->response;

	announce(c);
	call_header(c, "X-Content-Type-Options", "nosniff");
	if (!hex_is_api(c))
		return;
	answer_condition(c);
	tell_limit(c);
	if (r->status < 400 && !response_get(r, "Cache-Control"))
		call_header(c, "Cache-Control", c->request->method != METHOD_GET && c->request->method != METHOD_HEAD
			    ? "no-store" : !actor_is_nobody(&c->actor) ? "private, max-age=60" : "public, max-age=60");
	call_header(c, "Vary", "accept, accept-encoding, authorization");
	if (c->request->method == METHOD_GET || c->request->method == METHOD_HEAD)
		call_header(c, "Access-Control-Allow-Origin", "*");
}
