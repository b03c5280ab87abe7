/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packages: one, with everything.
 */
#include "protocols/hex/hex.h"

#include "protocols/hex/views.h"

static bool
show(struct call *c)
{
	struct rows releases, owners;
	struct hex_place at;

	if (!hex_path_package(c, &at) || !hex_release_list(&c->work, &at.package->id, 1, &releases) ||
	    !hex_owner_list(&c->work, at.package->id, &owners))
		return false;
	hex_modified(c, at.package->updated_at);
	return reply(c, 200, hex_package_view(c, &at, &releases, &owners));
}

const struct route hex_package_routes[] = {
	ROUTE(GET, "/packages/:package", OPTIONAL, show, "A package", .scope = SCOPE_READ),
	ROUTE_END
};
