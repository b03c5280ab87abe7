/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a piece of work runs in: first argument of everything in db and domain
 * that can fail or allocate. It makes the domain usable from a request, a job,
 * a command and a test alike.
 */
#ifndef ENTREPOT_BASE_WORK_H
#define ENTREPOT_BASE_WORK_H

#include <stdint.h>

struct arena;
struct actor;
struct config;
struct db;
struct fault;

struct work {
	struct arena *arena;
	struct fault *fault;
	const struct config *config;
	struct db *db;			/* NULL where no database is needed */
	const struct actor *actor;	/* who does it; NULL: nobody is known (yet) */
	int64_t now;			/* µs since 1970, the same for the whole piece of work */
	const char *remote_addr;	/* for the audit; NULL for jobs and commands */
	const char *user_agent;		/* for the audit, visible ASCII; NULL when none was named */
};

#endif
