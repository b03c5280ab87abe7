/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A .crate: one gzip member around a tar of "<name>-<version>/…". It is
 * checked to the last byte and never unpacked to disk.
 */
#ifndef ENTREPOT_FORMATS_CRATE_H
#define ENTREPOT_FORMATS_CRATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct fault;
struct manifest;

struct crate_upload {
	int fd;				/* read with pread(), position untouched */
	uint64_t offset;		/* of the .crate's first byte in the file */
	uint64_t length;		/* of the .crate */
	struct span name;		/* as in the publish metadata */
	struct span version;
	uint64_t max_unpacked;		/* bytes; 0: CRATE_MAX_UNPACKED */
	uint64_t max_entries;		/* directories count; 0: no limit */
};

#define CRATE_MAX_UNPACKED ((uint64_t)512 << 20)

struct crate {
	const struct manifest *manifest;
	const char *vcs_sha1;		/* from .cargo_vcs_info.json; NULL: none */
	const char *vcs_path;		/* "" is the top of the repository; NULL: none */
	bool has_lib;
	size_t bin_count;
	const char **bin_names;		/* sorted, each once */
	uint64_t entries;
	uint64_t unpacked;		/* bytes of the tar */
};

/*
 * Read the whole upload. NULL with BAD_REQUEST and the public registry's text
 * when anything about it is wrong, name and version in its manifest included;
 * INTERNAL when the file cannot be read.
 */
const struct crate *crate_read(struct arena *a, struct fault *f, const struct crate_upload *upload) MUST_CHECK;

#endif
