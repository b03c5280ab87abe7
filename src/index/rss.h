/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A feed in RSS 2.0 (rssboard.org): a head, items, a tail. Characters that XML
 * 1.0 forbids (§2.2) are left out of every text.
 */
#ifndef ENTREPOT_INDEX_RSS_H
#define ENTREPOT_INDEX_RSS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct buf;

struct rss_channel {
	const char *title;
	const char *link;
	const char *description;
};

struct rss_item {
	const char *title;
	const char *link;
	bool guid;			/* the link identifies the item */
	const char *description;	/* NULL: empty */
	const char *author;		/* NULL: left out */
	int64_t published_at;		/* µs since 1970 */
};

void rss_head(struct buf *out, const struct rss_channel *c);
void rss_item(struct buf *out, const struct rss_item *i);
void rss_tail(struct buf *out);

#endif
