/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Hex package, format version 3: a plain tar of VERSION, CHECKSUM,
 * metadata.config and contents.tar.gz, in any order and nothing else. It is
 * checked to the last byte and never unpacked to disk. What is wrong raises
 * INVALID with the field "tar".
 */
#ifndef ENTREPOT_FORMATS_HEX_TARBALL_H
#define ENTREPOT_FORMATS_HEX_TARBALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/digest.h"
#include "base/span.h"

struct arena;
struct doc;
struct fault;

struct hex_tarball {
	int fd;					/* read with pread(), position untouched */
	uint64_t length;
	struct span version;			/* bytes of the members */
	struct span metadata_text;
	uint64_t contents_offset;		/* of contents.tar.gz in the file */
	uint64_t contents_length;
	uint8_t checksum[SHA256_SIZE];		/* as stated: the inner checksum */
	const struct doc *metadata;		/* map; see erlang_terms.h */
};

/* Read the members but for the contents, and the metadata. */
bool hex_tarball_open(struct arena *a, struct fault *f, int fd, uint64_t length, struct hex_tarball *out) MUST_CHECK;

struct hex_limits {
	uint64_t unpacked;		/* bytes */
	uint64_t entries;		/* 0: no limit */
};

/* Compare the checksum with the bytes, and look at every entry of the contents. */
bool hex_tarball_check(struct arena *a, struct fault *f, const struct hex_tarball *t,
	const struct hex_limits *limits) MUST_CHECK;

#endif
