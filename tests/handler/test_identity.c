/* SPDX-License-Identifier: Apache-2.0 */
/*
 * People who register themselves, forgotten passwords, members of
 * organizations, and what is kept about all of them.
 */
#include "support.h"

#include "base/clock.h"
#include "domain.h"
#include "domain/account.h"
#include "domain/audit.h"
#include "domain/auth.h"
#include "domain/email.h"
#include "domain/organization.h"
#include "domain/registration.h"
#include "domain/repository.h"
#include "domain/token.h"

static const struct account *
registered(const char *name, const char *address, const char *password)
{
	const struct registration r = { .name = name, .address = address, .password = password };

	return account_register(w, &r);
}

static int64_t
given_user(const char *name)
{
	struct account_new n = { .name = name };

	return account_create(w, &n)->id;
}

static void
assert_field(const char *field, const char *message)
{
	assert_fault(w->fault, FAULT_INVALID);
	assert_non_null(w->fault->fields);
	assert_string_equal(w->fault->fields->name, field);
	assert_string_equal(w->fault->fields->message, message);
	fault_clear(w->fault);
}

/* What the newest mail has behind "key=". */
static struct span
mailed_key(void)
{
	const char *body = sql_text("SELECT body FROM mail ORDER BY id DESC LIMIT 1");
	const char *key = body ? strstr(body, "key=") : NULL;

	assert_non_null(key);
	return span_make(key + 4, strcspn(key + 4, "\n"));
}

static bool
opens(const char *name, const char *password)
{
	struct actor actor;
	bool ok = auth_password(w, name, password, &actor);

	fault_clear(w->fault);
	return ok;
}

/* ---- registering ---- */

static void
whoever_registers_confirms_the_address_by_mail(void **state)
{
	const struct account *ann;
	struct span key;
	bool verified;

	(void)state;
	given_config();
	ann = registered("ann", "ann+hex@example.org", "correct horse");
	assert_no_fault(w->fault);
	assert_true(opens("ann", "correct horse"));
	assert_int_equal(sql_int("SELECT count(*) FROM audit WHERE action = 'account.create' AND account_id = %lld "
		"AND subject_account_id = account_id", (long long)ann->id), 1);
	assert_non_null(strstr(sql_text("SELECT body FROM mail"),
		"http://registry.example/email/verify?username=ann&email=ann%2Bhex%40example.org&key="));
	key = mailed_key();

	assert_false(email_verify(w, SPAN("ben"), SPAN("ann+hex@example.org"), key));
	fault_clear(w->fault);
	assert_false(email_verify(w, SPAN("ann"), SPAN("ann@example.org"), key));
	fault_clear(w->fault);
	assert_true(email_verify(w, SPAN("ANN"), SPAN("Ann+hex@example.org"), key));
	assert_true(email_is_verified(w, ann->id, &verified));
	assert_true(verified);
	assert_false(email_verify(w, SPAN("ann"), SPAN("ann+hex@example.org"), key));
	assert_fault(w->fault, FAULT_BAD_REQUEST);
}

static void
a_confirmation_is_good_for_a_day(void **state)
{
	(void)state;
	given_config();
	assert_non_null(registered("ann", "ann@example.org", "correct horse"));
	w->now += CLOCK_DAY + CLOCK_MINUTE;
	assert_false(email_verify(w, SPAN("ann"), SPAN("ann@example.org"), mailed_key()));
	assert_fault(w->fault, FAULT_BAD_REQUEST);
}

static void
an_account_that_was_never_confirmed_can_be_registered_again(void **state)
{
	const struct account *first, *second;

	(void)state;
	given_config();
	first = registered("ann", "ann@example.org", "correct horse");
	assert_null(registered("ann", "other@example.org", "battery staple"));
	assert_field("username", "has already been taken");
	second = registered("ann", "Ann@example.org", "battery staple");
	assert_no_fault(w->fault);
	assert_int_equal(second->id, first->id);
	assert_false(opens("ann", "correct horse"));
	assert_true(opens("ann", "battery staple"));
}

static void
an_account_that_is_used_is_nobody_elses(void **state)
{
	const struct account *ann, *ben;
	struct token_new n = { .name = "laptop" };

	(void)state;
	given_config();
	ann = registered("ann", "ann@example.org", "correct horse");
	assert_true(email_verify(w, SPAN("ann"), SPAN("ann@example.org"), mailed_key()));
	ben = registered("ben", "ben@example.org", "correct horse");
	n.account_id = ben->id;
	assert_non_null(token_create(w, &n));
	assert_non_null(ann);

	assert_null(registered("ben", "ben@example.org", "battery staple"));
	assert_field("username", "has already been taken");
	assert_null(registered("ann", "ann@example.org", "battery staple"));
	assert_field("emails.email", "already in use");
	assert_null(registered("eve", "ANN@example.org", "battery staple"));
	assert_field("emails.email", "already in use");
	assert_true(opens("ann", "correct horse"));
}

/* ---- public addresses ---- */

static void
a_user_is_found_by_an_address_only_if_it_is_shown(void **state)
{
	int64_t ann = given_user("ann");

	(void)state;
	given_config();
	assert_true(email_set_verified(w, ann, SPAN("ann@example.org")));
	assert_null(account_find_public_email(w, SPAN("ann@example.org")));
	assert_true(email_set_public(w, ann, true));
	assert_int_equal(account_find_public_email(w, SPAN("Ann@Example.org"))->id, ann);
	assert_true(email_set(w, ann, SPAN("new@example.org")));
	assert_null(account_find_public_email(w, SPAN("new@example.org")));
	assert_false(email_of(w, ann)->is_public);
}

/* ---- forgotten passwords ---- */

static int64_t
given_confirmed(const char *name, const char *address)
{
	int64_t id = given_user(name);

	assert_true(account_set_password(w, id, "correct horse"));
	assert_true(email_set_verified(w, id, span_of(address)));
	return id;
}

static void
a_forgotten_password_is_replaced_by_a_mailed_link_once(void **state)
{
	struct span key;
	bool good;

	(void)state;
	given_config();
	given_confirmed("ann", "ann@example.org");
	given_confirmed("ben", "ben@example.org");
	assert_true(password_reset_begin(w, SPAN("ann")));
	assert_string_equal(sql_text("SELECT recipient FROM mail"), "ann@example.org");
	key = mailed_key();
	assert_true(password_reset_check(w, SPAN("ann"), key, &good));
	assert_true(good);
	assert_true(password_reset_check(w, SPAN("ben"), key, &good));
	assert_false(good);
	assert_false(password_reset_finish(w, SPAN("ben"), key, "battery staple"));
	fault_clear(w->fault);
	assert_false(password_reset_finish(w, SPAN("ann"), key, "short"));
	assert_fault(w->fault, FAULT_INVALID);
	db_abort(w->db);
	fault_clear(w->fault);

	assert_true(password_reset_finish(w, SPAN("ann"), key, "battery staple"));
	assert_true(opens("ann", "battery staple"));
	assert_true(opens("ben", "correct horse"));
	assert_false(password_reset_finish(w, SPAN("ann"), key, "tr0ub4dor&3"));
	assert_fault(w->fault, FAULT_BAD_REQUEST);
}

static void
a_link_for_a_new_password_is_good_for_a_day(void **state)
{
	bool good;

	(void)state;
	given_config();
	given_confirmed("ann", "ann@example.org");
	assert_true(password_reset_begin(w, SPAN("ann")));
	w->now += CLOCK_DAY + 1;
	assert_true(password_reset_check(w, SPAN("ann"), mailed_key(), &good));
	assert_false(good);
	assert_false(password_reset_finish(w, SPAN("ann"), mailed_key(), "battery staple"));
}

static void
nobody_is_flooded_with_links_and_strangers_get_none(void **state)
{
	(void)state;
	given_config();
	given_confirmed("ann", "ann@example.org");
	given_user("ben");
	assert_true(password_reset_begin(w, SPAN("nobody")));
	assert_true(password_reset_begin(w, SPAN("ben")));
	assert_true(password_reset_begin(w, SPAN("ann@example.org")));
	assert_int_equal(sql_int("SELECT count(*) FROM mail"), 0);
	assert_true(password_reset_begin(w, SPAN("ann")));
	assert_true(password_reset_begin(w, SPAN("ann")));
	assert_int_equal(sql_int("SELECT count(*) FROM mail"), 1);
	w->now += 5 * CLOCK_MINUTE;
	assert_true(password_reset_begin(w, SPAN("ann")));
	assert_int_equal(sql_int("SELECT count(*) FROM mail"), 2);
}

/* ---- organizations ---- */

static const struct account *
given_organization(const char *name, int64_t admin)
{
	struct account_new n = { .name = name };
	const struct account *account = organization_create(w, &n, admin);

	assert_no_fault(w->fault);
	return account;
}

static void
an_organization_has_a_private_hex_repository_of_its_name(void **state)
{
	const struct repository *repository;

	(void)state;
	given_organization("lemons", 0);
	repository = repository_find(w, "hex", SPAN("lemons"), SPAN("lemons"));
	assert_non_null(repository);
	assert_true(repository->private);
	given_organization("Rust-Lang", 0);
	given_organization("io", 0);
	given_organization("ecto_", 0);
	given_organization("logger", 0);
	assert_int_equal(sql_int("SELECT count(*) FROM repository WHERE ecosystem = 'hex' AND owner_id IS NOT NULL"), 2);
}

static void
members_take_seats(void **state)
{
	const struct account *lemons = given_organization("lemons", given_user("ann"));
	int64_t ben = given_user("ben"), eve = given_user("eve");

	(void)state;
	assert_true(organization_set_seats(w, lemons->id, 2));
	assert_true(organization_add_member(w, lemons->id, ben, ROLE_READ));
	assert_false(organization_add_member(w, lemons->id, eve, ROLE_READ));
	assert_string_equal(w->fault->message, "not enough seats to add member");
	fault_clear(w->fault);
	assert_false(organization_set_seats(w, lemons->id, 1));
	assert_string_equal(w->fault->message, "number of seats cannot be less than number of members");
	fault_clear(w->fault);
	assert_true(organization_set_member(w, lemons->id, ben, ROLE_WRITE));
	assert_true(organization_set_seats(w, lemons->id, 3));
	assert_true(organization_add_member(w, lemons->id, eve, ROLE_READ));
	assert_int_equal(account_find_id(w, lemons->id)->seats, 3);
}

static void
a_member_is_added_once(void **state)
{
	const struct account *lemons = given_organization("lemons", given_user("ann"));
	const struct account *limes = given_organization("limes", 0);
	int64_t ben = given_user("ben");

	(void)state;
	assert_true(organization_add_member(w, lemons->id, ben, ROLE_READ));
	assert_string_equal(organization_member(w, lemons->id, ben)->role, "read");
	assert_false(organization_add_member(w, lemons->id, ben, ROLE_WRITE));
	assert_field("user_id", "is already member");
	assert_false(organization_add_member(w, lemons->id, limes->id, ROLE_READ));
	assert_string_equal(w->fault->message, "cannot add an organization as member to an organization");
	fault_clear(w->fault);
	assert_string_equal(organization_member(w, lemons->id, ben)->role, "read");
	assert_null(organization_member(w, limes->id, ben));
}

/* ---- the record ---- */

static const char *
actions(const struct rows *rows)
{
	const struct audit_entry *entries = rows->at;
	const char *out = "";

	for (size_t i = 0; i < rows->count; i++)
		out = arena_printf(w->arena, "%s%s%s", out, i > 0 ? " " : "", entries[i].action);
	return out;
}

static void
what_was_done_is_listed_for_who_did_it_and_for_the_organization(void **state)
{
	int64_t ann = given_user("ann"), ben = given_user("ben");
	const struct account *lemons = given_organization("lemons", ann);
	struct actor actor = { .account_id = ann };
	struct slice all = { .limit = 100 };
	const struct audit_entry *entries;
	struct rows rows;

	(void)state;
	w->actor = &actor;
	w->user_agent = "hex/2.5";
	assert_true(organization_add_member(w, lemons->id, ben, ROLE_READ));
	assert_true(organization_set_member(w, lemons->id, ben, ROLE_WRITE));
	w->actor = NULL;
	w->user_agent = NULL;

	assert_true(audit_list_account(w, ann, all, &rows));
	assert_string_equal(actions(&rows), "organization.member.role organization.member.add");
	entries = rows.at;
	assert_string_equal(entries[0].user_agent, "hex/2.5");
	assert_non_null(strstr(entries[0].details, "\"username\": \"ben\""));
	assert_true(audit_list_account(w, ann, (struct slice){ .limit = 1, .offset = 1 }, &rows));
	assert_string_equal(actions(&rows), "organization.member.add");
	assert_true(audit_list_account(w, ben, all, &rows));
	assert_int_equal(rows.count, 0);
	assert_true(audit_list_organization(w, lemons->id, all, &rows));
	assert_string_equal(actions(&rows),
		"organization.member.role organization.member.add repository.create organization.member.add "
		"account.create");
}

static void
a_members_address_is_listed_only_if_it_is_shown(void **state)
{
	int64_t ann = given_user("ann");
	const struct account *lemons = given_organization("lemons", ann);

	(void)state;
	given_config();
	assert_true(email_set_verified(w, ann, SPAN("ann@example.org")));
	assert_null(organization_member(w, lemons->id, ann)->email);
	assert_true(email_set_public(w, ann, true));
	assert_string_equal(organization_member(w, lemons->id, ann)->email, "ann@example.org");
}

TESTS(identity,
	TEST(whoever_registers_confirms_the_address_by_mail),
	TEST(a_confirmation_is_good_for_a_day),
	TEST(an_account_that_was_never_confirmed_can_be_registered_again),
	TEST(an_account_that_is_used_is_nobody_elses),
	TEST(a_user_is_found_by_an_address_only_if_it_is_shown),
	TEST(a_forgotten_password_is_replaced_by_a_mailed_link_once),
	TEST(a_link_for_a_new_password_is_good_for_a_day),
	TEST(nobody_is_flooded_with_links_and_strangers_get_none),
	TEST(an_organization_has_a_private_hex_repository_of_its_name),
	TEST(members_take_seats),
	TEST(a_member_is_added_once),
	TEST(what_was_done_is_listed_for_who_did_it_and_for_the_organization),
	TEST(a_members_address_is_listed_only_if_it_is_shown));
