/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is let in: no more requests than are allowed; whoever shows a credential
 * shows a good one, on every path, and does not guess it; a user has a
 * confirmed address, and a second factor before an application writes.
 */
#include "protocols/hex/people.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/settings.h"
#include "domain/email.h"
#include "domain/login.h"
#include "domain/second_factor.h"
#include "http/credentials.h"
#include "protocols/hex/hex.h"

static bool
check_guesses(struct call *c)
{
	struct credentials given = credentials_read(c->work.arena, c->request);

	return given.scheme != CREDENTIAL_BASIC || login_check(&c->work, given.user);
}

bool
hex_count_guess(struct call *c)
{
	struct credentials given = credentials_read(c->work.arena, c->request);

	return given.scheme != CREDENTIAL_BASIC || login_failed(&c->work, given.user);
}

static bool
check_address(struct call *c)
{
	bool verified;

	if (c->actor.is_organization || c->route->need == NEED_PUBLIC || c->route->flags & ROUTE_UNCONFIRMED)
		return true;
	if (!email_is_verified(&c->work, c->actor.account_id, &verified))
		return false;
	return verified || fault_raise(&c->fault, FAULT_FORBIDDEN, "email not verified");
}

static bool
check_enrolment(struct call *c)
{
	if (!c->work.config->hex_second_factor || !c->actor.oauth || c->actor.has_second_factor ||
	    !(c->route->flags & ROUTE_WRITES) || c->route->need == NEED_PUBLIC)
		return true;
	return fault_raise(&c->fault, FAULT_FORBIDDEN, "Two-factor authentication must be enabled for API write access");
}

/* Whoever shows a credential, whatever the route needs. */
static bool
admit(struct call *c)
{
	if (!request_header(c->request, "authorization"))
		return true;
	if (!call_authenticate(c))
		return false;
	return c->actor.account_id == 0 || (check_address(c) && check_enrolment(c));
}

/* ---- before a request ---- */

static bool
check_user_agent(struct call *c)
{
	const char *agent = request_header(c->request, "user-agent");

	return !hex_is_api(c) || (agent && *agent) ||
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
 * a key or token, by its account. Who is not counted is told the same limit,
 * of which nothing is used.
 */
static bool
count_request(struct call *c)
{
	const struct config *config = c->work.config;
	struct credentials given = credentials_read(c->work.arena, c->request);
	struct hex_state *state = hex_state(c);
	const char *who;

	if (!hex_is_api(c))
		return true;
	if (given.scheme != CREDENTIAL_NONE && given.scheme != CREDENTIAL_BASIC && !call_authenticate(c))
		return false;
	state->limit = c->actor.account_id != 0 ? config->hex_rate_limit_account : config->hex_rate_limit_address;
	if (state->limit == 0)
		return true;
	state->window.length = CLOCK_MINUTE;
	state->ends_at = limit_window_end(&c->work, &state->window);
	if (config_address_in(config->hex_rate_limit_exempt, c->request->remote_addr))
		return true;
	who = c->actor.account_id == 0 ? arena_printf(c->work.arena, "IP %s", c->request->remote_addr)
		: arena_printf(c->work.arena, "%s %lld", c->actor.is_organization ? "organization" : "user",
			       (long long)c->actor.account_id);
	state->window.key = arena_printf(c->work.arena, "hex %s", who);
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

bool
hex_before(struct call *c)
{
	struct hex_state *state = arena_new(c->work.arena, struct hex_state);

	c->state = state;
	state->admitted = check_user_agent(c) && check_basic(c) && (!hex_is_api(c) || check_guesses(c)) &&
			  count_request(c) && check_second_factor(c) && (!hex_is_api(c) || admit(c));
	return state->admitted;
}
