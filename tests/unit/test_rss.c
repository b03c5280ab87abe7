/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds.
 */
#include "unit.h"

#include "base/buf.h"
#include "index/rss.h"

#define SITE "https://registry.example/"

/* 2026-03-02T10:00:00Z */
#define PUBLISHED INT64_C(1772445600000000)

static void
a_feed_has_the_public_index_layout(void **state)
{
	struct rss_channel c = { "PyPI recent updates", SITE, "Recent updates to the Python Package Index" };
	struct rss_item i = {
		.title = "foo 1.0", .link = SITE "project/foo/1.0/", .description = "one line",
		.author = "a@registry.example", .published_at = PUBLISHED,
	};
	struct buf b = buf_on(arena);

	(void)state;
	rss_head(&b, &c);
	rss_item(&b, &i);
	rss_tail(&b);
	assert_string_equal(buf_text(&b),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<rss version=\"2.0\">\n"
		"  <channel>\n"
		"    <title>PyPI recent updates</title>\n"
		"    <link>https://registry.example/</link>\n"
		"    <description>Recent updates to the Python Package Index</description>\n"
		"    <language>en</language>\n"
		"    <item>\n"
		"      <title>foo 1.0</title>\n"
		"      <link>https://registry.example/project/foo/1.0/</link>\n"
		"      <description>one line</description>\n"
		"      <author>a@registry.example</author>\n"
		"      <pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate>\n"
		"    </item>\n"
		"  </channel>\n"
		"</rss>\n");
}

static void
what_is_not_there_is_left_out_or_empty(void **state)
{
	struct rss_item i = { .title = "foo", .link = SITE, .guid = true, .published_at = PUBLISHED };
	struct buf b = buf_on(arena);

	(void)state;
	rss_item(&b, &i);
	assert_non_null(strstr(buf_text(&b), "<link>" SITE "</link>\n      <guid>" SITE "</guid>\n"
			       "      <description></description>\n      <pubDate>"));
	assert_null(strstr(buf_text(&b), "author"));
}

static void
texts_are_escaped_and_lose_what_xml_forbids(void **state)
{
	struct rss_item i = {
		.title = "a\x01<b>&\"\x1f\t\xef\xbf\xbe\xef\xbf\xbd\xef\xbf\xbf", .link = "x", .description = "\x02",
	};
	struct buf b = buf_on(arena);

	(void)state;
	rss_item(&b, &i);
	assert_non_null(strstr(buf_text(&b), "<title>a&lt;b&gt;&amp;&quot;\t\xef\xbf\xbd</title>"));
	assert_non_null(strstr(buf_text(&b), "<description></description>"));
}

TESTS(rss,
	TEST(a_feed_has_the_public_index_layout),
	TEST(what_is_not_there_is_left_out_or_empty),
	TEST(texts_are_escaped_and_lose_what_xml_forbids)
);
