/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A requirement of a Hex package: one that is accepted is so with more blanks
 * around it, joined with another one, and never holds anything but printable
 * ASCII.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "version/hex_req.h"

static bool
is_valid(struct arena *a, const char *before, struct span input, const char *behind)
{
	struct buf b = buf_on(a);

	buf_puts(&b, before);
	buf_put_span(&b, input);
	buf_puts(&b, behind);
	return hex_req_is_valid(buf_span(&b));
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	(void)f;
	if (!hex_req_is_valid(input)) {
		REQUIRE(input.len > HEX_REQ_MAX || !is_valid(a, "", input, " and 1.0.0"));
		REQUIRE(input.len > HEX_REQ_MAX || !is_valid(a, "1.0.0 or ", input, ""));
		return;
	}
	REQUIRE(input.len <= HEX_REQ_MAX);
	for (size_t i = 0; i < input.len; i++)
		REQUIRE(input.at[i] >= ' ' && input.at[i] <= '~');
	if (input.len > HEX_REQ_MAX - 20)
		return;
	REQUIRE(is_valid(a, "  ", input, "  "));
	REQUIRE(is_valid(a, "", input, " and ~> 1.0"));
	REQUIRE(is_valid(a, "1.0.0 or ", input, ""));
	REQUIRE(!is_valid(a, "", input, ","));
	REQUIRE(!is_valid(a, "(", input, ")"));
	REQUIRE(!is_valid(a, "", input, "\n"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
