/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An uploaded zip: refused for a reason, or every member is found by its name
 * and has the bytes that its headers promise, or is damaged.
 */
#include "stored.h"

#include "formats/zip.h"

static void
read_members(struct arena *a, struct zip *z)
{
	for (size_t i = 0; i < z->count; i++) {
		const struct zip_member *m = &z->members[i];
		struct zip_wanted w = { .member = m, .limit = 1 << 16 };
		enum zip_status status = zip_read(a, z, &w);

		REQUIRE(zip_find(z, m->name) == m);
		REQUIRE(m->data + m->packed <= z->directory);
		REQUIRE(status == ZIP_GOOD || status == ZIP_REFUSED || (status == ZIP_LARGE && m->size > w.limit));
		REQUIRE(status != ZIP_GOOD || w.bytes.len == m->size);
	}
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	struct zip z = { .fd = plain_file(input), .length = input.len };
	enum zip_status status = zip_open(a, &z, 1000);

	(void)f;
	REQUIRE(status != ZIP_FAILED);
	REQUIRE(zip_look(a, z.fd, z.length) != ZIP_FAILED);
	if (status == ZIP_GOOD) {
		bool readable = zip_is_readable(&z);

		status = zip_check(a, &z);
		REQUIRE(status == ZIP_GOOD || status == ZIP_REFUSED);
		if (status == ZIP_GOOD && readable)
			read_members(a, &z);
	}
	REQUIRE(status != ZIP_REFUSED || z.why);
	close(z.fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
