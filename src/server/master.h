/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that makes workers and one job runner, and sees to it that they
 * live. It answers no request and holds no connection to the database.
 */
#ifndef ENTREPOT_SERVER_MASTER_H
#define ENTREPOT_SERVER_MASTER_H

#include <stdbool.h>
#include <stddef.h>

struct config;
struct listener;
struct metrics;

/* Most workers; the metrics need MASTER_SLOTS, for the old and the new ones of a reload. */
#define MASTER_MAX_WORKERS 512
#define MASTER_SLOTS (2 * (MASTER_MAX_WORKERS + 1))

struct master_options {
	const struct config *config;
	struct listener *listener;
	struct metrics *metrics;
};

/* Run until told to stop; returns the exit status. Children exit by themselves. */
int master_run(const struct master_options *options);

#endif
