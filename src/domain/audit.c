/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit and the feed of changes.
 */
#include "domain/audit.h"

#include "base/work.h"
#include "db/db.h"
#include "domain/auth.h"

bool
audit_add(struct work *w, const struct audit *what)
{
	int64_t actor = w->actor ? w->actor->account_id : 0;

	return db_exec(w, Q_AUDIT_ADD,
		       ARGS(timestamp(w->now), ref(what->account_id != 0 ? what->account_id : actor),
			    ref(w->actor ? w->actor->token_id : 0), text(what->action), ref(what->repository_id),
			    ref(what->package_id), ref(what->release_id), ref(what->subject_account_id),
			    text(what->details), text(w->remote_addr), text(w->user_agent),
			    ref(what->organization_id), text(auth_trusted_data(w->arena, w->actor))), NULL);
}

static const struct column entry_columns[] = {
	COLUMN(audit_entry, id),
	COLUMN(audit_entry, at),
	COLUMN(audit_entry, action),
	COLUMN(audit_entry, details),
	COLUMN(audit_entry, user_agent),
	COLUMNS_END
};
static const struct row_type entry_row = ROW_TYPE(audit_entry, entry_columns);

bool
audit_list_account(struct work *w, int64_t account_id, struct slice slice, struct rows *out)
{
	return db_many(w, Q_AUDIT_LIST_ACCOUNT, &entry_row,
		       ARGS(num(account_id), num(slice.limit), num(slice.offset)), out);
}

bool
audit_list_organization(struct work *w, int64_t organization_id, struct slice slice, struct rows *out)
{
	return db_many(w, Q_AUDIT_LIST_ORGANIZATION, &entry_row,
		       ARGS(num(organization_id), num(slice.limit), num(slice.offset)), out);
}

bool
audit_list_package(struct work *w, int64_t package_id, struct slice slice, struct rows *out)
{
	return db_many(w, Q_AUDIT_LIST_PACKAGE, &entry_row,
		       ARGS(num(package_id), num(slice.limit), num(slice.offset)), out);
}

bool
change_add(struct work *w, int64_t repository_id, int64_t package_id, int64_t release_id, const char *kind)
{
	int64_t serial;

	return db_int(w, Q_CHANGE_ADD,
		      ARGS(num(repository_id), ref(package_id), ref(release_id), text(kind)), &serial);
}
