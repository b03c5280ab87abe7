/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the links in mails lead: a confirmed address, a new password.
 */
#include "protocols/hex/people.h"

#include "base/arena.h"
#include "domain/email.h"
#include "domain/registration.h"
#include "protocols/hex/hex.h"

/* What was refused, said on a page instead of a document. Nothing else that failed becomes one. */
static bool
say_refusal(struct call *c, const char *title)
{
	const char *message = c->fault.fields ? c->fault.fields->message : c->fault.message;

	if (c->fault.kind != FAULT_BAD_REQUEST && c->fault.kind != FAULT_CONFLICT && c->fault.kind != FAULT_INVALID)
		return false;
	fault_clear(&c->fault);
	return html_say(c, 400, title, message);
}

static bool
verify(struct call *c)
{
	const char *name = hex_param(c, "username"), *address = hex_param(c, "email"), *key = hex_param(c, "key");

	if (!name || !address || !key)
		return html_say(c, 400, "Confirm an address", "This link is not complete.");
	if (!email_verify(&c->work, span_of(name), span_of(address), span_of(key)))
		return say_refusal(c, "Confirm an address");
	return html_say(c, 200, "Confirm an address", "Thank you: your address is confirmed.");
}

static bool
reply_form(struct call *c, int status, const char *name, const char *key, const char *problem)
{
	struct buf body = buf_on(c->work.arena);

	if (problem) {
		buf_puts(&body, "<p><strong>");
		html_text(&body, problem);
		buf_puts(&body, "</strong></p>\n");
	}
	buf_printf(&body, "<form method=\"post\" action=\"%s\">\n", call_url(c, "%s", PASSWORD_RESET_PATH));
	html_hidden(&body, "username", name);
	html_hidden(&body, "key", key);
	html_input(&body, "password", "password", "New password", NULL);
	html_input(&body, "password", "password_again", "Again", NULL);
	buf_puts(&body, "<p><button>Set the password</button></p>\n</form>\n");
	return html_reply(c, status, "A new password", &body, NULL);
}

static bool
ask_password(struct call *c)
{
	const char *name = hex_param(c, "username"), *key = hex_param(c, "key");
	bool good = false;

	if (name && key && !password_reset_check(&c->work, span_of(name), span_of(key), &good))
		return false;
	if (!good)
		return html_say(c, 400, "A new password", "This link is not valid any more.");
	return reply_form(c, 200, name, key, NULL);
}

static bool
set_password(struct call *c)
{
	const char *name = hex_param(c, "username"), *key = hex_param(c, "key");
	const char *password = doc_find_text(c->document, "password");
	const char *again = doc_find_text(c->document, "password_again");

	arena_hold_secret(c->work.arena);
	if (!name || !key || !password || !again || !html_is_own_form(c))
		return html_say(c, 400, "A new password", "This form is not complete.");
	if (!span_is(span_of(password), again))
		return reply_form(c, 422, name, key, "The two passwords differ.");
	if (password_reset_finish(&c->work, span_of(name), span_of(key), password))
		return html_say(c, 200, "A new password", "Your password is changed.");
	if (c->fault.kind == FAULT_INVALID && c->fault.fields) {
		const char *problem = arena_printf(c->work.arena, "The password %s.", c->fault.fields->message);

		fault_clear(&c->fault);
		return reply_form(c, 422, name, key, problem);
	}
	return say_refusal(c, "A new password");
}

#define PAGE ROUTE_BY_SECRET | ROUTE_ANY_CLIENT | ROUTE_ANY_ACCEPT

const struct route hex_address_routes[] = {
	ROUTE(GET, "/verify", PUBLIC, verify, "Confirm an address with the mailed key", .flags = ROUTE_WRITES | PAGE),
	ROUTE_END
};

const struct route hex_password_routes[] = {
	ROUTE(GET, "/reset", PUBLIC, ask_password, "The form for a new password", .flags = PAGE),
	ROUTE(POST, "/reset", PUBLIC, set_password, "Set a new password with the mailed key",
	      .body = BODY_DOCUMENT, .flags = ROUTE_WRITES | PAGE),
	ROUTE_END
};
