/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters and their Prometheus text.
 */
#include "unit.h"

#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "server/metrics.h"

static const struct metrics_route routes[] = {
	{ "crates", "GET", "/api/v1", "/crates/:name" },
	{ "operations", "GET", "/-", "/health" },
};

static const char *
text_of(const struct metrics *m)
{
	struct buf out = buf_on(arena);

	metrics_write(m, &out, routes, 2);
	return buf_text(&out);
}

static void
assert_has(const char *text, const char *line)
{
	if (!strstr(text, line))
		fail_msg("no \"%s\" in:\n%s", line, text);
}

static void
a_request_is_counted_by_route_and_status(void **state)
{
	struct metrics *m = metrics_new(2, 1);
	struct metrics_cost cost = { .status = 200, .duration = 700, .db_time = 250, .statements = 2 };
	const char *text;

	(void)state;
	metrics_count(m, 0, &cost);
	metrics_count(m, 0, &cost);
	cost.status = 404;
	metrics_count(m, 0, &cost);
	text = text_of(m);

	assert_has(text, "entrepot_requests_total{protocol=\"crates\",method=\"GET\",route=\"/api/v1/crates/:name\",status=\"200\"} 2\n");
	assert_has(text, "entrepot_requests_total{protocol=\"crates\",method=\"GET\",route=\"/api/v1/crates/:name\",status=\"404\"} 1\n");
	assert_has(text, "entrepot_database_seconds_total{protocol=\"crates\",method=\"GET\",route=\"/api/v1/crates/:name\"} 0.000750\n");
	assert_has(text, "entrepot_database_statements_total{protocol=\"crates\",method=\"GET\",route=\"/api/v1/crates/:name\"} 6\n");
	assert_null(strstr(text, "/health"));
}

static void
durations_add_up_in_a_cumulative_histogram(void **state)
{
	struct metrics *m = metrics_new(2, 1);
	const int64_t durations[] = { 0, 250, 251, 1500000, INT64_C(3600000000) };
	const char *text;

	(void)state;
	for (size_t i = 0; i < 5; i++)
		metrics_count(m, 1, &(struct metrics_cost){ .status = 200, .duration = durations[i] });
	text = text_of(m);

#define LABELS "{protocol=\"operations\",method=\"GET\",route=\"/-/health\""
	assert_has(text, "_bucket" LABELS ",le=\"0.00025\"} 2\n");
	assert_has(text, "_bucket" LABELS ",le=\"0.0005\"} 3\n");
	assert_has(text, "_bucket" LABELS ",le=\"1\"} 3\n");
	assert_has(text, "_bucket" LABELS ",le=\"2.5\"} 4\n");
	assert_has(text, "_bucket" LABELS ",le=\"+Inf\"} 5\n");
	assert_has(text, "_count" LABELS "} 5\n");
	assert_has(text, "_sum" LABELS "} 3601.500501\n");
}

static void
requests_without_a_route_and_odd_statuses_have_a_place(void **state)
{
	struct metrics *m = metrics_new(2, 1);
	const char *text;

	(void)state;
	metrics_count(m, SIZE_MAX, &(struct metrics_cost){ .status = 404 });
	metrics_count(m, 7, &(struct metrics_cost){ .status = 299 });
	text = text_of(m);

	assert_has(text, "entrepot_requests_total{protocol=\"none\",method=\"\",route=\"\",status=\"404\"} 1\n");
	assert_has(text, "entrepot_requests_total{protocol=\"none\",method=\"\",route=\"\",status=\"other\"} 1\n");
}

static void
a_child_counts_for_all(void **state)
{
	struct metrics *m = metrics_new(2, 2);
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		metrics_count(m, 1, &(struct metrics_cost){ .status = 200 });
		metrics_set_busy(m, 1, true);
		_exit(0);
	}
	waitpid(pid, NULL, 0);

	assert_has(text_of(m), "route=\"/-/health\",status=\"200\"} 1\n");
	assert_has(text_of(m), "entrepot_workers_busy 1\n");
	metrics_set_busy(m, 1, false);
	assert_has(text_of(m), "entrepot_workers_busy 0\n");
}

static void
workers_and_their_ends_are_told(void **state)
{
	struct metrics *m = metrics_new(1, 1);
	const char *text;

	(void)state;
	metrics_set_workers(m, 4, 3);
	metrics_count_worker_exit(m, false);
	metrics_count_worker_exit(m, true);
	metrics_count_worker_exit(m, true);
	metrics_set_busy(m, 99, true);
	text = text_of(m);

	assert_has(text, "# TYPE entrepot_workers_alive gauge\nentrepot_workers_alive 3\n");
	assert_has(text, "entrepot_workers_configured 4\n");
	assert_has(text, "entrepot_worker_exits_total{kind=\"normal\"} 1\n");
	assert_has(text, "entrepot_worker_exits_total{kind=\"abnormal\"} 2\n");
	assert_has(text, "entrepot_workers_busy 0\n");
}

/* Every line is a comment or NAME[{LABELS}] NUMBER, as exposition format 0.0.4 has it. */
static void
every_line_is_well_formed(void **state)
{
	struct metrics *m = metrics_new(2, 1);
	struct span rest;

	(void)state;
	metrics_count(m, 0, &(struct metrics_cost){ .status = 200, .duration = 5 });
	rest = span_of(text_of(m));
	while (rest.len > 0) {
		struct span line = span_cut(&rest, '\n');
		const char *space = memrchr(line.at, ' ', line.len);

		if (span_starts(line, "# HELP entrepot_") || span_starts(line, "# TYPE entrepot_"))
			continue;
		assert_true(span_starts(line, "entrepot_"));
		assert_non_null(space);
		assert_int_equal(strspn(space + 1, "0123456789."), line.at + line.len - space - 1);
		if (memchr(line.at, '{', line.len))
			assert_int_equal(space[-1], '}');
	}
}

TESTS(metrics,
	TEST(a_request_is_counted_by_route_and_status),
	TEST(durations_add_up_in_a_cumulative_histogram),
	TEST(requests_without_a_route_and_odd_statuses_have_a_place),
	TEST(a_child_counts_for_all),
	TEST(workers_and_their_ends_are_told),
	TEST(every_line_is_well_formed)
);
