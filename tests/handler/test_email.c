/* SPDX-License-Identifier: Apache-2.0 */
/*
 * E-mail addresses and their confirmation.
 */
#include "support.h"

#include "base/clock.h"
#include "domain.h"
#include "domain/account.h"
#include "domain/email.h"

static int64_t
given_account_named(const char *name)
{
	struct account_new n = { .name = name };
	const struct account *account = account_create(w, &n);

	assert_non_null(account);
	return account->id;
}

/* The token in the link of the newest mail. */
static struct span
sent_token(void)
{
	const char *body = sql_text("SELECT body FROM mail ORDER BY id DESC LIMIT 1");
	const char *link;

	assert_non_null(body);
	link = strstr(body, "http://registry.example" EMAIL_CONFIRM_PATH);
	assert_non_null(link);
	link += strlen("http://registry.example" EMAIL_CONFIRM_PATH);
	return span_make(link, strcspn(link, "\n"));
}

static bool
verified(int64_t account)
{
	bool is;

	assert_true(email_is_verified(w, account, &is));
	return is;
}

static void
assert_refused(bool ok, enum fault_kind kind, const char *message)
{
	assert_false(ok);
	assert_fault(w->fault, kind);
	assert_string_equal(w->fault->message, message);
	fault_clear(w->fault);
}

static void
the_link_in_the_mail_confirms_the_address_once(void **state)
{
	int64_t ann = given_account_named("ann");
	struct span token;

	(void)state;
	given_config();
	assert_true(email_set(w, ann, SPAN(" ann@example.org ")));
	assert_false(verified(ann));
	assert_string_equal(email_of(w, ann)->address, "ann@example.org");
	assert_string_equal(sql_text("SELECT recipient FROM mail"), "ann@example.org");
	assert_int_equal(sql_int("SELECT count(*) FROM job WHERE kind = 'mail'"), 1);
	token = sent_token();
	assert_int_equal(token.len, 26);

	assert_true(email_confirm(w, token));
	assert_true(verified(ann));
	assert_refused(email_confirm(w, token), FAULT_BAD_REQUEST, "Email belonging to token not found.");
}

static void
the_link_in_the_mail_is_good_for_a_day(void **state)
{
	int64_t ann = given_account_named("ann");

	(void)state;
	given_config();
	assert_true(email_set(w, ann, SPAN("ann@example.org")));
	assert_non_null(strstr(sql_text("SELECT body FROM mail"), "open within a day"));
	w->now += CLOCK_DAY;
	assert_refused(email_confirm(w, sent_token()), FAULT_BAD_REQUEST, "Email belonging to token not found.");
	assert_false(verified(ann));
	w->now -= CLOCK_SECOND;
	assert_true(email_confirm(w, sent_token()));
	assert_true(verified(ann));
}

static void
the_token_is_stored_as_a_hash(void **state)
{
	int64_t ann = given_account_named("ann");

	(void)state;
	given_config();
	assert_true(email_set(w, ann, SPAN("ann@example.org")));

	assert_int_equal(sql_int("SELECT count(*) FROM email WHERE verification_hash = sha256('%.26s')", sent_token().at), 1);
}

static void
malformed_addresses_are_refused(void **state)
{
	static const char *const wrong[] = { "ann", "@example.org", "ann@", "a b@example.org", "ann@exa mple.org",
		"ann@@example.org", "ann@example..org", "ann@-example.org", ".ann@example.org", "an..n@example.org",
		"ann@example.org\r\nBcc: all@example.org", "ann@\xff", "<ann@example.org>", "ann@example.org,ben@example.org" };
	int64_t ann = given_account_named("ann");

	(void)state;
	given_config();
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_refused(email_set(w, ann, span_of(wrong[i])), FAULT_BAD_REQUEST, "invalid email address");
	assert_refused(email_set(w, ann, SPAN("ann\0@example.org")), FAULT_BAD_REQUEST, "invalid email address");
	assert_refused(email_set(w, ann, SPAN("")), FAULT_BAD_REQUEST, "empty email rejected");
	assert_refused(email_set(w, ann, SPAN("  ")), FAULT_BAD_REQUEST, "empty email rejected");
	assert_int_equal(sql_int("SELECT count(*) FROM mail"), 0);
}

static void
ordinary_addresses_are_accepted(void **state)
{
	static const char *const right[] = { "a@b", "ann+registry@example.org", "a.b-c_d@x.y.z", "\xc3\xa4@b\xc3\xbc.example" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(right); i++)
		assert_true(email_is_valid(span_of(right[i])));
}

static void
another_address_has_to_be_confirmed_again(void **state)
{
	int64_t ann = given_account_named("ann");

	(void)state;
	given_config();
	assert_true(email_set_verified(w, ann, SPAN("ann@example.org")));
	assert_true(email_set(w, ann, SPAN("ann@example.org")));
	assert_true(verified(ann));
	assert_int_equal(sql_int("SELECT count(*) FROM mail"), 0);

	assert_true(email_set(w, ann, SPAN("ann@other.example")));
	assert_false(verified(ann));
	assert_int_equal(sql_int("SELECT count(*) FROM mail"), 1);
	assert_int_equal(sql_int("SELECT count(*) FROM email"), 1);
}

static void
sending_again_makes_the_older_link_worthless(void **state)
{
	int64_t ann = given_account_named("ann");
	struct span first;

	(void)state;
	given_config();
	assert_refused(email_resend(w, ann), FAULT_BAD_REQUEST, "no email address on file");
	assert_true(email_set(w, ann, SPAN("ann@example.org")));
	first = sent_token();
	assert_true(email_resend(w, ann));

	assert_refused(email_confirm(w, first), FAULT_BAD_REQUEST, "Email belonging to token not found.");
	assert_true(email_confirm(w, sent_token()));
	assert_true(email_resend(w, ann));
	assert_int_equal(sql_int("SELECT count(*) FROM mail"), 2);
}

static void
an_address_is_confirmed_by_one_account_only(void **state)
{
	int64_t ann = given_account_named("ann");
	int64_t ben = given_account_named("ben");

	(void)state;
	given_config();
	assert_true(email_set(w, ann, SPAN("us@example.org")));
	assert_true(email_set_verified(w, ben, SPAN("US@example.org")));

	assert_refused(email_confirm(w, sent_token()), FAULT_CONFLICT, "this email address belongs to another account");
	assert_false(verified(ann));
}

TESTS(email,
	TEST(the_link_in_the_mail_confirms_the_address_once),
	TEST(the_link_in_the_mail_is_good_for_a_day),
	TEST(the_token_is_stored_as_a_hash),
	TEST(malformed_addresses_are_refused),
	TEST(ordinary_addresses_are_accepted),
	TEST(another_address_has_to_be_confirmed_again),
	TEST(sending_again_makes_the_older_link_worthless),
	TEST(an_address_is_confirmed_by_one_account_only),
);
