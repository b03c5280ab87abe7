/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Token buckets. The first use of an action fills the bucket and succeeds;
 * each later one first adds what has accrued since.
 */
#include "domain/limit.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/work.h"
#include "db/db.h"

struct bucket {
	int64_t tokens;
	int64_t last_refill;
};
static const struct column bucket_columns[] = {
	COLUMN(bucket, tokens), COLUMN(bucket, last_refill), COLUMNS_END
};
static const struct row_type bucket_type = ROW_TYPE(bucket, bucket_columns);

bool
limit_take(struct work *w, int64_t account_id, const struct limit *limit)
{
	char when[CLOCK_TEXT_SIZE];
	const struct bucket *bucket = db_one(w, Q_LIMIT_TAKE, &bucket_type,
		ARGS(num(account_id), text(limit->action), num(limit->burst), num(limit->every), timestamp(w->now)));

	if (!bucket)
		return false;
	if (bucket->tokens > 0)
		return true;
	clock_format_http(when, bucket->last_refill + limit->every);
	fault_raise(w->fault, FAULT_LIMITED, "%s. Please try again after %s and see %s for more details.",
		    limit->message, when, limit->explained_at);
	w->fault->retry_at = bucket->last_refill + limit->every;
	return false;
}

/* ---- windows ---- */

static int64_t
begun_at(const struct work *w, const struct limit_window *window)
{
	return w->now - w->now % window->length;
}

int64_t
limit_window_end(const struct work *w, const struct limit_window *window)
{
	return begun_at(w, window) + window->length;
}

bool
limit_window_add(struct work *w, const struct limit_window *window, int64_t more, int64_t *count, int64_t *ends_at)
{
	*ends_at = limit_window_end(w, window);
	return db_int(w, Q_LIMIT_WINDOW_ADD, ARGS(text(window->key), timestamp(begun_at(w, window)), num(more)), count);
}

bool
limit_window_count(struct work *w, const struct limit_window *window, int64_t *count)
{
	return db_int(w, Q_LIMIT_WINDOW_COUNT, ARGS(text(window->key), timestamp(begun_at(w, window))), count);
}
