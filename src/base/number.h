/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checked reading of integers: decimal digits only, no white space, no plus
 * sign, no overflow. And writing them, for where printf() would be felt.
 */
#ifndef ENTREPOT_BASE_NUMBER_H
#define ENTREPOT_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

/* The whole span is a number within [MIN, MAX]; *OUT is untouched otherwise. */
bool number_parse(struct span s, int64_t min, int64_t max, int64_t *out) MUST_CHECK;
bool number_parse_unsigned(struct span s, uint64_t max, uint64_t *out) MUST_CHECK;

/* "65536", "64k", "10m", "2g" (powers of 1024, either case) in bytes, at most MAX. */
bool number_parse_size(struct span s, int64_t max, int64_t *out) MUST_CHECK;

/* "30", "30s", "5m", "2h", "1d" in microseconds ("500ms" too). */
bool number_parse_duration(struct span s, int64_t *out) MUST_CHECK;

/* The decimal digits of N and a NUL; returns the length without it. */
#define NUMBER_TEXT_SIZE 24
size_t number_format(char text[NUMBER_TEXT_SIZE], int64_t n);

/* The number that SIZE bytes are, at most 8, the highest first. */
uint64_t number_big_endian(const void *at, size_t size);

/* Exactly DIGITS digits of N, from the right, with leading zeros and without a NUL; returns what is behind them. */
char *number_put_digits(char *to, unsigned n, int digits);

#endif
