/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin user totp: enrol, confirm, show, recovery, remove.
 */
#include "admin/admin.h"

#include "base/arena.h"
#include "domain/account.h"
#include "domain/second_factor.h"

static bool
enrol(struct admin *a)
{
	const struct account *account = admin_account(a, a->arguments[0]);
	const char *url = account ? second_factor_enrol(a->work, account) : NULL;
	struct doc *d = doc_map(a->work->arena);

	if (!url)
		return false;
	doc_text(d, "name", account->name);
	doc_text(d, "url", url);
	return admin_say(a, d, "%s\nIt counts once a code was seen: entrepot-admin user totp confirm %s CODE",
			 url, account->name);
}

static bool
say_codes(struct admin *a, const struct account *account)
{
	struct doc *d = doc_map(a->work->arena), *list;
	struct texts codes;
	const char *lines = "";

	if (!second_factor_recovery(a->work, account->id, &codes))
		return false;
	doc_text(d, "name", account->name);
	list = doc_add_list(d, "recovery_codes");
	for (size_t i = 0; i < codes.count; i++) {
		doc_text(list, NULL, codes.items[i]);
		lines = arena_printf(a->work->arena, "%s%s\n", lines, codes.items[i]);
	}
	return admin_say(a, d, "Recovery codes of %s, good once each:\n%s", account->name, lines);
}

static bool
confirm(struct admin *a)
{
	const struct account *account = admin_account(a, a->arguments[0]);
	struct tx *tx = account ? tx_begin(a->work) : NULL;

	return tx && second_factor_confirm(a->work, account->id, span_of(a->arguments[1])) && say_codes(a, account) &&
	       tx_commit(a->work, tx);
}

static bool
show(struct admin *a)
{
	const struct account *account = admin_account(a, a->arguments[0]);
	struct doc *d = doc_map(a->work->arena);
	struct second_factor f;

	if (!account || !second_factor_of(a->work, account->id, &f))
		return false;
	doc_text(d, "name", account->name);
	doc_bool(d, "enrolled", f.enrolled);
	doc_bool(d, "confirmed", f.confirmed);
	doc_int(d, "recovery_codes", f.recovery_codes);
	return admin_show(a, d);
}

static bool
recovery(struct admin *a)
{
	const struct account *account = admin_account(a, a->arguments[0]);

	return account && say_codes(a, account);
}

static bool
drop(struct admin *a)
{
	const struct account *account = admin_account(a, a->arguments[0]);
	struct doc *d = doc_map(a->work->arena);

	if (!account || !second_factor_remove(a->work, account->id))
		return false;
	doc_text(d, "name", account->name);
	return admin_say(a, d, "%s needs no second factor any more.", account->name);
}

const struct admin_verb user_totp_verbs[] = {
	{ .name = "enrol", .arguments = "NAME", .least = 1, .most = 1,
	  .summary = "Make a secret for the user's authenticator", .needs = NEEDS_SCHEMA, .run = enrol },
	{ .name = "confirm", .arguments = "NAME CODE", .least = 2, .most = 2,
	  .summary = "A code of it: it counts now; prints recovery codes", .needs = NEEDS_SCHEMA, .run = confirm },
	{ .name = "show", .arguments = "NAME", .least = 1, .most = 1,
	  .summary = "Whether the user has one", .needs = NEEDS_SCHEMA, .run = show },
	{ .name = "recovery", .arguments = "NAME", .least = 1, .most = 1,
	  .summary = "New recovery codes in place of the old ones", .needs = NEEDS_SCHEMA, .run = recovery },
	{ .name = "remove", .arguments = "NAME", .least = 1, .most = 1,
	  .summary = "Ask the user for no second factor any more", .needs = NEEDS_SCHEMA, .run = drop },
	VERBS_END
};
