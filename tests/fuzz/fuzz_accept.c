/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accept and Content-Type: the input is either header.
 */
#include "fuzz.h"

#include "http/accept.h"

static void
one(struct arena *a, struct fault *f, struct span input)
{
	static const char *const types[] = { "application/json", "application/vnd.hex+erlang", "text/html" };
	const char *header = arena_dup(a, input.at, input.len);

	(void)f;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		int weight = accept_weight(header, types[i]);

		REQUIRE(0 <= weight && weight <= ACCEPT_BEST);
		REQUIRE(!media_type_is(header, types[i]) || strchr(header, '/'));
	}
	REQUIRE(accept_weight(header, "text/html") == accept_weight(header, "TEXT/HTML"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
