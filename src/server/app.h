/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request in, one answer out; no sockets. The server's loop and the
 * handler tests call the same function.
 */
#ifndef ENTREPOT_SERVER_APP_H
#define ENTREPOT_SERVER_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct config;
struct db;
struct fault;
struct metrics;
struct request;
struct response;
struct router;

/* What a process keeps between requests. */
struct app {
	struct arena *arena;		/* of the process: router, configuration */
	const struct config *config;
	struct router *router;
	struct db *db;
	struct metrics *metrics;	/* shared between the workers; may be NULL */
	bool scheduled;			/* the rows of periodic jobs are there */
};

/* Compile the route tables and open (lazily) the database; the configuration must outlive the app. */
struct app *app_new(struct arena *a, const struct config *config, struct metrics *metrics);
void app_close(struct app *app);

/*
 * Answer the request. REQUEST has its method, target, headers, peer address
 * (remote_addr: the socket's peer), id and body source set, nothing more;
 * RESPONSE is complete afterwards (Content-Length set, body emptied for HEAD).
 * Everything it refers to lives on ARENA, which the caller clears after
 * sending. Writes the access log line and counts the request in the metrics.
 * *ROUTE_INDEX may be NULL.
 */
void app_handle(struct app *app, struct arena *arena, struct request *request, struct response *response);

/*
 * Between requests: write download counts that are due and, with JOBS, run
 * one due job. Returns how many microseconds may pass until the next call.
 */
int64_t app_idle(struct app *app, bool jobs);

/* Write everything that is still kept in memory (before the process ends). */
void app_flush(struct app *app);

#endif
