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
#include "db/db.h"

struct work;

/*
 * Members that do not apply are 0 or NULL; who, when and from where comes from
 * the work. A CI job, which has no account, is told of in the details.
 */
struct audit {
	const char *action;		/* "publish", "yank", "owner.add" … */
	int64_t account_id;		/* who did it, if not the work's actor */
	int64_t repository_id;
	int64_t package_id;
	int64_t release_id;
	int64_t subject_account_id;	/* whom it was done to */
	int64_t organization_id;	/* whose affair it was; 0: the subject's, or the repository's owner's */
	const char *details;		/* JSON object */
};

struct audit_entry {
	int64_t id;
	int64_t at;
	const char *action;
	const char *details;		/* JSON object */
	const char *user_agent;		/* NULL when not known */
};

/*
 * What an account did, what concerned an organization, and what was done to a
 * package, as struct audit_entry: at most LIMIT behind the newest OFFSET, newest first.
 */
bool audit_list_account(struct work *w, int64_t account_id, struct slice slice, struct rows *out) MUST_CHECK;
bool audit_list_organization(struct work *w, int64_t organization_id, struct slice slice, struct rows *out) MUST_CHECK;
bool audit_list_package(struct work *w, int64_t package_id, struct slice slice, struct rows *out) MUST_CHECK;

bool audit_add(struct work *w, const struct audit *what) MUST_CHECK;

/* The last statement of a transaction that changed a package: its serial in commit order. */
bool change_add(struct work *w, int64_t repository_id, int64_t package_id, int64_t release_id,
	const char *kind) MUST_CHECK;

#endif
