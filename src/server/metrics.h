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

/* Room for more route rows than the program has; pages nobody writes to cost nothing. */
#define METRICS_MAX_ROUTES 1024

/* A mapping with room for ROUTES rows and SLOTS processes. Lives until the process ends. */
struct metrics *metrics_new(size_t routes, size_t slots);

/* What one request took; times in µs. */
struct metrics_cost {
	int status;
	int64_t duration;
	int64_t db_time;
	int64_t statements;
};

/* ROUTE is route_match.index, or SIZE_MAX when nothing matched. */
void metrics_count(struct metrics *m, size_t route, const struct metrics_cost *cost);

/* The master's view of its workers. */
void metrics_set_workers(struct metrics *m, int configured, int alive);
void metrics_count_worker_exit(struct metrics *m, bool abnormal);
/* The process of that slot is (not) serving a request; the master clears it when the process ends. */
void metrics_set_busy(struct metrics *m, size_t slot, bool busy);

/*
 * Append the Prometheus text (exposition format 0.0.4) of what is in the
 * mapping; ROUTES gives the label values of each route index ("crates", "GET",
 * "/api/v1/crates/:name").
 */
struct metrics_route {
	const char *protocol;
	const char *method;
	const char *prefix;
	const char *pattern;
};
void metrics_write(const struct metrics *m, struct buf *out, const struct metrics_route *routes, size_t count);

/* The two comment lines before a metric: what it means and its type ("gauge", "counter", "histogram"). */
void metrics_describe(struct buf *out, const char *name, const char *type, const char *help);

#endif
