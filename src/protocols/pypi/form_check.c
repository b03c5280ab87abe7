/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an upload form must be like before anything is looked up. Of several
 * faults the name's is told first, then that of the alphabetically first field.
 */
#include "protocols/pypi/form.h"

#include <string.h>

#include "base/encode.h"
#include "base/fault.h"
#include "formats/core_metadata.h"
#include "formats/pypi_name.h"
#include "formats/python_repr.h"

static bool
refuse(struct fault *f, const char *message)
{
	return fault_raise(f, FAULT_BAD_REQUEST, "%s", message);
}

static bool
check_protocol_version(struct fault *f, const struct pypi_form *form)
{
	return !form->protocol_version.at || span_is(form->protocol_version, "1") ||
	       refuse(f, "Unknown protocol version.");
}

static bool
check_name(struct fault *f, const struct pypi_form *form)
{
	struct span name = form->metadata.name;
	const char *why = "Start and end with a letter or numeral containing only ASCII numeric and '.', '_' and '-'.";

	if (pypi_name_is_valid(name))
		return true;
	if (!name.at)
		why = "This field is required.";
	return fault_raise(f, FAULT_BAD_REQUEST, "%s is an invalid value for Name. Error: %s" CORE_METADATA_SEE,
			   python_repr(f->arena, pypi_form_shorten(f->arena, name)), why);
}

static bool
is_digest(struct span text)
{
	uint8_t bytes[32];

	return decode_hex(text, bytes, sizeof(bytes));
}

static bool
check_blake2(struct fault *f, const struct pypi_form *form)
{
	return !form->blake2_256_digest.at || is_digest(form->blake2_256_digest) ||
	       refuse(f, "Invalid value for blake2_256_digest. "
			 "Error: Use a valid, hex-encoded, BLAKE2 message digest.");
}

/* What is shown with every file; the columns and pages behind have to hold it. */
static bool
check_length(struct fault *f, struct span text, const char *field, size_t max)
{
	return text.len <= max ||
	       fault_raise(f, FAULT_BAD_REQUEST, "Invalid value for %s. Error: Use at most %zu bytes.", field, max);
}

static bool
check_comment(struct fault *f, const struct pypi_form *form)
{
	return check_length(f, form->comment, "comment", PYPI_FORM_MAX_COMMENT);
}

static bool
check_filetype(struct fault *f, const struct pypi_form *form)
{
	if (!form->filetype.at)
		return refuse(f, "Invalid value for filetype. Error: This field is required.");
	return span_is(form->filetype, "sdist") || span_is(form->filetype, "bdist_wheel") ||
	       refuse(f, "Invalid value for filetype. Error: Use a known file type.");
}

static bool
check_pyversion(struct fault *f, const struct pypi_form *form)
{
	if (!span_is(form->filetype, "sdist"))
		return form->pyversion.at ? check_length(f, form->pyversion, "pyversion", PYPI_FORM_MAX_PYVERSION) :
		       refuse(f, "Invalid value for pyversion. "
				 "Error: Python version is required for binary distribution uploads.");
	return !form->pyversion.at || span_is(form->pyversion, "source") ||
	       refuse(f, "Invalid value for pyversion. Error: Use 'source' as Python version for an sdist.");
}

static bool
check_sha256(struct fault *f, const struct pypi_form *form)
{
	return !form->sha256_digest.at || is_digest(form->sha256_digest) ||
	       refuse(f, "Invalid value for sha256_digest. Error: Use a valid, hex-encoded, SHA256 message digest.");
}

static bool
check_any_digest(struct fault *f, const struct pypi_form *form)
{
	return form->sha256_digest.at || form->blake2_256_digest.at || form->md5_digest.at ||
	       refuse(f, "Error: Include at least one message digest.");
}

static bool
check_repetition(struct fault *f, const struct pypi_form *form)
{
	return !form->invalid ||
	       fault_raise(f, FAULT_BAD_REQUEST, "'%s' has invalid data." CORE_METADATA_SEE, form->invalid);
}

bool
pypi_form_check(struct fault *f, struct pypi_form *form)
{
	static bool (*const checks[])(struct fault *, const struct pypi_form *) = {
		check_protocol_version, check_name, check_blake2, check_comment, check_filetype, check_pyversion,
		check_sha256, check_any_digest, check_repetition,
	};

	for (size_t i = 0; i < ARRAY_LEN(checks); i++)
		if (!checks[i](f, form))
			return false;
	if (span_is(form->filetype, "sdist"))
		form->pyversion = SPAN("source");
	return true;
}

bool
pypi_form_check_file(struct fault *f, const struct pypi_form *form)
{
	return form->content.filename.at || refuse(f, "Upload payload does not have a file.");
}

static bool
is_hex_of(struct span text, const uint8_t *bytes, size_t len)
{
	uint8_t given[32];

	return !text.at || (decode_hex(text, given, len) && memcmp(given, bytes, len) == 0);
}

bool
pypi_form_check_digests(struct fault *f, const struct pypi_form *form)
{
	const struct digests *d = &form->content.digests;

	if (is_hex_of(form->md5_digest, d->md5, sizeof(d->md5)) &&
	    is_hex_of(form->sha256_digest, d->sha256, sizeof(d->sha256)) &&
	    is_hex_of(form->blake2_256_digest, d->blake2b_256, sizeof(d->blake2b_256)))
		return true;
	return refuse(f, "The digest supplied does not match a digest calculated from the uploaded file.");
}
