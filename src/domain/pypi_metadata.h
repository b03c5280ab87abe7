/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a distribution says of itself, as it is stored with its release: the
 * object that index/pypi_info.h lists the members of.
 */
#ifndef ENTREPOT_DOMAIN_PYPI_METADATA_H
#define ENTREPOT_DOMAIN_PYPI_METADATA_H

#include "base/span.h"

struct arena;
struct core_metadata;

/* As a JSON object on the arena; absent fields are left out. */
const char *pypi_metadata_json(struct arena *a, const struct core_metadata *m);

/* As many keywords of a release are looked up by, and so long ones (0009_taxonomy.sql). */
#define PYPI_KEYWORDS_MAX 64
#define PYPI_KEYWORD_MAX 512

/* The first keywords, each once; *COUNT of them. */
const struct span *pypi_metadata_keyword_list(struct arena *a, const struct core_metadata *m, size_t *count);

/* The keywords joined by ", ", or at == NULL. */
struct span pypi_metadata_keywords(struct arena *a, const struct core_metadata *m);

/*
 * The address that a project's entry "LABEL, URL" has, whatever the case,
 * punctuation and blanks of its label; LABEL in lower case. at == NULL: none has.
 */
struct span pypi_metadata_url(const struct core_metadata *m, const char *label);

#endif
