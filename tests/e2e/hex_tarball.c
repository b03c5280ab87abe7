/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hex packages as a publish would read them, for
 * tests/e2e/clients/hex_tarballs.t.
 *
 *	hex_tarball FILE...		a line of JSON per package: its metadata, or
 *					what is wrong with it by field
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "formats/hex_metadata.h"
#include "formats/hex_tarball.h"
#include "wire/json.h"

static const struct hex_limits limits = { .unpacked = 128 << 20, .entries = 10000 };
static const struct hex_rules rules = { .spdx = true };

static bool
read_package(struct arena *a, struct fault *f, int fd, struct hex_tarball *t)
{
	struct hex_metadata m;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fault_raise_field(f, FAULT_INVALID, "file", "cannot be read");
	return hex_tarball_open(a, f, fd, (uint64_t)st.st_size, t) &&
	       hex_tarball_check(a, f, t, &limits) &&
	       hex_metadata_read(a, f, t->metadata, &m) && hex_metadata_check(f, &m, &rules);
}

static struct doc *
complaints(struct arena *a, const struct fault *f)
{
	struct doc *map = doc_map(a);

	for (const struct fault_field *field = f->fields; field; field = field->next)
		doc_text(map, field->name, field->message);
	return map;
}

static void
show(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct hex_tarball t;
	struct arena arena;
	struct fault fault;
	struct buf b;

	arena_init(&arena);
	fault_init(&fault, &arena);
	b = buf_on(&arena);
	json_write(&b, read_package(&arena, &fault, fd, &t) ? t.metadata : complaints(&arena, &fault), NULL);
	puts(buf_text(&b));
	arena_free(&arena);
	if (fd >= 0)
		close(fd);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		show(argv[i]);
	return 0;
}
