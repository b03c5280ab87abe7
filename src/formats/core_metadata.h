/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Python distribution says of itself (core metadata 1.0 to 2.5,
 * packaging.python.org): one table of its fields, which the reader of METADATA
 * and PKG-INFO, the upload form and the rules share.
 */
#ifndef ENTREPOT_FORMATS_CORE_METADATA_H
#define ENTREPOT_FORMATS_CORE_METADATA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/* Texts in order of appearance. */
struct core_list {
	const struct span *at;
	size_t count;
};

/* A single text is absent when at == NULL; one that is empty, or UNKNOWN, counts as absent. */
struct core_metadata {
	struct span metadata_version;
	struct span name;
	struct span version;
	struct span summary;
	struct span description;
	struct span description_content_type;
	struct span keywords;			/* as sent, commas between */
	struct span home_page;
	struct span download_url;
	struct span author;
	struct span author_email;
	struct span maintainer;
	struct span maintainer_email;
	struct span license;
	struct span license_expression;
	struct span requires_python;
	struct core_list platforms;
	struct core_list supported_platforms;
	struct core_list classifiers;
	struct core_list requires;
	struct core_list provides;
	struct core_list obsoletes;
	struct core_list requires_dist;
	struct core_list provides_dist;
	struct core_list obsoletes_dist;
	struct core_list requires_external;
	struct core_list project_urls;		/* "Label, URL" each */
	struct core_list provides_extra;
	struct core_list dynamic;
	struct core_list license_files;
	struct core_list import_names;
	struct core_list import_namespaces;
};

/* What the messages about a field's value end in. */
#define CORE_METADATA_SEE \
	" See https://packaging.python.org/specifications/core-metadata for more information."

struct core_field {
	const char *header;		/* "Requires-Dist" */
	const char *form;		/* "requires_dist": of the upload form */
	const char *form_alias;		/* "provides_extras", which some clients send; NULL: none */
	const char *since;		/* the metadata version that introduced it */
	bool multiple;			/* a struct core_list, else a struct span */
	size_t offset;			/* within struct core_metadata */
};

/* All fields, CORE_FIELDS of them, in the order of the specification. */
#define CORE_FIELDS 32
extern const struct core_field core_fields[CORE_FIELDS];

/* By header name in any case, or by form name or its alias exactly; NULL for an unknown one. */
const struct core_field *core_field_by_header(struct span name);
const struct core_field *core_field_by_form(struct span name);

/* The member of M that the field is. */
struct span *core_text(struct core_metadata *m, const struct core_field *f);
struct core_list *core_texts(struct core_metadata *m, const struct core_field *f);

#endif
