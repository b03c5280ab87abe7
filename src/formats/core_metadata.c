/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fields of core metadata; see the header.
 */
#include "formats/core_metadata.h"

#include <strings.h>

#define ONE(header_, form_, since_) \
	{ .header = (header_), .form = #form_, .since = (since_), \
	  .offset = offsetof(struct core_metadata, form_) }
#define MANY(header_, form_, member_, since_, ...) \
	{ .header = (header_), .form = (form_), .since = (since_), .multiple = true, \
	  .offset = offsetof(struct core_metadata, member_), __VA_ARGS__ }

const struct core_field core_fields[CORE_FIELDS] = {
	ONE("Metadata-Version", metadata_version, "1.0"),
	ONE("Name", name, "1.0"),
	ONE("Version", version, "1.0"),
	MANY("Dynamic", "dynamic", dynamic, "2.2"),
	MANY("Platform", "platform", platforms, "1.0"),
	MANY("Supported-Platform", "supported_platform", supported_platforms, "1.1"),
	ONE("Summary", summary, "1.0"),
	ONE("Description", description, "1.0"),
	ONE("Description-Content-Type", description_content_type, "2.1"),
	ONE("Keywords", keywords, "1.0"),
	ONE("Home-page", home_page, "1.0"),
	ONE("Download-URL", download_url, "1.1"),
	ONE("Author", author, "1.0"),
	ONE("Author-email", author_email, "1.0"),
	ONE("Maintainer", maintainer, "1.2"),
	ONE("Maintainer-email", maintainer_email, "1.2"),
	ONE("License", license, "1.0"),
	ONE("License-Expression", license_expression, "2.4"),
	MANY("License-File", "license_file", license_files, "2.4"),
	MANY("Classifier", "classifiers", classifiers, "1.1"),
	MANY("Requires-Dist", "requires_dist", requires_dist, "1.2"),
	ONE("Requires-Python", requires_python, "1.2"),
	MANY("Requires-External", "requires_external", requires_external, "1.2"),
	MANY("Project-URL", "project_urls", project_urls, "1.2"),
	MANY("Provides-Extra", "provides_extra", provides_extra, "2.1", .form_alias = "provides_extras"),
	MANY("Provides-Dist", "provides_dist", provides_dist, "1.2"),
	MANY("Obsoletes-Dist", "obsoletes_dist", obsoletes_dist, "1.2"),
	MANY("Import-Name", "import_name", import_names, "2.5", .form_alias = "import_names"),
	MANY("Import-Namespace", "import_namespace", import_namespaces, "2.5", .form_alias = "import_namespaces"),
	MANY("Requires", "requires", requires, "1.1"),
	MANY("Provides", "provides", provides, "1.1"),
	MANY("Obsoletes", "obsoletes", obsoletes, "1.1"),
};

const struct core_field *
core_field_by_header(struct span name)
{
	for (size_t i = 0; i < CORE_FIELDS; i++)
		if (strlen(core_fields[i].header) == name.len &&
		    strncasecmp(core_fields[i].header, name.at, name.len) == 0)
			return &core_fields[i];
	return NULL;
}

const struct core_field *
core_field_by_form(struct span name)
{
	for (size_t i = 0; i < CORE_FIELDS; i++)
		if (span_is(name, core_fields[i].form) ||
		    (core_fields[i].form_alias && span_is(name, core_fields[i].form_alias)))
			return &core_fields[i];
	return NULL;
}

struct span *
core_text(struct core_metadata *m, const struct core_field *f)
{
	return (struct span *)(void *)((char *)m + f->offset);
}

struct core_list *
core_texts(struct core_metadata *m, const struct core_field *f)
{
	return (struct core_list *)(void *)((char *)m + f->offset);
}
