/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin verify: check everything that is stored. Fails when anything
 * is wrong; repairs nothing.
 */
#include "admin/admin.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fault.h"
#include "domain/maintenance.h"

struct verify {
	bool no_hash;
};

static const struct admin_option options[] = {
	OPTION(verify, no_hash, "no-hash", FLAG, NULL, "Do not read the blobs, compare their sizes only"),
	OPTIONS_END
};

/* One line that is written over, for somebody who waits at a terminal. */
static void
show_progress(void *arg, const char *what, int64_t done)
{
	(void)arg;
	fprintf(stderr, "\r%s: %" PRId64 "\033[K", what, done);
}

static struct doc *
result_document(struct admin *a, const struct verify_result *r)
{
	struct doc *d = doc_map(a->work->arena);
	struct doc *list;

	doc_int(d, "blobs", r->blobs);
	doc_int(d, "bytes", r->bytes);
	doc_int(d, "files", r->files);
	doc_int(d, "packages", r->packages);
	doc_int(d, "index_objects", r->index_objects);
	doc_int(d, "orphans", r->orphans);
	doc_int(d, "problem_count", r->problems);
	list = doc_add_list(d, "problems");
	for (const struct problem *p = r->first; p; p = p->next) {
		struct doc *row = doc_add_map(list, NULL);

		doc_text(row, "kind", p->kind);
		doc_text(row, "subject", p->subject);
		doc_text(row, "text", p->text);
	}
	return d;
}

static bool
verify(struct admin *a)
{
	const struct verify *o = a->options;
	bool terminal = !a->json && isatty(STDERR_FILENO);
	struct verify_options how = { .skip_hashes = o->no_hash, .progress = terminal ? show_progress : NULL };
	struct verify_result result;
	bool ok = verify_run(a->work, &how, &result);
	const char *advice;
	struct doc *d;

	if (terminal)
		fputs("\r\033[K", stderr);
	if (!ok)
		return false;
	d = result_document(a, &result);
	if (!admin_advise(a, d, NULL, &advice))
		return false;
	if (result.problems == 0)
		return admin_say(a, d, "Nothing is wrong with %" PRId64 " packages, %" PRId64 " files, %" PRId64
			" index objects and %" PRId64 " blobs (%" PRId64 " of them orphans).%s",
			result.packages, result.files, result.index_objects, result.blobs, result.orphans, advice);
	admin_show(a, d);
	return fault_raise(a->work->fault, FAULT_CONFLICT, "%" PRId64 " problems found", result.problems);
}

const struct admin_verb verify_verb = {
	.name = "verify",
	.summary = "Hash every blob again, recompute what is derived, and compare",
	.options = options,
	.options_size = sizeof(struct verify),
	.needs = NEEDS_SCHEMA,
	.run = verify,
};
