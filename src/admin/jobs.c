/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin jobs: list, status, run, retry. `run` is what cron calls on
 * hosts where nothing of ours keeps running.
 */
#include "admin/admin.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/fault.h"
#include "domain/job.h"

static void
put_time(struct doc *d, const char *key, int64_t t)
{
	if (t == 0)
		doc_null(d, key);
	else
		doc_time(d, key, t);
}

/* ---- list, status ---- */

struct list {
	const char *kind;
	bool running;
	bool failed;
	bool all;
	int64_t after;
};

static const struct admin_option list_options[] = {
	OPTION(list, kind, "kind", TEXT, "KIND", "Only jobs of this kind"),
	OPTION(list, running, "running", FLAG, NULL, "Those that run now, instead of those that wait"),
	OPTION(list, failed, "failed", FLAG, NULL, "Those that were given up"),
	OPTION(list, all, "all", FLAG, NULL, "All of them, finished ones too"),
	OPTION(list, after, "after", COUNT, "ID", "Only ids behind this one, to see more than a page"),
	OPTIONS_END
};

static bool
list(struct admin *a)
{
	const struct list *o = a->options;
	enum job_filter filter = o->all ? JOB_ALL : o->failed ? JOB_FAILED : o->running ? JOB_RUNNING : JOB_WAITING;
	struct doc *d = doc_list(a->work->arena);
	struct rows rows;
	const struct job *jobs;

	if (!job_list(a->work, filter, o->kind, o->after, &rows))
		return false;
	jobs = rows.at;
	for (size_t i = 0; i < rows.count; i++) {
		struct doc *row = doc_add_map(d, NULL);

		doc_int(row, "id", jobs[i].id);
		doc_text(row, "kind", jobs[i].kind);
		doc_raw(row, "payload", span_of(jobs[i].payload));
		doc_time(row, "run_at", jobs[i].run_at);
		doc_int(row, "attempts", jobs[i].attempts);
		doc_text(row, "locked_by", jobs[i].locked_by);
		put_time(row, "finished_at", jobs[i].finished_at);
		doc_text(row, "last_error", jobs[i].last_error);
	}
	return admin_show(a, d);
}

static bool
status(struct admin *a)
{
	const struct job_counts *n = job_count(a->work);
	struct doc *d;

	if (!n)
		return false;
	d = doc_map(a->work->arena);
	doc_int(d, "waiting", n->waiting);
	doc_int(d, "due", n->due);
	doc_int(d, "running", n->running);
	doc_int(d, "failed", n->failed);
	put_time(d, "oldest_due", n->oldest_due);
	return admin_show(a, d);
}

/* ---- run ---- */

struct run {
	int64_t id;
	int64_t max;
};

static const struct admin_option run_options[] = {
	OPTION(run, id, "id", COUNT, "ID", "Only this one, due or not"),
	OPTION(run, max, "max", COUNT, "N", "Stop after so many; default: 10000"),
	OPTIONS_END
};

static bool
run_one(struct admin *a, int64_t id)
{
	struct doc *d;
	bool ok;

	if (!job_run_id(a->work, id, &ok))
		return false;
	if (!ok)
		return fault_raise(a->work->fault, FAULT_INTERNAL, "job %" PRId64 " failed", id);
	d = doc_map(a->work->arena);
	doc_int(d, "ran", 1);
	doc_int(d, "failed", 0);
	return admin_say(a, d, "Ran job %" PRId64 ".", id);
}

static bool
run(struct admin *a)
{
	const struct run *o = a->options;
	int64_t max = o->max > 0 && o->max < 1000000 ? o->max : 10000;
	struct doc *d;
	int failed;
	int ran;

	if (o->id != 0)
		return run_one(a, o->id);
	if (!job_schedule(a->work) || !job_run_due(a->work, (int)max, &ran, &failed))
		return false;
	d = doc_map(a->work->arena);
	doc_int(d, "ran", ran);
	doc_int(d, "failed", failed);
	admin_say(a, d, "Ran %d jobs.", ran);
	return failed == 0 || fault_raise(a->work->fault, FAULT_INTERNAL, "%d of %d jobs failed", failed, ran);
}

/* ---- retry ---- */

struct retry {
	bool all;
};

static const struct admin_option retry_options[] = {
	OPTION(retry, all, "all", FLAG, NULL, "Every job that was given up"),
	OPTIONS_END
};

static bool
retry(struct admin *a)
{
	const struct retry *o = a->options;
	struct doc *d;
	int64_t count;
	int64_t id = 0;

	if (o->all == (a->argument_count == 1))
		return fault_raise(a->work->fault, FAULT_INVALID, "either an ID or --all");
	if (!o->all && !admin_id(a, a->arguments[0], &id))
		return false;
	if (!job_retry(a->work, id, &count))
		return false;
	if (!o->all && count == 0)
		return fault_raise(a->work->fault, FAULT_NOT_FOUND,
				   "there is no job %" PRId64 " that was given up", id);
	d = doc_map(a->work->arena);
	doc_int(d, "retried", count);
	return admin_say(a, d, "%" PRId64 " jobs will run again.", count);
}

static const struct admin_verb verbs[] = {
	{ .name = "list", .summary = "List jobs that wait",
	  .options = list_options, .options_size = sizeof(struct list), .needs = NEEDS_SCHEMA, .run = list },
	{ .name = "status", .summary = "Count the jobs", .needs = NEEDS_SCHEMA, .run = status },
	{ .name = "run", .summary = "Run the jobs that are due",
	  .options = run_options, .options_size = sizeof(struct run), .needs = NEEDS_SCHEMA, .logs = true, .run = run },
	{ .name = "retry", .arguments = "[ID]", .most = 1, .summary = "Let jobs that were given up run again",
	  .options = retry_options, .options_size = sizeof(struct retry), .needs = NEEDS_SCHEMA, .run = retry },
	VERBS_END
};

const struct admin_verb jobs_verb = {
	.name = "jobs",
	.summary = "List, run and retry background jobs",
	.verbs = verbs,
};
