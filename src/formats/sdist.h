/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An sdist: a gzipped tar, or a zip, of one directory with PKG-INFO in it. What
 * installers accept is accepted, links within the directory included; what they
 * refuse, or understand in several ways, is not.
 */
#ifndef ENTREPOT_FORMATS_SDIST_H
#define ENTREPOT_FORMATS_SDIST_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct distribution_new;
struct fault;

struct sdist {
	struct span top;		/* the path that all members have in common */
	struct span pkg_info;		/* its bytes, on the arena */
	struct span missing;		/* the first declared license file that is not there; at == NULL: none */
};

/* The archive, to its last byte. Raises BAD_REQUEST "Invalid distribution file. …". */
bool sdist_open(struct arena *a, struct fault *f, const struct distribution_new *in, struct sdist *out) MUST_CHECK;

#endif
