/* SPDX-License-Identifier: Apache-2.0 */
/*
 * License expressions (SPDX 2.3, annex D), as the public crate registry takes
 * them: `/` for OR, deprecated identifiers and `GPL-3.0+` are allowed.
 */
#ifndef ENTREPOT_FORMATS_LICENSE_H
#define ENTREPOT_FORMATS_LICENSE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"

struct fault;

/* Longest expression that is looked at. */
#define LICENSE_MAX 1000

/* Raises BAD_REQUEST with a report that points at what is wrong. */
bool license_check(struct fault *f, struct span expression) MUST_CHECK;

#endif
