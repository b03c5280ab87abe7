/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often an account may do a thing: a token bucket per account and action,
 * kept in the database. And how often something happened within a window of
 * fixed length, counted for all workers together.
 */
#ifndef ENTREPOT_DOMAIN_LIMIT_H
#define ENTREPOT_DOMAIN_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct work;

struct limit {
	const char *action;		/* "publish-new" … */
	int64_t burst;
	int64_t every;			/* µs per token */
	const char *message;		/* beginning of what is said when it is used up */
	const char *explained_at;	/* address that tells more */
};

/*
 * Take a token for the account. Raises LIMITED with retry_at set when there is
 * none; the text is "MESSAGE. Please try again after <HTTP date> and see ADDRESS
 * for more details."
 */
bool limit_take(struct work *w, int64_t account_id, const struct limit *limit) MUST_CHECK;

struct limit_window {
	const char *key;		/* what is counted: at most 128 bytes */
	int64_t length;			/* µs; windows begin at its multiples */
};

/*
 * Add MORE (−1: give one back) to the window of now; *COUNT is how many there
 * are then, *ENDS_AT as limit_window_end(). Outside of a
 * transaction it is one statement that waits for no disk.
 */
bool limit_window_add(struct work *w, const struct limit_window *window, int64_t more,
		      int64_t *count, int64_t *ends_at) MUST_CHECK;

/* When the window of now starts from nothing again. */
int64_t limit_window_end(const struct work *w, const struct limit_window *window);

/* How many there are, without adding. */
bool limit_window_count(struct work *w, const struct limit_window *window, int64_t *count) MUST_CHECK;

#endif
