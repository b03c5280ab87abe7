/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two pages on which a user lets a program in. Nobody stays logged in: a
 * form asks for name and password, the next one for consent. The second form
 * carries a random ticket that was made for this user and this request, so that
 * no other site can send it.
 */
#include "protocols/hex/people.h"

#include <string.h>

#include "base/arena.h"
#include "base/encode.h"
#include "base/text.h"
#include "domain/auth.h"
#include "domain/email.h"
#include "domain/login.h"
#include "domain/oauth.h"
#include "protocols/hex/hex.h"

#define DEVICE_TITLE "Connect a device"
#define AUTHORIZE_TITLE "Connect an application"
#define MAX_STATE 2000

/* ---- parts of forms ---- */

static void
put_problem(struct buf *b, const char *problem)
{
	if (!problem)
		return;
	buf_puts(b, "<p><strong>");
	html_text(b, problem);
	buf_puts(b, "</strong></p>\n");
}

static void
put_login(struct call *c, struct buf *b)
{
	html_input(b, "text", "username", "User name or e-mail address", hex_param(c, "username"));
	html_input(b, "password", "password", "Password", NULL);
	html_input(b, "text", "otp", "Two-factor code, if you use one", NULL);
	buf_puts(b, "<p><button>Log in</button></p>\n</form>\n");
}

/* Who asks for what, and the question. */
static void
put_consent(struct call *c, struct buf *b, const char *action, const char *program, struct texts scopes)
{
	buf_puts(b, "<p><strong>");
	html_text(b, program);
	buf_puts(b, "</strong> wants to act for <strong>");
	html_text(b, c->actor.name);
	buf_puts(b, "</strong>. It asks for:</p>\n<ul>\n");
	for (size_t i = 0; i < scopes.count; i++) {
		buf_puts(b, "<li><code>");
		html_text(b, scopes.items[i]);
		buf_puts(b, "</code></li>\n");
	}
	buf_printf(b, "</ul>\n<form method=\"post\" action=\"%s\">\n", call_url(c, "%s", action));
}

static void
put_decision(struct buf *b, const char *ticket)
{
	html_hidden(b, "ticket", ticket);
	buf_puts(b, "<p><button name=\"decision\" value=\"approve\">Approve</button>\n"
		"<button name=\"decision\" value=\"deny\">Deny</button></p>\n</form>\n");
}

static bool
is_approved(struct call *c)
{
	const char *decision = hex_param(c, "decision");

	return decision && strcmp(decision, "approve") == 0;
}

/*
 * The user of the form in c->actor. NULL, or what to tell: *STATUS goes with
 * it. A fault that stays set is none of the user's.
 */
static const char *
login(struct call *c, int *status)
{
	const char *name = hex_param(c, "username"), *password = doc_find_text(c->document, "password");
	const char *code = hex_param(c, "otp"), *problem;
	bool verified = false;

	arena_hold_secret(c->work.arena);
	*status = 401;
	if (!name || !password)
		return "Please enter your name and password.";
	if (!login_person(&c->work, name, password, code ? code : "", &c->actor)) {
		*status = c->fault.kind == FAULT_LIMITED ? 429 : 401;
		problem = c->fault.message;
		if (c->fault.kind == FAULT_FORBIDDEN || c->fault.kind == FAULT_LIMITED)
			fault_clear(&c->fault);
		return problem;
	}
	c->work.actor = &c->actor;
	if (!email_is_verified(&c->work, c->actor.account_id, &verified))
		return c->fault.message;
	*status = 403;
	return verified ? NULL : "Please confirm your e-mail address first.";
}

/* ---- devices ---- */

static bool
reply_device_form(struct call *c, int status, const char *problem)
{
	struct buf body = buf_on(c->work.arena);

	if (fault_is_set(&c->fault))
		return false;
	put_problem(&body, problem);
	buf_printf(&body, "<form method=\"post\" action=\"%s\">\n", call_url(c, "/oauth/device"));
	html_input(&body, "text", "user_code", "The code that your program shows", hex_param(c, "user_code"));
	put_login(c, &body);
	return html_reply(c, status, DEVICE_TITLE, &body, NULL);
}

static bool
show_device(struct call *c)
{
	return reply_device_form(c, 200, NULL);
}

static bool
decide_device(struct call *c, const char *ticket)
{
	bool found;

	if (!oauth_device_decide(&c->work, span_of(ticket), is_approved(c), &found))
		return false;
	if (!found)
		return html_say(c, 400, DEVICE_TITLE, "This form is not valid any more. Please begin again.");
	return html_say(c, 200, DEVICE_TITLE, is_approved(c) ? "The device is connected. You can close this page."
							     : "The device was refused.");
}

static bool
ask_device(struct call *c, const struct oauth_device *d)
{
	const char *ticket = oauth_device_ticket(&c->work, d, c->actor.account_id);
	const char *program = d->name ? arena_printf(c->work.arena, "%s on %s", d->client, d->name) : d->client;
	struct buf body = buf_on(c->work.arena);

	if (!ticket)
		return false;
	put_consent(c, &body, "/oauth/device", program, d->scopes);
	put_decision(&body, ticket);
	return html_reply(c, 200, DEVICE_TITLE, &body, NULL);
}

static bool
post_device(struct call *c)
{
	const char *ticket = hex_param(c, "ticket"), *code = hex_param(c, "user_code"), *problem;
	const struct oauth_device *d;
	int status;

	if (!html_is_own_form(c))
		return html_say(c, 403, DEVICE_TITLE, "This form was sent by another site.");
	if (ticket)
		return decide_device(c, ticket);
	problem = login(c, &status);
	if (problem)
		return reply_device_form(c, status, problem);
	d = code ? oauth_device_find(&c->work, span_of(code)) : NULL;
	if (!d)
		return reply_device_form(c, 400, "There is no such code; it may have expired.");
	return ask_device(c, d);
}

/* ---- authorization codes ---- */

/* The request's parameters, carried along from form to form. */
static const char *const carried[] = {
	"client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method",
};

/* Back to the application: NAME=VALUE, and its state. */
static bool
send_back(struct call *c, const char *uri, const char *name, const char *value, const char *state)
{
	struct buf url = buf_on(c->work.arena);

	buf_puts(&url, uri);
	buf_printf(&url, "%c%s=", strchr(uri, '?') ? '&' : '?', name);
	encode_form(&url, span_of(value));
	if (state) {
		buf_puts(&url, "&state=");
		encode_form(&url, span_of(state));
	}
	call_header(c, "Cache-Control", "no-store");
	call_header(c, "Referrer-Policy", "no-referrer");
	return redirect(c, 303, buf_text(&url));
}

/* What is wrong with the request, in OAuth's word; NULL: nothing. */
static const char *
request_error(struct call *c, struct oauth_code *request)
{
	const char *type = hex_param(c, "response_type"), *method = hex_param(c, "code_challenge_method");
	const char *error;

	if (!type || strcmp(type, "code") != 0)
		return "unsupported_response_type";
	if (!request->challenge || !oauth_challenge_is_valid(span_of(request->challenge)) ||
	    !method || strcmp(method, "S256") != 0)
		return "invalid_request";
	if (oauth_scopes(&c->work, span_of(hex_param(c, "scope")), "api:read", &request->scopes))
		return NULL;
	error = c->fault.fields ? c->fault.fields->name : "server_error";
	fault_clear(&c->fault);
	return error;
}

/*
 * Read the request. False when it was answered (or a fault is set): a client or
 * an address that is not known is told to the user, all else to the application.
 */
static bool
read_request(struct call *c, const struct oauth_client **client, struct oauth_code *request)
{
	const char *uri = hex_param(c, "redirect_uri"), *state = hex_param(c, "state"), *error;

	*client = oauth_client_get(&c->work, span_of(hex_param(c, "client_id")));
	if (!*client && c->fault.kind != FAULT_UNAUTHENTICATED)
		return false;
	fault_clear(&c->fault);
	if (!*client || !uri || !oauth_client_redirects_to(*client, span_of(uri)) ||
	    (state && strlen(state) > MAX_STATE)) {
		html_say(c, 400, AUTHORIZE_TITLE, "This application is not known here, or its request is malformed.");
		return false;
	}
	*request = (struct oauth_code){ .client_id = (*client)->id, .redirect_uri = uri, .state = state,
		.challenge = hex_param(c, "code_challenge") };
	error = request_error(c, request);
	if (error)
		send_back(c, uri, "error", error, state);
	return !error;
}

static bool
reply_authorize_form(struct call *c, int status, const struct oauth_client *client, const char *problem)
{
	struct buf body = buf_on(c->work.arena);

	if (fault_is_set(&c->fault))
		return false;
	put_problem(&body, problem);
	buf_puts(&body, "<p>Log in to connect <strong>");
	html_text(&body, client->name);
	buf_printf(&body, "</strong>.</p>\n<form method=\"post\" action=\"%s\">\n", call_url(c, "/oauth/authorize"));
	for (size_t i = 0; i < ARRAY_LEN(carried); i++)
		html_hidden(&body, carried[i], hex_param(c, carried[i]));
	put_login(c, &body);
	return html_reply(c, status, AUTHORIZE_TITLE, &body, NULL);
}

static bool
show_authorize(struct call *c)
{
	const struct oauth_client *client;
	struct oauth_code request;

	if (!read_request(c, &client, &request))
		return !fault_is_set(&c->fault);
	return reply_authorize_form(c, 200, client, NULL);
}

static bool
decide_authorize(struct call *c, const char *ticket)
{
	const char *code;
	const struct oauth_code *request = oauth_code_decide(&c->work, span_of(ticket), is_approved(c), &code);

	if (fault_is_set(&c->fault))
		return false;
	if (!request)
		return html_say(c, 400, AUTHORIZE_TITLE, "This form is not valid any more. Please begin again.");
	return send_back(c, request->redirect_uri, code ? "code" : "error", code ? code : "access_denied", request->state);
}

static bool
ask_authorize(struct call *c, const struct oauth_client *client, struct oauth_code *request)
{
	struct buf body = buf_on(c->work.arena);
	const char *ticket;

	request->account_id = c->actor.account_id;
	ticket = oauth_code_ticket(&c->work, request);
	if (!ticket)
		return false;
	put_consent(c, &body, "/oauth/authorize", client->name, request->scopes);
	put_decision(&body, ticket);
	return html_reply(c, 200, AUTHORIZE_TITLE, &body, request->redirect_uri);
}

static bool
post_authorize(struct call *c)
{
	const char *ticket = hex_param(c, "ticket"), *problem;
	const struct oauth_client *client;
	struct oauth_code request;
	int status;

	if (!html_is_own_form(c))
		return html_say(c, 403, AUTHORIZE_TITLE, "This form was sent by another site.");
	if (ticket)
		return decide_authorize(c, ticket);
	if (!read_request(c, &client, &request))
		return !fault_is_set(&c->fault);
	problem = login(c, &status);
	return problem ? reply_authorize_form(c, status, client, problem) : ask_authorize(c, client, &request);
}

#define PAGE ROUTE_BY_SECRET | ROUTE_ANY_CLIENT | ROUTE_ANY_ACCEPT

const struct route hex_oauth_page_routes[] = {
	ROUTE(GET, "/device", PUBLIC, show_device, "The page on which a device is connected", .flags = PAGE),
	ROUTE(POST, "/device", PUBLIC, post_device, "Its forms: log in, then approve or deny",
	      .body = BODY_DOCUMENT, .flags = ROUTE_WRITES | PAGE),
	ROUTE(GET, "/authorize", PUBLIC, show_authorize, "The page on which an application is connected", .flags = PAGE),
	ROUTE(POST, "/authorize", PUBLIC, post_authorize, "Its forms: log in, then approve or deny",
	      .body = BODY_DOCUMENT, .flags = ROUTE_WRITES | PAGE),
	ROUTE_END
};
