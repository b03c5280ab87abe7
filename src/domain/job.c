/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The job queue and its runner. Claims are leases taken with FOR UPDATE SKIP
 * LOCKED, so any number of runners on any number of machines share the queue.
 */
#include "domain/job.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "base/work.h"
#include "wire/json.h"

#define LIST_LIMIT 1000
#define DEFAULT_ATTEMPTS 10
#define FIRST_PAUSE (10 * CLOCK_SECOND)
#define LONGEST_PAUSE (6 * CLOCK_HOUR)
#define MAX_ERROR 4096

static const struct column job_columns[] = {
	COLUMN(job, id),
	COLUMN(job, kind),
	COLUMN(job, payload),
	COLUMN(job, unique_key),
	COLUMN(job, run_at),
	COLUMN(job, attempts),
	COLUMN(job, max_attempts),
	COLUMN(job, locked_until),
	COLUMN(job, locked_by),
	COLUMN(job, last_error),
	COLUMN(job, created_at),
	COLUMN(job, finished_at),
	COLUMNS_END
};
static const struct row_type job_row = ROW_TYPE(job, job_columns);

static const struct column count_columns[] = {
	COLUMN(job_counts, waiting),
	COLUMN(job_counts, due),
	COLUMN(job_counts, running),
	COLUMN(job_counts, failed),
	COLUMN(job_counts, oldest_due),
	COLUMNS_END
};
static const struct row_type count_row = ROW_TYPE(job_counts, count_columns);

/* ---- adding ---- */

const struct job_kind *
job_kind_find(const char *name)
{
	for (const struct job_kind *k = job_kinds; k->name; k++)
		if (strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

bool
job_add(struct work *w, const char *kind, const char *payload, const char *unique_key, int64_t run_at)
{
	const struct job_kind *k = job_kind_find(kind);

	if (!k)
		return fault_raise_internal(w->fault, FAULT_INTERNAL, "unknown kind of job: %s", kind);
	return db_exec(w, Q_JOB_INSERT,
		ARGS(text(kind), text(payload), text(unique_key), timestamp(run_at),
		     num(k->attempts > 0 ? k->attempts : DEFAULT_ATTEMPTS)), NULL);
}

bool
job_schedule(struct work *w)
{
	struct tx *tx = tx_begin(w);
	struct span *names;
	size_t count = 0;

	for (const struct job_kind *k = job_kinds; k->name; k++)
		count++;
	names = arena_zalloc(w->arena, count + 1, sizeof(*names));
	count = 0;
	for (const struct job_kind *k = job_kinds; k->name; k++)
		if (k->every > 0)
			names[count++] = span_of(k->name);
	return tx && db_exec(w, Q_JOB_SCHEDULE_LOCK, NO_ARGS, NULL) &&
	       db_exec(w, Q_JOB_SCHEDULE, ARGS(text_array(names, count)), NULL) && tx_commit(w, tx);
}

const struct doc *
job_payload(struct work *w, const struct job *job)
{
	return json_read(w->arena, w->fault, span_of(job->payload));
}

/* ---- claiming ---- */

/* What the claim queries want to know of the kinds, and who asks. */
struct claimant {
	struct arg names;
	struct arg leases;
	const char *self;
};

static struct claimant
claimant_on(struct arena *a)
{
	struct claimant c;
	struct span *names;
	int64_t *leases;
	size_t count = 0;
	char host[128] = "";

	while (job_kinds[count].name)
		count++;
	names = arena_zalloc(a, count + 1, sizeof(*names));
	leases = arena_zalloc(a, count + 1, sizeof(*leases));
	for (size_t i = 0; i < count; i++) {
		names[i] = span_of(job_kinds[i].name);
		leases[i] = job_kinds[i].lease;
	}
	c.names = text_array(names, count);
	c.leases = int_array(leases, count);
	gethostname(host, sizeof(host) - 1);
	c.self = random_token(a, arena_printf(a, "%s:%ld:", host, (long)getpid()), 8);
	return c;
}

/* ---- running ---- */

/* Twice as long after every attempt, and not all at the same moment. */
static int64_t
back_off(int64_t attempts)
{
	int64_t pause = FIRST_PAUSE;
	uint32_t jitter;

	while (--attempts > 0 && pause < LONGEST_PAUSE)
		pause *= 2;
	if (pause > LONGEST_PAUSE)
		pause = LONGEST_PAUSE;
	random_bytes(&jitter, sizeof(jitter));
	return pause + (int64_t)(jitter % (uint32_t)(pause / 4 / 1000)) * 1000;
}

static bool
is_periodic(const struct job *job)
{
	return job->unique_key && strncmp(job->unique_key, "every:", 6) == 0;
}

static const char *
fault_text(struct arena *a, const struct fault *f)
{
	const char *cut = arena_printf(a, "%.*s%s%.*s", MAX_ERROR / 2, f->message, f->detail ? ": " : "",
				       MAX_ERROR / 2, f->detail ? f->detail : "");
	struct span whole = text_make_utf8(a, span_of(cut));

	return arena_dup(a, whole.at, whole.len);
}

/* Write down how it went. ERROR is NULL after a success. */
static bool
settle(struct work *w, const struct job *job, const char *error)
{
	const struct job_kind *k = job_kind_find(job->kind);
	struct arg id = num(job->id);
	struct arg self = text(job->locked_by);
	struct arg attempt = num(job->attempts);

	if (is_periodic(job) && k->every > 0)
		return db_exec(w, Q_JOB_MOVE_ON, ARGS(id, self, attempt, num(k->every), text(error)), NULL);
	if (!error)
		return db_exec(w, Q_JOB_FINISH, ARGS(id, self, attempt), NULL);
	return db_exec(w, Q_JOB_FAIL, ARGS(id, self, attempt, num(back_off(job->attempts)), text(error)), NULL);
}

/* Run a claimed job in an arena and a fault of its own. */
static bool
run_claimed(struct work *w, const struct job *job, bool *succeeded)
{
	struct arena arena;
	struct fault fault;
	struct work own = *w;
	const char *error = NULL;

	arena_init(&arena);
	fault_init(&fault, &arena);
	own.arena = &arena;
	own.fault = &fault;
	own.actor = NULL;
	own.now = clock_now();
	*succeeded = job_kind_find(job->kind)->run(&own, job) && !fault_is_set(&fault);
	if (!*succeeded) {
		if (!fault_is_set(&fault))
			fault_raise_internal(&fault, FAULT_INTERNAL, "failed without a reason");
		error = fault_text(w->arena, &fault);
		log_warn("job %" PRId64 " (%s) failed, attempt %" PRId64 " of %" PRId64 ": %s",
			 job->id, job->kind, job->attempts, job->max_attempts, error);
	}
	/* Ends what the job left open, before the outcome is written. */
	arena_free(&arena);
	return settle(w, job, error);
}

bool
job_run_due(struct work *w, int max, int *ran, int *failed)
{
	struct claimant c = claimant_on(w->arena);

	*ran = 0;
	if (failed)
		*failed = 0;
	while (*ran < max) {
		const struct job *job = db_one(w, Q_JOB_CLAIM, &job_row, ARGS(c.names, c.leases, text(c.self)));
		bool ok;

		if (!job)
			break;
		++*ran;
		if (!run_claimed(w, job, &ok))
			break;
		if (!ok && failed)
			++*failed;
	}
	return !fault_is_set(w->fault);
}

bool
job_run_id(struct work *w, int64_t id, bool *ok)
{
	struct claimant c = claimant_on(w->arena);
	const struct job *job = db_one(w, Q_JOB_CLAIM_ID, &job_row, ARGS(c.names, c.leases, text(c.self), num(id)));

	*ok = false;
	if (!job)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "no job %" PRId64 " that could be run", id);
	return run_claimed(w, job, ok);
}

/* ---- looking ---- */

bool
job_next_due(struct work *w, int64_t *at)
{
	return db_int(w, Q_JOB_NEXT_DUE, NO_ARGS, at);
}

bool
job_list(struct work *w, enum job_filter filter, const char *kind, int64_t after, struct rows *out)
{
	static const char *const names[] = {
		[JOB_WAITING] = "waiting", [JOB_RUNNING] = "running", [JOB_FAILED] = "failed", [JOB_ALL] = "all",
	};

	return db_many(w, Q_JOB_LIST, &job_row,
		ARGS(text(names[filter]), text(kind), num(after), num(LIST_LIMIT)), out);
}

bool
job_retry(struct work *w, int64_t id, int64_t *count)
{
	return db_exec(w, Q_JOB_RETRY, ARGS(ref(id)), count);
}

const struct job_counts *
job_count(struct work *w)
{
	return db_one(w, Q_JOB_COUNT, &count_row, NO_ARGS);
}

/* ---- tidying up ---- */

#define FORGET_BATCH 1000

bool
job_cleanup(struct work *w, const struct job *job)
{
	int64_t gone;

	(void)job;
	if (!db_exec(w, Q_JOB_ABANDON, NO_ARGS, NULL))
		return false;
	do {
		if (!db_exec(w, Q_JOB_FORGET, ARGS(num(FORGET_BATCH)), &gone))
			return false;
	} while (gone == FORGET_BATCH);
	return db_exec(w, Q_JOB_FORGET_INVITATIONS, NO_ARGS, NULL) &&
	       db_exec(w, Q_TRUSTPUB_FORGET_JWTS, NO_ARGS, NULL) &&
	       db_exec(w, Q_TRUSTPUB_FORGET_TOKENS, NO_ARGS, NULL) &&
	       db_exec(w, Q_PASSWORD_RESET_FORGET, NO_ARGS, NULL) &&
	       db_exec(w, Q_OAUTH_FORGET_DEVICES, NO_ARGS, NULL) &&
	       db_exec(w, Q_OAUTH_FORGET_CODES, NO_ARGS, NULL) &&
	       db_exec(w, Q_OAUTH_FORGET_SESSIONS, NO_ARGS, NULL) &&
	       db_exec(w, Q_OAUTH_FORGET_TOKENS, NO_ARGS, NULL) &&
	       db_exec(w, Q_LIMIT_WINDOW_FORGET, NO_ARGS, NULL) &&
	       db_exec(w, Q_MAIL_FORGET, NO_ARGS, NULL);
}
