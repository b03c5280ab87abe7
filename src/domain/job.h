/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work put off: rows of the table job, claimed by whoever runs jobs, on any
 * machine. A claim is a lease; a runner that dies loses it. So a job may run
 * more than once and must be idempotent.
 *
 * A kind with EVERY set is periodic: job_schedule() makes its row, which is
 * never finished but moved on.
 */
#ifndef ENTREPOT_DOMAIN_JOB_H
#define ENTREPOT_DOMAIN_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "db/db.h"

struct doc;
struct work;

struct job {
	int64_t id;
	const char *kind;
	const char *payload;		/* JSON object */
	const char *unique_key;		/* NULL: none */
	int64_t run_at;
	int64_t attempts;
	int64_t max_attempts;
	int64_t locked_until;
	const char *locked_by;		/* who runs it now; NULL: nobody */
	const char *last_error;
	int64_t created_at;
	int64_t finished_at;		/* 0: still to do; with last_error set: given up */
};

/* Does the job in W, which has its own arena and fault and no open transaction. */
typedef bool (*job_fn)(struct work *w, const struct job *job);

struct job_kind {
	const char *name;
	job_fn run;
	int64_t lease;			/* µs; longer than the job can take */
	int64_t every;			/* µs between runs; 0: only when added */
	int attempts;			/* before it is given up (periodic ones never are) */
};

/* Every kind of job, ended by { NULL } (job_kinds.c). */
extern const struct job_kind job_kinds[];
const struct job_kind *job_kind_find(const char *name);

/*
 * Put a job off until RUN_AT (0: now) in the caller's transaction. PAYLOAD is
 * a JSON object or NULL. With a UNIQUE_KEY, nothing happens while a job of
 * that key is waiting to run (a running one does not count).
 */
bool job_add(struct work *w, const char *kind, const char *payload, const char *unique_key, int64_t run_at) MUST_CHECK;

/* The payload as document. */
const struct doc *job_payload(struct work *w, const struct job *job) MUST_CHECK;

/* Make the rows of periodic jobs that are missing. Call it once at start; cheap. */
bool job_schedule(struct work *w) MUST_CHECK;

/*
 * Run at most MAX due jobs, each with an arena and a fault of its own, outside
 * of any transaction. A job that fails is logged and tried again later; false
 * only when the queue itself cannot be worked on. *RAN is how many were run,
 * *FAILED (may be NULL) how many of these failed.
 */
bool job_run_due(struct work *w, int max, int *ran, int *failed) MUST_CHECK;

/* Run the job of that id now, due or not. NOT_FOUND when it is finished or running. *OK: whether it succeeded. */
bool job_run_id(struct work *w, int64_t id, bool *ok) MUST_CHECK;

/* When the next job is due; 0: none waits. */
bool job_next_due(struct work *w, int64_t *at) MUST_CHECK;

enum job_filter { JOB_WAITING, JOB_RUNNING, JOB_FAILED, JOB_ALL };

/* As struct job, by id behind AFTER, at most 1000. KIND NULL: all. */
bool job_list(struct work *w, enum job_filter filter, const char *kind, int64_t after, struct rows *out) MUST_CHECK;

/* Let jobs that were given up run again: that of the id, or with 0 all. *COUNT: how many. */
bool job_retry(struct work *w, int64_t id, int64_t *count) MUST_CHECK;

/* What /-/metrics shows. */
struct job_counts {
	int64_t waiting;		/* not yet due ones included */
	int64_t due;
	int64_t running;
	int64_t failed;			/* given up */
	int64_t oldest_due;		/* µs since 1970; 0: none */
};
const struct job_counts *job_count(struct work *w) MUST_CHECK;

/* Delete finished jobs, old mail and long expired invitations; give up jobs whose runners died. A job_fn. */
bool job_cleanup(struct work *w, const struct job *job) MUST_CHECK;

#endif
