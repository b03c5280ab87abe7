/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rendering READMEs. Only user of cmark-gfm.
 *
 * Some inputs make it build trees many times their size, or search them again
 * and again, and it cannot be stopped from outside: so its memory comes from
 * an arena of ours with a budget and a deadline, and the allocator leaves
 * through longjmp() when one is exceeded. Everything it held is in the arena.
 */
#include "formats/markdown.h"

#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmark-gfm.h>
#include <cmark-gfm-core-extensions.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/text.h"

#define MEMORY_MAX ((size_t)96 << 20)
#define SECONDS_MAX 1

/* The one rendering under way: cmark's allocator has no argument to pass it by. */
static struct {
	struct arena arena;		/* here, because locals are unreliable after longjmp() */
	size_t left;			/* of the budget */
	unsigned calls;
	time_t deadline;		/* monotonic seconds */
	jmp_buf give_up;
} rendering;

static time_t
monotonic_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* The size stands before each allocation, for realloc(). */
#define HEAD 16

static void *
budget_calloc(size_t count, size_t size)
{
	unsigned char *block;

	if (size > 0 && count > rendering.left / size)
		longjmp(rendering.give_up, 1);
	size *= count;
	if (size + HEAD > rendering.left)
		longjmp(rendering.give_up, 1);
	rendering.left -= size + HEAD;
	if (++rendering.calls % 1024 == 0 && monotonic_seconds() > rendering.deadline)
		longjmp(rendering.give_up, 1);
	block = arena_zalloc(&rendering.arena, 1, size + HEAD);
	memcpy(block, &size, sizeof(size));
	return block + HEAD;
}

static void *
budget_realloc(void *old, size_t size)
{
	void *block = budget_calloc(1, size);
	size_t old_size;

	if (!old)
		return block;
	memcpy(&old_size, (unsigned char *)old - HEAD, sizeof(old_size));
	memcpy(block, old, old_size < size ? old_size : size);
	return block;
}

static void
budget_free(void *block)
{
	(void)block;
}

static cmark_mem budget_mem = { budget_calloc, budget_realloc, budget_free };

static bool
is_markdown(const char *path)
{
	static const char *const extensions[] = {
		"md", "markdown", "mdown", "mdwn", "mkd", "mkdn", "mkdown",
	};
	const char *name = path ? strrchr(path, '/') : NULL;
	const char *dot;

	name = name ? name + 1 : path;
	dot = name ? strrchr(name, '.') : NULL;
	if (!dot || dot == name)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(extensions); i++)
		if (text_equal_nocase(dot + 1, extensions[i]))
			return true;
	return false;
}

static struct span
preformatted(struct arena *a, struct span text)
{
	struct buf b = buf_on(a);

	buf_puts(&b, "<pre>");
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (c == '&')
			buf_puts(&b, "&amp;");
		else if (c == '<')
			buf_puts(&b, "&lt;");
		else if (c == '>')
			buf_puts(&b, "&gt;");
		else if (c == '"')
			buf_puts(&b, "&quot;");
		else if (c != '\0')
			buf_putc(&b, c);
	}
	buf_puts(&b, "</pre>\n");
	return buf_span(&b);
}

/* The HTML, in the memory of the rendering. */
static const char *
render(struct span text)
{
	static const char *const extensions[] = { "table", "strikethrough", "autolink", "tasklist", "tagfilter" };
	/* Without CMARK_OPT_UNSAFE: no raw HTML, no links of dangerous schemes. */
	const int options = CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_GITHUB_PRE_LANG;
	cmark_parser *parser = cmark_parser_new_with_mem(options, &budget_mem);

	for (size_t i = 0; i < ARRAY_LEN(extensions); i++) {
		cmark_syntax_extension *extension = cmark_find_syntax_extension(extensions[i]);

		if (extension)
			cmark_parser_attach_syntax_extension(parser, extension);
	}
	cmark_parser_feed(parser, text.at, text.len);
	return cmark_render_html_with_mem(cmark_parser_finish(parser), options,
		cmark_parser_get_syntax_extensions(parser), &budget_mem);
}

struct span
markdown_readme(struct arena *a, const char *path, struct span text)
{
	struct span html;

	if (text.len == 0 || text.len > MARKDOWN_MAX || !is_markdown(path))
		return preformatted(a, text);
	cmark_gfm_core_extensions_ensure_registered();
	arena_init(&rendering.arena);
	rendering.left = MEMORY_MAX;
	rendering.calls = 0;
	rendering.deadline = monotonic_seconds() + SECONDS_MAX;
	if (setjmp(rendering.give_up) == 0) {
		html = span_of(render(text));
		html.at = arena_dup(a, html.at, html.len);
	} else {
		html = preformatted(a, text);
	}
	arena_free(&rendering.arena);
	return html;
}
