/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bump allocator over a list of chunks. Requests above a quarter of a chunk
 * get a chunk of their own, so that one large body does not strand the rest of
 * the current chunk; only a chunk of the ordinary size survives a clear, so a
 * worker's memory falls back after a large request.
 */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE ((size_t)32 * 1024)
#define ALIGNMENT _Alignof(max_align_t)

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	size_t used;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct arena_hook {
	struct arena_hook *next;
	void (*fn)(void *);
	void *arg;
};

static NORETURN void
out_of_memory(void)
{
	static const char message[] = "entrepot: out of memory\n";

	fwrite(message, 1, sizeof(message) - 1, stderr);
	abort();
}

static struct arena_chunk *
chunk_new(size_t size)
{
	struct arena_chunk *chunk;

	if (size > SIZE_MAX - sizeof(*chunk))
		out_of_memory();
	chunk = malloc(sizeof(*chunk) + size);
	if (!chunk)
		out_of_memory();
	chunk->next = NULL;
	chunk->size = size;
	chunk->used = 0;
	return chunk;
}

void
arena_init(struct arena *a)
{
	*a = (struct arena){ 0 };
}

void
arena_hold_secret(struct arena *a)
{
	a->secret = true;
}

static void
run_hooks(struct arena *a)
{
	while (a->hooks) {
		struct arena_hook *hook = a->hooks;

		a->hooks = hook->next;
		if (hook->fn)
			hook->fn(hook->arg);
	}
}

/* A plain memset() before free() may be left out by the compiler. */
static void
wipe(struct arena_chunk *chunk)
{
	explicit_bzero(chunk->bytes, chunk->used);
}

void
arena_clear(struct arena *a)
{
	struct arena_chunk *kept = NULL;

	run_hooks(a);
	while (a->chunks) {
		struct arena_chunk *chunk = a->chunks;

		a->chunks = chunk->next;
		if (a->secret)
			wipe(chunk);
		if (!kept && chunk->size == CHUNK_SIZE)
			kept = chunk;
		else
			free(chunk);
	}
	a->secret = false;
	if (!kept)
		return;
#ifdef ENTREPOT_POISON
	memset(kept->bytes, 0xdb, kept->used);
#endif
	kept->next = NULL;
	kept->used = 0;
	a->chunks = kept;
}

void
arena_free(struct arena *a)
{
	arena_clear(a);
	free(a->chunks);
	a->chunks = NULL;
}

static void *
alloc_large(struct arena *a, size_t size)
{
	struct arena_chunk *chunk = chunk_new(size);

	chunk->used = size;
	if (a->chunks) {
		chunk->next = a->chunks->next;
		a->chunks->next = chunk;
	} else {
		a->chunks = chunk;
	}
	return chunk->bytes;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	struct arena_chunk *chunk = a->chunks;
	void *result;

	if (size == 0)
		size = 1;
	if (size > SIZE_MAX - ALIGNMENT)
		out_of_memory();
	size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (size > CHUNK_SIZE / 4)
		return alloc_large(a, size);
	if (!chunk || size > chunk->size - chunk->used) {
		chunk = chunk_new(CHUNK_SIZE);
		chunk->next = a->chunks;
		a->chunks = chunk;
	}
	result = chunk->bytes + chunk->used;
	chunk->used += size;
	return result;
}

void *
arena_zalloc(struct arena *a, size_t count, size_t size)
{
	void *result;

	if (size != 0 && count > SIZE_MAX / size)
		out_of_memory();
	result = arena_alloc(a, count * size);
	memset(result, 0, count * size);
	return result;
}

char *
arena_dup(struct arena *a, const void *bytes, size_t size)
{
	char *copy;

	if (size == SIZE_MAX)
		out_of_memory();
	copy = arena_alloc(a, size + 1);
	if (size > 0)
		memcpy(copy, bytes, size);
	copy[size] = '\0';
	return copy;
}

char *
arena_strdup(struct arena *a, const char *s)
{
	return s ? arena_dup(a, s, strlen(s)) : NULL;
}

char *
arena_vprintf(struct arena *a, const char *format, va_list args)
{
	va_list again;
	char *text;
	int length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	if (length < 0)
		out_of_memory();
	text = arena_alloc(a, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text;
}

char *
arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(a, format, args);
	va_end(args);
	return text;
}

struct arena_hook *
arena_on_clear(struct arena *a, void (*fn)(void *), void *arg)
{
	struct arena_hook *hook = arena_new(a, struct arena_hook);

	hook->fn = fn;
	hook->arg = arg;
	hook->next = a->hooks;
	a->hooks = hook;
	return hook;
}

void
arena_hook_cancel(struct arena_hook *hook)
{
	if (hook)
		hook->fn = NULL;
}
