/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Second factors and recovery codes, and counting in windows.
 */
#include "support.h"

#include "base/clock.h"
#include "base/encode.h"
#include "base/totp.h"
#include "domain.h"
#include "domain/account.h"
#include "domain/limit.h"
#include "domain/second_factor.h"
#include "domain/short_url.h"

/* RFC 6238, appendix B: "12345678901234567890", the last six of its eight digits. */
static void
codes_are_those_of_the_standard(void **state)
{
	static const uint8_t secret[] = "12345678901234567890";

	(void)state;
	assert_string_equal(totp_code(w->arena, secret, 59 * CLOCK_SECOND), "287082");
	assert_string_equal(totp_code(w->arena, secret, INT64_C(1111111109) * CLOCK_SECOND), "081804");
	assert_string_equal(totp_code(w->arena, secret, INT64_C(20000000000) * CLOCK_SECOND), "353130");
	assert_string_equal(totp_base32(w->arena, secret), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

static void
a_code_is_good_two_steps_early_and_late(void **state)
{
	static const uint8_t secret[] = "12345678901234567890";
	int64_t now = INT64_C(1111111109) * CLOCK_SECOND;

	(void)state;
	for (int step = -2; step <= 2; step++)
		assert_true(totp_matches(secret, SPAN("081804"), now + step * 30 * CLOCK_SECOND));
	assert_false(totp_matches(secret, SPAN("081804"), now + 90 * CLOCK_SECOND));
	assert_false(totp_matches(secret, SPAN("081804"), now - 90 * CLOCK_SECOND));
	assert_false(totp_matches(secret, SPAN("81804"), now));
	assert_false(totp_matches(secret, SPAN("0818040"), now));
	assert_false(totp_matches(secret, SPAN("08180x"), now));
	assert_false(totp_matches(secret, SPAN(" 81804"), now));
}

static const struct account *
given_user(const char *name)
{
	struct account_new n = { .name = name };

	given_config();
	return account_create(w, &n);
}

/* The code of the account's secret at this time. */
static struct span
code_of(const struct account *account)
{
	uint8_t secret[TOTP_SECRET_SIZE];
	const char *hex = sql_text("SELECT encode(secret, 'hex') FROM second_factor WHERE account_id = %d",
		(int)account->id);

	assert_true(decode_hex(span_of(hex), secret, sizeof(secret)));
	return span_of(totp_code(w->arena, secret, w->now));
}

static const struct account *
given_confirmed(const char *name)
{
	const struct account *account = given_user(name);

	assert_non_null(second_factor_enrol(w, account));
	assert_true(second_factor_confirm(w, account->id, code_of(account)));
	return account;
}

static enum second_factor_answer
check(const struct account *account, struct span code)
{
	enum second_factor_answer answer;

	assert_true(second_factor_check(w, account->id, code, &answer));
	return answer;
}

static void
a_factor_counts_once_a_code_was_seen(void **state)
{
	const struct account *ann = given_user("ann");
	const char *url = second_factor_enrol(w, ann);
	struct second_factor f;

	(void)state;
	assert_non_null(strstr(url, "otpauth://totp/registry.example:ann?secret="));
	assert_true(second_factor_of(w, ann->id, &f));
	assert_true(f.enrolled);
	assert_false(f.confirmed);
	assert_int_equal(check(ann, code_of(ann)), SECOND_FACTOR_WRONG);
	assert_false(second_factor_confirm(w, ann->id, SPAN("12345")));
	assert_fault(w->fault, FAULT_INVALID);
	fault_clear(w->fault);
	assert_true(second_factor_confirm(w, ann->id, code_of(ann)));
	assert_int_equal(check(ann, code_of(ann)), SECOND_FACTOR_RIGHT);
	assert_int_equal(check(ann, code_of(ann)), SECOND_FACTOR_RIGHT);
	assert_null(second_factor_enrol(w, ann));
	assert_fault(w->fault, FAULT_CONFLICT);
}

static void
an_organization_has_no_factor(void **state)
{
	struct account_new n = { .kind = "organization", .name = "lemons" };

	(void)state;
	given_config();
	assert_null(second_factor_enrol(w, account_create(w, &n)));
	assert_fault(w->fault, FAULT_INVALID);
}

static void
a_recovery_code_is_good_once(void **state)
{
	const struct account *ann = given_confirmed("ann");
	struct texts codes, later;
	struct second_factor f;

	(void)state;
	assert_true(second_factor_recovery(w, ann->id, &codes));
	assert_int_equal(codes.count, RECOVERY_CODES);
	assert_int_equal(sql_int("SELECT count(*) FROM recovery_code r WHERE r::text LIKE '%%%s%%'", codes.items[0]), 0);
	assert_int_equal(check(ann, span_of(codes.items[0])), SECOND_FACTOR_RIGHT);
	assert_int_equal(check(ann, span_of(codes.items[0])), SECOND_FACTOR_WRONG);
	assert_true(second_factor_of(w, ann->id, &f));
	assert_int_equal(f.recovery_codes, RECOVERY_CODES - 1);
	assert_true(second_factor_recovery(w, ann->id, &later));
	assert_int_equal(check(ann, span_of(codes.items[1])), SECOND_FACTOR_WRONG);
	assert_int_equal(check(ann, span_of(later.items[1])), SECOND_FACTOR_RIGHT);
	assert_true(second_factor_remove(w, ann->id));
	assert_int_equal(check(ann, span_of(later.items[2])), SECOND_FACTOR_WRONG);
}

static void
five_wrong_codes_of_an_account_lock_it_for_a_while(void **state)
{
	const struct account *ann = given_confirmed("ann"), *ben = given_confirmed("ben");

	(void)state;
	w->remote_addr = "192.0.2.1";
	w->now -= w->now % (30 * CLOCK_MINUTE);
	for (int i = 0; i < 5; i++)
		assert_int_equal(check(ann, SPAN("zzzzzz")), SECOND_FACTOR_WRONG);
	assert_int_equal(check(ann, code_of(ann)), SECOND_FACTOR_TOO_MANY);
	assert_int_equal(check(ben, code_of(ben)), SECOND_FACTOR_RIGHT);
	w->now += 10 * CLOCK_MINUTE;
	assert_int_equal(check(ann, code_of(ann)), SECOND_FACTOR_RIGHT);
	w->remote_addr = NULL;
}

static void
twenty_wrong_codes_from_an_address_lock_it_for_a_while(void **state)
{
	const struct account *zoe;

	(void)state;
	w->now -= w->now % (30 * CLOCK_MINUTE);
	w->remote_addr = "192.0.2.1";
	for (int i = 0; i < 20; i++) {
		const struct account *someone = given_confirmed(arena_printf(w->arena, "user%d", i));

		assert_int_equal(check(someone, SPAN("zzzzzz")), SECOND_FACTOR_WRONG);
	}
	zoe = given_confirmed("zoe");
	assert_int_equal(check(zoe, code_of(zoe)), SECOND_FACTOR_TOO_MANY);
	w->remote_addr = "192.0.2.2";
	assert_int_equal(check(zoe, code_of(zoe)), SECOND_FACTOR_RIGHT);
	w->remote_addr = "192.0.2.1";
	w->now += 15 * CLOCK_MINUTE;
	assert_int_equal(check(zoe, code_of(zoe)), SECOND_FACTOR_RIGHT);
	w->remote_addr = NULL;
}

/* ---- windows ---- */

static void
a_window_counts_and_begins_again(void **state)
{
	const struct limit_window minute = { "test", CLOCK_MINUTE }, other = { "other", CLOCK_MINUTE };
	int64_t count, ends_at;

	(void)state;
	w->now -= w->now % CLOCK_MINUTE;
	assert_true(limit_window_add(w, &minute, 1, &count, &ends_at));
	assert_int_equal(count, 1);
	assert_true(ends_at == w->now + CLOCK_MINUTE);
	w->now += 59 * CLOCK_SECOND;
	assert_true(limit_window_add(w, &minute, 1, &count, &ends_at));
	assert_int_equal(count, 2);
	assert_true(limit_window_add(w, &minute, -1, &count, &ends_at));
	assert_int_equal(count, 1);
	assert_true(limit_window_add(w, &other, -1, &count, &ends_at));
	assert_int_equal(count, 0);
	assert_true(limit_window_count(w, &minute, &count));
	assert_int_equal(count, 1);
	w->now += CLOCK_SECOND;
	assert_true(limit_window_count(w, &minute, &count));
	assert_int_equal(count, 0);
	assert_true(limit_window_add(w, &minute, 1, &count, &ends_at));
	assert_int_equal(count, 1);
}

/* ---- short addresses ---- */

static void
assert_refused(const char *url, const char *message)
{
	assert_null(short_url_make(w, span_of(url)));
	assert_fault(w->fault, FAULT_INVALID);
	assert_string_equal(w->fault->fields->name, "url");
	assert_string_equal(w->fault->fields->message, message);
	fault_clear(w->fault);
}

static void
a_short_address_leads_to_an_allowed_host_only(void **state)
{
	struct config *config;
	const char *code;

	(void)state;
	config = given_config();
	code = short_url_make(w, SPAN("http://registry.example/diff/a/1..2"));
	assert_no_fault(w->fault);
	assert_int_equal(strlen(code), 5);
	assert_string_equal(short_url_make(w, SPAN("http://registry.example/diff/a/1..2")), code);
	assert_string_equal(short_url_find(w, span_of(code)), "http://registry.example/diff/a/1..2");
	assert_null(short_url_find(w, SPAN("abcde")));
	assert_null(short_url_find(w, SPAN("")));

	assert_refused("ftp://registry.example/", "must use http or https scheme");
	assert_refused("registry.example", "must use http or https scheme");
	assert_refused("https:///x", "must include a host");
	assert_refused("https://evil.example/", "domain must match registry.example");
	assert_refused("https://registry.example.evil.example/", "domain must match registry.example");
	assert_refused("https://registry.example@evil.example/", "domain must match registry.example");
	assert_refused("https://registry.example\\.evil.example/", "is invalid");
	assert_refused("https://registry.example/\r\nx", "is invalid");
	config->hex_short_url_hosts = "diff.example docs.example:8443";
	assert_non_null(short_url_make(w, SPAN("https://docs.example:8443/x")));
	assert_non_null(short_url_make(w, SPAN("https://diff.example")));
	assert_refused("https://docs.example/x", "domain must match registry.example");
}

TESTS(second_factor,
	TEST(codes_are_those_of_the_standard),
	TEST(a_code_is_good_two_steps_early_and_late),
	TEST(a_factor_counts_once_a_code_was_seen),
	TEST(an_organization_has_no_factor),
	TEST(a_recovery_code_is_good_once),
	TEST(five_wrong_codes_of_an_account_lock_it_for_a_while),
	TEST(twenty_wrong_codes_from_an_address_lock_it_for_a_while),
	TEST(a_window_counts_and_begins_again),
	TEST(a_short_address_leads_to_an_allowed_host_only));
