/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requirements as Elixir's Version reads them: comparisons joined by "and",
 * which binds tighter, and "or".
 */
#ifndef ENTREPOT_VERSION_HEX_REQ_H
#define ENTREPOT_VERSION_HEX_REQ_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"

/* Longest requirement that is looked at. */
#define HEX_REQ_MAX 1024

/*
 * Whether TEXT is a requirement: each comparison is a version, perhaps behind
 * one of == != ! > >= < <= ~>; only ~> takes versions of two numbers. Blanks are
 * spaces; there are no parentheses.
 */
bool hex_req_is_valid(struct span text);

#endif
