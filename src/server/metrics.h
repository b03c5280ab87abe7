/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters shared by master and workers: an anonymous shared mapping made
 * before the fork, updated with atomic additions, printed as Prometheus text.
 */
#ifndef ENTREPOT_SERVER_METRICS_H
#define ENTREPOT_SERVER_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct metrics;
struct router;

/* A mapping with room for ROUTES rows (router_count()) and WORKERS slots. Lives until the process ends. */
struct metrics *metrics_new(size_t routes, size_t workers);

/* What one request took. ROUTE is route_match.index, or SIZE_MAX when nothing matched. Times in µs. */
void metrics_count(struct metrics *m, size_t route, int status, int64_t duration, int64_t db_time, int64_t statements);

/* The master's view of its workers. */
void metrics_set_workers(struct metrics *m, int configured, int alive);
void metrics_count_worker_exit(struct metrics *m, bool abnormal);
/* A worker is (not) serving a request. */
void metrics_set_busy(struct metrics *m, bool busy);

/*
 * Append the Prometheus text (exposition format 0.0.4) of what is in the
 * mapping; NAME gives the label values of route index I ("crates", "GET",
 * "/api/v1/crates/:name").
 */
struct metrics_route {
	const char *protocol;
	const char *method;
	const char *pattern;
};
void metrics_write(const struct metrics *m, struct buf *out, const struct metrics_route *routes, size_t count);

#endif
