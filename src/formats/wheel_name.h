/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File names of wheels (packaging.python.org, "Binary distribution format",
 * file name convention): distribution-version(-build)?-python-abi-platform.whl
 */
#ifndef ENTREPOT_FORMATS_WHEEL_NAME_H
#define ENTREPOT_FORMATS_WHEEL_NAME_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"
#include "version/pep440.h"

struct arena;
struct fault;

/* Parts of the name; spans point into it. */
struct wheel_name {
	struct span name;		/* as it stands there */
	struct span version_text;	/* the same */
	struct pep440 version;
	struct span build;		/* at == NULL: none */
	struct span python;		/* several tags have dots between them; so below */
	struct span abi;
	struct span platform;
};

/* BAD_REQUEST with the words of Python's own tools when it is no name of a wheel. */
bool wheel_name_parse(struct arena *a, struct fault *f, struct span filename, struct wheel_name *out) MUST_CHECK;

/* The first platform tag that the public index does not take, in lower case on A; NULL when it takes all. */
const char *wheel_name_odd_platform(struct arena *a, const struct wheel_name *n);

#endif
