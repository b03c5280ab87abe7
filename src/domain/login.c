/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Guessed passwords; see the header.
 */
#include "domain/login.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/text.h"
#include "base/work.h"
#include "domain/auth.h"
#include "domain/limit.h"
#include "domain/second_factor.h"

#define ADDRESS_FAILURES 30
#define ADDRESS_WINDOW (15 * CLOCK_MINUTE)
#define NAME_FAILURES 10
#define NAME_WINDOW (10 * CLOCK_MINUTE)

struct counted {
	struct limit_window name, address;
};

static struct counted
windows_of(struct work *w, const char *name)
{
	return (struct counted){
		{ arena_printf(w->arena, "login name %.64s", text_lower(w->arena, name)), NAME_WINDOW },
		{ arena_printf(w->arena, "login address %.64s", w->remote_addr ? w->remote_addr : "local"), ADDRESS_WINDOW },
	};
}

/* A key is cut between characters, wherever its bytes end. */
static bool
is_countable(const char *name)
{
	for (const char *s = name; *s; s++)
		if (*s < ' ' || *s > '~')
			return false;
	return true;
}

bool
login_check(struct work *w, const char *name)
{
	struct counted counted = windows_of(w, is_countable(name) ? name : "?");
	int64_t of_name, from_address;

	if (!limit_window_count(w, &counted.name, &of_name) || !limit_window_count(w, &counted.address, &from_address))
		return false;
	if (of_name < NAME_FAILURES && from_address < ADDRESS_FAILURES)
		return true;
	return fault_raise(w->fault, FAULT_LIMITED, "Too many failed logins. Please try again later.");
}

bool
login_failed(struct work *w, const char *name)
{
	struct counted counted = windows_of(w, is_countable(name) ? name : "?");
	int64_t count, ends_at;

	return limit_window_add(w, &counted.name, 1, &count, &ends_at) &&
	       limit_window_add(w, &counted.address, 1, &count, &ends_at);
}

static bool
check_code(struct work *w, int64_t account_id, const char *code)
{
	enum second_factor_answer answer;
	struct second_factor factor;

	if (!second_factor_of(w, account_id, &factor) || !factor.confirmed)
		return !fault_is_set(w->fault);
	if (!second_factor_check(w, account_id, span_trim(span_of(code)), &answer))
		return false;
	switch (answer) {
	case SECOND_FACTOR_RIGHT:
		return true;
	case SECOND_FACTOR_WRONG:
		return fault_raise(w->fault, FAULT_FORBIDDEN, "Invalid two-factor authentication code");
	case SECOND_FACTOR_TOO_MANY:
		break;
	}
	return fault_raise(w->fault, FAULT_LIMITED,
			   "Too many failed two-factor authentication attempts. Please try again later.");
}

bool
login_person(struct work *w, const char *name, const char *password, const char *code, struct actor *out)
{
	if (!login_check(w, name))
		return false;
	if (auth_password(w, name, password, out))
		return check_code(w, out->account_id, code);
	if (out->refusal == AUTH_WRONG_PASSWORD) {
		fault_clear(w->fault);
		if (login_failed(w, name))
			fault_raise(w->fault, FAULT_FORBIDDEN, "invalid username and password combination");
	}
	return false;
}
