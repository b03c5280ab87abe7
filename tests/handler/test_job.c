/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The job queue. These tests commit: what they are about is what other
 * connections see.
 */
#include "support.h"

#include "base/clock.h"
#include "domain.h"
#include "domain/job.h"
#include "domain/mail.h"

static struct config *config;

/* An empty queue. */
static void
given_queue(void)
{
	config = given_config();
	sql_do("DELETE FROM job; DELETE FROM mail");
	assert_int_equal(system(arena_printf(w->arena, "rm -rf -- '%s'", config->mail_dir)), 0);
}

static void
given_mail(void)
{
	assert_true(mail_queue(w, "ann@example.org", "Hello", "A line.\n"));
}

static int
run_due(int *failed)
{
	int ran;

	assert_true(job_run_due(w, 100, &ran, failed));
	assert_no_fault(w->fault);
	return ran;
}

static void
a_due_job_is_run_once(void **state)
{
	(void)state;
	given_queue();
	given_mail();

	assert_int_equal(run_due(NULL), 1);
	assert_int_equal(run_due(NULL), 0);
	assert_non_null(only_file(config->mail_dir, ".eml"));
	assert_int_equal(sql_int("SELECT count(*) FROM job WHERE finished_at IS NOT NULL AND last_error IS NULL"), 1);
	assert_int_equal(sql_int("SELECT count(*) FROM mail WHERE sent_at IS NOT NULL AND attempts = 1"), 1);
}

static void
a_job_of_the_future_waits(void **state)
{
	int64_t due;

	(void)state;
	given_queue();
	assert_true(job_add(w, "cleanup", NULL, NULL, w->now + CLOCK_HOUR));

	assert_int_equal(run_due(NULL), 0);
	assert_true(job_next_due(w, &due));
	assert_int_equal(due, w->now + CLOCK_HOUR);
}

static void
an_unknown_kind_cannot_be_added(void **state)
{
	(void)state;
	given_queue();
	assert_false(job_add(w, "no-such-kind", NULL, NULL, 0));
	assert_fault(w->fault, FAULT_INTERNAL);
}

static void
a_key_waits_once_and_may_be_added_again_while_it_runs(void **state)
{
	(void)state;
	given_queue();
	for (int i = 0; i < 3; i++)
		assert_true(job_add(w, "cleanup", "{\"n\": 1}", "tidy", 0));
	assert_int_equal(sql_int("SELECT count(*) FROM job"), 1);

	sql_do("UPDATE job SET locked_by = 'somebody', locked_until = now() + interval '1 hour'");
	assert_true(job_add(w, "cleanup", NULL, "tidy", 0));
	assert_int_equal(sql_int("SELECT count(*) FROM job"), 2);
}

static void
a_failing_job_is_tried_again_later_and_at_last_given_up(void **state)
{
	int failed;
	int64_t count;

	(void)state;
	given_queue();
	config->mail_dir = "/proc/nowhere/mail";
	given_mail();
	for (int i = 0; i < 16; i++) {
		assert_int_equal(run_due(&failed), 1);
		assert_int_equal(failed, 1);
		assert_int_equal(run_due(&failed), 0);
		sql_do("UPDATE job SET run_at = now(), locked_until = now()");
	}
	assert_int_equal(run_due(NULL), 0);
	assert_int_equal(sql_int("SELECT count(*) FROM job WHERE finished_at IS NOT NULL AND attempts = 16 "
				 "AND last_error LIKE '%%/proc/nowhere%%'"), 1);
	assert_int_equal(sql_int("SELECT attempts FROM mail"), 16);
	assert_int_equal(job_count(w)->failed, 1);

	config->mail_dir = arena_printf(w->arena, "%s/mail", test_directory);
	assert_true(job_retry(w, 0, &count));
	assert_int_equal(count, 1);
	assert_int_equal(run_due(&failed), 1);
	assert_int_equal(failed, 0);
	assert_non_null(only_file(config->mail_dir, ".eml"));
}

static void
pauses_between_attempts_grow(void **state)
{
	int64_t before = 0;

	(void)state;
	given_queue();
	config->mail_dir = "/proc/nowhere/mail";
	given_mail();
	for (int i = 0; i < 8; i++) {
		int64_t pause;

		assert_int_equal(run_due(NULL), 1);
		pause = sql_int("SELECT extract(epoch FROM run_at - now())::bigint FROM job");
		assert_true(pause > before);
		before = pause;
		sql_do("UPDATE job SET run_at = now(), locked_until = now()");
	}
	assert_true(before >= 20 * 60);
}

static void
the_job_of_a_runner_that_died_is_taken_over(void **state)
{
	(void)state;
	given_queue();
	given_mail();
	sql_do("UPDATE job SET locked_by = 'dead', locked_until = now() + interval '1 minute', attempts = 1");
	assert_int_equal(run_due(NULL), 0);

	sql_do("UPDATE job SET locked_until = now() - interval '1 second'");
	assert_int_equal(run_due(NULL), 1);
}

static void
a_job_that_takes_its_runner_down_is_given_up(void **state)
{
	(void)state;
	given_queue();
	given_mail();
	sql_do("UPDATE job SET locked_by = 'dead', locked_until = now() - interval '1 second', attempts = max_attempts");
	assert_int_equal(run_due(NULL), 0);

	assert_true(job_cleanup(w, NULL));
	assert_int_equal(job_count(w)->failed, 1);
}

static void
a_runner_that_lost_its_claim_changes_nothing(void **state)
{
	int64_t affected;

	(void)state;
	given_queue();
	given_mail();
	sql_do("UPDATE job SET locked_by = 'second', locked_until = now() + interval '1 minute', attempts = 2");

	assert_true(db_exec(w, Q_JOB_FINISH,
		ARGS(num(sql_int("SELECT id FROM job")), text("first"), num(1)), &affected));
	assert_int_equal(affected, 0);
}

static void
two_runners_never_take_the_same_job(void **state)
{
	struct work *other = test_work_on(test_connection(NULL));
	struct tx *tx;
	int ran;

	(void)state;
	given_queue();
	other->config = w->config;
	given_mail();
	given_mail();

	/* The other one has a job in hand and has not committed its claim. */
	tx = tx_begin(other);
	assert_true(job_run_due(other, 1, &ran, NULL));
	assert_int_equal(ran, 1);
	assert_int_equal(run_due(NULL), 1);
	assert_true(tx_commit(other, tx));
	assert_int_equal(sql_int("SELECT count(*) FROM job WHERE finished_at IS NOT NULL"), 2);
}

static void
periodic_jobs_are_scheduled_once_and_move_on(void **state)
{
	int64_t kinds = 0;

	(void)state;
	given_queue();
	for (const struct job_kind *k = job_kinds; k->name; k++)
		kinds += k->every > 0;
	assert_true(kinds > 0);
	assert_true(job_schedule(w));
	assert_true(job_schedule(w));
	assert_int_equal(sql_int("SELECT count(*) FROM job"), kinds);

	assert_int_equal(run_due(NULL), kinds);
	assert_true(job_schedule(w));
	assert_int_equal(sql_int("SELECT count(*) FROM job WHERE finished_at IS NULL AND run_at > now()"), kinds);
	assert_int_equal(sql_int("SELECT count(*) FROM job"), kinds);
	assert_int_equal(run_due(NULL), 0);
}

static void
a_failed_job_gives_way_to_a_newer_one_of_its_key(void **state)
{
	(void)state;
	given_queue();
	config->mail_dir = "/proc/nowhere/mail";
	given_mail();
	sql_do("UPDATE job SET unique_key = 'k', locked_by = 'me', locked_until = now(), attempts = 1");
	assert_true(job_add(w, "mail", NULL, "k", w->now + CLOCK_HOUR));

	assert_int_equal(run_due(NULL), 1);
	assert_int_equal(sql_int("SELECT count(*) FROM job WHERE finished_at IS NULL"), 1);
	assert_int_equal(job_count(w)->failed, 0);
}

static void
one_job_can_be_run_before_its_time(void **state)
{
	bool ok;
	int64_t id;

	(void)state;
	given_queue();
	assert_true(job_add(w, "cleanup", NULL, NULL, w->now + CLOCK_HOUR));
	id = sql_int("SELECT id FROM job");

	assert_true(job_run_id(w, id, &ok));
	assert_true(ok);
	assert_false(job_run_id(w, id, &ok));
	assert_fault(w->fault, FAULT_NOT_FOUND);
}

static void
old_finished_jobs_and_mail_are_forgotten(void **state)
{
	(void)state;
	given_queue();
	given_mail();
	given_mail();
	run_due(NULL);
	sql_do("UPDATE job SET finished_at = now() - interval '8 days' WHERE id = (SELECT min(id) FROM job)");
	sql_do("UPDATE mail SET sent_at = now() - interval '31 days' WHERE id = (SELECT min(id) FROM mail)");

	assert_true(job_cleanup(w, NULL));
	assert_int_equal(sql_int("SELECT count(*) FROM job"), 1);
	assert_int_equal(sql_int("SELECT count(*) FROM mail"), 1);
}

static void
the_queue_is_listed_by_state(void **state)
{
	struct rows rows;

	(void)state;
	given_queue();
	given_mail();
	given_mail();
	sql_do("UPDATE job SET locked_by = 'me', locked_until = now() + interval '1 minute' "
	       "WHERE id = (SELECT min(id) FROM job)");

	assert_true(job_list(w, JOB_WAITING, NULL, 0, &rows));
	assert_int_equal(rows.count, 1);
	assert_true(job_list(w, JOB_RUNNING, "mail", 0, &rows));
	assert_int_equal(rows.count, 1);
	assert_string_equal(((const struct job *)rows.at)->locked_by, "me");
	assert_true(job_list(w, JOB_ALL, "cleanup", 0, &rows));
	assert_int_equal(rows.count, 0);
	assert_int_equal(job_count(w)->waiting, 1);
	assert_int_equal(job_count(w)->due, 1);
	assert_int_equal(job_count(w)->running, 1);
}

TESTS(job,
	TEST_COMMITTING(a_due_job_is_run_once),
	TEST_COMMITTING(a_job_of_the_future_waits),
	TEST_COMMITTING(an_unknown_kind_cannot_be_added),
	TEST_COMMITTING(a_key_waits_once_and_may_be_added_again_while_it_runs),
	TEST_COMMITTING(a_failing_job_is_tried_again_later_and_at_last_given_up),
	TEST_COMMITTING(pauses_between_attempts_grow),
	TEST_COMMITTING(the_job_of_a_runner_that_died_is_taken_over),
	TEST_COMMITTING(a_job_that_takes_its_runner_down_is_given_up),
	TEST_COMMITTING(a_runner_that_lost_its_claim_changes_nothing),
	TEST_COMMITTING(two_runners_never_take_the_same_job),
	TEST_COMMITTING(periodic_jobs_are_scheduled_once_and_move_on),
	TEST_COMMITTING(a_failed_job_gives_way_to_a_newer_one_of_its_key),
	TEST_COMMITTING(one_job_can_be_run_before_its_time),
	TEST_COMMITTING(old_finished_jobs_and_mail_are_forgotten),
	TEST_COMMITTING(the_queue_is_listed_by_state),
);
