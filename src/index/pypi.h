/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Python project as the repository's pages show it. Both kinds of pages (the
 * simple index, the JSON API) are rendered from these when something changes.
 */
#ifndef ENTREPOT_INDEX_PYPI_H
#define ENTREPOT_INDEX_PYPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct buf;

/* Where the repository's pages are; addresses without a slash at the end. */
struct pypi_site {
	const char *base;		/* "https://registry.example", or ".../OWNER/REPOSITORY/pypi" */
	const char *path;		/* the same without scheme and host: "", "/registry" … */
	const char *files;		/* what stands before a file's path: "https://registry.example/files/pypi" */
};

struct pypi_project {
	int64_t id;
	int64_t repository_id;
	const char *name;		/* as last uploaded */
	const char *canonical_name;	/* PEP 503 */
	const char *status;		/* PEP 792: "active", "archived", "quarantined", "deprecated" */
	const char *status_reason;	/* or NULL */
	const char *summary;		/* of the release that was uploaded last, or NULL */
	int64_t max_upload_size;	/* bytes; 0: the setting holds */
	int64_t last_serial;
	int64_t created_at;		/* µs since 1970 */
};

struct pypi_release {
	int64_t id;
	const char *version;		/* PEP 440 normal form */
	const char *version_identity;	/* trailing zeros cut */
	struct span version_key;
	bool prerelease;
	bool yanked;
	const char *yank_message;	/* or NULL */
	int64_t published_at;
	const char *summary;		/* or NULL, like the following */
	const char *requires_python;
	const char *description;
	const char *description_content_type;
	struct span metadata;		/* JSON object: the members of `info` that index/pypi_info.h lists */
};

struct pypi_file {
	int64_t id;
	int64_t release_id;
	const char *project;		/* its canonical name */
	const char *version;		/* of the release, like the next four */
	struct span version_key;
	const char *requires_python;	/* or NULL */
	bool yanked;
	const char *yank_message;	/* or NULL */
	const char *filename;
	const char *path;		/* below pypi_site.files */
	const char *kind;		/* "sdist", "wheel" */
	int64_t size;
	struct span md5;
	struct span sha256;
	struct span blake2b256;
	struct span metadata_sha256;	/* of its .metadata; at == NULL: there is none */
	bool has_provenance;
	const char *python_version;	/* "py3", "source" */
	const char *comment;		/* or NULL */
	int64_t uploaded_at;
};

struct pypi_role {
	const char *role;		/* "owner", "maintainer" */
	const char *name;		/* of the account */
};

/*
 * Append an address: PREFIX as it is, then the path percent-encoded but for
 * "/" and what versions and file names hold ("!", "+" …), which stay readable
 * as the public index has them.
 */
void pypi_put_url(struct buf *out, const char *prefix, const char *path);

/* Append BEFORE as it is and TEXT as a JSON string; NULL becomes null. */
void pypi_put_member(struct buf *out, const char *before, const char *text);
/* Append in lower case. */
void pypi_put_hex(struct buf *out, struct span bytes);

/* Append the absolute address of a file, of a release's page (…/project/NAME/VERSION/), of a file's provenance. */
void pypi_put_file_url(struct buf *out, const struct pypi_site *site, const struct pypi_file *f);
void pypi_put_release_url(struct buf *out, const struct pypi_site *site, const char *name, const char *version);
void pypi_put_provenance_url(struct buf *out, const struct pypi_site *site, const struct pypi_file *f);

#endif
