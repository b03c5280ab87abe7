/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents of the Hex protocol.
 */
#ifndef ENTREPOT_PROTOCOLS_HEX_VIEWS_H
#define ENTREPOT_PROTOCOLS_HEX_VIEWS_H

#include <stddef.h>

#include "base/compiler.h"

struct call;
struct doc;
struct hex_place;
struct hex_release;
struct repository;
struct rows;

/*
 * A package with its releases (struct hex_release, the highest first). OWNERS
 * (struct hex_owner) is NULL in lists, which leave them out.
 */
struct doc *hex_package_view(struct call *c, const struct hex_place *at, const struct rows *releases,
	const struct rows *owners);

/* A release with its requirements, without its downloads. NULL when a fault is set. */
struct doc *hex_release_view(struct call *c, const struct repository *r, const struct hex_release *release) MUST_CHECK;

/* Who somebody is, in short. */
struct doc *hex_minimal_user_view(struct call *c, const char *name);

/* "/hexdocs/NAME/VERSION/" of a repository, as absolute URL. VERSION NULL: the latest. */
const char *hex_docs_url(struct call *c, const struct repository *r, const char *name, const char *version);

#endif
