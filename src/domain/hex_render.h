/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the objects of Hex repositories show, read from the tables that they
 * are derived from: payloads and entries as index/hexregistry.h writes them.
 * Of hex_index.c, which stores them, and hex_verify.c, which compares.
 */
#ifndef ENTREPOT_DOMAIN_HEX_RENDER_H
#define ENTREPOT_DOMAIN_HEX_RENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/span.h"
#include "domain/hex_list.h"

struct arena;
struct work;

struct hex_shown {
	int64_t id;
	const char *name;
	const char *repository;
	int64_t updated_at;
};

/* NOT_FOUND when there is no such package. */
const struct hex_shown *hex_render_get(struct work *w, int64_t repository_id, int64_t package_id) MUST_CHECK;

/* The payload of its object; at == NULL when it shows no release. False when P is NULL. */
bool hex_render_package(struct work *w, const struct hex_shown *p, struct span *payload) MUST_CHECK;

/* Entries of both lists, in the order of enum hex_list. */
struct hex_entries {
	struct buf of[HEX_LIST__MAX];
};
struct hex_entries hex_entries_on(struct arena *a);

/* Append those of a package, none when it shows no release; or those of all packages. */
bool hex_render_entries(struct work *w, const struct hex_shown *p, struct hex_entries *out) MUST_CHECK;
bool hex_render_lists(struct work *w, int64_t repository_id, struct hex_entries *out) MUST_CHECK;

#endif
