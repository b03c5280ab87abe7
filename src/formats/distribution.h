/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Python distribution as it was uploaded, a wheel or an sdist: its file name
 * and its archive against what the uploader said of it, to the last byte of the
 * archive's structure. It is never unpacked to disk, and no more of it is held
 * in memory than its directory and its metadata. What is wrong raises
 * BAD_REQUEST with the public index's text.
 */
#ifndef ENTREPOT_FORMATS_DISTRIBUTION_H
#define ENTREPOT_FORMATS_DISTRIBUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "formats/core_metadata.h"

struct arena;
struct fault;

enum distribution_type {
	DISTRIBUTION_SDIST,
	DISTRIBUTION_WHEEL,
	DISTRIBUTION__MAX
};

/* "sdist" and "bdist_wheel", as an upload's field "filetype" has them; false for anything else. */
bool distribution_type_parse(struct span filetype, enum distribution_type *out) MUST_CHECK;
const char *distribution_type_name(enum distribution_type type);

/* What one index allows and another does not. */
struct distribution_policy {
	bool any_platform;		/* every platform tag, else those of the public index */
	bool any_spelling;		/* file names with every spelling of name and version, else in normal forms */
	size_t max_filename;		/* bytes; 0: no limit */
	uint64_t max_unpacked;		/* bytes of all members; 0: no limit */
	uint64_t max_entries;		/* members, directories count; 0: DISTRIBUTION_MAX_ENTRIES */
	const char *help;		/* URL of "See … for more information"; NULL: that sentence is left out */
};

#define DISTRIBUTION_MAX_ENTRIES 100000

/* Largest METADATA or PKG-INFO, in bytes. */
#define DISTRIBUTION_MAX_METADATA ((size_t)4 << 20)

struct distribution_new {
	int fd;				/* read with pread(), position untouched */
	uint64_t size;			/* of the file, in bytes */
	struct span filename;
	enum distribution_type type;
	struct span project;		/* name as given, a valid one */
	struct span version;		/* valid by PEP 440, in any spelling */
	struct core_list license_files;	/* as declared: each has to be in the archive */
	const struct distribution_policy *policy;
};

struct distribution {
	struct span metadata;		/* the bytes of METADATA or PKG-INFO, on the arena */
	struct core_metadata core;	/* the same, read; its spans point into METADATA or lie on the arena */
	struct span python_tag;		/* of the wheel's file name, "py2.py3"; "source" for an sdist */
};

/* The name alone: characters, extension, and whether the extension fits TYPE. Needs no archive. */
bool distribution_check_filename(struct fault *f, struct span filename, enum distribution_type type) MUST_CHECK;

/*
 * The archive, the name of its file against project and version, and what has
 * to be inside. The name has passed distribution_check_filename(). INTERNAL
 * when the file cannot be read.
 */
bool distribution_check(struct arena *a, struct fault *f, const struct distribution_new *in,
	struct distribution *out) MUST_CHECK;

#endif
