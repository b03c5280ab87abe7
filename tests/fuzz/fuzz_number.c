/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every reader of numbers, addresses and networks.
 */
#include "fuzz.h"

#include "base/address.h"
#include "base/number.h"

static void
one(struct arena *a, struct fault *f, struct span input)
{
	struct network network;
	struct address address;
	int64_t n;
	uint64_t u;

	(void)f;
	if (number_parse(input, -1000, 1000, &n))
		REQUIRE(n >= -1000 && n <= 1000);
	if (number_parse(input, INT64_MIN, INT64_MAX, &n))
		REQUIRE(n == strtoll(arena_dup(a, input.at, input.len), NULL, 10));
	if (number_parse_unsigned(input, UINT64_MAX, &u))
		REQUIRE(u == strtoull(arena_dup(a, input.at, input.len), NULL, 10));
	if (number_parse_size(input, 1 << 20, &n))
		REQUIRE(n >= 0 && n <= 1 << 20);
	if (number_parse_duration(input, &n))
		REQUIRE(n >= 0);
	if (address_parse(input, &address))
		REQUIRE(network_parse(input, &network) && network_has(&network, &address));
	if (network_parse(input, &network))
		REQUIRE(network.bits <= 128 && network_has(&network, &network.address));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
