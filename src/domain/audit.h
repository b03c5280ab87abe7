/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The append-only record of who did what, written in the transaction that
 * did it.
 */
#ifndef ENTREPOT_DOMAIN_AUDIT_H
#define ENTREPOT_DOMAIN_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct work;

/* Members that do not apply are 0 or NULL; who, when and from where comes from the work. */
struct audit {
	const char *action;		/* "publish", "yank", "owner.add" … */
	int64_t repository_id;
	int64_t package_id;
	int64_t release_id;
	int64_t subject_account_id;	/* whom it was done to */
	int64_t organization_id;	/* whose affair it was; 0: that of the repository's owner, if anybody's */
	const char *details;		/* JSON object */
};

bool audit_add(struct work *w, const struct audit *what) MUST_CHECK;

/* The last statement of a transaction that changed a package: its serial in commit order. */
bool change_add(struct work *w, int64_t repository_id, int64_t package_id, int64_t release_id,
	const char *kind) MUST_CHECK;

#endif
