/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin gc: remove bytes that nothing refers to.
 */
#include "admin/admin.h"

#include <inttypes.h>

#include "base/arena.h"
#include "domain/maintenance.h"

struct gc {
	const int64_t *grace;
	bool dry_run;
};

static const struct admin_option options[] = {
	OPTION(gc, grace, "grace", DURATION, "DURATION",
	       "Spare what is younger: uploads may be under way; default: 1d, and 0 only while nobody uploads"),
	OPTION(gc, dry_run, "dry-run", FLAG, NULL, "Remove nothing, count only"),
	OPTIONS_END
};

static bool
gc(struct admin *a)
{
	const struct gc *o = a->options;
	struct gc_options how = {
		.blob_age = o->grace ? *o->grace : GC_BLOB_AGE,
		.spool_age = o->grace ? *o->grace : GC_SPOOL_AGE,
		.dry_run = o->dry_run,
	};
	struct gc_result result;
	struct doc *d;

	if (!gc_run(a->work, &how, &result))
		return false;
	d = doc_map(a->work->arena);
	doc_int(d, "blobs", result.blobs);
	doc_int(d, "bytes", result.bytes);
	doc_int(d, "temporary_files", result.spool_files);
	doc_bool(d, "dry_run", o->dry_run);
	return admin_say(a, d, "%s %" PRId64 " blobs (%" PRId64 " bytes) and %" PRId64 " temporary files.",
			 o->dry_run ? "Would remove" : "Removed", result.blobs, result.bytes, result.spool_files);
}

const struct admin_verb gc_verb = {
	.name = "gc",
	.summary = "Remove blobs and temporary files that nothing refers to",
	.options = options,
	.options_size = sizeof(struct gc),
	.needs = NEEDS_SCHEMA,
	.run = gc,
};
