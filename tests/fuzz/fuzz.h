/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fuzz entry needs. An entry is tests/fuzz/fuzz_NAME.c with
 * LLVMFuzzerTestOneInput(); see driver.c for how it is run.
 */
#ifndef ENTREPOT_TESTS_FUZZ_H
#define ENTREPOT_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise that must hold for every input. */
#define REQUIRE(condition) \
	((condition) ? (void)0 : fuzz_broken(#condition, __FILE__, __LINE__))

static inline NORETURN void
fuzz_broken(const char *condition, const char *file, int line)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

/* Call ONE with the input on an arena of its own; the result is for LLVMFuzzerTestOneInput() to return. */
static inline int
fuzz_on_arena(const uint8_t *data, size_t size,
	void (*one)(struct arena *a, struct fault *f, struct span input))
{
	struct arena arena;
	struct fault fault;

	arena_init(&arena);
	fault_init(&fault, &arena);
	one(&arena, &fault, span_make((const char *)data, size));
	arena_free(&arena);
	return 0;
}

#endif
