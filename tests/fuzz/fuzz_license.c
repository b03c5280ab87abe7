/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A license expression is accepted or has raised a fault; around an accepted
 * one parentheses may stand. What is normal stays so.
 */
#include "fuzz.h"

#include "formats/license.h"

static void
check_normal(struct arena *a, struct span input)
{
	const char *normal = license_normal(a, input);

	/* Parentheses fall together with what they enclose, operators get blanks. */
	if (normal && strlen(normal) <= LICENSE_MAX) {
		const char *again = license_normal(a, span_of(normal));

		REQUIRE(again && strcmp(again, normal) == 0);
	}
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	const char *wrapped;

	check_normal(a, input);
	if (!license_check(f, input)) {
		REQUIRE(f->kind == FAULT_BAD_REQUEST);
		return;
	}
	REQUIRE(!fault_is_set(f));
	REQUIRE(!memchr(input.at, '\0', input.len));
	wrapped = arena_printf(a, "(%.*s)/MIT", (int)input.len, input.at);
	/* Only its length or depth can be too much now. */
	if (!license_check(f, span_of(wrapped)))
		REQUIRE(strstr(f->message, " too ") != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
