/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simple repository API (PEP 503, 592, 629, 658, 691, 700, 714, 740, 792):
 * HTML and JSON of one project, version 1.4. A page is a head, the entries of
 * its files in the order of version and file name, and a tail; entries depend on
 * nothing but their file, so that a page can be kept in parts.
 */
#ifndef ENTREPOT_INDEX_PYPI_SIMPLE_H
#define ENTREPOT_INDEX_PYPI_SIMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index/pypi.h"

struct buf;

/* Of the API; HTML is frozen at it (PEP 833). */
#define PYPI_SIMPLE_VERSION "1.4"

#define PYPI_SIMPLE_HTML "application/vnd.pypi.simple.v1+html"
#define PYPI_SIMPLE_JSON "application/vnd.pypi.simple.v1+json"

/* HTML: everything before the first file, one file with its line break, everything behind the last one. */
void pypi_simple_html_head(struct buf *out, const struct pypi_project *p);
void pypi_simple_html_file(struct buf *out, const struct pypi_site *site, const struct pypi_file *f);
void pypi_simple_html_tail(struct buf *out, int64_t serial);

/*
 * JSON: the members that sort before "files" and the opening bracket; one file,
 * without a comma; and what is behind the last one. VERSIONS are those that have
 * files, ascending.
 */
void pypi_simple_json_head(struct buf *out);
void pypi_simple_json_file(struct buf *out, const struct pypi_site *site, const struct pypi_file *f);
void pypi_simple_json_tail(struct buf *out, const struct pypi_project *p, int64_t serial,
	const char *const *versions, size_t count);

#endif
