/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checks of an uploaded distribution in the public index's order; see the
 * header.
 */
#include "formats/distribution.h"

#include "base/fault.h"
#include "base/text.h"

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
