/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes wrong, in the words and the shapes of the protocol: {"status",
 * "message", "errors"}, and OAuth's own.
 */
#include "protocols/hex/hex.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
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

bool
hex_refuse_credential(struct call *c, enum auth_refusal why)
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

const struct doc *
hex_fault_view(struct call *c, const struct fault *f, int *status)
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
