/* SPDX-License-Identifier: Apache-2.0 */
/*
 * E-mail addresses: setting, confirming. The mail goes out by the queue, so it
 * is written in the same transaction as the token that it carries.
 */
#include "domain/email.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/random.h"
#include "base/settings.h"
#include "base/text.h"
#include "base/work.h"
#include "db/db.h"
#include "domain/account.h"
#include "domain/audit.h"
#include "domain/mail.h"

#define MAX_ADDRESS 320
#define MAX_LOCAL 64
#define MAX_LABEL 63
#define TOKEN_LENGTH 26
#define VERIFY_WITHIN CLOCK_DAY

static const struct column email_columns[] = {
	COLUMN(email, id),
	COLUMN(email, account_id),
	COLUMN(email, address),
	COLUMN(email, verified_at),
	COLUMN(email, verification_sent_at),
	COLUMN(email, is_public),
	COLUMNS_END
};
static const struct row_type email_row = ROW_TYPE(email, email_columns);

const struct email *
email_of(struct work *w, int64_t account_id)
{
	return db_one(w, Q_EMAIL_PRIMARY, &email_row, ARGS(num(account_id)));
}

bool
email_is_verified(struct work *w, int64_t account_id, bool *out)
{
	int64_t count;
	bool ok = db_int(w, Q_EMAIL_IS_VERIFIED, ARGS(num(account_id)), &count);

	*out = count > 0;
	return ok;
}

/* ---- the form of an address ---- */

/* A dot-atom of RFC 5322 §3.2.3, other than ASCII allowed (RFC 6531). */
static bool
is_local_part(struct span s)
{
	if (s.len == 0 || s.len > MAX_LOCAL || s.at[0] == '.' || s.at[s.len - 1] == '.')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if (c == '.' && s.at[i + 1] == '.')
			return false;
		if (c < 0x80 && !is_alnum((char)c) && !strchr(".!#$%&'*+/=?^_`{|}~-", c))
			return false;
	}
	return true;
}

static bool
is_domain(struct span s)
{
	while (s.at) {
		struct span label = span_cut(&s, '.');

		if (label.len == 0 || label.len > MAX_LABEL || label.at[0] == '-' || label.at[label.len - 1] == '-')
			return false;
		for (size_t i = 0; i < label.len; i++) {
			unsigned char c = (unsigned char)label.at[i];

			if (c < 0x80 && !is_alnum((char)c) && c != '-')
				return false;
		}
	}
	return true;
}

bool
email_is_valid(struct span address)
{
	struct span domain = address;
	struct span local;

	if (address.len == 0 || address.len > MAX_ADDRESS || span_find_nul(address) >= 0 || !text_is_utf8(address))
		return false;
	local = span_cut(&domain, '@');
	return domain.at && is_local_part(local) && is_domain(domain);
}

/* ---- confirming ---- */

static const char *
make_link(struct work *w, enum email_link kind, const char *name, const char *address, const char *token)
{
	struct buf link = buf_on(w->arena);

	buf_puts(&link, w->config->base_url);
	if (kind == EMAIL_LINK_CONFIRM) {
		buf_printf(&link, "%s%s", EMAIL_CONFIRM_PATH, token);
		return buf_text(&link);
	}
	buf_printf(&link, "%s?username=", EMAIL_VERIFY_PATH);
	encode_form(&link, span_of(name));
	buf_puts(&link, "&email=");
	encode_form(&link, span_of(address));
	buf_printf(&link, "&key=%s", token);
	return buf_text(&link);
}

static bool
send_verification(struct work *w, int64_t email_id, int64_t account_id, const char *address, enum email_link kind)
{
	const struct account *account = account_find_id(w, account_id);
	const char *token = random_token(w->arena, "", TOKEN_LENGTH);
	uint8_t hash[SHA256_SIZE];
	const char *link;

	if (!account)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "no such account");
	digest_sha256(span_of(token), hash);
	if (!db_exec(w, Q_EMAIL_SET_VERIFICATION, ARGS(num(email_id), bytes(hash, sizeof(hash)), timestamp(w->now)),
		     NULL))
		return false;
	link = make_link(w, kind, account->name, address, token);
	return mail_queue(w, address,
		arena_printf(w->arena, "Please confirm your email address for %s", w->config->site_name),
		arena_printf(w->arena,
			"Hello %s,\n"
			"\n"
			"this address was given for your account at %s.\n"
			"To confirm that it is yours, open within a day\n"
			"\n"
			"    %s\n"
			"\n"
			"If it was not you, nothing needs to be done.\n",
			account->name, w->config->site_name, link));
}

bool
email_resend(struct work *w, int64_t account_id)
{
	struct tx *tx = tx_begin(w);
	const struct email *e = db_one(w, Q_EMAIL_PRIMARY_LOCK, &email_row, ARGS(num(account_id)));

	if (!e)
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "no email address on file");
	if (e->verified_at == 0 && !send_verification(w, e->id, account_id, e->address, EMAIL_LINK_CONFIRM))
		return false;
	return tx_commit(w, tx);
}

bool
email_is_taken(struct work *w, int64_t account_id, const char *address, bool *out)
{
	int64_t count;
	bool ok = db_int(w, Q_EMAIL_IS_TAKEN, ARGS(num(account_id), text(address)), &count);

	*out = count > 0;
	return ok;
}

/* Another account may have confirmed the address since the token went out. */
static bool
mark_verified(struct work *w, int64_t email_id, int64_t account_id, const char *address)
{
	bool taken;

	if (!email_is_taken(w, account_id, address, &taken))
		return false;
	if (taken)
		return fault_raise(w->fault, FAULT_CONFLICT, "this email address belongs to another account");
	return db_exec(w, Q_EMAIL_VERIFY, ARGS(num(email_id)), NULL) &&
	       audit_add(w, &(struct audit){ .action = "email.confirm", .subject_account_id = account_id });
}

static bool
is_fresh(const struct work *w, const struct email *e)
{
	return e->verification_sent_at + VERIFY_WITHIN > w->now;
}

bool
email_confirm(struct work *w, struct span token)
{
	struct tx *tx;
	const struct email *e;
	uint8_t hash[SHA256_SIZE];

	digest_sha256(token, hash);
	tx = tx_begin(w);
	e = db_one(w, Q_EMAIL_BY_VERIFICATION, &email_row, ARGS(bytes(hash, sizeof(hash))));
	if (!e || !is_fresh(w, e))
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "Email belonging to token not found.");
	if (!mark_verified(w, e->id, e->account_id, e->address))
		return false;
	return tx_commit(w, tx);
}

/* Whether it is the address of that account and the key is not too old. */
static bool
is_verifiable(struct work *w, const struct email *e, struct span name, struct span address)
{
	const struct account *account = account_find(w, name);

	return account && account->id == e->account_id && span_equal_nocase(span_of(e->address), address) &&
	       is_fresh(w, e);
}

bool
email_verify(struct work *w, struct span name, struct span address, struct span key)
{
	struct tx *tx;
	const struct email *e;
	uint8_t hash[SHA256_SIZE];

	digest_sha256(key, hash);
	tx = tx_begin(w);
	e = db_one(w, Q_EMAIL_BY_VERIFICATION, &email_row, ARGS(bytes(hash, sizeof(hash))));
	if (!e || !is_verifiable(w, e, name, address))
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "This link is not valid any more.");
	if (!mark_verified(w, e->id, e->account_id, e->address))
		return false;
	return tx_commit(w, tx);
}

bool
email_set_public(struct work *w, int64_t account_id, bool is_public)
{
	int64_t affected;

	if (!db_exec(w, Q_EMAIL_SET_PUBLIC, ARGS(num(account_id), flag(is_public)), &affected))
		return false;
	return affected > 0 || fault_raise(w->fault, FAULT_NOT_FOUND, "no email address on file");
}

/* ---- setting ---- */

/* *ID is that of the primary address, which is now ADDRESS; *CONFIRMED when it was that before, and confirmed. */
static bool
replace(struct work *w, int64_t account_id, const char *address, int64_t *id, bool *confirmed)
{
	const struct email *old = db_one(w, Q_EMAIL_PRIMARY_LOCK, &email_row, ARGS(num(account_id)));

	*confirmed = false;
	if (fault_is_set(w->fault))
		return false;
	if (old && strcmp(old->address, address) == 0) {
		*id = old->id;
		*confirmed = old->verified_at != 0;
		return true;
	}
	if (!db_exec(w, Q_EMAIL_DELETE_SECONDARY, ARGS(num(account_id), text(address)), NULL))
		return false;
	if (!audit_add(w, &(struct audit){ .action = "email.change", .subject_account_id = account_id }))
		return false;
	if (!old)
		return db_int(w, Q_EMAIL_INSERT, ARGS(num(account_id), text(address)), id);
	*id = old->id;
	return db_exec(w, Q_EMAIL_REPLACE, ARGS(num(old->id), text(address)), NULL);
}

static const char *
check_address(struct work *w, struct span address)
{
	struct span trimmed = span_trim(address);

	if (trimmed.len == 0)
		fault_raise(w->fault, FAULT_BAD_REQUEST, "empty email rejected");
	else if (!email_is_valid(trimmed))
		fault_raise(w->fault, FAULT_BAD_REQUEST, "invalid email address");
	return fault_is_set(w->fault) ? NULL : arena_dup(w->arena, trimmed.at, trimmed.len);
}

bool
email_set(struct work *w, int64_t account_id, struct span address)
{
	return email_set_linked(w, account_id, address, EMAIL_LINK_CONFIRM);
}

bool
email_set_linked(struct work *w, int64_t account_id, struct span address, enum email_link link)
{
	const char *wanted = check_address(w, address);
	struct tx *tx;
	bool confirmed;
	int64_t id;

	if (!wanted)
		return false;
	tx = tx_begin(w);
	if (!replace(w, account_id, wanted, &id, &confirmed))
		return false;
	if (!confirmed && !send_verification(w, id, account_id, wanted, link))
		return false;
	return tx_commit(w, tx);
}

bool
email_set_verified(struct work *w, int64_t account_id, struct span address)
{
	const char *wanted = check_address(w, address);
	struct tx *tx;
	bool confirmed;
	int64_t id;

	if (!wanted)
		return false;
	tx = tx_begin(w);
	if (!replace(w, account_id, wanted, &id, &confirmed) ||
	    !mark_verified(w, id, account_id, wanted))
		return false;
	return tx_commit(w, tx);
}
