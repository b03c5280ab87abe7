/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Readiness and metrics when something is missing.
 */
#include "request.h"
#include "support.h"

static const struct test_answer *
ask_metrics(void)
{
	test_config->metrics_from = "0.0.0.0/0";
	return get("/-/metrics");
}

static void
assert_has(const struct test_answer *a, const char *line)
{
	if (!strstr(a->body.at, line))
		fail_msg("no \"%s\" in:\n%s", line, a->body.at);
}

static void
without_its_blob_store_it_is_not_ready(void **state)
{
	(void)state;
	test_config->blob_dir = "/nonexistent/blobs";
	test_config->spool_dir = "/nonexistent/tmp";

	assert_answer(get("/-/ready"), 503,
		"{\"status\": \"unavailable\", \"checks\": {\"database\": \"ok\", \"schema\": \"ok\", \"blob_store\": \"failed\"}}");
	assert_answer(get("/-/health"), 200, "{\"status\": \"ok\"}");
}

static void
with_a_schema_of_another_release_it_is_not_ready(void **state)
{
	(void)state;
	sql_do("INSERT INTO schema_migration (number, name) VALUES (9999, 'later')");

	assert_answer(get("/-/ready"), 503,
		"{\"status\": \"unavailable\", \"checks\": {\"database\": \"ok\", \"schema\": \"failed\", \"blob_store\": \"ok\"}}");
}

static void
metrics_count_jobs_by_what_becomes_of_them(void **state)
{
	const struct test_answer *a;

	(void)state;
	sql_do("DELETE FROM job");
	sql_do("INSERT INTO job (kind, run_at) VALUES ('mail', now() - interval '90 s'), ('mail', now() + interval '1 h')");
	sql_do("INSERT INTO job (kind, attempts, max_attempts, last_error, finished_at) VALUES ('mail', 3, 3, 'no', now())");
	a = ask_metrics();

	assert_int_equal(a->status, 200);
	assert_has(a, "\nentrepot_jobs_waiting 2\n");
	assert_has(a, "\nentrepot_jobs_due 1\n");
	assert_has(a, "\nentrepot_jobs_failed 1\n");
	assert_has(a, "\nentrepot_jobs_oldest_due_seconds 9");
}

static void
metrics_add_up_blobs(void **state)
{
	const struct test_answer *a;

	(void)state;
	sql_do("INSERT INTO blob (sha256, size) SELECT sha256(convert_to(i::text, 'UTF8')), i FROM generate_series(1, 100) AS i");
	a = ask_metrics();

	assert_has(a, "\nentrepot_blobs 100\n");
	assert_has(a, "\nentrepot_blob_bytes 5050\n");
}

/* A sample of a large table: near the truth, and far cheaper. */
static void
many_blobs_are_estimated(void **state)
{
	const struct test_answer *a;
	double count;

	(void)state;
	sql_do("INSERT INTO blob (sha256, size) SELECT sha256(convert_to(i::text, 'UTF8')), 10 FROM generate_series(1, 60000) AS i");
	sql_do("ANALYZE blob");
	a = ask_metrics();
	count = strtod(strstr(a->body.at, "\nentrepot_blobs ") + strlen("\nentrepot_blobs "), NULL);

	assert_in_range((uintmax_t)count, 30000, 90000);
}

static const struct CMUnitTest operations_tests[] = {
	TEST(without_its_blob_store_it_is_not_ready),
	TEST(with_a_schema_of_another_release_it_is_not_ready),
	TEST(metrics_count_jobs_by_what_becomes_of_them),
	TEST(metrics_add_up_blobs),
	TEST(many_blobs_are_estimated),
};
static const size_t operations_test_count = ARRAY_LEN(operations_tests);

TEST_MAIN("operations",
	TEST_LIST(operations)
)
