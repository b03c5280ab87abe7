/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An uploaded crate "foo 1.0.0". What does not look like gzip is taken for the
 * tar inside and put into gzip first, so that changes of it get past the
 * checksum.
 */
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include <zlib.h>

#include "formats/crate.h"
#include "formats/manifest.h"

static struct span
stored_gzip(struct arena *a, struct span plain)
{
	z_stream z = { 0 };
	size_t room = plain.len + plain.len / 1000 + 1024;
	unsigned char *out = arena_alloc(a, room);

	REQUIRE(deflateInit2(&z, 0, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	z.next_in = (unsigned char *)(uintptr_t)plain.at;
	z.avail_in = (uInt)plain.len;
	z.next_out = out;
	z.avail_out = (uInt)room;
	REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
	room = z.total_out;
	deflateEnd(&z);
	return span_make((const char *)out, room);
}

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

	if (!span_starts(input, "\x1f\x8b"))
		input = stored_gzip(a, input);
	upload.fd = memfd_create("crate", 0);
	upload.length = input.len;
	REQUIRE(upload.fd >= 0);
	REQUIRE(write(upload.fd, input.at, input.len) == (ssize_t)input.len);
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
