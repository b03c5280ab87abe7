/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One-time passwords; see the header. A code stays good after it was used:
 * clients keep it for all requests of one command.
 */
#include "base/totp.h"

#include <stdlib.h>
#include <string.h>

#include <liboath/oath.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/password.h"
#include "base/text.h"

#define STEP 30
#define DIGITS 6
#define WINDOW 2

static void
start(void)
{
	static bool started;

	if (!started && oath_init() != OATH_OK) {
		log_error("liboath cannot be initialized");
		abort();
	}
	started = true;
}

bool
totp_matches(const uint8_t secret[TOTP_SECRET_SIZE], struct span code, int64_t now)
{
	char digits[DIGITS + 1] = "";

	if (code.len != DIGITS)
		return false;
	for (size_t i = 0; i < DIGITS; i++)
		if (!is_digit(code.at[i]))
			return false;
	memcpy(digits, code.at, DIGITS);
	start();
	return oath_totp_validate((const char *)secret, TOTP_SECRET_SIZE, (time_t)(now / CLOCK_SECOND), STEP, 0,
				  WINDOW, digits) >= 0;
}

const char *
totp_code(struct arena *a, const uint8_t secret[TOTP_SECRET_SIZE], int64_t now)
{
	char *code = arena_alloc(a, DIGITS + 1);

	start();
	if (oath_totp_generate((const char *)secret, TOTP_SECRET_SIZE, (time_t)(now / CLOCK_SECOND), STEP, 0,
			       DIGITS, code) != OATH_OK)
		abort();
	return code;
}

const char *
totp_base32(struct arena *a, const uint8_t secret[TOTP_SECRET_SIZE])
{
	const char *kept;
	char *text;
	size_t len;

	start();
	if (oath_base32_encode((const char *)secret, TOTP_SECRET_SIZE, &text, &len) != OATH_OK)
		abort();
	kept = arena_dup(a, text, len);
	secret_wipe(text, len);
	free(text);
	return kept;
}
