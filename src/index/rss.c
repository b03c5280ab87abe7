/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A feed in RSS 2.0; see the header.
 */
#include "index/rss.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/encode.h"

/* Length of a forbidden character at the front of S, or 0: controls, U+FFFE and U+FFFF. */
static size_t
forbidden(struct span s)
{
	unsigned char c = (unsigned char)s.at[0];

	if (c < ' ' && c != '\t' && c != '\n' && c != '\r')
		return 1;
	return span_starts(s, "\xef\xbf\xbe") || span_starts(s, "\xef\xbf\xbf") ? 3 : 0;
}

static void
put_text(struct buf *out, struct span s)
{
	while (s.len > 0) {
		size_t run = 0;

		while (run < s.len && !forbidden(span_skip(s, run)))
			run++;
		encode_markup(out, span_make(s.at, run));
		s = span_skip(s, run);
		if (s.len > 0)
			s = span_skip(s, forbidden(s));
	}
}

static void
put_element(struct buf *out, const char *indent, const char *name, const char *text)
{
	buf_printf(out, "%s<%s>", indent, name);
	put_text(out, span_of(text));
	buf_printf(out, "</%s>\n", name);
}

void
rss_head(struct buf *out, const struct rss_channel *c)
{
	buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\">\n  <channel>\n");
	put_element(out, "    ", "title", c->title);
	put_element(out, "    ", "link", c->link);
	put_element(out, "    ", "description", c->description);
	put_element(out, "    ", "language", "en");
}

void
rss_item(struct buf *out, const struct rss_item *i)
{
	char time[CLOCK_TEXT_SIZE];

	buf_puts(out, "    <item>\n");
	put_element(out, "      ", "title", i->title);
	put_element(out, "      ", "link", i->link);
	if (i->guid)
		put_element(out, "      ", "guid", i->link);
	put_element(out, "      ", "description", i->description);
	if (i->author)
		put_element(out, "      ", "author", i->author);
	put_element(out, "      ", "pubDate", clock_format_http(time, i->published_at));
	buf_puts(out, "    </item>\n");
}

void
rss_tail(struct buf *out)
{
	buf_puts(out, "  </channel>\n</rss>\n");
}
