/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wheel (packaging.python.org, "Binary distribution format"): a zip with one
 * directory NAME-VERSION.dist-info, both as they stand in the file's name.
 */
#ifndef ENTREPOT_FORMATS_WHEEL_H
#define ENTREPOT_FORMATS_WHEEL_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"
#include "formats/zip.h"

struct arena;
struct distribution_new;
struct fault;

struct wheel {
	struct zip zip;
	const char *dist_info;		/* "NAME-VERSION.dist-info" */
};

/* The archive, and WHEEL in it. Raises BAD_REQUEST "Invalid distribution file. …". */
bool wheel_open(struct arena *a, struct fault *f, const struct distribution_new *in, struct wheel *out) MUST_CHECK;

/*
 * What else has to be in the directory: license files that were declared,
 * RECORD, entry points if any, METADATA, whose bytes come to *METADATA on the
 * arena.
 */
bool wheel_check(struct arena *a, struct fault *f, const struct distribution_new *in, struct wheel *w,
	struct span *metadata) MUST_CHECK;

#endif
