/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts the way the Python packaging tools quote them in their messages.
 */
#ifndef ENTREPOT_FORMATS_PYTHON_REPR_H
#define ENTREPOT_FORMATS_PYTHON_REPR_H

#include <stddef.h>

#include "base/span.h"

struct arena;

/*
 * The text as a Python string literal, as its repr() writes it: between '…', or
 * "…" when there are apostrophes and no quotation marks in it; backslashes,
 * line ends, control, format and other characters that are not seen are
 * escapes. Bytes that are not UTF-8 are escapes, too. On the arena.
 */
const char *python_repr(struct arena *a, struct span text);

/*
 * The text as far as messages show it: of more than MOST characters the first
 * and the last 30 with "..." between. On the arena.
 */
struct span python_repr_ends(struct arena *a, struct span text, size_t most);

#endif
