/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may do what with a repository and its packages, where organizations own
 * repositories and roles and levels decide: Hex and Python.
 */
#ifndef ENTREPOT_DOMAIN_ACCESS_H
#define ENTREPOT_DOMAIN_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct repository;
struct work;

/* Each includes the ones before it. */
enum access {
	ACCESS_NONE,
	ACCESS_READ,
	ACCESS_WRITE,		/* publish, revert, retire, documentation */
	ACCESS_FULL		/* owners, too */
};

/*
 * What w->actor (NULL: a stranger) may do in the repository, whatever the
 * credential covers: the role in the organization that owns it; READ for
 * everybody in a public one, and for a CI job where its grants lead.
 */
bool access_repository(struct work *w, const struct repository *r, enum access *out) MUST_CHECK;

/* The same of one package of it: as its owner, too, or as a CI job that publishes it. */
bool access_package(struct work *w, const struct repository *r, int64_t package_id,
	enum access *out) MUST_CHECK;

#endif
