/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An uploaded archive of documentation: refused, or every path that is asked
 * for has one answer.
 */
#include "stored.h"

#include "formats/hex_docs.h"
#include "formats/hex_tarball.h"

static void
find(struct arena *a, struct fault *f, const struct hex_docs *d, const char *path)
{
	struct hex_docs_entry e = { .path = path, .max = 1024 };

	REQUIRE(hex_docs_find(a, f, d, &e));
	REQUIRE(!fault_is_set(f));
	REQUIRE(e.found != HEX_DOCS_FILE || e.bytes.len <= e.max);
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	static const struct hex_limits limits = { .unpacked = 1 << 20, .entries = 1000 };
	static const char *const paths[] = { "", "index.html", "dist", "dist/style.css", "absent/page.html" };
	struct hex_docs d;

	d.fd = gzip_file(a, input, &d.length);
	if (hex_docs_check(a, f, &d, &limits)) {
		REQUIRE(!fault_is_set(f));
		for (size_t i = 0; i < ARRAY_LEN(paths); i++)
			find(a, f, &d, paths[i]);
	} else {
		REQUIRE(f->kind == FAULT_INVALID);
	}
	close(d.fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
