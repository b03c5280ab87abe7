/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a term: numbers, counts, names, and the terms without others
 * inside. Only etf_*.c include this.
 */
#ifndef ENTREPOT_WIRE_ETF_SCAN_H
#define ENTREPOT_WIRE_ETF_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct doc;
struct fault;

struct etf_scan {
	struct arena *arena;
	struct fault *fault;
	struct span all;
	struct span rest;
	size_t values;
	size_t containers;
	int depth;
	uint8_t tag;			/* of the term that is being read */
};

/* Raise "<what> at byte N", the one that was read last, from 1; always false. */
bool etf_refuse(struct etf_scan *s, const char *what);

/* The next LEN bytes. */
bool etf_take(struct etf_scan *s, size_t len, struct span *bytes) MUST_CHECK;

/* A number of SIZE bytes, the highest first. */
bool etf_take_number(struct etf_scan *s, size_t size, uint64_t *n) MUST_CHECK;

/* The same, when it counts what takes at least LEAST bytes each and so has to follow. */
bool etf_take_count(struct etf_scan *s, size_t size, size_t least, size_t *count) MUST_CHECK;

/* A length of SIZE bytes, and the bytes. */
bool etf_take_block(struct etf_scan *s, size_t size, struct span *bytes) MUST_CHECK;

/* An atom's name in UTF-8; which kind of atom says the tag. */
bool etf_take_atom(struct etf_scan *s, struct span *name) MUST_CHECK;

/* What stands behind the tag of a scalar, as a root (etf_scalar.c). */
bool etf_read_atom(struct etf_scan *s, struct doc **d) MUST_CHECK;
bool etf_read_binary(struct etf_scan *s, struct doc **d) MUST_CHECK;
bool etf_read_float(struct etf_scan *s, struct doc **d) MUST_CHECK;
bool etf_read_integer(struct etf_scan *s, struct doc **d) MUST_CHECK;
bool etf_read_new_float(struct etf_scan *s, struct doc **d) MUST_CHECK;
bool etf_read_small_big(struct etf_scan *s, struct doc **d) MUST_CHECK;
bool etf_read_small_integer(struct etf_scan *s, struct doc **d) MUST_CHECK;

#endif
