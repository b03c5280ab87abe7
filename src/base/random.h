/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random bytes and opaque tokens from the operating system's generator.
 */
#ifndef ENTREPOT_BASE_RANDOM_H
#define ENTREPOT_BASE_RANDOM_H

#include <stddef.h>

struct arena;

void random_bytes(void *to, size_t len);

/* PREFIX followed by COUNT random characters of [A-Za-z0-9], each equally likely. */
char *random_token(struct arena *a, const char *prefix, size_t count);

#endif
