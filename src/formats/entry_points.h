/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry_points.txt of a wheel (packaging.python.org, "Entry points
 * specification"): an INI file as Python's configparser reads it with '=' as its
 * only delimiter.
 */
#ifndef ENTREPOT_FORMATS_ENTRY_POINTS_H
#define ENTREPOT_FORMATS_ENTRY_POINTS_H

#include <stdbool.h>

#include "base/span.h"

/* Whether it is one, in UTF-8, and the scripts in it have names that files can have. */
bool entry_points_are_valid(struct span text);

#endif
