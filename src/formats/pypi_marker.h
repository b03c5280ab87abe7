/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Environment markers, the conditions of Python's requirements (PEP 508;
 * packaging.python.org, "Dependency specifiers"). They are read and brought into
 * one spelling; only clients know the environments to evaluate them in.
 */
#ifndef ENTREPOT_FORMATS_PYPI_MARKER_H
#define ENTREPOT_FORMATS_PYPI_MARKER_H

#include "base/span.h"

struct arena;

/* How deep parentheses may stand in each other. */
#define PYPI_MARKER_DEPTH 200

/*
 * The normal form of the marker that is the whole of TEXT: single blanks, double
 * quotes unless the value holds one, the current names of variables, extras in
 * normal form, no parentheses around a single comparison or the whole. Blanks
 * are spaces and tabs, values printable ASCII without backslashes. On A; NULL
 * when it is malformed; *WHY then says what was expected and lives for ever.
 */
const char *pypi_marker_normal(struct arena *a, struct span text, const char **why);

#endif
