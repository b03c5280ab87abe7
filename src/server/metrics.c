/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters in shared memory. Readers may see a request in one counter and not
 * yet in another; the next scrape evens it out. A count of 0 is not printed:
 * hundreds of routes times dozens of statuses would be.
 */
#include "server/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/compiler.h"

static const int statuses[] = {
#define STATUS(code, reason) code,
#include "http/status.def"
#undef STATUS
	0,			/* any other */
};
#define STATUS_COUNT ARRAY_LEN(statuses)

/* Upper bounds in µs and as they are printed. */
static const struct {
	int64_t limit;
	const char *label;
} buckets[] = {
	{ 250, "0.00025" }, { 500, "0.0005" }, { 1000, "0.001" }, { 2500, "0.0025" }, { 5000, "0.005" },
	{ 10000, "0.01" }, { 25000, "0.025" }, { 50000, "0.05" }, { 100000, "0.1" }, { 250000, "0.25" },
	{ 500000, "0.5" }, { 1000000, "1" }, { 2500000, "2.5" }, { 5000000, "5" }, { 10000000, "10" },
	{ INT64_MAX, "+Inf" },
};
#define BUCKET_COUNT ARRAY_LEN(buckets)

struct row {
	_Atomic uint64_t by_status[STATUS_COUNT];
	_Atomic uint64_t by_duration[BUCKET_COUNT];	/* each request in one bucket; summed up when printed */
	_Atomic uint64_t duration;
	_Atomic uint64_t db_time;
	_Atomic uint64_t statements;
};

/* A cache line for each process. */
struct slot {
	_Alignas(64) _Atomic bool busy;
};

struct metrics {
	size_t route_count;
	size_t slot_count;
	int64_t started;
	_Atomic int configured;
	_Atomic int alive;
	_Atomic uint64_t exits[2];		/* normal, abnormal */
	struct slot *slots;
	struct row rows[];			/* the last one: no route */
};

static void
add(_Atomic uint64_t *counter, int64_t n)
{
	if (n > 0)
		atomic_fetch_add_explicit(counter, (uint64_t)n, memory_order_relaxed);
}

static uint64_t
get(const _Atomic uint64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static void *
map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		fprintf(stderr, "entrepot: shared memory for metrics: %s\n", strerror(errno));
		abort();
	}
	return p;
}

struct metrics *
metrics_new(size_t routes, size_t slots)
{
	struct metrics *m = map(sizeof(*m) + (routes + 1) * sizeof(m->rows[0]));

	m->route_count = routes;
	m->slot_count = slots;
	m->slots = map(slots * sizeof(m->slots[0]));
	m->started = clock_now();
	return m;
}

static size_t
status_index(int status)
{
	size_t i = 0;

	while (statuses[i] != status && statuses[i] != 0)
		i++;
	return i;
}

static size_t
bucket_index(int64_t duration)
{
	size_t i = 0;

	while (duration > buckets[i].limit)
		i++;
	return i;
}

void
metrics_count(struct metrics *m, size_t route, const struct metrics_cost *cost)
{
	struct row *row = &m->rows[route < m->route_count ? route : m->route_count];

	add(&row->by_status[status_index(cost->status)], 1);
	add(&row->by_duration[bucket_index(cost->duration)], 1);
	add(&row->duration, cost->duration);
	add(&row->db_time, cost->db_time);
	add(&row->statements, cost->statements);
}

void
metrics_set_workers(struct metrics *m, int configured, int alive)
{
	atomic_store_explicit(&m->configured, configured, memory_order_relaxed);
	atomic_store_explicit(&m->alive, alive, memory_order_relaxed);
}

void
metrics_count_worker_exit(struct metrics *m, bool abnormal)
{
	add(&m->exits[abnormal], 1);
}

void
metrics_set_busy(struct metrics *m, size_t slot, bool busy)
{
	if (slot < m->slot_count)
		atomic_store_explicit(&m->slots[slot].busy, busy, memory_order_relaxed);
}

/* ---- printing ---- */

void
metrics_describe(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
put_seconds(struct buf *out, uint64_t micros)
{
	buf_printf(out, " %" PRIu64 ".%06" PRIu64 "\n", micros / 1000000, micros % 1000000);
}

/* NAME{protocol=…,method=…,route=… and no closing brace yet. */
static void
put_labels(struct buf *out, const char *name, const struct metrics_route *r)
{
	buf_printf(out, "%s{protocol=\"%s\",method=\"%s\",route=\"%s%s\"", name, r->protocol, r->method,
		   r->prefix, r->pattern);
}

/* One metric of one route. */
typedef void (*row_fn)(struct buf *out, const struct row *row, const struct metrics_route *r);

static void
put_requests(struct buf *out, const struct row *row, const struct metrics_route *r)
{
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		uint64_t n = get(&row->by_status[i]);

		if (n == 0)
			continue;
		put_labels(out, "entrepot_requests_total", r);
		if (statuses[i] == 0)
			buf_printf(out, ",status=\"other\"} %" PRIu64 "\n", n);
		else
			buf_printf(out, ",status=\"%d\"} %" PRIu64 "\n", statuses[i], n);
	}
}

static uint64_t
count_all(const struct row *row)
{
	uint64_t n = 0;

	for (size_t i = 0; i < BUCKET_COUNT; i++)
		n += get(&row->by_duration[i]);
	return n;
}

static void
put_durations(struct buf *out, const struct row *row, const struct metrics_route *r)
{
	uint64_t n = 0;

	for (size_t i = 0; i < BUCKET_COUNT; i++) {
		n += get(&row->by_duration[i]);
		put_labels(out, "entrepot_request_duration_seconds_bucket", r);
		buf_printf(out, ",le=\"%s\"} %" PRIu64 "\n", buckets[i].label, n);
	}
	put_labels(out, "entrepot_request_duration_seconds_sum", r);
	buf_putc(out, '}');
	put_seconds(out, get(&row->duration));
	put_labels(out, "entrepot_request_duration_seconds_count", r);
	buf_printf(out, "} %" PRIu64 "\n", n);
}

static void
put_db_time(struct buf *out, const struct row *row, const struct metrics_route *r)
{
	put_labels(out, "entrepot_database_seconds_total", r);
	buf_putc(out, '}');
	put_seconds(out, get(&row->db_time));
}

static void
put_statements(struct buf *out, const struct row *row, const struct metrics_route *r)
{
	put_labels(out, "entrepot_database_statements_total", r);
	buf_printf(out, "} %" PRIu64 "\n", get(&row->statements));
}

static void
put_rows(struct buf *out, const struct metrics *m, row_fn put, const struct metrics_route *routes, size_t count)
{
	static const struct metrics_route none = { "none", "", "", "" };

	for (size_t i = 0; i <= m->route_count; i++) {
		bool known = i < count && i < m->route_count;

		if (count_all(&m->rows[i]) > 0)
			put(out, &m->rows[i], known ? &routes[i] : &none);
	}
}

static void
put_gauge(struct buf *out, const char *name, const char *help, int64_t value)
{
	metrics_describe(out, name, "gauge", help);
	buf_printf(out, "%s %" PRId64 "\n", name, value);
}

static void
put_workers(struct buf *out, const struct metrics *m)
{
	int64_t busy = 0;

	for (size_t i = 0; i < m->slot_count; i++)
		busy += atomic_load_explicit(&m->slots[i].busy, memory_order_relaxed);
	put_gauge(out, "entrepot_workers_configured", "Worker processes that should run.", m->configured);
	put_gauge(out, "entrepot_workers_alive", "Worker processes that run.", m->alive);
	put_gauge(out, "entrepot_workers_busy", "Worker processes that are serving a request.", busy);
	metrics_describe(out, "entrepot_worker_exits_total", "counter", "Worker processes that ended.");
	buf_printf(out, "entrepot_worker_exits_total{kind=\"normal\"} %" PRIu64 "\n", get(&m->exits[0]));
	buf_printf(out, "entrepot_worker_exits_total{kind=\"abnormal\"} %" PRIu64 "\n", get(&m->exits[1]));
	put_gauge(out, "entrepot_start_time_seconds", "When the program was started, seconds since 1970.",
		  m->started / CLOCK_SECOND);
}

void
metrics_write(const struct metrics *m, struct buf *out, const struct metrics_route *routes, size_t count)
{
	metrics_describe(out, "entrepot_requests_total", "counter", "Requests answered.");
	put_rows(out, m, put_requests, routes, count);
	metrics_describe(out, "entrepot_request_duration_seconds", "histogram", "Time from the request's head to the complete answer.");
	put_rows(out, m, put_durations, routes, count);
	metrics_describe(out, "entrepot_database_seconds_total", "counter", "Time spent waiting for the database.");
	put_rows(out, m, put_db_time, routes, count);
	metrics_describe(out, "entrepot_database_statements_total", "counter", "Statements sent to the database.");
	put_rows(out, m, put_statements, routes, count);
	put_workers(out, m);
}
