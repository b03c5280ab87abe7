/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An uploaded wheel: refused, or its metadata is that of the project; and the
 * same bytes as the name of a wheel's file and as entry points.
 */
#include "stored.h"

#include "formats/distribution.h"
#include "formats/entry_points.h"
#include "formats/wheel_name.h"

static void
read_name(struct arena *a, struct span input)
{
	struct wheel_name n;
	struct fault f;

	fault_init(&f, a);
	if (wheel_name_parse(a, &f, input, &n)) {
		REQUIRE(n.name.len > 0 && n.python.len > 0 && n.abi.len > 0 && n.platform.len > 0);
		wheel_name_odd_platform(a, &n);
	} else {
		REQUIRE(f.kind == FAULT_BAD_REQUEST);
	}
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	static const struct distribution_policy policy = { .max_entries = 100, .max_unpacked = 1 << 20 };
	struct span license = SPAN("LICENSE");
	struct distribution_new in = {
		.fd = plain_file(input), .size = input.len, .filename = SPAN("a_b-1.0-py3-none-any.whl"),
		.type = DISTRIBUTION_WHEEL, .project = SPAN("A.B"), .version = SPAN("1"),
		.license_files = { &license, 1 }, .policy = &policy,
	};
	struct distribution out;

	if (distribution_check(a, f, &in, &out)) {
		REQUIRE(!fault_is_set(f));
		REQUIRE(out.core.name.len == 3);
		REQUIRE(out.metadata.len <= DISTRIBUTION_MAX_METADATA);
	} else {
		REQUIRE(f->kind == FAULT_BAD_REQUEST);
	}
	close(in.fd);
	read_name(a, input);
	entry_points_are_valid(input);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
