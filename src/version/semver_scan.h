/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pieces that versions and requirements are made of. Each function steps
 * over what it read, or returns false having written the reason; only
 * semver.c and semver_req.c use them.
 */
#ifndef ENTREPOT_VERSION_SEMVER_SCAN_H
#define ENTREPOT_VERSION_SEMVER_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

enum semver_part { SEMVER_MAJOR, SEMVER_MINOR, SEMVER_PATCH, SEMVER_PRE, SEMVER_BUILD };

struct semver_scan {
	struct span rest;
	enum semver_part part;		/* what was read last */
	char *why;			/* may be NULL */
	size_t why_size;
};

/* A number without leading zeros into *OUT. */
bool semver_scan_number(struct semver_scan *s, enum semver_part part, uint64_t *out) MUST_CHECK;

/* Dot-separated identifiers, at least one; PART is SEMVER_PRE or SEMVER_BUILD. */
bool semver_scan_identifiers(struct semver_scan *s, enum semver_part part, struct span *out) MUST_CHECK;

/* The next byte is C: step over it. */
bool semver_scan_take(struct semver_scan *s, char c);

/* Write the reason; always false. */
bool semver_scan_fail(struct semver_scan *s, const char *format, ...) PRINTF(2, 3);

/* "major version number" … */
const char *semver_part_name(enum semver_part part);

/* The first character of REST between quotes, escaped as Rust shows it, into TEXT (at least 16 bytes). */
const char *semver_scan_quote(struct span rest, char text[16]);

#endif
