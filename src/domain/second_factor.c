/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Second factors; see the header.
 */
#include "domain/second_factor.h"

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
#include "base/totp.h"
#include "base/work.h"
#include "domain/account.h"
#include "domain/audit.h"
#include "domain/limit.h"

/* Six digits are guessed in a day without these. */
#define ADDRESS_FAILURES 20
#define ADDRESS_WINDOW (15 * CLOCK_MINUTE)
#define ACCOUNT_FAILURES 5
#define ACCOUNT_WINDOW (10 * CLOCK_MINUTE)

/* Two groups of five of an alphabet without look-alikes: 49 bits, tried five times in ten minutes. */
#define RECOVERY_ALPHABET "23456789abcdefghjkmnpqrstvwxyz"
#define RECOVERY_LENGTH 10

struct factor {
	struct span secret;
	int64_t confirmed_at;
	int64_t recovery_codes;
};
static const struct column factor_columns[] = {
	COLUMN(factor, secret),
	COLUMN(factor, confirmed_at),
	COLUMN(factor, recovery_codes),
	COLUMNS_END
};
static const struct row_type factor_row = ROW_TYPE(factor, factor_columns);

static const struct factor *
find(struct work *w, int64_t account_id)
{
	arena_hold_secret(w->arena);
	return db_one(w, Q_SECOND_FACTOR_FIND, &factor_row, ARGS(num(account_id)));
}

bool
second_factor_of(struct work *w, int64_t account_id, struct second_factor *out)
{
	const struct factor *f = find(w, account_id);

	*out = (struct second_factor){
		.enrolled = f != NULL,
		.confirmed = f && f->confirmed_at != 0,
		.recovery_codes = f ? f->recovery_codes : 0,
	};
	return !fault_is_set(w->fault);
}

/* ---- having one ---- */

static bool
note(struct work *w, const char *action, int64_t account_id)
{
	return audit_add(w, &(struct audit){ .action = action, .subject_account_id = account_id });
}

/* The form that authenticators read: otpauth://totp/ISSUER:NAME?secret=…&issuer=ISSUER */
static const char *
otpauth(struct work *w, const char *name, const uint8_t *secret)
{
	struct buf url = buf_on(w->arena);

	buf_puts(&url, "otpauth://totp/");
	encode_path_segment(&url, span_of(w->config->site_name));
	buf_putc(&url, ':');
	encode_path_segment(&url, span_of(name));
	buf_printf(&url, "?secret=%s&issuer=", totp_base32(w->arena, secret));
	encode_path_segment(&url, span_of(w->config->site_name));
	buf_puts(&url, "&algorithm=SHA1&digits=6&period=30");
	return buf_text(&url);
}

const char *
second_factor_enrol(struct work *w, const struct account *account)
{
	uint8_t secret[TOTP_SECRET_SIZE];
	int64_t affected;
	struct tx *tx;

	if (account_is_organization(account)) {
		fault_raise(w->fault, FAULT_INVALID, "`%s` is an organization, which nobody logs in as", account->name);
		return NULL;
	}
	arena_hold_secret(w->arena);
	random_bytes(secret, sizeof(secret));
	tx = tx_begin(w);
	if (!tx || !db_exec(w, Q_SECOND_FACTOR_ENROL,
		ARGS(num(account->id), bytes(secret, sizeof(secret)), timestamp(w->now)), &affected))
		return NULL;
	if (affected == 0)
		fault_raise(w->fault, FAULT_CONFLICT, "`%s` has a second factor; remove it first", account->name);
	if (!note(w, "security.update", account->id) || !tx_commit(w, tx))
		return NULL;
	return otpauth(w, account->name, secret);
}

bool
second_factor_confirm(struct work *w, int64_t account_id, struct span code)
{
	const struct factor *f = find(w, account_id);
	struct tx *tx;

	if (!f)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "there is no second factor to confirm");
	if (!totp_matches((const uint8_t *)f->secret.at, code, w->now))
		return fault_raise(w->fault, FAULT_INVALID, "this is not the code of this time");
	tx = tx_begin(w);
	return tx && db_exec(w, Q_SECOND_FACTOR_CONFIRM, ARGS(num(account_id), timestamp(w->now)), NULL) &&
	       note(w, "security.update", account_id) && tx_commit(w, tx);
}

static const char *
new_recovery_code(struct work *w)
{
	static const char alphabet[] = RECOVERY_ALPHABET;
	char *code = arena_zalloc(w->arena, 1, RECOVERY_LENGTH + 2);
	size_t used = 0;

	while (used < RECOVERY_LENGTH + 1) {
		uint8_t byte;

		random_bytes(&byte, 1);
		/* Each character equally likely: what does not divide evenly is drawn again. */
		if (byte >= 256 / (sizeof(alphabet) - 1) * (sizeof(alphabet) - 1))
			continue;
		if (used == RECOVERY_LENGTH / 2)
			code[used++] = '-';
		code[used++] = alphabet[byte % (sizeof(alphabet) - 1)];
	}
	return code;
}

bool
second_factor_recovery(struct work *w, int64_t account_id, struct texts *out)
{
	const struct factor *f = find(w, account_id);
	const char **codes = arena_zalloc(w->arena, RECOVERY_CODES + 1, sizeof(*codes));
	uint8_t hash[SHA256_SIZE];
	struct tx *tx;

	if (!f || f->confirmed_at == 0)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "there is no confirmed second factor");
	tx = tx_begin(w);
	if (!tx || !db_exec(w, Q_RECOVERY_CODE_CLEAR, ARGS(num(account_id)), NULL))
		return false;
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		codes[i] = new_recovery_code(w);
		digest_sha256(span_of(codes[i]), hash);
		if (!db_exec(w, Q_RECOVERY_CODE_INSERT, ARGS(num(account_id), bytes(hash, sizeof(hash))), NULL))
			return false;
	}
	*out = (struct texts){ codes, RECOVERY_CODES };
	return note(w, "security.rotate_recovery_codes", account_id) && tx_commit(w, tx);
}

bool
second_factor_remove(struct work *w, int64_t account_id)
{
	struct tx *tx = tx_begin(w);
	int64_t affected;

	if (!tx || !db_exec(w, Q_RECOVERY_CODE_CLEAR, ARGS(num(account_id)), NULL) ||
	    !db_exec(w, Q_SECOND_FACTOR_REMOVE, ARGS(num(account_id)), &affected))
		return false;
	if (affected == 0)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "there is no second factor");
	return note(w, "security.update", account_id) && tx_commit(w, tx);
}

/* ---- checking one ---- */

struct counted {
	struct limit_window account, address;
};

static struct counted
windows_of(struct work *w, int64_t account_id)
{
	const char *address = w->remote_addr ? w->remote_addr : "local";

	return (struct counted){
		{ arena_printf(w->arena, "totp account %lld", (long long)account_id), ACCOUNT_WINDOW },
		{ arena_printf(w->arena, "totp address %.64s", address), ADDRESS_WINDOW },
	};
}

static bool
is_recovery_code(struct work *w, int64_t account_id, struct span code, bool *out)
{
	char lower[RECOVERY_LENGTH + 1];
	uint8_t hash[SHA256_SIZE];
	int64_t affected;

	*out = false;
	if (code.len != sizeof(lower))
		return true;
	for (size_t i = 0; i < code.len; i++)
		lower[i] = to_lower(code.at[i]);
	digest_sha256(span_make(lower, sizeof(lower)), hash);
	if (!db_exec(w, Q_RECOVERY_CODE_USE, ARGS(num(account_id), bytes(hash, sizeof(hash))), &affected))
		return false;
	*out = affected > 0;
	return true;
}

static bool
count_failure(struct work *w, const struct counted *counted)
{
	int64_t count, ends_at;

	return limit_window_add(w, &counted->account, 1, &count, &ends_at) &&
	       limit_window_add(w, &counted->address, 1, &count, &ends_at);
}

bool
second_factor_check(struct work *w, int64_t account_id, struct span code, enum second_factor_answer *out)
{
	struct counted counted = windows_of(w, account_id);
	const struct factor *f = find(w, account_id);
	int64_t of_account, of_address;
	bool right;

	*out = SECOND_FACTOR_TOO_MANY;
	if (fault_is_set(w->fault) || !limit_window_count(w, &counted.account, &of_account) ||
	    !limit_window_count(w, &counted.address, &of_address))
		return false;
	if (of_account >= ACCOUNT_FAILURES || of_address >= ADDRESS_FAILURES)
		return true;
	*out = SECOND_FACTOR_WRONG;
	right = f && f->confirmed_at != 0 && totp_matches((const uint8_t *)f->secret.at, code, w->now);
	if (f && f->confirmed_at != 0 && !right && !is_recovery_code(w, account_id, code, &right))
		return false;
	if (!right)
		return count_failure(w, &counted);
	*out = SECOND_FACTOR_RIGHT;
	return true;
}
