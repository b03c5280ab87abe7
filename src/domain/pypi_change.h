/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to Python projects, as it is noted in the table `change` and as
 * mirrors are told of it (pypi_change.def).
 */
#ifndef ENTREPOT_DOMAIN_PYPI_CHANGE_H
#define ENTREPOT_DOMAIN_PYPI_CHANGE_H

#include <stdint.h>

#include "base/compiler.h"

struct arena;

enum pypi_change_kind {
#define CHANGE(symbol, kind, action) PYPI_CHANGE_##symbol,
#include "domain/pypi_change.def"
#undef CHANGE
	PYPI_CHANGE__MAX
};

struct pypi_change {
	enum pypi_change_kind kind;
	const char *subject;		/* or NULL; where the action has two, both with a blank between */
	int64_t release_id;		/* 0: none */
	const char *version;		/* of a release that is no more; NULL: the release's */
};

/* As stored in change.kind. */
const char *pypi_change_kind_name(enum pypi_change_kind kind);

/* The action in the change log's words, on the arena; KIND as stored, which may be unknown. */
const char *pypi_change_action(struct arena *a, const char *kind, const char *subject);

#endif
