/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of all projects of a Python repository. It would be too large to be
 * written at every upload and is hardly ever asked for, so it is rendered when
 * somebody asks and something changed since the last time, and stored. In
 * read-only mode nothing is rendered as long as there is one: an hour old at most, since then
 * domain/pypi_upkeep.h looks after it.
 */
#ifndef ENTREPOT_DOMAIN_PYPI_LIST_H
#define ENTREPOT_DOMAIN_PYPI_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "domain/pypi_index.h"
#include "index/pypi_list.h"

struct repository;
struct work;

/*
 * The list as PAGE (PYPI_PAGE_HTML, PYPI_PAGE_SIMPLE); its serial is that of the
 * last change it shows. ETAG (or NULL) is what the caller has already: the body is then
 * left out. One query as long as nothing changed; NULL on failure.
 */
const struct pypi_object *pypi_list_get(struct work *w, const struct repository *r, enum pypi_page page,
	const char *etag) MUST_CHECK;

/* Render and store what is not up to date, or with ANEW everything. */
bool pypi_list_refresh(struct work *w, const struct repository *r, bool anew) MUST_CHECK;

/*
 * Call FN with the entries of the list, some at a time; their texts are gone
 * when it returns.
 */
bool pypi_list_walk(struct work *w, int64_t repository_id,
	void (*fn)(void *arg, const struct pypi_entry *entries, size_t count), void *arg) MUST_CHECK;

#endif
