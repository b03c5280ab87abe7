/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that answers: waits on the listening socket and on its idle
 * connections together, and serves whichever has a request.
 */
#ifndef ENTREPOT_SERVER_WORKER_H
#define ENTREPOT_SERVER_WORKER_H

#include <stdbool.h>
#include <stddef.h>

struct config;
struct metrics;

struct worker_options {
	const struct config *config;
	struct metrics *metrics;
	size_t slot;			/* in the metrics */
	int listener;
	bool own_socket;		/* at the end, what waits to be accepted would be lost */
	bool alone;			/* no master: reload in place, run jobs when idle */
	int lifeline;			/* becomes readable when the master is gone; -1: none */
	int ready;			/* our process id is written here once we can serve; -1: none */
};

/* Serve until told to stop; returns the exit status. */
int worker_run(const struct worker_options *options);

/* Run jobs as they become due until told to stop (listener and own_socket are not used); the exit status. */
int worker_run_jobs(const struct worker_options *options);

#endif
