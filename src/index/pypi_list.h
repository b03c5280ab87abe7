/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simple repository API's list of all projects, in HTML and JSON: a head,
 * one entry per project in the order of their canonical names, and a tail.
 */
#ifndef ENTREPOT_INDEX_PYPI_LIST_H
#define ENTREPOT_INDEX_PYPI_LIST_H

#include <stdint.h>

#include "index/pypi.h"

struct buf;

struct pypi_entry {
	const char *name;		/* as it is shown */
	const char *canonical_name;
	int64_t last_serial;
};

/* HTML: an entry has its line break, the tail has none. */
void pypi_list_html_head(struct buf *out);
void pypi_list_html_entry(struct buf *out, const struct pypi_site *site, const struct pypi_entry *e);
void pypi_list_html_tail(struct buf *out);

/* JSON: SERIAL is the greatest of the repository; entries without commas. */
void pypi_list_json_head(struct buf *out, int64_t serial);
void pypi_list_json_entry(struct buf *out, const struct pypi_entry *e);
void pypi_list_json_tail(struct buf *out);

#endif
