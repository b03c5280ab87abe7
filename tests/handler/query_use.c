/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading C without a parser: the house style makes calls, column tables and
 * structs regular enough. What cannot be read fails the test.
 */
#include "query_use.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/text.h"
#include "support.h"

#define MAX_USES 1000
#define MAX_COLUMNS 64
#define MAX_ARGUMENTS 32

/* All sources, one behind the other; and where each begins. */
static struct buf source;
static struct {
	size_t at;
	const char *file;
} files[1000];
static size_t file_count;

static bool
is_word(char c)
{
	return is_alnum(c) || c == '_';
}

/* ---- sources ---- */

static void
add_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char chunk[8192];
	size_t n;

	if (!file || file_count == ARRAY_LEN(files))
		fail_msg("cannot read %s", path);
	files[file_count].at = source.len;
	files[file_count++].file = path;
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_put(&source, chunk, n);
	buf_putc(&source, '\n');
	fclose(file);
}

static void
add_directory(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		const char *below = arena_printf(w->arena, "%s/%s", path, entries[i]->d_name);
		size_t len = strlen(below);
		struct stat st;

		if (entries[i]->d_name[0] != '.' && stat(below, &st) == 0) {
			if (S_ISDIR(st.st_mode))
				add_directory(below);
			else if (len > 2 && below[len - 2] == '.' && (below[len - 1] == 'c' || below[len - 1] == 'h'))
				add_file(below);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

static const char *
file_of(const char *at)
{
	size_t offset = (size_t)(at - source.at), i = file_count;

	while (i > 1 && files[i - 1].at > offset)
		i--;
	return files[i - 1].file;
}

/* ---- pieces of C ---- */

/* What stands between the bracket at FROM and its partner. */
static struct span
bracketed(const char *from)
{
	int depth = 0;

	for (const char *at = from; *at; at++) {
		if (*at == '(' || *at == '{')
			depth++;
		else if (*at == ')' || *at == '}')
			depth--;
		if (depth == 0)
			return span_make(from + 1, (size_t)(at - from - 1));
	}
	return span_make(from, 0);
}

/* Split at the commas that no bracket encloses. */
static size_t
split(struct span list, struct span parts[MAX_ARGUMENTS])
{
	size_t count = 0, from = 0;
	int depth = 0;

	if (span_trim(list).len == 0)
		return 0;
	for (size_t i = 0; i <= list.len; i++) {
		char c = i < list.len ? list.at[i] : ',';

		depth += (c == '(' || c == '{') - (c == ')' || c == '}');
		if ((c == ',' && depth == 0) || i == list.len) {
			if (count < MAX_ARGUMENTS)
				parts[count++] = span_trim(span_make(list.at + from, i - from));
			from = i + 1;
		}
	}
	return count;
}

/* The first place of TEXT behind FROM, between word boundaries at its start. */
static const char *
find_word(const char *from, const char *text)
{
	const char *at = from;

	while ((at = strstr(at, text)) && at > source.at && is_word(at[-1]))
		at++;
	return at;
}

/* ---- columns ---- */

static enum column_kind
kind_of(struct span type, struct span member)
{
	const char *body = find_word(source.at, arena_printf(w->arena, "struct %.*s {", (int)type.len, type.at));
	struct span rest;

	if (!body)
		fail_msg("no struct %.*s", (int)type.len, type.at);
	rest = bracketed(strchr(body, '{'));
	while (rest.at) {
		struct span line = span_trim(span_cut(&rest, '\n'));
		struct span names = span_cut(&line, ';');
		const char *hit = arena_dup(w->arena, names.at, names.len);
		const char *at = find_word(hit, arena_dup(w->arena, member.at, member.len));

		if (!at || is_word(at[member.len]) || at == hit || is_word(at[-1]))
			continue;
		if (strncmp(hit, "int64_t ", 8) == 0)
			return COLUMN_INT;
		if (strncmp(hit, "bool ", 5) == 0)
			return COLUMN_BOOL;
		if (strncmp(hit, "double ", 7) == 0)
			return COLUMN_REAL;
		if (strncmp(hit, "const char *", 12) == 0)
			return COLUMN_TEXT;
		if (strncmp(hit, "struct span ", 12) == 0)
			return COLUMN_SPAN;
		if (strncmp(hit, "struct texts ", 13) == 0)
			return COLUMN_TEXTS;
	}
	fail_msg("no member %.*s in struct %.*s", (int)member.len, member.at, (int)type.len, type.at);
	return COLUMN_INT;
}

static void add_columns(struct span table, struct used_column *columns, size_t *count);

/* PACKAGE_COLUMNS: the lines of its definition. */
static void
add_macro(struct span name, struct used_column *columns, size_t *count)
{
	const char *define = strstr(source.at, arena_printf(w->arena, "#define %.*s ", (int)name.len, name.at));
	const char *end = define;

	if (!define)
		return;
	while (*end && !(*end == '\n' && end[-1] != '\\'))
		end++;
	define += strlen("#define ") + name.len;
	add_columns(span_make(define, (size_t)(end - define)), columns, count);
}

static void
add_columns(struct span table, struct used_column *columns, size_t *count)
{
	struct span parts[MAX_ARGUMENTS];

	for (size_t i = 0; i < table.len; i++) {
		size_t len = 0;

		while (i + len < table.len && is_word(table.at[i + len]))
			len++;
		if (len == 0)
			continue;
		if (span_is(span_make(table.at + i, len), "COLUMN")) {
			if (*count == MAX_COLUMNS || split(bracketed(table.at + i + len), parts) != 2)
				fail_msg("a column cannot be read");
			columns[*count].name = parts[1];
			columns[(*count)++].kind = kind_of(parts[0], parts[1]);
			i += parts[1].at + parts[1].len - (table.at + i);
		} else {
			add_macro(span_make(table.at + i, len), columns, count);
			i += len;
		}
	}
}

/* A definition of that name nearest to the use: in the same file, else anywhere. */
static const char *
find_definition(const char *text, const char *use)
{
	const char *last = NULL;

	for (const char *at = strstr(source.at, text); at; at = strstr(at + 1, text)) {
		if (is_word(at[-1]))
			continue;
		if (file_of(at) == file_of(use) && (!last || file_of(last) != file_of(use) || at < use))
			last = at;
		else if (!last)
			last = at;
	}
	return last;
}

static const struct used_column *
columns_of(struct span row_type, const char *use)
{
	struct used_column *columns = arena_zalloc(w->arena, MAX_COLUMNS + 1, sizeof(*columns));
	struct span parts[MAX_ARGUMENTS];
	const char *at;
	size_t count = 0;

	if (row_type.len < 2 || row_type.at[0] != '&')
		return NULL;
	row_type = span_skip(row_type, 1);
	at = find_definition(arena_printf(w->arena, "%.*s = ROW_TYPE(", (int)row_type.len, row_type.at), use);
	if (!at)
		fail_msg("%s: no definition of %.*s", file_of(use), (int)row_type.len, row_type.at);
	if (split(bracketed(strchr(at, '(')), parts) != 2)
		fail_msg("%.*s cannot be read", (int)row_type.len, row_type.at);
	at = find_definition(arena_printf(w->arena, "%.*s[] = {", (int)parts[1].len, parts[1].at), at);
	if (!at)
		fail_msg("no definition of %.*s", (int)parts[1].len, parts[1].at);
	add_columns(bracketed(strchr(at, '{')), columns, &count);
	return columns;
}

/* ---- uses ---- */

static int
count_arguments(struct span args)
{
	struct span parts[MAX_ARGUMENTS];

	if (span_is(args, "NO_ARGS"))
		return 0;
	if (!span_starts(args, "ARGS("))
		return -1;
	return (int)split(bracketed(args.at + 4), parts);
}

/* An expression may choose among several queries. */
static size_t
add_uses(struct query_use *uses, size_t count, struct span expression, const struct query_use *use)
{
	for (size_t i = 0; i < expression.len; i++) {
		size_t len = 0;

		while (i + len < expression.len && is_word(expression.at[i + len]))
			len++;
		if (len > 2 && expression.at[i] == 'Q' && expression.at[i + 1] == '_' && count < MAX_USES) {
			uses[count] = *use;
			uses[count++].query = span_make(expression.at + i, len);
		}
		i += len;
	}
	return count;
}

static size_t
add_calls(struct query_use *uses, size_t count, const char *function, bool has_rows)
{
	size_t args = has_rows ? 3 : 2;

	for (const char *at = find_word(source.at, function); at; at = find_word(at + 1, function)) {
		struct span parts[MAX_ARGUMENTS];
		size_t given = split(bracketed(at + strlen(function) - 1), parts);
		struct query_use use = { .file = file_of(at) };

		if (given <= args || strstr(use.file, "/db/"))
			continue;
		use.arguments = count_arguments(parts[args]);
		if (has_rows && memchr(parts[1].at, 'Q', parts[1].len))
			use.columns = columns_of(parts[2], at);
		count = add_uses(uses, count, parts[1], &use);
	}
	return count;
}

const struct query_use *
query_uses(const char *directory, size_t *count)
{
	struct query_use *uses = arena_zalloc(w->arena, MAX_USES, sizeof(*uses));

	source = buf_on(w->arena);
	file_count = 0;
	add_directory(directory);
	*count = add_calls(uses, 0, "db_one(", true);
	*count = add_calls(uses, *count, "db_many(", true);
	*count = add_calls(uses, *count, "db_exec(", false);
	*count = add_calls(uses, *count, "db_int(", false);
	return uses;
}
