/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time-based one-time passwords (RFC 6238) by liboath: SHA-1, six digits, a new
 * one every 30 seconds.
 */
#ifndef ENTREPOT_BASE_TOTP_H
#define ENTREPOT_BASE_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;

/* As RFC 4226 wants it for SHA-1. */
#define TOTP_SECRET_SIZE 20

/* Whether CODE is one of now or of two steps before or after. */
bool totp_matches(const uint8_t secret[TOTP_SECRET_SIZE], struct span code, int64_t now) MUST_CHECK;

/* The code of that time, on the arena. */
const char *totp_code(struct arena *a, const uint8_t secret[TOTP_SECRET_SIZE], int64_t now);

/* The secret in base32, as people type it into their authenticators, on the arena. */
const char *totp_base32(struct arena *a, const uint8_t secret[TOTP_SECRET_SIZE]);

#endif
