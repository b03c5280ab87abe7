/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What wheels and sdists share: refusals in the public index's words, and zips
 * with its limits. All return false with the fault raised when they refuse;
 * INTERNAL when the file cannot be read.
 */
#ifndef ENTREPOT_FORMATS_DISTRIBUTION_ARCHIVE_H
#define ENTREPOT_FORMATS_DISTRIBUTION_ARCHIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct distribution_new;
struct fault;
struct zip;
struct zip_wanted;

/* "Invalid distribution file. {DETAIL}". Always false. */
bool distribution_refuse(struct fault *f, const char *detail);

/* "Invalid distribution file. {KIND} archive not accepted: {WHY}. See {help} for more information". Always false. */
bool distribution_refuse_archive(struct fault *f, const struct distribution_new *in, const char *kind, const char *why);

/* A declared license file is not at {DIRECTORY}/{FILE}. Always false. */
bool distribution_refuse_license(struct fault *f, const struct distribution_new *in, struct span file,
	const char *directory);

/* The file cannot be read: errno. Always false. */
bool distribution_unreadable(struct fault *f);

/* The policy's limit, or the default. */
uint64_t distribution_max_entries(const struct distribution_new *in);

/* A tarball that is no zip; a zip that is no tarball, with the limits and methods allowed. */
bool distribution_check_no_zip(struct arena *a, struct fault *f, const struct distribution_new *in) MUST_CHECK;
bool distribution_open_zip(struct arena *a, struct fault *f, const struct distribution_new *in,
	struct zip *z) MUST_CHECK;

/* zip_check(), zip_read() with their outcomes as faults. */
bool distribution_check_zip(struct arena *a, struct fault *f, const struct distribution_new *in,
	struct zip *z) MUST_CHECK;
bool distribution_read_member(struct arena *a, struct fault *f, const struct distribution_new *in, struct zip *z,
	struct zip_wanted *w) MUST_CHECK;

#endif
