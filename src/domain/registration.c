/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registration and forgotten passwords.
 */
#include "domain/registration.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/random.h"
#include "base/settings.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/account.h"
#include "domain/audit.h"
#include "domain/auth.h"
#include "domain/email.h"
#include "domain/mail.h"
#include "domain/oauth.h"

#define RESET_WITHIN CLOCK_DAY
#define KEY_LENGTH 32

/* ---- registering ---- */

static bool
refuse_name(struct work *w)
{
	return fault_raise_field(w->fault, FAULT_INVALID, "username", "has already been taken");
}

static const struct account *
create(struct work *w, const struct registration *r)
{
	const struct account *account = account_create(w, &(struct account_new){
		.name = r->name,
		.full_name = r->full_name,
		.password = r->password,
		.reserved = r->reserved,
		.registers = true,
	});

	if (!account && w->fault->kind == FAULT_CONFLICT) {
		fault_clear(w->fault);
		refuse_name(w);
	}
	return account;
}

/* The user was made with this address before, and nobody ever used it. */
static bool
take_over(struct work *w, const struct account *account, const struct registration *r)
{
	int64_t id;

	if (!db_int(w, Q_ACCOUNT_HOLD, ARGS(num(account->id)), &id) ||
	    !db_int(w, Q_ACCOUNT_ABANDONED, ARGS(num(account->id), text(r->address)), &id))
		return false;
	if (id == 0)
		return refuse_name(w);
	return account_set_password(w, id, r->password) &&
	       account_update(w, id, &(struct account_change){ .full_name = r->full_name ? r->full_name : "" });
}

static const struct account *
make(struct work *w, const struct registration *r)
{
	const struct account *account = account_find(w, span_of(r->name));

	if (fault_is_set(w->fault))
		return NULL;
	if (!account)
		return create(w, r);
	return take_over(w, account, r) ? account_find_id(w, account->id) : NULL;
}

const struct account *
account_register(struct work *w, const struct registration *r)
{
	const struct account *account;
	bool taken;
	struct tx *tx = tx_begin(w);

	if (!tx || !email_is_taken(w, 0, r->address, &taken))
		return NULL;
	if (taken) {
		fault_raise_field(w->fault, FAULT_INVALID, "emails.email", "already in use");
		return NULL;
	}
	account = make(w, r);
	if (!account || !email_set_linked(w, account->id, span_of(r->address), EMAIL_LINK_VERIFY) || !tx_commit(w, tx))
		return NULL;
	return account;
}

/* ---- forgotten passwords ---- */

static bool
send_link(struct work *w, const struct account *account, const char *address, const char *key)
{
	struct buf link = buf_on(w->arena);

	buf_printf(&link, "%s%s?username=", w->config->base_url, PASSWORD_RESET_PATH);
	encode_form(&link, span_of(account->name));
	buf_printf(&link, "&key=%s", key);
	return mail_queue(w, address,
		arena_printf(w->arena, "A new password for %s", w->config->site_name),
		arena_printf(w->arena,
			"Hello %s,\n"
			"\n"
			"somebody asked for a new password of your account at %s.\n"
			"To choose one, open within a day\n"
			"\n"
			"    %s\n"
			"\n"
			"If it was not you, nothing needs to be done.\n",
			account->name, w->config->site_name, buf_text(&link)));
}

bool
password_reset_begin(struct work *w, struct span login)
{
	const struct account *account = account_find(w, login);
	const struct email *email;
	const char *key = random_token(w->arena, "", KEY_LENGTH);
	uint8_t hash[SHA256_SIZE];
	struct tx *tx;
	int64_t id;

	if (!account)
		account = account_find_public_email(w, login);
	email = account && !account_is_organization(account) ? email_of(w, account->id) : NULL;
	if (!email || email->verified_at == 0)
		return !fault_is_set(w->fault);
	digest_sha256(span_of(key), hash);
	tx = tx_begin(w);
	if (!tx || !db_int(w, Q_PASSWORD_RESET_INSERT, ARGS(num(account->id), bytes(hash, sizeof(hash)),
		timestamp(w->now), timestamp(w->now + RESET_WITHIN)), &id))
		return false;
	if (id != 0 && (!send_link(w, account, email->address, key) ||
	    !audit_add(w, &(struct audit){ .action = "password.reset.init", .subject_account_id = id })))
		return false;
	return tx_commit(w, tx);
}

bool
password_reset_check(struct work *w, struct span name, struct span key, bool *out)
{
	uint8_t hash[SHA256_SIZE];
	int64_t id = 0;
	bool ok;

	digest_sha256(key, hash);
	ok = db_int(w, Q_PASSWORD_RESET_FIND, ARGS(bytes(hash, sizeof(hash)), timestamp(w->now), text_span(name)), &id);
	*out = id != 0;
	return ok;
}

bool
password_reset_finish(struct work *w, struct span name, struct span key, const char *password)
{
	uint8_t hash[SHA256_SIZE];
	struct tx *tx = tx_begin(w);
	int64_t id;

	arena_hold_secret(w->arena);
	digest_sha256(key, hash);
	if (!tx || !db_int(w, Q_PASSWORD_RESET_USE,
		ARGS(bytes(hash, sizeof(hash)), timestamp(w->now), text_span(name)), &id))
		return false;
	if (id == 0)
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "This link is not valid any more.");
	return account_set_password(w, id, password) && oauth_revoke_all(w, id) &&
	       audit_add(w, &(struct audit){ .action = "password.reset.finish", .subject_account_id = id }) &&
	       tx_commit(w, tx);
}
