/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Randomness from getrandom(2); see the header. Without it nothing secret can
 * be made, so its failure ends the process.
 */
#include "base/random.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/arena.h"
#include "base/log.h"

void
random_bytes(void *to, size_t len)
{
	unsigned char *at = to;

	while (len > 0) {
		ssize_t got = getrandom(at, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			log_error("no random bytes: error %d", errno);
			abort();
		}
		at += got;
		len -= (size_t)got;
	}
}

char *
random_token(struct arena *a, const char *prefix, size_t count)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	const unsigned letters = sizeof(alphabet) - 1;
	size_t at = strlen(prefix);
	size_t end = at + count;
	char *token = arena_zalloc(a, end + 1, 1);

	memcpy(token, prefix, at);
	while (at < end) {
		unsigned char pool[64];

		random_bytes(pool, sizeof(pool));
		/* Bytes above the last whole multiple would favour some letters. */
		for (size_t i = 0; i < sizeof(pool) && at < end; i++)
			if (pool[i] < 256 / letters * letters)
				token[at++] = alphabet[pool[i] % letters];
		explicit_bzero(pool, sizeof(pool));
	}
	return token;
}
