/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An uploaded crate "foo 1.0.0".
 */
#include "stored.h"

#include "formats/crate.h"
#include "formats/manifest.h"

static void
check(const struct crate *c)
{
	REQUIRE(strcmp(c->manifest->name, "foo") == 0);
	REQUIRE(strcmp(c->manifest->version, "1.0.0") == 0);
	REQUIRE(c->entries > 0 && c->unpacked >= 512);
	for (size_t i = 1; i < c->bin_count; i++)
		REQUIRE(strcmp(c->bin_names[i - 1], c->bin_names[i]) < 0);
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	struct crate_upload upload = {
		.name = SPAN("foo"), .version = SPAN("1.0.0"), .max_unpacked = 1 << 20, .max_entries = 1000,
	};
	const struct crate *c;

	upload.fd = gzip_file(a, input, &upload.length);
	c = crate_read(a, f, &upload);
	close(upload.fd);
	REQUIRE((c == NULL) == fault_is_set(f));
	REQUIRE(c || f->kind == FAULT_BAD_REQUEST);
	if (c)
		check(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
