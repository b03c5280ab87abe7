/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What handlers say: who calls, and what the answer is.
 */
#include "protocols/call.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/encode.h"
#include "base/settings.h"
#include "base/text.h"
#include "domain/blob.h"
#include "http/conditional.h"
#include "http/credentials.h"

/* What can be a scheme's name is shown; anything else may be a token in the wrong place. */
static bool
is_scheme_name(const char *s)
{
	size_t len = strlen(s);

	for (size_t i = 0; i < len; i++)
		if (!is_alpha(s[i]) && s[i] != '-')
			return false;
	return len > 0 && len <= 20;
}

static bool
refuse_scheme(struct call *c, const struct credentials *given)
{
	if (!given->scheme_text)
		return fault_raise(&c->fault, FAULT_UNAUTHENTICATED,
				   "Invalid `Authorization` header: Found unexpected non-ASCII characters");
	if (!is_scheme_name(given->scheme_text))
		return fault_raise(&c->fault, FAULT_UNAUTHENTICATED,
				   "Invalid `Authorization` header: Found unexpected authentication scheme");
	return fault_raise(&c->fault, FAULT_UNAUTHENTICATED,
			   "Invalid `Authorization` header: Found unexpected authentication scheme `%s`",
			   given->scheme_text);
}

static bool
identify_token(struct call *c, struct span secret)
{
	if (c->protocol->check_token && !c->protocol->check_token(c, secret))
		return false;
	if (!auth_token(&c->work, secret, &c->actor))
		return false;
	/* What a job is given for one protocol says nothing that another one would understand. */
	if (!c->actor.trusted || strcmp(c->actor.trusted->ecosystem, c->protocol->name) == 0)
		return true;
	c->actor.refusal = AUTH_UNKNOWN;
	return fault_raise(&c->fault, FAULT_FORBIDDEN, "Invalid authentication token");
}

static bool
identify(struct call *c, const struct credentials *given)
{
	const struct protocol *p = c->protocol;

	switch (given->scheme) {
	case CREDENTIAL_NONE:
		return true;
	case CREDENTIAL_BARE:
	case CREDENTIAL_BEARER:
		return identify_token(c, span_of(given->secret));
	case CREDENTIAL_BASIC:
		if (p->token_user && strcmp(given->user, p->token_user) == 0)
			return identify_token(c, span_trim(span_of(given->secret)));
		if (p->takes_basic)
			return auth_password(&c->work, given->user, given->secret, &c->actor);
		break;
	case CREDENTIAL_OTHER:
		if (p->token_user && strcasecmp(given->scheme_text, "token") == 0)
			return identify_token(c, span_of(given->secret));
		break;
	case CREDENTIAL_MALFORMED:
		break;
	}
	c->actor.refusal = AUTH_MALFORMED;
	return refuse_scheme(c, given);
}

bool
call_authenticate(struct call *c)
{
	struct credentials given;

	if (c->authenticated)
		return true;
	given = credentials_read(c->work.arena, c->request);
	c->credential = given.scheme;
	if (!identify(c, &given)) {
		enum auth_refusal why = c->actor.refusal;

		c->actor = (struct actor){ .refusal = why };
		if (why == AUTH_ACCEPTED || !c->protocol->refuse_credential)
			return false;
		fault_clear(&c->fault);
		return c->protocol->refuse_credential(c, why);
	}
	if (!actor_is_nobody(&c->actor))
		c->work.actor = &c->actor;
	c->authenticated = true;
	return true;
}

bool
call_authorize(struct call *c, enum scope scope, const char *repository, const char *package)
{
	bool (*refuse)(struct call *, enum auth_refusal) = c->protocol->refuse_credential;

	if (!call_authenticate(c))
		return false;
	if (actor_is_nobody(&c->actor))
		return refuse ? refuse(c, AUTH_MISSING)
			      : fault_raise(&c->fault, c->protocol->anonymous_fault,
					    "this action requires authentication");
	if ((c->protocol->users_only && c->actor.is_organization) ||
	    !auth_allows(&c->actor, scope, repository, package))
		return refuse ? refuse(c, AUTH_NOT_COVERED)
			      : fault_raise(&c->fault, FAULT_FORBIDDEN,
					    "this token does not have the required permissions to perform this action");
	c->authorized = true;
	return true;
}

bool
call_authorize_trusted(struct call *c, int64_t package_id)
{
	if (!call_authenticate(c) || !auth_trusted_covers(&c->actor, package_id))
		return false;
	c->authorized = true;
	return true;
}

bool
reply(struct call *c, int status, const struct doc *d)
{
	struct buf body = buf_on(c->work.arena);

	buf_reserve(&body, 2000);
	c->serializer->codec->write(&body, d, &c->serializer->dialect);
	return reply_bytes(c, status, c->serializer->content_type, buf_span(&body));
}

bool
reply_empty(struct call *c, int status)
{
	c->response->status = status;
	c->response->body = RESPONSE_EMPTY;
	return true;
}

bool
reply_bytes(struct call *c, int status, const char *content_type, struct span bytes)
{
	response_bytes(c->response, status, content_type, bytes);
	return true;
}

bool
redirect(struct call *c, int status, const char *url)
{
	call_header(c, "Location", url);
	return reply_empty(c, status);
}

static bool
reply_range(struct call *c, const char *etag, int64_t size, int64_t modified)
{
	struct response *r = c->response;
	struct byte_range part = { 0, size - 1 };

	switch (range_parse(c->request, size, etag, modified, &part)) {
	case RANGE_UNSATISFIABLE:
		call_header(c, "Content-Range", arena_printf(c->work.arena, "bytes */%lld", (long long)size));
		return reply_empty(c, 416);
	case RANGE_PART:
		call_header(c, "Content-Range",
			    arena_printf(c->work.arena, "bytes %lld-%lld/%lld", (long long)part.first,
					 (long long)part.last, (long long)size));
		r->status = 206;
		break;
	case RANGE_NONE:
		r->status = 200;
		break;
	}
	r->body = RESPONSE_FILE;
	r->offset = part.first;
	r->length = part.last - part.first + 1;
	return true;
}

/*
 * The web server sends the file; it also answers Range, against the same ETag.
 * Not one that lies behind the end: lighttpd's 416 would not tell the size.
 */
static bool
reply_sendfile(struct call *c, const char *path)
{
	const struct config *config = c->work.config;
	const char *prefix = *config->sendfile_prefix ? config->sendfile_prefix : config->blob_dir;
	const char *name = config->sendfile == SENDFILE_X_ACCEL ? "X-Accel-Redirect" : "X-Sendfile";
	size_t n = strlen(prefix);

	call_header(c, name, arena_printf(c->work.arena, "%s%s%s", prefix, n > 0 && prefix[n - 1] == '/' ? "" : "/", path));
	c->response->status = 200;
	c->response->body = RESPONSE_ELSEWHERE;
	return true;
}

bool
reply_blob(struct call *c, const char *content_type, const uint8_t sha256[SHA256_SIZE], int64_t size, int64_t modified)
{
	struct arena *a = c->work.arena;
	const char *etag = arena_printf(a, "\"%s\"", encode_hex(a, sha256, SHA256_SIZE));
	struct byte_range part;

	call_header(c, "ETag", etag);
	if (conditional_not_modified(c->request, etag, modified))
		return reply_empty(c, 304);
	call_header(c, "Content-Type", content_type);
	if (c->work.config->sendfile != SENDFILE_NONE && c->request->method == METHOD_GET &&
	    range_parse(c->request, size, etag, modified, &part) != RANGE_UNSATISFIABLE)
		return reply_sendfile(c, blob_path(&c->work, sha256));
	call_header(c, "Accept-Ranges", "bytes");
	c->response->fd = blob_open(&c->work, sha256);
	if (c->response->fd < 0)
		return false;
	return reply_range(c, etag, size, modified);
}

bool
call_is_download(const struct call *c, int64_t size, int64_t modified)
{
	struct byte_range part;

	if (c->request->method != METHOD_GET || c->response->status >= 300)
		return false;
	return range_parse(c->request, size, response_get(c->response, "ETag"), modified, &part) != RANGE_PART ||
	       part.first == 0;
}

struct span
path_span(const struct call *c, const char *name)
{
	for (size_t i = 0; i < c->match->param_count; i++)
		if (strcmp(c->match->params[i].name, name) == 0)
			return c->match->params[i].value;
	return span_make(NULL, 0);
}

const char *
path_text(const struct call *c, const char *name)
{
	struct span value = path_span(c, name);

	return value.at && !memchr(value.at, '\0', value.len) ? value.at : NULL;
}

const char *
call_url(struct call *c, const char *format, ...)
{
	struct buf url = buf_on(c->work.arena);
	va_list args;

	buf_puts(&url, c->work.config->base_url);
	va_start(args, format);
	buf_puts(&url, arena_vprintf(c->work.arena, format, args));
	va_end(args);
	return buf_text(&url);
}
