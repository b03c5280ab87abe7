/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of Python projects (packaging.python.org, "Names and normalization";
 * PEP 503). A name is checked as it is given before it is brought into
 * another form: what is invalid must not turn into somebody else's name.
 */
#ifndef ENTREPOT_FORMATS_PYPI_NAME_H
#define ENTREPOT_FORMATS_PYPI_NAME_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;

/* Longest name that is taken. */
#define PYPI_NAME_MAX 255

/* ASCII letters and digits, with dots, underscores and hyphens between them. */
bool pypi_name_is_valid(struct span name);

/* The normal form of a name: lower case, each run of . _ - one hyphen. On A. */
const char *pypi_name_normal(struct arena *a, struct span name);

/* Whether it is in normal form already, without NUL. */
bool pypi_name_is_normal(struct span name);

/* As it stands in file names: the normal form with underscores. On A. */
const char *pypi_name_in_file(struct arena *a, struct span name);

/* What names that look alike have in common: without . _ -, l and i as 1, o as 0, in lower case. On A. */
const char *pypi_name_similar(struct arena *a, struct span name);

#endif
