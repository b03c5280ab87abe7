/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts the way the Python packaging tools quote them in their messages.
 */
#ifndef ENTREPOT_FORMATS_PYTHON_REPR_H
#define ENTREPOT_FORMATS_PYTHON_REPR_H

#include "base/span.h"

struct arena;

/*
 * The text as a Python string literal, as its repr() writes it: between '…', or
 * "…" when there are apostrophes and no quotation marks in it; backslashes,
 * line ends, control, format and other characters that are not seen are
 * escapes. Bytes that are not UTF-8 are escapes, too. On the arena.
 */
const char *python_repr(struct arena *a, struct span text);

#endif
