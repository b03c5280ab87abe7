/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was done to a package.
 */
#include "protocols/hex/people.h"

#include "domain/audit.h"
#include "protocols/hex/hex.h"

static bool
list(struct call *c)
{
	struct slice page = { .limit = HEX_PER_PAGE, .offset = hex_page_offset(c) };
	struct hex_place at;
	struct rows entries;

	return hex_path_package(c, &at) && audit_list_package(&c->work, at.package->id, page, &entries) &&
	       reply(c, 200, hex_audit_view(c, &entries));
}

const struct route hex_history_routes[] = {
	ROUTE(GET, "/packages/:package/audit-logs", OPTIONAL, list, "What was done to a package", .scope = SCOPE_READ),
	ROUTE_END
};
