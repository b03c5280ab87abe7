/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The primary e-mail address of an account and its confirmation. Only the
 * SHA-256 of a confirmation token is stored; the token goes out by mail.
 */
#ifndef ENTREPOT_DOMAIN_EMAIL_H
#define ENTREPOT_DOMAIN_EMAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct work;

/* Where the link in the mail leads, below base_url; the token follows. GET and PUT there confirm. */
#define EMAIL_CONFIRM_PATH "/api/v1/confirm/"
/* The same of accounts that registered themselves; username, email and key are its parameters. */
#define EMAIL_VERIFY_PATH "/email/verify"

/* Which of the two a mail names. */
enum email_link { EMAIL_LINK_CONFIRM, EMAIL_LINK_VERIFY };

struct email {
	int64_t id;
	int64_t account_id;
	const char *address;
	int64_t verified_at;		/* 0: not confirmed */
	int64_t verification_sent_at;	/* 0: no mail went out */
	bool is_public;			/* everybody may see it */
};

/* The primary address; NULL without a fault when there is none. */
const struct email *email_of(struct work *w, int64_t account_id) MUST_CHECK;

/*
 * Make ADDRESS the primary one. A changed address is unconfirmed, and a mail
 * with a confirmation link is queued in the same transaction; the same address
 * again changes nothing (and sends again while it is unconfirmed). Raises
 * BAD_REQUEST "empty email rejected" and "invalid email address".
 */
bool email_set(struct work *w, int64_t account_id, struct span address) MUST_CHECK;

/* The same with a link of that form in the mail. */
bool email_set_linked(struct work *w, int64_t account_id, struct span address, enum email_link link) MUST_CHECK;

/* The same, confirmed from the start (for administrators); no mail. CONFLICT when another account confirmed it. */
bool email_set_verified(struct work *w, int64_t account_id, struct span address) MUST_CHECK;

/*
 * Send the confirmation mail again, with a new token, unless the address is
 * confirmed already. BAD_REQUEST "no email address on file".
 */
bool email_resend(struct work *w, int64_t account_id) MUST_CHECK;

/*
 * Confirm the address that TOKEN was sent to a day ago at most. BAD_REQUEST
 * "Email belonging to token not found."; CONFLICT when another account has
 * confirmed the same address.
 */
bool email_confirm(struct work *w, struct span token) MUST_CHECK;

/*
 * Confirm ADDRESS of the account NAME by the key that it was sent a day ago at
 * most. BAD_REQUEST when they do not belong together; CONFLICT as above.
 */
bool email_verify(struct work *w, struct span name, struct span address, struct span key) MUST_CHECK;

/* Show the primary address to everybody, or to nobody. NOT_FOUND when there is none. */
bool email_set_public(struct work *w, int64_t account_id, bool is_public) MUST_CHECK;

/* *OUT: whether another account than that (0: any) has confirmed the address. */
bool email_is_taken(struct work *w, int64_t account_id, const char *address, bool *out) MUST_CHECK;

/* *OUT: whether the account has a confirmed primary address. */
bool email_is_verified(struct work *w, int64_t account_id, bool *out) MUST_CHECK;

/* Whether it looks like an address that mail can be sent to. Pure. */
bool email_is_valid(struct span address);

#endif
