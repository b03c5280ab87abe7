/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of core metadata; see the header. One table has the fields in the order
 * in which their faults are told, and who checks them: first all by the
 * specification, then all by the index.
 */
#include "formats/core_rules.h"

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/fault.h"
#include "base/text.h"
#include "formats/core_values.h"
#include "formats/license.h"
#include "formats/mailbox.h"
#include "formats/pypi_name.h"
#include "formats/pypi_requirement.h"
#include "version/pep440_spec.h"

/* All versions of the specification; "2.0" never was one. */
static const char *const metadata_versions[] = { "1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5" };

struct rules {
	struct arena *arena;
	struct fault *fault;
	const struct core_policy *policy;
	const struct core_metadata *in;
	struct core_checked *out;
	const char *field;		/* in lower case, as messages name it */
	const struct pypi_requirement *requires;	/* as many as in->requires_dist */
};

/* Raise the message with a full stop and where more is to be read. Always false. */
static bool PRINTF(2, 3)
refuse(struct rules *r, const char *format, ...)
{
	va_list args;
	const char *text;

	va_start(args, format);
	text = arena_vprintf(r->arena, format, args);
	va_end(args);
	return fault_raise(r->fault, FAULT_BAD_REQUEST, "%s%s" CORE_METADATA_SEE, text,
			   text[strlen(text) - 1] == '.' ? "" : ".");
}

static bool
refuse_value(struct rules *r, struct span value)
{
	return refuse(r, "%s is invalid for '%s'", core_quoted(r->arena, value), r->field);
}

/* What a function of core_values.h says. */
static bool
accept_unless(struct rules *r, const char *why)
{
	return !why || refuse(r, "%s", why);
}

static bool
is_required(struct rules *r)
{
	return refuse(r, "'%s' is a required field", r->field);
}

/* Room for the normal forms of a list's texts. */
static struct span *
new_list(struct rules *r, const struct core_list *from, struct core_list *to)
{
	struct span *at = arena_zalloc(r->arena, from->count, sizeof(*at));

	*to = (struct core_list){ at, from->count };
	return at;
}

/* ---- by the specification ---- */

/* Where a version of the specification stands; their number when it is none. */
static size_t
age_of(struct span version)
{
	size_t i = 0;

	while (i < ARRAY_LEN(metadata_versions) && !span_is(version, metadata_versions[i]))
		i++;
	return i;
}

static bool
check_metadata_version(struct rules *r)
{
	struct span version = r->in->metadata_version;

	return age_of(version) < ARRAY_LEN(metadata_versions) ||
	       refuse(r, "%s is not a valid metadata version", version.at ? core_quoted(r->arena, version) : "None");
}

static bool
check_name(struct rules *r)
{
	if (!r->in->name.at)
		return is_required(r);
	return pypi_name_is_valid(r->in->name) || refuse_value(r, r->in->name);
}

static bool
check_version(struct rules *r)
{
	if (!r->in->version.at)
		return is_required(r);
	if (!pep440_parse(r->arena, r->in->version, &r->out->version))
		return refuse_value(r, r->in->version);
	r->out->metadata.version = span_of(pep440_normal(r->arena, &r->out->version));
	return true;
}

static bool
check_summary(struct rules *r)
{
	return !core_has_line_end(r->in->summary) || refuse(r, "'summary' must be a single line");
}

static bool
check_content_type(struct rules *r)
{
	struct span type = r->in->description_content_type;

	return accept_unless(r, core_content_type_fault(r->arena, type)) &&
	       (type.len <= CORE_CONTENT_TYPE_MAX || refuse_value(r, type));
}

static char *
lower(struct arena *a, struct span text)
{
	return text_lower(a, arena_dup(a, text.at, text.len));
}

/* "home-page" as "Home-Page". */
static struct span
title(struct arena *a, struct span text)
{
	char *title = lower(a, text);

	for (char *c = title; *c; c++)
		if ((c == title || c[-1] == '-') && is_alpha(*c))
			*c = (char)(*c - 'a' + 'A');
	return span_of(title);
}

static bool
check_dynamic(struct rules *r)
{
	static const char *const fixed[] = { "Metadata-Version", "Name", "Version" };
	const struct core_list *list = &r->in->dynamic;
	struct span *to = new_list(r, list, &r->out->metadata.dynamic);

	for (size_t i = 0; i < list->count; i++) {
		const char *quoted = core_quoted(r->arena, span_of(lower(r->arena, list->at[i])));

		for (size_t n = 0; n < ARRAY_LEN(fixed); n++)
			if (span_equal_nocase(list->at[i], span_of(fixed[n])))
				return refuse(r, "%s is not allowed as a dynamic field", quoted);
		if (!core_field_by_header(list->at[i]))
			return refuse(r, "%s is not a valid dynamic field", quoted);
		to[i] = title(r->arena, list->at[i]);
	}
	return true;
}

static bool
check_license_expression(struct rules *r)
{
	struct span expression = r->in->license_expression;
	const char *normal = license_normal(r->arena, expression);

	if (normal)
		r->out->metadata.license_expression = span_of(normal);
	return normal || r->policy->any_license || refuse_value(r, expression);
}

static bool
check_license_files(struct rules *r)
{
	const struct core_list *list = &r->in->license_files;

	for (size_t i = 0; i < list->count; i++)
		if (!accept_unless(r, core_license_file_fault(r->arena, list->at[i])))
			return false;
	return true;
}

static bool
check_import(struct rules *r, const struct core_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (!accept_unless(r, core_import_name_fault(r->arena, r->field, list->at[i])))
			return false;
	return true;
}

static bool
check_import_names(struct rules *r)
{
	return check_import(r, &r->in->import_names);
}

static bool
check_import_namespaces(struct rules *r)
{
	return check_import(r, &r->in->import_namespaces);
}

static bool
check_requires_python(struct rules *r)
{
	struct pep440_spec spec;

	if (!pep440_spec_parse(r->arena, r->in->requires_python, &spec))
		return refuse_value(r, r->in->requires_python);
	r->out->metadata.requires_python = span_of(pep440_spec_text(r->arena, &spec));
	return true;
}

static bool
check_requires_dist(struct rules *r)
{
	const struct core_list *list = &r->in->requires_dist;
	struct pypi_requirement *requires = arena_zalloc(r->arena, list->count, sizeof(*requires));
	struct span *to = new_list(r, list, &r->out->metadata.requires_dist);

	r->requires = requires;
	for (size_t i = 0; i < list->count; i++) {
		if (!pypi_requirement_parse(r->arena, list->at[i], &requires[i], NULL))
			return refuse_value(r, list->at[i]);
		to[i] = span_of(pypi_requirement_text(r->arena, &requires[i]));
	}
	return true;
}

static bool
check_provides_extra(struct rules *r)
{
	const struct core_list *list = &r->in->provides_extra;
	struct span *to = new_list(r, list, &r->out->metadata.provides_extra);

	for (size_t i = 0; i < list->count; i++) {
		if (!pypi_name_is_valid(list->at[i]))
			return refuse_value(r, list->at[i]);
		to[i] = span_of(pypi_name_normal(r->arena, list->at[i]));
	}
	return true;
}

/* ---- by the index ---- */

static bool
allow_version(struct rules *r)
{
	const char *text = r->out->metadata.version.at;

	return r->out->version.local_count == 0 || r->policy->local_versions ||
	       refuse(r, "The use of local versions in '%s' is not allowed. "
			 "See https://packaging.python.org/en/latest/specifications/version-specifiers/"
			 "#local-version-identifiers for more information.", text);
}

static bool
allow_summary(struct rules *r)
{
	return text_char_count(r->in->summary) <= CORE_SUMMARY_MAX ||
	       refuse(r, "'summary' field must be %d characters or less.", CORE_SUMMARY_MAX);
}

static bool
allow_dynamic(struct rules *r)
{
	const struct core_list *list = &r->in->dynamic;

	for (size_t i = 0; i < list->count; i++)
		if (span_equal_nocase(list->at[i], SPAN("Dynamic")))
			return refuse(r, "Dynamic field 'dynamic' is not a valid dynamic field.");
	return true;
}

static bool
allow_email(struct rules *r, struct span list)
{
	struct span address = mailbox_first(r->arena, list);
	const char *why = address.len > 0 ? mailbox_fault(r->arena, address) : NULL;

	return !why || refuse(r, "%s is not a valid email address: %s", core_quoted(r->arena, address), why);
}

static bool
allow_author_email(struct rules *r)
{
	return allow_email(r, r->in->author_email);
}

static bool
allow_maintainer_email(struct rules *r)
{
	return allow_email(r, r->in->maintainer_email);
}

static bool
allow_url(struct rules *r, struct span url)
{
	return core_is_url(url) || refuse(r, "%s is not a valid url.", core_quoted(r->arena, url));
}

static bool
allow_home_page(struct rules *r)
{
	return allow_url(r, r->in->home_page);
}

static bool
allow_download_url(struct rules *r)
{
	return allow_url(r, r->in->download_url);
}

static bool
allow_project_urls(struct rules *r)
{
	const struct core_list *list = &r->in->project_urls;

	for (size_t i = 0; i < list->count; i++) {
		struct span label, url;

		core_url_split(list->at[i], &label, &url);
		if (label.len == 0)
			return refuse(r, "Must have a label");
		if (text_char_count(label) > CORE_LABEL_MAX)
			return refuse(r, "%s must be %d characters or less.", core_quoted(r->arena, label),
				      CORE_LABEL_MAX);
		if (url.len == 0)
			return refuse(r, "Must have a URL");
		if (!allow_url(r, url))
			return false;
	}
	return true;
}

static bool
allow_license(struct rules *r)
{
	return !r->in->license_expression.at ||
	       refuse(r, "License is deprecated when License-Expression is present. "
			 "Only License-Expression should be present.");
}

static bool
allow_requires_dist(struct rules *r)
{
	for (size_t i = 0; i < r->in->requires_dist.count; i++)
		if (r->requires[i].url.len > 0)
			return refuse(r, "Can't have direct dependency: %s", r->out->metadata.requires_dist.at[i].at);
	return true;
}

/* Of these fields the specification leaves the form open. */
static bool
allow_distributions(struct rules *r, const struct core_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct pypi_requirement requirement;
		const char *why, *quoted = core_quoted(r->arena, list->at[i]);

		if (!pypi_requirement_parse(r->arena, list->at[i], &requirement, &why))
			return refuse(r, "%s is invalid: %s", quoted, why);
		if (requirement.url.len > 0)
			return refuse(r, "Can't have direct dependency: %s", quoted);
	}
	return true;
}

static bool
allow_provides_dist(struct rules *r)
{
	return allow_distributions(r, &r->in->provides_dist);
}

static bool
allow_obsoletes_dist(struct rules *r)
{
	return allow_distributions(r, &r->in->obsoletes_dist);
}

static bool
allow_classifiers(struct rules *r)
{
	return accept_unless(r, core_classifiers_fault(r->arena, &r->policy->classifiers, &r->in->classifiers,
						       &r->out->metadata.classifiers));
}

/* ---- all of them ---- */

struct rule {
	const char *header;
	bool (*check)(struct rules *);	/* by the specification; NULL: anything goes */
	bool (*allow)(struct rules *);	/* by the index */
	bool required;
};

static const struct rule table[] = {
	{ "Metadata-Version", check_metadata_version, NULL, true },
	{ "Name", check_name, NULL, true },
	{ "Version", check_version, allow_version, true },
	{ "Author", NULL, NULL, false },
	{ "Author-email", NULL, allow_author_email, false },
	{ "Classifier", NULL, allow_classifiers, false },
	{ "Description", NULL, NULL, false },
	{ "Description-Content-Type", check_content_type, NULL, false },
	{ "Download-URL", NULL, allow_download_url, false },
	{ "Dynamic", check_dynamic, allow_dynamic, false },
	{ "Home-page", NULL, allow_home_page, false },
	{ "Import-Name", check_import_names, NULL, false },
	{ "Import-Namespace", check_import_namespaces, NULL, false },
	{ "Keywords", NULL, NULL, false },
	{ "License", NULL, allow_license, false },
	{ "License-Expression", check_license_expression, NULL, false },
	{ "License-File", check_license_files, NULL, false },
	{ "Maintainer", NULL, NULL, false },
	{ "Maintainer-email", NULL, allow_maintainer_email, false },
	{ "Obsoletes", NULL, NULL, false },
	{ "Obsoletes-Dist", NULL, allow_obsoletes_dist, false },
	{ "Platform", NULL, NULL, false },
	{ "Project-URL", NULL, allow_project_urls, false },
	{ "Provides", NULL, NULL, false },
	{ "Provides-Dist", NULL, allow_provides_dist, false },
	{ "Provides-Extra", check_provides_extra, NULL, false },
	{ "Requires", NULL, NULL, false },
	{ "Requires-Dist", check_requires_dist, allow_requires_dist, false },
	{ "Requires-External", NULL, NULL, false },
	{ "Requires-Python", check_requires_python, NULL, false },
	{ "Summary", check_summary, allow_summary, false },
	{ "Supported-Platform", NULL, NULL, false },
};
_Static_assert(ARRAY_LEN(table) == CORE_FIELDS, "every field has its row");

static bool
is_present(const struct rules *r, const struct core_field *field)
{
	const char *member = (const char *)r->in + field->offset;

	return field->multiple ? ((const struct core_list *)(const void *)member)->count > 0
			       : ((const struct span *)(const void *)member)->at != NULL;
}

static bool
check_age(struct rules *r, const struct core_field *field)
{
	struct span declared = r->in->metadata_version;

	return age_of(span_of(field->since)) <= age_of(declared) ||
	       refuse(r, "%s introduced in metadata version %s, not %.*s", r->field, field->since,
		      (int)declared.len, declared.at);
}

static bool
check_field(struct rules *r, const struct rule *rule, bool by_index)
{
	const struct core_field *field = core_field_by_header(span_of(rule->header));

	r->field = text_lower(r->arena, rule->header);
	if (!rule->required && !is_present(r, field))
		return true;
	if (by_index)
		return !rule->allow || rule->allow(r);
	return (rule->required || check_age(r, field)) && (!rule->check || rule->check(r));
}

bool
core_rules_check(struct arena *a, struct fault *f, const struct core_policy *policy,
		 const struct core_metadata *in, struct core_checked *out)
{
	struct rules r = { .arena = a, .fault = f, .policy = policy, .in = in, .out = out };

	*out = (struct core_checked){ .metadata = *in };
	for (int by_index = 0; by_index <= 1; by_index++)
		for (size_t i = 0; i < ARRAY_LEN(table); i++)
			if (!check_field(&r, &table[i], by_index))
				return false;
	return true;
}
