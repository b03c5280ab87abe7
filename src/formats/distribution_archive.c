/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outcomes of reading archives as faults; see the header.
 */
#include "formats/distribution_archive.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "formats/distribution.h"
#include "formats/tarcheck.h"
#include "formats/zip.h"

bool
distribution_refuse(struct fault *f, const char *detail)
{
	return fault_raise(f, FAULT_BAD_REQUEST, "Invalid distribution file. %s", detail);
}

bool
distribution_refuse_archive(struct fault *f, const struct distribution_new *in, const char *kind, const char *why)
{
	const char *help = in->policy->help;

	return fault_raise(f, FAULT_BAD_REQUEST, "Invalid distribution file. %s archive not accepted: %s%s%s%s", kind, why,
			   help ? ". See " : "", help ? help : "", help ? " for more information" : "");
}

bool
distribution_refuse_license(struct fault *f, const struct distribution_new *in, struct span file, const char *directory)
{
	return fault_raise(f, FAULT_BAD_REQUEST, "License-File %.*s does not exist in distribution file %.*s at %s/%.*s",
			   (int)file.len, file.at, (int)in->filename.len, in->filename.at, directory,
			   (int)file.len, file.at);
}

bool
distribution_unreadable(struct fault *f)
{
	return fault_raise_internal(f, FAULT_INTERNAL, "cannot read an upload: %s", strerror(errno));
}

uint64_t
distribution_max_entries(const struct distribution_new *in)
{
	return in->policy->max_entries > 0 ? in->policy->max_entries : DISTRIBUTION_MAX_ENTRIES;
}

static bool
refuse_both(struct fault *f)
{
	return distribution_refuse(f, "File is both a zip and a tar file");
}

bool
distribution_check_no_zip(struct arena *a, struct fault *f, const struct distribution_new *in)
{
	switch (zip_look(a, in->fd, in->size)) {
	case ZIP_ABSENT:
		return true;
	case ZIP_FAILED:
		return distribution_unreadable(f);
	default:
		return refuse_both(f);
	}
}

/* A tar by its first header, or gzip, which readers of tars look into. */
static bool
begins_like_tar(const struct distribution_new *in)
{
	char block[TARCHECK_BLOCK];
	ssize_t got = pread(in->fd, block, sizeof(block), 0);

	return (got >= 2 && memcmp(block, "\x1f\x8b", 2) == 0) ||
	       (got == (ssize_t)sizeof(block) && tarcheck_is_header(block));
}

static bool
check_limits(struct fault *f, const struct distribution_new *in, const struct zip *z)
{
	uint64_t limit = in->policy->max_unpacked;

	if (begins_like_tar(in))
		return refuse_both(f);
	if (zip_is_bomb(z))
		return distribution_refuse(f, "File exceeds compression ratio of 50");
	if (limit > 0 && z->unpacked > limit)
		return distribution_refuse(f, "File is too large when unpacked");
	return zip_is_readable(z) || distribution_refuse(f, "File does not use a supported compression type");
}

static bool
raise_status(struct fault *f, const struct distribution_new *in, const struct zip *z, enum zip_status status)
{
	switch (status) {
	case ZIP_GOOD:
		return true;
	case ZIP_ABSENT:
		return distribution_refuse(f, "File is not a zipfile");
	case ZIP_REFUSED:
		return distribution_refuse_archive(f, in, "ZIP", z->why);
	case ZIP_LARGE:
		return distribution_refuse(f, "File has too many members");
	case ZIP_FAILED:
		break;
	}
	return distribution_unreadable(f);
}

bool
distribution_open_zip(struct arena *a, struct fault *f, const struct distribution_new *in, struct zip *z)
{
	return raise_status(f, in, z, zip_open(a, z, (size_t)distribution_max_entries(in))) && check_limits(f, in, z);
}

bool
distribution_check_zip(struct arena *a, struct fault *f, const struct distribution_new *in, struct zip *z)
{
	return raise_status(f, in, z, zip_check(a, z));
}

bool
distribution_read_member(struct arena *a, struct fault *f, const struct distribution_new *in, struct zip *z,
	struct zip_wanted *w)
{
	enum zip_status status = zip_read(a, z, w);

	if (status == ZIP_LARGE)
		return distribution_refuse(f, "Metadata is larger than 4 MiB");
	return raise_status(f, in, z, status);
}
