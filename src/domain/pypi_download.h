/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of Python distributions as they are fetched. Those of a project in
 * quarantine are not there.
 */
#ifndef ENTREPOT_DOMAIN_PYPI_DOWNLOAD_H
#define ENTREPOT_DOMAIN_PYPI_DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct work;

struct pypi_download {
	int64_t id;
	bool distribution;		/* a wheel or an sdist, not what accompanies one */
	const char *content_type;
	int64_t size;
	struct span sha256;
	int64_t created_at;
};

/* By its path within the repository, "packages/aa/bb/…/NAME"; NULL without a fault when there is none. */
const struct pypi_download *pypi_download_find(struct work *w, int64_t repository_id, const char *path) MUST_CHECK;

/*
 * The path of a project's distribution by its file name, or by what it would be called with the
 * project's name as file names have it since PEP 625 ("Foo-Bar-1.0.zip" finds
 * "foo_bar-1.0.zip"); NULL without a fault when there is none. PROJECT in any spelling.
 */
const char *pypi_download_path(struct work *w, int64_t repository_id, struct span project, struct span filename)
	MUST_CHECK;

/* What is known of a distribution's origin (PEP 740). */
struct pypi_provenance {
	const char *filename;
	struct span body;		/* JSON; at == NULL: nothing is known */
};

/* CANONICAL is the project's normal name, IDENTITY the version's canonical form. NULL without a fault: no such file. */
const struct pypi_provenance *pypi_provenance_find(struct work *w, int64_t repository_id, struct span canonical,
	struct span identity, struct span filename) MUST_CHECK;

#endif
