/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers: a document as JSON for programs, as lines and tables for people.
 */
#include "admin/admin.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/text.h"
#include "domain/name_index.h"
#include "wire/dialect.h"
#include "wire/json.h"

#define MAX_COLUMNS 24
#define MAX_WIDTH 60

static const struct dialect dialect = { .fraction_digits = 6, .zone = "Z" };

static void
print_json(struct admin *a, const struct doc *d)
{
	struct buf b = buf_on(a->work->arena);

	json_write(&b, d, &dialect);
	buf_putc(&b, '\n');
	fwrite(b.at, 1, b.len, stdout);
}

/* ---- text ---- */

static void put_value(struct buf *b, const struct doc *d);

/* What a terminal would obey is not shown to it. */
static void
put_printable(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];

		if (c < 0x20 || c == 0x7f)
			buf_puts(b, c == '\n' || c == '\t' ? " " : "?");
		else
			buf_putc(b, s.at[i]);
	}
}

static void
put_list(struct buf *b, const struct doc *d)
{
	bool first = true;

	for (const struct doc *m = doc_first(d); m; m = m->next) {
		if (!first)
			buf_putc(b, ' ');
		put_value(b, m);
		first = false;
	}
	if (first)
		buf_putc(b, '-');
}

static void
put_value(struct buf *b, const struct doc *d)
{
	static const struct dialect seconds = { .zone = "Z" };
	char text[CLOCK_TEXT_SIZE];

	switch (d->kind) {
	case DOC_NULL:
		buf_putc(b, '-');
		return;
	case DOC_BOOL:
		buf_puts(b, d->is.boolean ? "yes" : "no");
		return;
	case DOC_INT:
		buf_put_int(b, d->is.integer);
		return;
	case DOC_TIME:
		dialect_format_time(&seconds, text, d->is.integer);
		buf_puts(b, text);
		return;
	case DOC_TEXT:
	case DOC_RAW:
		put_printable(b, d->is.text);
		return;
	case DOC_LIST:
		put_list(b, d);
		return;
	default:
		json_write(b, d, &dialect);
	}
}

static const char *
cell(struct admin *a, const struct doc *d)
{
	struct buf b = buf_on(a->work->arena);

	put_value(&b, d);
	return buf_text(&b);
}

/* "created_at" as "CREATED AT" */
static const char *
heading(struct admin *a, const char *key)
{
	char *h = arena_strdup(a->work->arena, key);

	for (char *c = h; *c; c++)
		*c = *c == '_' ? ' ' : *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
	return h;
}

static int
text_width(const char *s)
{
	return (int)text_char_count(span_of(s));
}

/* The last column is not padded. */
static void
print_row(const char *const *cells, const int *widths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int pad = i + 1 < count ? widths[i] - text_width(cells[i]) : 0;

		printf("%s%*s%s", cells[i], pad > 0 ? pad : 0, "", i + 1 < count ? "  " : "\n");
	}
}

static size_t
take_row(struct admin *a, const struct doc *map, const char **cells, int *widths)
{
	size_t n = 0;

	for (const struct doc *m = doc_first(map); m && n < MAX_COLUMNS; m = m->next, n++) {
		int width;

		cells[n] = cell(a, m);
		width = text_width(cells[n]);
		if (width > widths[n])
			widths[n] = width > MAX_WIDTH ? MAX_WIDTH : width;
	}
	return n;
}

static void
print_table(struct admin *a, const struct doc *list)
{
	const char *cells[MAX_COLUMNS];
	int widths[MAX_COLUMNS] = { 0 };
	size_t columns = 0;

	for (const struct doc *m = doc_first(doc_first(list)); m && columns < MAX_COLUMNS; m = m->next, columns++) {
		cells[columns] = heading(a, m->key);
		widths[columns] = text_width(cells[columns]);
	}
	for (const struct doc *row = doc_first(list); row; row = row->next) {
		const char *ignored[MAX_COLUMNS];

		take_row(a, row, ignored, widths);
	}
	if (columns > 0)
		print_row(cells, widths, columns);
	for (const struct doc *row = doc_first(list); row; row = row->next)
		print_row(cells, widths, take_row(a, row, cells, widths));
}

static void
print_lines(struct admin *a, const struct doc *map)
{
	for (const struct doc *m = doc_first(map); m; m = m->next) {
		if (m->kind == DOC_LIST && doc_is(doc_first(m), DOC_MAP)) {
			printf("\n");
			print_table(a, m);
		} else {
			printf("%s: %s\n", m->key, cell(a, m));
		}
	}
}

bool
admin_show(struct admin *a, const struct doc *d)
{
	if (a->json)
		print_json(a, d);
	else if (d->kind == DOC_LIST)
		print_table(a, d);
	else
		print_lines(a, d);
	return true;
}

bool
admin_say(struct admin *a, const struct doc *d, const char *format, ...)
{
	va_list args;

	if (a->json) {
		print_json(a, d);
		return true;
	}
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	return true;
}

bool
admin_advise(struct admin *a, struct doc *d, const char *obstacle, const char **line)
{
	const char *advice;

	if (!name_index_advice(a->work, obstacle, &advice))
		return false;
	doc_bool(d, "name_index", !advice);
	if (advice)
		doc_text(d, "advice", advice);
	*line = advice ? arena_printf(a->work->arena, "\n%s", advice) : "";
	return true;
}

void
admin_print_fault(const struct fault *f)
{
	fflush(stdout);
	if (f->detail && f->kind == FAULT_UNAVAILABLE)
		fprintf(stderr, "entrepot-admin: %s\n", f->detail);
	else if (f->detail)
		fprintf(stderr, "entrepot-admin: %s: %s\n", f->message, f->detail);
	else
		fprintf(stderr, "entrepot-admin: %s\n", f->message);
}
