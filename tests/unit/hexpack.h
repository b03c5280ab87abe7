/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds Hex packages for tests, right and wrong ones, and tells what becomes
 * of them.
 */
#ifndef ENTREPOT_TESTS_HEXPACK_H
#define ENTREPOT_TESTS_HEXPACK_H

#include "base/buf.h"
#include "base/span.h"
#include "formats/hex_tarball.h"

/* What an honest package says of itself. */
#define METADATA "{<<\"name\">>,<<\"lemon\">>}.\n"
#define LIMITS (struct hex_limits){ .unpacked = 1 << 20 }

/* The members of a package; what is left out is as an honest one has it. */
struct package {
	const char *version;
	const char *metadata;
	const char *checksum;
	struct span contents;		/* gzipped */
};

/* The tar inside, as far as it has been built. */
extern struct buf inner;

/* Begin it with a file. */
void given_contents(void);

/* End it. */
struct span packed_contents(void);

/* P with all its members, the right checksum among them. */
struct package complete(struct package p);

/* The package with the members of ORDER (V, S, M, C) and without the end. */
struct buf open_package(struct package p, const char *order);

/* The same with its end. */
struct span package(struct package p, const char *order);

/* Open and check; a fault is the running test's. */
bool read_package(int fd, uint64_t length, struct hex_limits limits, struct hex_tarball *t);

/* "ok", or what is wrong with the field "tar"; anything else fails the test. */
const char *verdict(struct span bytes);
const char *verdict_within(struct span bytes, struct hex_limits limits);

/* That of an honest package around what was built. */
const char *contents_verdict(void);

/* LEN spaces. */
const char *blanks(size_t len);

#endif
