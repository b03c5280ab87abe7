/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Hex protocol: the API below /api in JSON and Erlang terms, the signed
 * repository below /repo. Errors have the shape {"status", "message",
 * "errors"}.
 */
#include "protocols/hex/hex.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/log.h"
#include "base/settings.h"
#include "domain/second_factor.h"
#include "http/conditional.h"
#include "protocols/hex/people.h"

/* ---- refusals ---- */

static const struct {
	enum fault_kind kind;
	const char *message;
	const char *challenge;		/* NULL: the usual one */
} refusals[] = {
	[AUTH_MALFORMED] = { FAULT_UNAUTHENTICATED, "invalid authentication information", NULL },
	[AUTH_UNKNOWN] = { FAULT_UNAUTHENTICATED, "invalid API key", NULL },
	[AUTH_REVOKED] = { FAULT_UNAUTHENTICATED, "API key revoked", NULL },
	[AUTH_EXPIRED] = { FAULT_UNAUTHENTICATED, "API key revoked", NULL },
	[AUTH_WRONG_PASSWORD] = { FAULT_UNAUTHENTICATED, "invalid username and password combination", NULL },
	[AUTH_LOCKED] = { FAULT_BAD_REQUEST, "Bad request", NULL },
	[AUTH_MISSING] = { FAULT_UNAUTHENTICATED, "missing authentication information", NULL },
	[AUTH_NOT_COVERED] = { FAULT_UNAUTHENTICATED, "key not authorized for this action", NULL },
};

/* A client that logged in by OAuth asks for a new token on this challenge and no other. */
#define TOKEN_EXPIRED "Bearer realm=\"hex\", error=\"token_expired\""

static bool
refuse_credential(struct call *c, enum auth_refusal why)
{
	if (why == AUTH_WRONG_PASSWORD && !hex_count_guess(c))
		return false;
	if (why == AUTH_EXPIRED && c->credential == CREDENTIAL_BEARER) {
		hex_state(c)->challenge = TOKEN_EXPIRED;
		return fault_raise(&c->fault, FAULT_UNAUTHENTICATED, "token expired");
	}
	return fault_raise(&c->fault, refusals[why].kind, "%s", refusals[why].message);
}

bool
hex_refuse(struct call *c, const char *errors)
{
	return fault_raise(&c->fault, FAULT_INVALID, "%s", errors);
}

bool
hex_refuse_field(struct call *c, const char *field, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fault_raise_field(&c->fault, FAULT_INVALID, arena_strdup(c->work.arena, field), "%s",
			  arena_vprintf(c->work.arena, format, args));
	va_end(args);
	return false;
}

/* ---- before and after ---- */

static bool
is_api(const struct call *c)
{
	return !(c->route && c->route->flags & ROUTE_ANY_CLIENT);
}

static bool
check_user_agent(struct call *c)
{
	const char *agent = request_header(c->request, "user-agent");

	return !is_api(c) || (agent && *agent) ||
	       fault_raise(&c->fault, FAULT_BAD_REQUEST, "User-Agent header is required");
}

static bool
check_basic(struct call *c)
{
	struct credentials given;

	if (c->work.config->hex_basic)
		return true;
	given = credentials_read(c->work.arena, c->request);
	if (given.scheme != CREDENTIAL_BASIC)
		return true;
	hex_state(c)->challenge = "Bearer realm=\"hex\"";
	return fault_raise(&c->fault, FAULT_UNAUTHENTICATED,
			   "Basic authentication is disabled. Update your client to use OAuth or an API key.");
}

/*
 * Who guesses passwords is counted by address, whoever he says he is; who shows
 * a key or token, by its account.
 */
static bool
count_request(struct call *c)
{
	const struct config *config = c->work.config;
	struct credentials given = credentials_read(c->work.arena, c->request);
	struct hex_state *state = hex_state(c);
	const char *who;

	if (!is_api(c) || config_address_in(config->hex_rate_limit_exempt, c->request->remote_addr))
		return true;
	if (given.scheme != CREDENTIAL_NONE && given.scheme != CREDENTIAL_BASIC && !call_authenticate(c))
		return false;
	state->limit = c->actor.account_id != 0 ? config->hex_rate_limit_account : config->hex_rate_limit_address;
	if (state->limit == 0)
		return true;
	who = c->actor.account_id == 0 ? arena_printf(c->work.arena, "IP %s", c->request->remote_addr)
		: arena_printf(c->work.arena, "%s %lld", c->actor.is_organization ? "organization" : "user",
			       (long long)c->actor.account_id);
	state->window = (struct limit_window){ arena_printf(c->work.arena, "hex %s", who), CLOCK_MINUTE };
	if (!limit_window_add(&c->work, &state->window, 1, &state->count, &state->ends_at))
		return false;
	return state->count <= state->limit ||
	       fault_raise(&c->fault, FAULT_LIMITED, "API rate limit exceeded for %s", who);
}

/* Applications that write for a user who has a second factor show it; keys were made by the user for that. */
static bool
check_second_factor(struct call *c)
{
	const char *code = request_header(c->request, "x-hex-otp");
	enum second_factor_answer answer;

	if (!(c->route->flags & ROUTE_WRITES) || !request_header(c->request, "authorization"))
		return true;
	if (!call_authenticate(c))
		return false;
	if (!c->actor.oauth || !c->actor.has_second_factor)
		return true;
	if (!code || !*code) {
		hex_state(c)->challenge = "Bearer realm=\"hex\", error=\"totp_required\"";
		return fault_raise(&c->fault, FAULT_UNAUTHENTICATED, "Two-factor authentication required. "
				   "Include X-Hex-OTP header with your TOTP code.");
	}
	if (!second_factor_check(&c->work, c->actor.account_id, span_of(code), &answer))
		return false;
	if (answer == SECOND_FACTOR_TOO_MANY)
		return fault_raise(&c->fault, FAULT_LIMITED,
				   "Too many failed two-factor authentication attempts. Please try again later.");
	if (answer == SECOND_FACTOR_RIGHT)
		return true;
	hex_state(c)->challenge = "Bearer realm=\"hex\", error=\"invalid_totp\"";
	return fault_raise(&c->fault, FAULT_UNAUTHENTICATED, "Invalid two-factor authentication code");
}

static bool
before(struct call *c)
{
	struct hex_state *state = arena_new(c->work.arena, struct hex_state);

	c->state = state;
	state->admitted = check_user_agent(c) && check_basic(c) && (!is_api(c) || hex_check_guesses(c)) &&
			  count_request(c) && check_second_factor(c) && (!is_api(c) || hex_admit(c));
	return state->admitted;
}

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
	if (c->response->status == 304)
		forget_request(c);
	left = state->limit - state->count;
	call_header(c, "x-ratelimit-limit", arena_printf(c->work.arena, "%lld", (long long)state->limit));
	call_header(c, "x-ratelimit-remaining", arena_printf(c->work.arena, "%lld", (long long)(left > 0 ? left : 0)));
	call_header(c, "x-ratelimit-reset",
		    arena_printf(c->work.arena, "%lld", (long long)(state->ends_at / CLOCK_SECOND)));
}

static void
after(struct call *c)
{
	struct response *r = c->response;

	announce(c);
	call_header(c, "X-Content-Type-Options", "nosniff");
	if (!is_api(c))
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

/* ---- faults ---- */

/* What the kinds say when nothing better is known; others say nothing. */
static const struct {
	enum fault_kind kind;
	const char *message;
} texts[] = {
	{ FAULT_BAD_REQUEST, "Bad request" },
	{ FAULT_UNAUTHENTICATED, "invalid authentication information" },
	{ FAULT_FORBIDDEN, "account not authorized for this action" },
	{ FAULT_NOT_FOUND, "Page not found" },
	{ FAULT_METHOD, "Page not found" },
	{ FAULT_TIMEOUT, "Request timeout" },
	{ FAULT_TOO_LARGE, "Payload too large" },
	{ FAULT_MEDIA_TYPE, "Unsupported media type" },
	{ FAULT_INVALID, "Validation error(s)" },
	{ FAULT_INTERNAL, "Internal server error" },
	{ FAULT_UNAVAILABLE, "Service unavailable" },
};

static const char *
text_of(const struct fault *f)
{
	if (f->kind != FAULT_INVALID && strcmp(f->message, fault_kind_text(f->kind)) != 0)
		return f->message;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (texts[i].kind == f->kind)
			return texts[i].message;
	return NULL;
}

/* The map below MAP under KEY, made when it is not there. */
static struct doc *
nested(struct arena *a, struct doc *map, struct span key)
{
	const char *name = arena_dup(a, key.at, key.len);
	/* It was made here: no member of a document that a fault describes belongs to somebody else. */
	struct doc *found = (struct doc *)(uintptr_t)doc_find(map, name);

	return doc_is(found, DOC_MAP) ? found : doc_add_map(map, name);
}

/* "meta.links" is the member links of the member meta; the first message of a field stays. */
static void
add_field(struct arena *a, struct doc *errors, const struct fault_field *field)
{
	struct span rest = span_of(field->name), key = span_cut(&rest, '.');
	const char *name;

	while (rest.at) {
		errors = nested(a, errors, key);
		key = span_cut(&rest, '.');
	}
	name = arena_dup(a, key.at, key.len);
	if (!doc_find(errors, name))
		doc_text(errors, name, field->message);
}

/* RFC 6749 §5.2. What was not raised as a refusal of OAuth is ours. */
static const struct doc *
oauth_view(struct call *c, const struct fault *f)
{
	struct doc *view = doc_map(c->work.arena);
	const char *error = fault_kind_status(f->kind) >= 500 ? "server_error"
		: f->kind == FAULT_LIMITED ? "slow_down" : "invalid_request";

	doc_text(view, "error", f->fields ? f->fields->name : error);
	doc_text(view, "error_description", f->fields ? f->fields->message : f->message);
	call_header(c, "Cache-Control", "no-store");
	return view;
}

static const struct doc *
fault_view(struct call *c, const struct fault *f, int *status)
{
	struct arena *a = c->work.arena;
	struct doc *view = doc_map(a), *errors;
	const struct hex_state *state = c->state;

	if (state && (state->admitted || f->kind == FAULT_LIMITED) && hex_speaks_oauth(c->route))
		return oauth_view(c, f);
	if (f->kind == FAULT_METHOD)
		*status = 404;
	if (f->kind == FAULT_UNAUTHENTICATED)
		call_header(c, "WWW-Authenticate", state && state->challenge ? state->challenge : "Basic realm=hex");
	doc_int(view, "status", *status);
	doc_text(view, "message", text_of(f));
	if (f->kind == FAULT_INVALID && f->fields) {
		errors = doc_add_map(view, "errors");
		for (const struct fault_field *field = f->fields; field; field = field->next)
			add_field(a, errors, field);
	} else if (f->kind == FAULT_INVALID) {
		doc_text(view, "errors", f->message);
	}
	return view;
}

/* ---- the index ---- */

static bool
index_page(struct call *c)
{
	static const char *const urls[][2] = {
		{ "packages_url", "/packages" },
		{ "package_url", "/packages/{name}" },
		{ "package_release_url", "/packages/{name}/releases/{version}" },
		{ "package_retirement_url", "/packages/{name}/releases/{version}/retire" },
		{ "package_owners_url", "/packages/{name}/owners" },
		{ "keys_url", "/keys" },
		{ "key_url", "/keys/{name}" },
		{ "documentation_url", "/packages/{name}/releases/{version}/docs" },
	};
	struct doc *view = doc_map(c->work.arena);

	for (size_t i = 0; i < ARRAY_LEN(urls); i++)
		doc_text(view, urls[i][0], call_url(c, "/api%s", urls[i][1]));
	return reply(c, 200, view);
}

static bool
status(struct call *c)
{
	return reply_empty(c, 200);
}

const struct route hex_index_routes[] = {
	ROUTE(GET, "/", OPTIONAL, index_page, "Where things are in the Hex API", .scope = SCOPE_READ),
	ROUTE(GET, "/status", PUBLIC, status, "The Hex API answers", .flags = ROUTE_ANY_CLIENT | ROUTE_ANY_ACCEPT),
	ROUTE_END
};

static const struct mount mounts[] = {
	{ "/api", hex_index_routes },
	{ "/api", hex_user_routes },
	{ "/api", hex_organization_routes },
	{ "/api", hex_api_key_routes },
	{ "/api/orgs/:organization", hex_api_key_routes },
	{ "/api", hex_auth_routes },
	{ "/api", hex_short_url_routes },
	{ "/api/oauth", hex_oauth_routes },
	{ "/api", hex_oidc_routes },
	{ "/oauth", hex_oauth_page_routes },
	{ "/email", hex_address_routes },
	{ "/password", hex_password_routes },
	{ "/l", hex_short_link_routes },
	{ "/api", hex_package_routes },
	{ "/api/repos/:repository", hex_package_routes },
	{ "/api", hex_publish_routes },
	{ "/api/repos/:repository", hex_publish_routes },
	{ "/api", hex_release_routes },
	{ "/api/repos/:repository", hex_release_routes },
	{ "/api", hex_docs_routes },
	{ "/api/repos/:repository", hex_docs_routes },
	{ "/hexdocs", hex_site_routes },
	{ "/api", hex_owner_routes },
	{ "/api/repos/:repository", hex_owner_routes },
	{ "/repo", hex_key_routes },
	{ "/repo", hex_object_routes },
	{ "/repo/repos/:repository", hex_object_routes },
	{ NULL, NULL }
};

#define CHARSET "; charset=utf-8"

static const struct serializer serializers[] = {
	{
		.media_type = "application/json",
		.content_type = "application/json" CHARSET,
		.codec = &codec_json,
		.dialect = { .fraction_digits = 6, .fraction_always = true, .zone = "Z" },
	},
	{
		.media_type = "application/vnd.hex+erlang",
		.content_type = "application/vnd.hex+erlang" CHARSET,
		.codec = &codec_erlang,
		.dialect = { .zone = "Z" },
	},
	{
		.media_type = "application/vnd.hex+json",
		.content_type = "application/json" CHARSET,
		.codec = &codec_json,
		.dialect = { .fraction_digits = 6, .fraction_always = true, .zone = "Z" },
	},
	{ .media_type = "application/x-www-form-urlencoded", .codec = &codec_form },
	{ 0 }
};

const struct protocol hex_protocol = {
	.name = "hex",
	.mounts = mounts,
	.serializers = serializers,
	.anonymous_fault = FAULT_UNAUTHENTICATED,
	.refuse_credential = refuse_credential,
	.takes_basic = true,
	.empty_is_map = true,
	.before = before,
	.after = after,
	.fault_view = fault_view,
};
