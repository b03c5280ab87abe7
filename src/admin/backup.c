/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin backup, restore: a registry into a directory and out of it.
 */
#include "admin/admin.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/settings.h"
#include "domain/backup.h"
#include "domain/maintenance.h"

static struct doc *
set_document(struct admin *a, const struct backup_set *s)
{
	struct doc *d = doc_map(a->work->arena);

	doc_text(d, "directory", s->directory);
	doc_time(d, "time", s->time);
	doc_int(d, "schema", s->schema);
	doc_int(d, "database_bytes", backup_set_find(s, BACKUP_DUMP)->is.size);
	doc_int(d, "blobs", s->blobs);
	doc_int(d, "blob_bytes", s->blob_bytes);
	return d;
}

/* ---- backup ---- */

static bool
backup(struct admin *a)
{
	struct backup_result result;
	struct doc *d;

	/* pg_dump makes its file as others can read it. */
	umask(077);
	if (!backup_run(a->work, a->arguments[0], &result))
		return false;
	d = set_document(a, result.set);
	doc_int(d, "copied", result.copied);
	doc_int(d, "copied_bytes", result.copied_bytes);
	return admin_say(a, d, "Backed up the database (%" PRId64 " bytes) and %" PRId64 " blobs, of which %" PRId64
			 " (%" PRId64 " bytes) were new, into %s.",
			 backup_set_find(result.set, BACKUP_DUMP)->is.size, result.set->blobs, result.copied,
			 result.copied_bytes, result.set->directory);
}

const struct admin_verb backup_verb = {
	.name = "backup",
	.arguments = "DIRECTORY",
	.least = 1,
	.most = 1,
	.summary = "Copy database, blobs, keys and configuration into a directory",
	.needs = NEEDS_SCHEMA,
	.run = backup,
};

/* ---- restore ---- */

struct restore {
	bool no_verify;
};

static const struct admin_option options[] = {
	OPTION(restore, no_verify, "no-verify", FLAG, NULL, "Do not verify everything at the end"),
	OPTIONS_END
};

static bool
verify(struct admin *a, struct doc *d)
{
	struct verify_options how = { 0 };
	struct verify_result result;

	if (!verify_run(a->work, &how, &result))
		return false;
	doc_int(d, "problems", result.problems);
	return result.problems == 0 || fault_raise(a->work->fault, FAULT_CONFLICT,
		"everything was restored, but `entrepot-admin verify` finds %" PRId64 " problems, the first: %s %s: %s",
		result.problems, result.first->kind, result.first->subject, result.first->text);
}

static bool
restore(struct admin *a)
{
	const struct restore *o = a->options;
	const struct backup_set *set;
	char time[CLOCK_TEXT_SIZE];
	const char *advice;
	struct doc *d;

	if (!restore_run(a->work, a->arguments[0], &set))
		return false;
	d = set_document(a, set);
	if ((!o->no_verify && !verify(a, d)) || !admin_advise(a, d, NULL, &advice))
		return false;
	return admin_say(a, d, "Restored the registry of %s as it was at %s, with %" PRId64 " blobs.%s",
			 set->base_url, clock_format_rfc3339(time, set->time, 0), set->blobs, advice);
}

const struct admin_verb restore_verb = {
	.name = "restore",
	.arguments = "DIRECTORY",
	.least = 1,
	.most = 1,
	.summary = "Fill an empty database and data directory from a backup",
	.options = options,
	.options_size = sizeof(struct restore),
	.needs = NEEDS_DATABASE,
	.run = restore,
};
