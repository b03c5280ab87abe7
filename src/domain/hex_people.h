/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the Hex protocol shows of people: the packages they own.
 */
#ifndef ENTREPOT_DOMAIN_HEX_PEOPLE_H
#define ENTREPOT_DOMAIN_HEX_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "db/db.h"

struct work;

struct hex_owned {
	const char *name;
	const char *repository;
	int64_t repository_id;
};

/*
 * The Hex packages of an account that w->actor may see, as struct hex_owned:
 * the public repository first, then by repository and name. At most 1000.
 */
bool hex_owned_list(struct work *w, int64_t account_id, struct rows *out) MUST_CHECK;

#endif
