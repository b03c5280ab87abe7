/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Following packages.
 */
#include "domain/follow.h"

#include "base/work.h"
#include "db/db.h"

bool
follow_set(struct work *w, int64_t account_id, int64_t package_id, bool following)
{
	return db_exec(w, following ? Q_FOLLOW_ADD : Q_FOLLOW_REMOVE, ARGS(num(account_id), num(package_id)), NULL);
}

bool
follow_get(struct work *w, int64_t account_id, int64_t package_id, bool *following)
{
	int64_t count;

	if (!db_int(w, Q_FOLLOW_EXISTS, ARGS(num(account_id), num(package_id)), &count))
		return false;
	*following = count > 0;
	return true;
}
