/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hex repositories; see the header.
 */
#include "domain/hex_repository.h"

#include "base/work.h"
#include "domain/auth.h"
#include "domain/repository.h"

const struct repository *
hex_repository_find(struct work *w, struct span name)
{
	return db_one(w, Q_HEX_REPOSITORY_BY_NAME, &repository_row, ARGS(text_span(name)));
}

bool
hex_repository_list(struct work *w, struct rows *out)
{
	return db_many(w, Q_HEX_REPOSITORY_LIST, &repository_row, ARGS(num(w->actor ? w->actor->account_id : 0)), out);
}
