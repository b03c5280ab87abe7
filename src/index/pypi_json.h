/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON API of a Python project: {"info", "last_serial", "ownership",
 * "releases", "urls", "vulnerabilities"}, keys sorted, compact, raw UTF-8. It
 * is made of pieces so that `releases` can be kept in parts.
 */
#ifndef ENTREPOT_INDEX_PYPI_JSON_H
#define ENTREPOT_INDEX_PYPI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index/pypi.h"

struct buf;

/* The object of one file. */
void pypi_json_file(struct buf *out, const struct pypi_site *site, const struct pypi_file *f);

/* Several, with commas between them. */
void pypi_json_files(struct buf *out, const struct pypi_site *site, const struct pypi_file *files, size_t count);

/* What a document is about: a release of a project and the people. */
struct pypi_document {
	const struct pypi_project *project;
	const struct pypi_release *release;
	const struct pypi_role *roles;	/* owners first, then by name */
	size_t role_count;
	const char *organization;	/* or NULL */
};

/*
 * A document in its order: the head, which ends with the opening brace of
 * `releases`; each release with the opening bracket of its list, which closes the list of
 * the one before unless it is the FIRST, and its files; what is between the last file of `releases`
 * and the first of `urls`; those; the end, with a line break.
 */
void pypi_json_head(struct buf *out, const struct pypi_site *site, const struct pypi_document *d, int64_t serial);
void pypi_json_release(struct buf *out, const char *version, bool first);
void pypi_json_between(struct buf *out);
void pypi_json_end(struct buf *out);

/* The head of a document without `releases`: it ends with the opening bracket of `urls`. */
void pypi_json_short_head(struct buf *out, const struct pypi_site *site, const struct pypi_document *d,
	int64_t serial);

/* What is between head and pypi_json_between() in such a document; at == NULL when it has no `releases`. */
struct span pypi_json_releases(struct span document);

#endif
