/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages of people; see the header.
 */
#include "domain/hex_people.h"

#include "base/work.h"
#include "domain/auth.h"

static const struct column owned_columns[] = {
	COLUMN(hex_owned, name),
	COLUMN(hex_owned, repository),
	COLUMN(hex_owned, repository_id),
	COLUMNS_END
};
static const struct row_type owned_row = ROW_TYPE(hex_owned, owned_columns);

bool
hex_owned_list(struct work *w, int64_t account_id, struct rows *out)
{
	return db_many(w, Q_HEX_OWNED_LIST, &owned_row,
		       ARGS(num(account_id), num(w->actor ? w->actor->account_id : 0)), out);
}
