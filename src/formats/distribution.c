/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of an uploaded distribution in the public index's order; see the
 * header.
 */
#include "formats/distribution.h"

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "formats/core_reader.h"
#include "formats/distribution_archive.h"
#include "formats/pypi_name.h"
#include "formats/python_repr.h"
#include "formats/sdist.h"
#include "formats/wheel.h"
#include "formats/wheel_name.h"
#include "version/pep440.h"

static const struct {
	const char *name;
	const char *extensions[3];
} types[DISTRIBUTION__MAX] = {
	[DISTRIBUTION_SDIST] = { "sdist", { ".tar.gz", ".zip" } },
	[DISTRIBUTION_WHEEL] = { "bdist_wheel", { ".whl" } },
};

bool
distribution_type_parse(struct span filetype, enum distribution_type *out)
{
	for (int t = 0; t < DISTRIBUTION__MAX; t++) {
		if (span_is(filetype, types[t].name)) {
			*out = (enum distribution_type)t;
			return true;
		}
	}
	return false;
}

const char *
distribution_type_name(enum distribution_type type)
{
	return types[type].name;
}

/* ---- the file name ---- */

static bool
has_control_character(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < 32 || s.at[i] == 127)
			return true;
	return false;
}

/* Of any type, in any case; NULL: none of them. */
static const char *
known_extension(struct span filename)
{
	for (int t = 0; t < DISTRIBUTION__MAX; t++) {
		for (const char *const *e = types[t].extensions; *e; e++) {
			struct span extension = span_of(*e);

			if (filename.len >= extension.len &&
			    span_equal_nocase(span_skip(filename, filename.len - extension.len), extension))
				return *e;
		}
	}
	return NULL;
}

static bool
extension_fits(struct span filename, enum distribution_type type)
{
	for (const char *const *e = types[type].extensions; *e; e++) {
		size_t len = strlen(*e);

		if (filename.len >= len && span_is(span_skip(filename, filename.len - len), *e))
			return true;
	}
	return false;
}

bool
distribution_check_filename(struct fault *f, struct span filename, enum distribution_type type)
{
	const char *extension = known_extension(filename);

	if (has_control_character(filename))
		return fault_raise(f, FAULT_BAD_REQUEST, "Cannot upload a file with non-printable characters "
				   "(ordinals 0-31) or the DEL character (ordinal 127) in the name.");
	if (filename.len > 0 && (memchr(filename.at, '/', filename.len) || memchr(filename.at, '\\', filename.len)))
		return fault_raise(f, FAULT_BAD_REQUEST, "Cannot upload a file with '/' or '\\' in the name.");
	if (!extension)
		return fault_raise(f, FAULT_BAD_REQUEST, "Invalid file extension: Use .tar.gz, .whl or .zip extension. "
				   "See https://www.python.org/dev/peps/pep-0527 and https://peps.python.org/pep-0715/ "
				   "for more information");
	if (!extension_fits(filename, type)) {
		size_t len = strlen(extension);
		struct span as_given = span_skip(filename, filename.len - len);

		return fault_raise(f, FAULT_BAD_REQUEST, "Invalid file extension: Extension %.*s is invalid for filetype "
				   "%s. See https://www.python.org/dev/peps/pep-0527 for more information.",
				   (int)as_given.len, as_given.at, types[type].name);
	}
	return true;
}

/* ---- the archive ---- */

struct check {
	struct arena *arena;
	struct fault *fault;
	const struct distribution_new *in;
	struct pep440 version;
	const char *project;		/* in normal form */
	const char *in_file;		/* as it stands in file names */
};

static const char *
quoted(const struct check *c, struct span text)
{
	return python_repr(c->arena, text);
}

static bool
is_of_project(const struct check *c, struct span name)
{
	return span_is(span_of(pypi_name_normal(c->arena, name)), c->project);
}

/* A file of another project: its name does not begin as it should. */
static bool
refuse_start(const struct check *c)
{
	return fault_raise(c->fault, FAULT_BAD_REQUEST, "Start filename for %s with %s.", quoted(c, c->in->project),
			   quoted(c, span_of(c->in_file)));
}

/* Of the name up to the last hyphen, cut it off and return what follows. */
static struct span
cut_last(struct span *name)
{
	size_t at = name->len;
	struct span rest;

	while (at > 0 && name->at[at - 1] != '-')
		at--;
	if (at == 0)
		return span_make(NULL, 0);
	rest = span_skip(*name, at);
	name->len = at - 1;
	return rest;
}

static bool
ends_with(struct span text, const char *end)
{
	size_t len = strlen(end);

	return text.len >= len && span_is(span_skip(text, text.len - len), end);
}

/* An old spelling of a post release, 1.0-9, has a hyphen itself. *VERSION is what follows the project's name. */
static bool
check_sdist_project(const struct check *c, struct span stem, struct span *version)
{
	struct span name = stem, last = cut_last(&name);
	struct pep440 parsed;

	if (name.len == 0 || !pep440_parse(c->arena, last, &parsed))
		return fault_raise(c->fault, FAULT_BAD_REQUEST, "Invalid source distribution filename: %.*s",
				   (int)c->in->filename.len, c->in->filename.at);
	if (c->version.has_post && !is_of_project(c, name))
		cut_last(&name);
	*version = span_skip(stem, name.len + 1);
	return is_of_project(c, name) || refuse_start(c);
}

static bool
is_version(const struct check *c, struct span text)
{
	struct pep440 version;

	return pep440_parse(c->arena, text, &version) && pep440_compare(&version, &c->version) == 0;
}

static bool
check_sdist_name(const struct check *c)
{
	const char *wanted = arena_printf(c->arena, "%s-%s.tar.gz", c->in_file, pep440_normal(c->arena, &c->version));
	struct span stem = c->in->filename, version;

	for (const char *const *e = types[DISTRIBUTION_SDIST].extensions; *e; e++)
		if (ends_with(stem, *e))
			stem.len -= strlen(*e);
	if (!check_sdist_project(c, stem, &version))
		return false;
	return span_is(c->in->filename, wanted) ||
	       (c->in->policy->any_spelling && ends_with(c->in->filename, ".tar.gz") && is_version(c, version)) ||
	       fault_raise(c->fault, FAULT_BAD_REQUEST, "Filename %s is invalid, should be %s.",
			   quoted(c, c->in->filename), quoted(c, span_of(wanted)));
}

static bool
check_sdist(const struct check *c, struct distribution *out)
{
	struct sdist s;

	if (!sdist_open(c->arena, c->fault, c->in, &s) || !check_sdist_name(c))
		return false;
	if (s.missing.at)
		return distribution_refuse_license(c->fault, c->in, s.missing,
						   arena_dup(c->arena, s.top.at, s.top.len));
	out->metadata = s.pkg_info;
	out->python_tag = SPAN("source");
	return true;
}

static bool
check_wheel_name(const struct check *c, struct wheel_name *name)
{
	const struct distribution_new *in = c->in;
	const char *platform;

	if (!wheel_name_parse(c->arena, c->fault, in->filename, name))
		return false;
	platform = in->policy->any_platform ? NULL : wheel_name_odd_platform(c->arena, name);
	if (platform)
		return fault_raise(c->fault, FAULT_BAD_REQUEST, "Binary wheel '%.*s' has an unsupported platform tag '%s'.",
				   (int)in->filename.len, in->filename.at, platform);
	if (!is_of_project(c, name->name))
		return refuse_start(c);
	if (!span_is(name->name, c->in_file) && !in->policy->any_spelling)
		return fault_raise(c->fault, FAULT_BAD_REQUEST,
				   "Filename %s should contain the normalized project name %s, not %s.",
				   quoted(c, in->filename), quoted(c, span_of(c->in_file)), quoted(c, name->name));
	if (pep440_compare(&name->version, &c->version) != 0)
		return fault_raise(c->fault, FAULT_BAD_REQUEST, "Version in filename should be %s not %s.",
				   quoted(c, span_of(pep440_normal(c->arena, &c->version))),
				   quoted(c, span_of(pep440_normal(c->arena, &name->version))));
	return true;
}

static bool
check_wheel(const struct check *c, struct distribution *out)
{
	struct wheel_name name;
	struct wheel wheel;

	if (!wheel_open(c->arena, c->fault, c->in, &wheel) || !check_wheel_name(c, &name) ||
	    !wheel_check(c->arena, c->fault, c->in, &wheel, &out->metadata))
		return false;
	out->python_tag = name.python;
	return true;
}

/* The archive is of the project and the version that the uploader names. */
static bool
read_metadata(const struct check *c, struct distribution *out)
{
	const char *file = c->in->type == DISTRIBUTION_WHEEL ? "METADATA" : "PKG-INFO";
	struct fault why;

	fault_init(&why, c->arena);
	if (!core_reader_parse(c->arena, &why, out->metadata, &out->core))
		return fault_raise(c->fault, FAULT_BAD_REQUEST, "Invalid distribution file. %s: %s", file, why.message);
	if (!is_of_project(c, out->core.name))
		return fault_raise(c->fault, FAULT_BAD_REQUEST, "Name in %s should be %s not %s.", file,
				   quoted(c, c->in->project), quoted(c, out->core.name));
	if (!is_version(c, out->core.version))
		return fault_raise(c->fault, FAULT_BAD_REQUEST, "Version in %s should be %s not %s.", file,
				   quoted(c, span_of(pep440_normal(c->arena, &c->version))),
				   quoted(c, out->core.version));
	return true;
}

bool
distribution_check(struct arena *a, struct fault *f, const struct distribution_new *in, struct distribution *out)
{
	struct check c = {
		.arena = a, .fault = f, .in = in,
		.project = pypi_name_normal(a, in->project), .in_file = pypi_name_in_file(a, in->project),
	};
	size_t max = in->policy->max_filename;

	*out = (struct distribution){ .metadata = { NULL, 0 } };
	if (!pep440_parse(a, in->version, &c.version))
		return fault_raise(f, FAULT_BAD_REQUEST, "%s is invalid for 'version'", quoted(&c, in->version));
	if (!(in->type == DISTRIBUTION_WHEEL ? check_wheel(&c, out) : check_sdist(&c, out)))
		return false;
	if (max > 0 && in->filename.len > max)
		return fault_raise(f, FAULT_BAD_REQUEST, "Filename is too long: '%.*s'", (int)in->filename.len,
				   in->filename.at);
	return read_metadata(&c, out);
}
