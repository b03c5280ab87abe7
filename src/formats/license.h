/* SPDX-License-Identifier: Apache-2.0 */
/*
 * License expressions (SPDX 2.3, annex D), deprecated identifiers and `GPL-3.0+`
 * included.
 */
#ifndef ENTREPOT_FORMATS_LICENSE_H
#define ENTREPOT_FORMATS_LICENSE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct fault;

/* Longest expression that is looked at. */
#define LICENSE_MAX 1000

/*
 * As the public crate registry takes them: identifiers as they are listed, `/`
 * for OR. Raises BAD_REQUEST with a report that points at what is wrong.
 */
bool license_check(struct fault *f, struct span expression) MUST_CHECK;

/*
 * As Python's packages have them (PEP 639): in any case, no references into
 * other documents. The form that is stored, with identifiers as they are listed
 * and operators in upper case, on A; NULL when EXPRESSION is no such one.
 */
const char *license_normal(struct arena *a, struct span expression);

#endif
