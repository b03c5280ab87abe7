/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is let in: whoever shows a credential shows a good one, on every path,
 * and does not guess it; a user has a confirmed address, and where the setting
 * says so a second factor before an application writes.
 */
#include "protocols/hex/people.h"

#include "base/settings.h"
#include "domain/email.h"
#include "domain/login.h"
#include "http/credentials.h"

bool
hex_check_guesses(struct call *c)
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

bool
hex_admit(struct call *c)
{
	if (!request_header(c->request, "authorization"))
		return true;
	if (!call_authenticate(c))
		return false;
	return c->actor.account_id == 0 || (check_address(c) && check_enrolment(c));
}
