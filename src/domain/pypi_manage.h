/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to Python projects beside uploads: yanking, deleting, their
 * status, their owners and maintainers. Each function leaves an audit entry and
 * what mirrors are told, and brings the pages in line. All of them run within a
 * transaction that holds the package's lock (to delete a project: that of
 * package_lock_to_delete()), with the project as it was found under it, and
 * come last before the commit. Who may do it is the caller's affair.
 */
#ifndef ENTREPOT_DOMAIN_PYPI_MANAGE_H
#define ENTREPOT_DOMAIN_PYPI_MANAGE_H

#include <stdbool.h>

#include "base/compiler.h"

struct account;
struct pypi_file;
struct pypi_place;
struct pypi_release;
struct work;

/* Longest reasons, in bytes. */
#define PYPI_REASON_MAX 4096

/* REASON may be NULL. Nothing happens when all is so already. */
bool pypi_manage_yank(struct work *w, const struct pypi_place *at, const struct pypi_release *r, bool yanked,
	const char *reason) MUST_CHECK;

/* Their names stay taken. A release may be left without a file. */
bool pypi_manage_delete_file(struct work *w, const struct pypi_place *at, const struct pypi_file *f) MUST_CHECK;
bool pypi_manage_delete_release(struct work *w, const struct pypi_place *at, const struct pypi_release *r) MUST_CHECK;
/* The project's own name is free again at once. */
bool pypi_manage_delete_project(struct work *w, const struct pypi_place *at) MUST_CHECK;

/*
 * PEP 792: "active", "archived", "deprecated" or "quarantined"; REASON may be NULL. INVALID for
 * another status. Only administrators (and commands) put into quarantine and
 * let out: FORBIDDEN.
 */
bool pypi_manage_status(struct work *w, const struct pypi_place *at, const char *status, const char *reason) MUST_CHECK;

/* Make the account owner or maintainer, or change which; CONFLICT when no owner would be left. */
bool pypi_manage_role_put(struct work *w, const struct pypi_place *at, const struct account *account,
	bool maintainer) MUST_CHECK;
/* NOT_FOUND when it is neither; CONFLICT when no owner would be left. */
bool pypi_manage_role_remove(struct work *w, const struct pypi_place *at, const struct account *account) MUST_CHECK;

#endif
