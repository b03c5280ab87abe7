/* SPDX-License-Identifier: Apache-2.0 */
/*
 * READMEs as HTML.
 */
#include "unit.h"

#include "base/buf.h"
#include "formats/markdown.h"

static const char *
html_of(const char *path, const char *text)
{
	struct span html = markdown_readme(arena, path, span_of(text));

	return arena_dup(arena, html.at, html.len);
}

static void
markdown_becomes_html(void **state)
{
	(void)state;
	assert_string_equal(html_of("README.md", "# A *b*\n"), "<h1>A <em>b</em></h1>\n");
	assert_string_equal(html_of("docs/README.MARKDOWN", "a"), "<p>a</p>\n");
	assert_string_equal(html_of("README", "a"), "<p>a</p>\n");
	assert_string_equal(html_of(NULL, "a"), "<p>a</p>\n");
}

static void
the_extensions_of_github_work(void **state)
{
	const char *html = html_of("a.md",
		"|a|\n|-|\n|b|\n\n~~c~~ https://example.com\n\n- [x] d\n");

	(void)state;
	assert_non_null(strstr(html, "<td>b</td>"));
	assert_non_null(strstr(html, "<del>c</del>"));
	assert_non_null(strstr(html, "<a href=\"https://example.com\">"));
	assert_non_null(strstr(html, "type=\"checkbox\" checked"));
}

static void
nothing_dangerous_comes_through(void **state)
{
	static const char *const evil[] = {
		"<script>alert(1)</script>\n",
		"a <img src=x onerror=alert(1)> b\n",
		"[x](javascript:alert(1))\n",
		"[x](JaVaScRiPt&#58;alert(1))\n",
		"![x](data:text/html;base64,PHNjcmlwdD4=)\n",
		"[x]: vbscript:x\n\n[x]\n",
		"<javascript:alert(1)>\n",
		"[x](http://a\" onmouseover=\"alert(1))\n",
		"```\"><script>\n</script>\n```\n",
		"|<script>|\n|-|\n|</script><iframe>|\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(evil); i++) {
		const char *html = html_of("README.md", evil[i]);

		if (strstr(html, "<script") || strstr(html, "<img src=x") || strstr(html, "=\"javascript")
		    || strstr(html, "=\"JaVa") || strstr(html, "=\"data:") || strstr(html, "=\"vbscript")
		    || strstr(html, "\" onmouseover=\"") || strstr(html, "<iframe"))
			fail_msg("%s", html);
	}
}

static void
other_files_are_shown_as_they_are(void **state)
{
	(void)state;
	assert_string_equal(html_of("README.rst", "*a* <b> & \"c\"\n"),
		"<pre>*a* &lt;b&gt; &amp; &quot;c&quot;\n</pre>\n");
	assert_string_equal(html_of("readme.txt", "# a"), "<pre># a</pre>\n");
}

static void
a_readme_that_costs_too_much_is_shown_as_it_is(void **state)
{
	struct buf b = buf_on(arena);
	struct span html;

	(void)state;
	for (int i = 0; i < 20000; i++)
		buf_puts(&b, "&amp;[]");
	html = markdown_readme(arena, "README.md", buf_span(&b));
	assert_true(html.len > 0);
	/* A table of 2,000 columns and as many rows as fit would need gigabytes. */
	buf_truncate(&b, 0);
	for (int i = 0; i < 2000; i++)
		buf_puts(&b, "|a");
	buf_puts(&b, "|\n");
	for (int i = 0; i < 2000; i++)
		buf_puts(&b, "|-");
	buf_puts(&b, "|\n");
	for (int i = 0; i < 30000; i++)
		buf_puts(&b, "|x|y\n");
	html = markdown_readme(arena, "README.md", buf_span(&b));
	assert_true(html.len < (size_t)200 << 20);
	assert_string_equal(html_of("README.md", "still *works*"), "<p>still <em>works</em></p>\n");
}

static void
a_large_readme_is_shown_as_it_is(void **state)
{
	char *text = arena_alloc(arena, MARKDOWN_MAX + 1);
	struct span html;

	(void)state;
	memset(text, 'a', MARKDOWN_MAX + 1);
	html = markdown_readme(arena, "README.md", span_make(text, MARKDOWN_MAX + 1));
	assert_true(span_starts(html, "<pre>aaa"));
	html = markdown_readme(arena, "README.md", span_make(text, MARKDOWN_MAX));
	assert_true(span_starts(html, "<p>aaa"));
}

TESTS(markdown,
	TEST(markdown_becomes_html),
	TEST(the_extensions_of_github_work),
	TEST(nothing_dangerous_comes_through),
	TEST(other_files_are_shown_as_they_are),
	TEST(a_readme_that_costs_too_much_is_shown_as_it_is),
	TEST(a_large_readme_is_shown_as_it_is)
);
