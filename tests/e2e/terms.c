/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON to Erlang terms and back, for tests/e2e/clients/terms.t.
 *
 *	terms write DIRECTORY <DOCUMENTS	a file per line of JSON
 *	terms kinds >TERM			what JSON has no form for
 *	terms read FILE...			a line of JSON per file, or of refusal
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "wire/dialect.h"
#include "wire/json.h"
#include "wire/serializer.h"

#define NOON INT64_C(1767700800000000)	/* 2026-01-06T12:00:00Z */

static struct arena arena;
static struct fault fault;

static NORETURN void
die(const char *what, const char *why)
{
	fprintf(stderr, "terms: %s: %s\n", what, why);
	exit(1);
}

static struct span
read_all(FILE *file, const char *name)
{
	struct buf b = buf_on(&arena);
	char block[65536];
	size_t got;

	if (!file)
		die(name, "cannot be opened");
	while ((got = fread(block, 1, sizeof(block), file)) > 0)
		buf_put(&b, block, got);
	if (ferror(file))
		die(name, "cannot be read");
	return buf_span(&b);
}

static void
write_term(FILE *file, const char *name, const struct doc *d)
{
	static const struct dialect seconds = { .zone = "Z" };
	struct buf b = buf_on(&arena);

	codec_erlang.write(&b, d, &seconds);
	if (!file || fwrite(b.at, 1, b.len, file) != b.len || fclose(file) != 0)
		die(name, "cannot be written");
}

static void
write_documents(const char *directory)
{
	struct span rest = read_all(stdin, "the documents");
	unsigned number = 0;

	while (rest.at) {
		struct span line = span_cut(&rest, '\n');
		const struct doc *d;
		const char *path;

		if (line.len == 0 || line.at[0] == '#')
			continue;
		d = json_read(&arena, &fault, line);
		if (!d)
			die("a document", fault.message);
		path = arena_printf(&arena, "%s/%03u.term", directory, number++);
		write_term(fopen(path, "wb"), path, d);
	}
}

static void
write_kinds(void)
{
	struct doc *map = doc_map(&arena);

	doc_time(map, "time", NOON + 725910);
	doc_date(map, "date", NOON);
	doc_bytes(map, "bytes", SPAN("\xff\0\x01"));
	doc_raw(map, "raw", SPAN("{\"a\": [1, null, \"\\u00e9\"]}"));
	doc_real(map, "nan", (double)NAN);
	write_term(stdout, "the output", map);
}

static void
read_terms(char **files)
{
	for (; *files; files++) {
		FILE *file = fopen(*files, "rb");
		struct buf b = buf_on(&arena);
		const struct doc *d = codec_erlang.read(&arena, &fault, read_all(file, *files));

		fclose(file);
		if (d)
			codec_json.write(&b, d, NULL);
		printf("%s\n", d ? buf_text(&b) : fault.message);
		fault_clear(&fault);
	}
}

int
main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	arena_init(&arena);
	fault_init(&fault, &arena);
	if (strcmp(verb, "write") == 0 && argc == 3)
		write_documents(argv[2]);
	else if (strcmp(verb, "kinds") == 0 && argc == 2)
		write_kinds();
	else if (strcmp(verb, "read") == 0)
		read_terms(argv + 2);
	else
		die(verb, "unknown verb");
	arena_free(&arena);
	return 0;
}
