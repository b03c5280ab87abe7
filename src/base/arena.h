/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that belongs to a piece of work: allocated singly, released together.
 *
 * A request, a job and an administration command each own one arena. Whatever
 * is not memory (files, database results, open transactions) hangs on it by a
 * hook, so an early return is always safe. Running out of memory ends the
 * process: its master starts another one.
 */
#ifndef ENTREPOT_BASE_ARENA_H
#define ENTREPOT_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"

struct arena_chunk;
struct arena_hook;

struct arena {
	struct arena_chunk *chunks;	/* newest first */
	struct arena_hook *hooks;	/* newest first */
	bool secret;			/* wipe the memory before it is reused */
};

/* An empty arena; nothing is allocated until the first use. */
void arena_init(struct arena *a);

/*
 * Run the hooks, newest first, and take all memory back. The arena is empty
 * and usable again; one ordinary chunk is kept for the next request.
 */
void arena_clear(struct arena *a);

/* arena_clear() that gives the last chunk back too. */
void arena_free(struct arena *a);

/* Mark the arena as holding secrets: its memory is wiped when cleared. */
void arena_hold_secret(struct arena *a);

/* SIZE bytes aligned for any type; never NULL. Contents are undefined. */
void *arena_alloc(struct arena *a, size_t size);

/* COUNT × SIZE zeroed bytes; the product is checked. */
void *arena_zalloc(struct arena *a, size_t count, size_t size);

/* A copy of SIZE bytes with a NUL behind them. */
char *arena_dup(struct arena *a, const void *bytes, size_t size);

/* A copy of the string; NULL for NULL. */
char *arena_strdup(struct arena *a, const char *s);

/* printf into the arena; never NULL. */
char *arena_printf(struct arena *a, const char *format, ...) PRINTF(2, 3);
char *arena_vprintf(struct arena *a, const char *format, va_list args) PRINTF(2, 0);

/* Call FN(ARG) when the arena is cleared. The result can be cancelled. */
struct arena_hook *arena_on_clear(struct arena *a, void (*fn)(void *), void *arg);

/* The hook will not run. NULL is allowed. */
void arena_hook_cancel(struct arena_hook *hook);

/* A zeroed T on the arena. */
#define arena_new(a, T) ((T *)arena_zalloc((a), 1, sizeof(T)))

#endif
