/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An uploaded sdist, as a tarball or as a zip: refused, or its metadata is that
 * of the project.
 */
#include "stored.h"

#include "formats/distribution.h"

static void
one(struct arena *a, struct fault *f, struct span input)
{
	static const struct distribution_policy policy = { .max_entries = 100, .max_unpacked = 1 << 20 };
	struct span licenses[2] = { SPAN("LICENSE"), SPAN("LICENSE") };
	struct distribution_new in = {
		.filename = SPAN("a_b-1.0.tar.gz"), .type = DISTRIBUTION_SDIST, .project = SPAN("A.B"),
		.version = SPAN("1.0"), .license_files = { licenses, 2 }, .policy = &policy,
	};
	struct distribution out;

	if (span_starts(input, "PK")) {
		in.filename = SPAN("a_b-1.0.zip");
		in.fd = plain_file(input);
		in.size = input.len;
	} else {
		in.fd = gzip_file(a, input, &in.size);
	}
	if (distribution_check(a, f, &in, &out)) {
		REQUIRE(!fault_is_set(f));
		REQUIRE(out.core.name.len == 3);
		REQUIRE(out.metadata.len <= DISTRIBUTION_MAX_METADATA);
	} else {
		REQUIRE(f->kind == FAULT_BAD_REQUEST);
	}
	close(in.fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
