/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON API of a Python project: {"info", "last_serial", "ownership",
 * "releases", "urls", "vulnerabilities"}, keys sorted, compact, raw UTF-8. It
 * is made of pieces so that `releases` can be kept in parts.
 */
#ifndef ENTREPOT_INDEX_PYPI_JSON_H
#define ENTREPOT_INDEX_PYPI_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "index/pypi.h"

struct buf;

/* The object of one file. */
void pypi_json_file(struct buf *out, const struct pypi_site *site, const struct pypi_file *f);

/* One member of `releases`: "1.0":[...], its files by name; without a comma. */
void pypi_json_release(struct buf *out, const struct pypi_site *site, const char *version,
	const struct pypi_file *files, size_t count);

/* What a document is about: a release of a project with its files and people. */
struct pypi_document {
	const struct pypi_project *project;
	const struct pypi_release *release;
	const struct pypi_file *files;	/* of the release, by name */
	size_t file_count;
	const struct pypi_role *roles;	/* owners first, then by name */
	size_t role_count;
	const char *organization;	/* or NULL */
};

/*
 * The document around the members of `releases`: head ends with their opening
 * brace, tail begins with the closing one and ends with a line break. Without
 * RELEASES the member is left out altogether.
 */
void pypi_json_head(struct buf *out, const struct pypi_site *site, const struct pypi_document *d, int64_t serial);
void pypi_json_tail(struct buf *out, const struct pypi_site *site, const struct pypi_document *d);
/*
 * The members of `releases` within a document that was written by the above;
 * at == NULL when it has none.
 */
struct span pypi_json_releases(struct span document);

void pypi_json_without_releases(struct buf *out, const struct pypi_site *site, const struct pypi_document *d,
	int64_t serial);

#endif
