/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `info` object of the JSON API. What columns do not hold is taken from the
 * release's stored metadata, a JSON object with these members, each as `info`
 * shows it; one that is not there shows as null (classifiers: as []):
 *
 *	author author_email classifiers download_url dynamic home_page keywords
 *	license license_expression license_files maintainer maintainer_email
 *	platform project_urls provides_extra requires_dist
 *
 * Further members of the metadata do no harm.
 */
#ifndef ENTREPOT_INDEX_PYPI_INFO_H
#define ENTREPOT_INDEX_PYPI_INFO_H

#include "index/pypi.h"

struct buf;

/* Keys sorted. Metadata that is no JSON object counts as empty. */
void pypi_info_put(struct buf *out, const struct pypi_site *site, const struct pypi_project *p,
	const struct pypi_release *r);

#endif
