/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts, organizations and repositories.
 */
#include "support.h"

#include "base/clock.h"
#include "base/text.h"
#include "domain/account.h"
#include "domain/auth.h"
#include "domain/organization.h"
#include "domain/repository.h"

static const struct account *
given(const char *name, const char *password)
{
	struct account_new n = { .name = name, .password = password };
	const struct account *account = account_create(w, &n);

	assert_no_fault(w->fault);
	assert_non_null(account);
	return account;
}

static const struct account *
given_organization(const char *name, int64_t admin)
{
	struct account_new n = { .name = name };
	const struct account *account = organization_create(w, &n, admin);

	assert_no_fault(w->fault);
	assert_non_null(account);
	return account;
}

static void
assert_refused(const struct account_new *n, enum fault_kind kind, const char *message)
{
	assert_null(account_create(w, n));
	assert_fault(w->fault, kind);
	assert_string_equal(w->fault->message, message);
	fault_clear(w->fault);
}

static bool
can_log_in(const char *name, const char *password)
{
	struct actor actor;
	bool ok = auth_password(w, name, password, &actor);

	fault_clear(w->fault);
	return ok;
}

/* ---- accounts ---- */

static void
an_account_is_found_in_every_spelling(void **state)
{
	const struct account *created = given("Ann-Mary_Lee", NULL);
	const struct account *found = account_find(w, SPAN("aNN_mary-lee"));

	(void)state;
	assert_non_null(found);
	assert_int_equal(found->id, created->id);
	assert_string_equal(found->name, "Ann-Mary_Lee");
	assert_string_equal(found->kind, "user");
	assert_true(found->publish_notifications);
	assert_null(found->full_name);
}

static void
an_absent_account_is_no_fault(void **state)
{
	(void)state;
	assert_null(account_find(w, SPAN("nobody")));
	assert_null(account_find(w, SPAN("no\0body")));
	assert_null(account_find(w, SPAN("\xff")));
	assert_null(account_find_id(w, 123456789));
	assert_no_fault(w->fault);
}

static void
a_taken_name_is_refused_in_every_spelling(void **state)
{
	struct account_new n = { .name = "ANN-LEE" };

	(void)state;
	given("ann_lee", NULL);

	assert_refused(&n, FAULT_CONFLICT, "the name `ANN-LEE` is already taken");
}

static void
malformed_names_are_refused(void **state)
{
	static const char *const names[] = { "", "-a", "_a", ".", "a b", "a/b", "a@b", "\xc3\xa4", "a\n",
		"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct account_new n = { .name = names[i] };

		assert_null(account_create(w, &n));
		assert_fault(w->fault, FAULT_INVALID);
		assert_string_equal(w->fault->fields->name, "name");
		fault_clear(w->fault);
	}
}

static void
a_reserved_name_is_refused_in_every_spelling(void **state)
{
	static const char *const reserved[] = { "api", "site-data", NULL };
	struct account_new n = { .name = "API", .reserved = reserved };

	(void)state;
	assert_refused(&n, FAULT_INVALID, "name: `API` is reserved");
	n.name = "site_Data";
	assert_refused(&n, FAULT_INVALID, "name: `site_Data` is reserved");
	n.name = "apis";
	assert_non_null(account_create(w, &n));
}

static void
a_short_password_is_refused(void **state)
{
	struct account_new n = { .name = "ann", .password = "1234567" };

	(void)state;
	assert_refused(&n, FAULT_INVALID, "password: must be between 8 and 1024 bytes long");
}

static void
a_password_is_stored_as_a_hash_and_can_be_taken_away(void **state)
{
	const struct account *ann = given("ann", "correct horse");

	(void)state;
	assert_null(strstr(sql_text("SELECT password_hash FROM account WHERE id = %d", (int)ann->id), "correct"));
	assert_true(can_log_in("ANN", "correct horse"));
	assert_false(can_log_in("ann", "correct hors"));

	assert_true(account_set_password(w, ann->id, "another horse"));
	assert_false(can_log_in("ann", "correct horse"));
	assert_true(can_log_in("ann", "another horse"));

	assert_true(account_set_password(w, ann->id, NULL));
	assert_false(can_log_in("ann", "another horse"));
}

static void
a_lock_keeps_the_account_out_until_it_ends(void **state)
{
	const struct account *ann = given("ann", "correct horse");
	struct actor actor;

	(void)state;
	assert_true(account_lock(w, ann->id, w->now + CLOCK_HOUR, "spam"));
	assert_true(account_is_locked(account_find_id(w, ann->id), w->now));
	assert_false(auth_password(w, "ann", "correct horse", &actor));
	assert_fault(w->fault, FAULT_FORBIDDEN);
	assert_true(span_contains(span_of(w->fault->message), "Reason: spam"));
	fault_clear(w->fault);

	w->now += 2 * CLOCK_HOUR;
	assert_true(can_log_in("ann", "correct horse"));
}

static void
a_lock_without_end_lasts_until_it_is_lifted(void **state)
{
	const struct account *ann = given("ann", "correct horse");

	(void)state;
	assert_true(account_lock(w, ann->id, ACCOUNT_LOCKED_FOREVER, NULL));
	assert_true(account_find_id(w, ann->id)->locked_until == ACCOUNT_LOCKED_FOREVER);
	assert_false(can_log_in("ann", "correct horse"));

	assert_true(account_lock(w, ann->id, 0, NULL));
	assert_int_equal(account_find_id(w, ann->id)->locked_until, 0);
	assert_true(can_log_in("ann", "correct horse"));
}

static void
an_update_changes_only_what_is_given(void **state)
{
	const struct account *ann = given("ann", NULL);
	struct account_change name = { .full_name = "Ann Lee", .url = "https://ann.example" };
	struct account_change rest = { .url = "", .is_admin = &(bool){ true } };

	(void)state;
	assert_true(account_update(w, ann->id, &name));
	assert_true(account_update(w, ann->id, &rest));

	ann = account_find_id(w, ann->id);
	assert_string_equal(ann->full_name, "Ann Lee");
	assert_null(ann->url);
	assert_true(ann->is_admin);
	assert_true(ann->publish_notifications);
}

static void
changing_an_absent_account_is_not_found(void **state)
{
	struct account_change change = { .full_name = "x" };

	(void)state;
	assert_false(account_update(w, 987654321, &change));
	assert_fault(w->fault, FAULT_NOT_FOUND);
}

static void
accounts_are_listed_in_pages_by_canonical_name(void **state)
{
	struct rows rows;
	const struct account *page;

	(void)state;
	given("b-b", NULL);
	given("A", NULL);
	given("c", NULL);
	given_organization("b", 0);

	assert_true(account_list(w, "user", SPAN(""), 2, &rows));
	page = rows.at;
	assert_int_equal(rows.count, 2);
	assert_string_equal(page[0].name, "A");
	assert_string_equal(page[1].name, "b-b");

	assert_true(account_list(w, "user", SPAN("B-b"), 2, &rows));
	page = rows.at;
	assert_int_equal(rows.count, 1);
	assert_string_equal(page[0].name, "c");
}

static void
what_is_done_to_an_account_is_on_record(void **state)
{
	const struct account *ann = given("ann", "correct horse");
	struct account_change change = { .is_admin = &(bool){ true } };

	(void)state;
	assert_true(account_update(w, ann->id, &change));
	assert_true(account_set_password(w, ann->id, "another horse"));
	assert_true(account_lock(w, ann->id, ACCOUNT_LOCKED_FOREVER, "spam"));
	assert_true(account_lock(w, ann->id, 0, NULL));

	assert_string_equal(sql_text("SELECT string_agg(action, ' ' ORDER BY id) FROM audit WHERE subject_account_id = %d",
		(int)ann->id), "account.create account.update account.password account.lock account.unlock");
	assert_int_equal(sql_int("SELECT count(*) FROM audit WHERE details::text LIKE '%%horse%%'"), 0);
}

/* ---- organizations ---- */

static void
an_organization_keeps_an_administrator(void **state)
{
	const struct account *ann = given("ann", NULL);
	const struct account *ben = given("ben", NULL);
	const struct account *acme = given_organization("acme", ann->id);
	enum member_role role;

	(void)state;
	assert_true(organization_set_member(w, acme->id, ben->id, ROLE_READ));
	assert_false(organization_remove_member(w, acme->id, ann->id));
	assert_fault(w->fault, FAULT_INVALID);
	assert_string_equal(w->fault->message, "cannot remove last admin member");
	fault_clear(w->fault);
	assert_false(organization_set_member(w, acme->id, ann->id, ROLE_WRITE));
	assert_fault(w->fault, FAULT_INVALID);
	assert_string_equal(w->fault->message, "cannot demote last admin member");
	fault_clear(w->fault);

	assert_true(organization_set_member(w, acme->id, ben->id, ROLE_ADMIN));
	assert_true(organization_remove_member(w, acme->id, ann->id));
	assert_true(organization_role(w, acme->id, ann->id, &role));
	assert_int_equal(role, ROLE_NONE);
	assert_true(organization_role(w, acme->id, ben->id, &role));
	assert_int_equal(role, ROLE_ADMIN);
	assert_int_equal(sql_int("SELECT count(*) FROM audit WHERE action = 'organization.member.remove' "
		"AND organization_id = %d AND details -> 'user' ->> 'username' = 'ann'", (int)acme->id), 1);
	assert_false(organization_remove_member(w, acme->id, ben->id));
	assert_string_equal(w->fault->message, "cannot remove last member");
}

static void
only_users_become_members_and_only_of_organizations(void **state)
{
	const struct account *ann = given("ann", NULL);
	const struct account *acme = given_organization("acme", ann->id);
	const struct account *other = given_organization("other", 0);

	(void)state;
	assert_false(organization_set_member(w, acme->id, other->id, ROLE_READ));
	assert_fault(w->fault, FAULT_INVALID);
	fault_clear(w->fault);
	assert_false(organization_set_member(w, ann->id, acme->id, ROLE_READ));
	assert_fault(w->fault, FAULT_INVALID);
}

static void
members_and_organizations_are_listed_by_name(void **state)
{
	const struct account *zoe = given("zoe", NULL);
	const struct account *ann = given("ann", NULL);
	const struct account *acme = given_organization("acme", zoe->id);
	struct rows rows;
	const struct member *members;

	(void)state;
	assert_true(organization_set_member(w, acme->id, ann->id, ROLE_READ));

	assert_true(organization_members(w, acme->id, &rows));
	members = rows.at;
	assert_int_equal(rows.count, 2);
	assert_string_equal(members[0].name, "ann");
	assert_string_equal(members[0].role, "read");
	assert_string_equal(members[1].name, "zoe");
	assert_true(organization_list_of(w, ann->id, &rows));
	members = rows.at;
	assert_int_equal(rows.count, 1);
	assert_string_equal(members[0].organization, "acme");
}

/* ---- repositories ---- */

static void
the_four_public_repositories_exist(void **state)
{
	static const char *const own[][2] = {
		{ "crates", "crates" }, { "pypi", "pypi" }, { "hex", "hexpm" }, { "modrinth", "modrinth" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		const struct repository *r = repository_find(w, own[i][0], SPAN(""), span_of(own[i][1]));

		assert_non_null(r);
		assert_int_equal(r->id, REPOSITORY_CRATES + (int)i);
		assert_null(r->owner);
		assert_false(repository_set_private(w, r->id, true));
		assert_fault(w->fault, FAULT_INVALID);
		fault_clear(w->fault);
	}
}

static void
a_repository_belongs_to_its_owner(void **state)
{
	const struct account *ann = given("ann", NULL);
	struct repository_new n = { .ecosystem = "packagecloud", .owner_id = ann->id, .name = "Stuff", .private = true };
	const struct repository *r = repository_create(w, &n);

	(void)state;
	assert_no_fault(w->fault);
	assert_true(r->id >= 1000);
	assert_string_equal(r->owner, "ann");
	assert_true(r->private);
	assert_non_null(repository_find(w, "packagecloud", SPAN("ANN"), SPAN("stuff")));
	assert_null(repository_find(w, "packagecloud", SPAN(""), SPAN("stuff")));
	assert_null(repository_find(w, "packagecloud", SPAN("nobody"), SPAN("stuff")));
	assert_true(repository_set_private(w, r->id, false));
	assert_false(repository_find_id(w, r->id)->private);

	n.name = "STUFF";
	assert_null(repository_create(w, &n));
	assert_fault(w->fault, FAULT_CONFLICT);
}

static void
a_repository_of_an_unknown_ecosystem_is_refused(void **state)
{
	struct repository_new n = { .ecosystem = "cpan", .name = "x" };

	(void)state;
	assert_null(repository_create(w, &n));
	assert_fault(w->fault, FAULT_INVALID);
}

TESTS(account,
	TEST(an_account_is_found_in_every_spelling),
	TEST(an_absent_account_is_no_fault),
	TEST(a_taken_name_is_refused_in_every_spelling),
	TEST(malformed_names_are_refused),
	TEST(a_reserved_name_is_refused_in_every_spelling),
	TEST(a_short_password_is_refused),
	TEST(a_password_is_stored_as_a_hash_and_can_be_taken_away),
	TEST(a_lock_keeps_the_account_out_until_it_ends),
	TEST(a_lock_without_end_lasts_until_it_is_lifted),
	TEST(an_update_changes_only_what_is_given),
	TEST(changing_an_absent_account_is_not_found),
	TEST(accounts_are_listed_in_pages_by_canonical_name),
	TEST(what_is_done_to_an_account_is_on_record),
	TEST(an_organization_keeps_an_administrator),
	TEST(only_users_become_members_and_only_of_organizations),
	TEST(members_and_organizations_are_listed_by_name),
	TEST(the_four_public_repositories_exist),
	TEST(a_repository_belongs_to_its_owner),
	TEST(a_repository_of_an_unknown_ecosystem_is_refused),
);
