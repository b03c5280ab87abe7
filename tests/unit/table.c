/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of test cases; see the header.
 */
#include "table.h"

#include <stdio.h>

#include "base/buf.h"
#include "unit.h"

void
table_open(struct table *t, const char *name)
{
	const char *source = getenv("ENTREPOT_SOURCE");
	const char *path = arena_printf(arena, "%s/tests/data/%s", source ? source : ".", name);
	FILE *file = fopen(path, "rb");
	struct buf b = buf_on(arena);
	char block[4096];
	size_t got;

	if (!file)
		fail_msg("cannot open %s", path);
	while ((got = fread(block, 1, sizeof(block), file)) > 0)
		buf_put(&b, block, got);
	fclose(file);
	t->rest = buf_span(&b);
	if (t->rest.len > 0 && t->rest.at[t->rest.len - 1] == '\n')
		t->rest.len--;
}

bool
table_line(struct table *t, struct span *line)
{
	while (t->rest.at) {
		*line = span_cut(&t->rest, '\n');
		if (line->len > 0 && line->at[0] != '#')
			return true;
	}
	return false;
}

bool
table_block(struct table *t, struct span *title, struct span *text)
{
	while (t->rest.at) {
		*title = span_cut(&t->rest, '\n');
		if (span_starts(*title, "--- "))
			break;
	}
	if (!t->rest.at)
		return false;
	*title = span_skip(*title, 4);
	*text = span_make(t->rest.at, 0);
	while (t->rest.at && !span_starts(t->rest, "--- ")) {
		struct span line = span_cut(&t->rest, '\n');

		text->len = (size_t)(line.at + line.len - text->at) + (t->rest.at != NULL);
	}
	return true;
}

const char *
table_field(struct span *line)
{
	struct span field = line->at ? span_cut(line, '\t') : span_make("", 0);

	return arena_dup(arena, field.at, field.len);
}

size_t
table_check(const char *name, const char *(*outcome)(struct span input))
{
	struct span line;
	struct table t;
	size_t cases = 0;

	table_open(&t, name);
	for (; table_line(&t, &line); cases++) {
		const char *input = table_field(&line), *expected = table_field(&line);
		const char *got = outcome(span_of(input));

		if (strcmp(got, expected) != 0)
			fail_msg("%s: got %s, expected %s", input, got, expected);
	}
	return cases;
}
